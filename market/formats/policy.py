"""A pricing policy as a file: one JSON object, documented in `docs/packs.md`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import available_timezones

from market.calc.policies import OWN_SOURCE, Completeness, Plausibility, Policy

NAME = re.compile(r"[A-Z][A-Za-z0-9_-]{0,29}", re.ASCII)
CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
EXCHANGE = re.compile(r"[A-Z0-9]{2,10}", re.ASCII)
CUT_OFF = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)
CLOSES = ("raw", "total_return")
REQUIRED = ("held", "all", "none")
# Observations are loaded for 45 days back: more sessions than this would not be seen.
LONGEST_CARRY, LATEST = 20, 10_000
# FX paths pivot through these two and no other (methods, section 2).
PIVOTS = ("USD", "EUR")
SHAPE: Mapping[str, tuple[str, ...]] = {
    "": (
        "name",
        "description",
        "calendar",
        "zone",
        "cut_off",
        "carry_sessions",
        "prices",
        "rates",
        "completeness",
        "plausibility",
    ),
    "prices": ("close", "sources"),
    "rates": ("sources", "fixing", "pivot", "currencies"),
    "completeness": ("required", "priced", "observed"),
    "plausibility": ("largest_move", "late_sessions"),
}


@dataclass(frozen=True, slots=True)
class ParsedPolicy:
    """The policy, or every mistake in its file."""

    policy: Policy | None
    mistakes: tuple[str, ...]


def parse_policy(content: bytes, *, filename: str) -> ParsedPolicy:
    """A policy file; it is called after the policy it holds."""
    try:
        said = json.loads(content.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        return ParsedPolicy(None, (f"{filename}: not JSON in UTF-8: {error}",))
    if not isinstance(said, dict):
        return ParsedPolicy(None, (f"{filename}: one JSON object is needed.",))
    wrong = _shape(said)
    if not wrong:
        wrong = [*_general(said, filename), *_prices(said["prices"]), *_rates(said["rates"])]
        wrong += _limits(said)
    if wrong:
        return ParsedPolicy(None, tuple(f"{filename}: {mistake}" for mistake in wrong))
    return ParsedPolicy(_policy(said), ())


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number")


def _shape(said: Mapping[str, Any]) -> list[str]:
    """Every key once and no other: a rule that is misspelt would silently not hold."""
    wrong = []
    for group, keys in SHAPE.items():
        part = said if not group else said.get(group, {})
        if not isinstance(part, dict):
            wrong.append(f"{group} holds an object.")
            continue
        path = f"{group}." if group else ""
        wrong += [f"{path}{key} is missing." for key in keys if key not in part]
        wrong += [f"{path}{key} is not known." for key in sorted(part.keys() - set(keys))]
    return wrong


def _general(said: Mapping[str, Any], filename: str) -> list[str]:
    checks = (
        (_matches(NAME, said["name"]), "name is a capital letter and up to 29 letters and digits."),
        (filename == f"{said['name']}.json", f"a policy {said['name']!r} lives in a file like it."),
        (_words(said["description"]), "description is a sentence."),
        (_matches(EXCHANGE, said["calendar"]), "calendar is an exchange's code such as XNYS."),
        (said["zone"] in available_timezones(), "zone is a time zone such as America/New_York."),
        (_matches(CUT_OFF, said["cut_off"]), "cut_off is a time of day, HH:MM."),
        (
            _whole(said["carry_sessions"], LONGEST_CARRY),
            f"carry_sessions is a whole number from 0 to {LONGEST_CARRY}.",
        ),
    )
    return [sentence for right, sentence in checks if not right]


def _prices(said: Mapping[str, Any]) -> list[str]:
    wrong = []
    if said["close"] not in CLOSES:
        wrong.append(f"prices.close is one of {', '.join(CLOSES)}.")
    if not _list_of(said["sources"], _words):
        wrong.append(f"prices.sources names each source once; {OWN_SOURCE} is the listing's own.")
    return wrong


def _rates(said: Mapping[str, Any]) -> list[str]:
    wrong = []
    if not _list_of(said["sources"], _words):
        wrong.append("rates.sources names each source once.")
    if not _words(said["fixing"]):
        wrong.append("rates.fixing names the fixing.")
    if said["pivot"] not in PIVOTS:
        wrong.append(f"rates.pivot is one of {', '.join(PIVOTS)}.")
    if not _list_of(said["currencies"], lambda code: _matches(CURRENCY, code)):
        wrong.append("rates.currencies lists each currency once, as in USD.")
    elif said["pivot"] in said["currencies"]:
        wrong.append("rates.currencies does not hold the pivot itself.")
    return wrong


def _limits(said: Mapping[str, Any]) -> list[str]:
    rule, limits = said["completeness"], said["plausibility"]
    wrong = []
    if rule["required"] not in REQUIRED:
        wrong.append(f"completeness.required is one of {', '.join(REQUIRED)}.")
    for name in ("priced", "observed"):
        share = _decimal(rule[name])
        if share is None or not 0 <= share <= 1:
            wrong.append(f'completeness.{name} is a fraction in quotes, as in "0.9".')
    move = _decimal(limits["largest_move"])
    if move is None or not 1 < move <= 1000:
        wrong.append('plausibility.largest_move is a factor above one in quotes, as in "10".')
    if not _whole(limits["late_sessions"], LATEST):
        wrong.append(f"plausibility.late_sessions is a whole number from 0 to {LATEST}.")
    return wrong


def _policy(said: Mapping[str, Any]) -> Policy:
    prices, rates = said["prices"], said["rates"]
    rule, limits = said["completeness"], said["plausibility"]
    hour, minute = map(int, said["cut_off"].split(":"))
    return Policy(
        name=said["name"],
        description=said["description"],
        price_basis=prices["close"],
        price_sources=tuple(prices["sources"]),
        calendar=said["calendar"],
        zone=said["zone"],
        cut_off=time(hour, minute),
        rate_sources=tuple(rates["sources"]),
        fixing=rates["fixing"],
        pivot=rates["pivot"],
        currencies=tuple(rates["currencies"]),
        carry_sessions=said["carry_sessions"],
        completeness=Completeness(
            rule["required"], Decimal(rule["priced"]), Decimal(rule["observed"])
        ),
        plausibility=Plausibility(Decimal(limits["largest_move"]), limits["late_sessions"]),
    )


def _matches(pattern: re.Pattern[str], text: object) -> bool:
    return isinstance(text, str) and pattern.fullmatch(text) is not None


def _words(text: object) -> bool:
    return isinstance(text, str) and 0 < len(text.strip()) <= 300 and text.isprintable()


def _whole(number: object, most: int) -> bool:
    return type(number) is int and 0 <= number <= most


def _list_of(said: object, right: Callable[[Any], bool]) -> bool:
    if not isinstance(said, list) or not said or not all(right(item) for item in said):
        return False
    return len(set(said)) == len(said)


def _decimal(text: object) -> Decimal | None:
    if not isinstance(text, str) or len(text) > 20:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
