"""The pricing policies of this house, read from their files once a process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.core import checks

from market.calc.policies import DEFAULT_POLICY, Policy
from market.exceptions import PoliciesInvalid, UnknownPolicy
from market.formats.policy import parse_policy
from market.selectors.calendars import is_known


def policies() -> Mapping[str, Policy]:
    """Every policy by its name, sorted. Raises PoliciesInvalid with all mistakes of all files."""
    return _read(tuple(settings.PRICING_POLICIES))


def policy_named(name: str) -> Policy:
    """The policy of that name. Raises UnknownPolicy."""
    known = policies()
    if name not in known:
        raise UnknownPolicy(
            f"There is no pricing policy {name!r}.",
            details={"reason": "policy_unknown", "policy": name, "policies": sorted(known)},
        )
    return known[name]


@lru_cache(maxsize=8)
def _read(folders: Sequence[Path]) -> Mapping[str, Policy]:
    found: dict[str, Policy] = {}
    mistakes: list[str] = []
    for folder in folders:
        if not folder.is_dir():
            mistakes.append(f"{folder} is no folder.")
        for path in sorted(folder.glob("*.json")):
            parsed = parse_policy(path.read_bytes(), filename=path.name)
            mistakes += parsed.mistakes
            if parsed.policy is None:
                continue
            if parsed.policy.name in found:
                mistakes.append(f"{path.name}: there is a policy of that name already.")
            found[parsed.policy.name] = parsed.policy
    if not mistakes and DEFAULT_POLICY not in found:
        mistakes.append(f"The policy {DEFAULT_POLICY} is missing.")
    if mistakes:
        raise PoliciesInvalid(mistakes)
    return MappingProxyType(dict(sorted(found.items())))


def check_policies(**_: Any) -> list[checks.CheckMessage]:
    """Every mistake of every policy file, when Django starts."""
    try:
        policies()
    except PoliciesInvalid as error:
        return [
            checks.Error(mistake, hint=error.suggestion, id="market.E001")
            for mistake in error.details["errors"]
        ]
    return []


def check_calendars(**_: Any) -> list[checks.CheckMessage]:
    """Whether the days of every policy are known. Only before a deployment: the calendars take
    half a second to load, and each process would wait for them."""
    try:
        unknown = [it for it in policies().values() if not is_known(it.calendar)]
    except PoliciesInvalid:
        return []  # said by the other check
    return [
        checks.Error(
            f"{policy.name}: no trading calendar is known for {policy.calendar}.",
            hint="Use the exchange's market identifier code, as in XNYS or XTSE.",
            id="market.E002",
        )
        for policy in unknown
    ]
