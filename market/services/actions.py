"""Corporate actions on their way in: told twice they are kept once, mended they are superseded.

A fact that was told otherwise before gets a new row; the old one stays and points to it, because
entries may have been posted from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from accounts.identity import as_service
from market.calc.events import ActionFacts
from market.models import CorporateAction, Security

NAMES = frozenset({"symbol", "exchange", "to_symbol", "to_exchange"})
SAID = tuple(field.name for field in fields(ActionFacts) if field.name not in NAMES)


@dataclass(frozen=True, slots=True)
class ActionsReport:
    """How many facts were new, mended or known already, and listings nobody registered."""

    new: int
    mended: int
    known: int
    unlisted: tuple[str, ...]


@transaction.atomic
def record_actions(facts: Iterable[ActionFacts]) -> ActionsReport:
    """Keep a provider's facts. The same ones again change nothing."""
    told = list(facts)
    with as_service("record corporate actions"):
        listings = _listings(told)
        live = _live({fact.source for fact in told})
        counts = {"new": 0, "mended": 0, "known": 0}
        unlisted = set()
        for fact in told:
            security = listings.get((fact.symbol, fact.exchange))
            to_security = listings.get((fact.to_symbol, fact.to_exchange))
            if security is None or (fact.to_symbol and to_security is None):
                unlisted.add(fact.to_symbol if security else fact.symbol)
                continue
            said: dict[str, Any] = {name: getattr(fact, name) for name in SAID}
            said |= {"security": security, "to_security": to_security}
            counts[_record(fact, said, live)] += 1
    return ActionsReport(**counts, unlisted=tuple(sorted(unlisted)))


def _record(
    fact: ActionFacts, said: Mapping[str, Any], live: dict[tuple[object, ...], CorporateAction]
) -> str:
    key = _key(said["security"].pk, fact)
    before = live.get(key)
    if before is not None and all(getattr(before, name) == said[name] for name in said):
        return "known"
    after = CorporateAction(pk=uuid4(), **said)
    if before is not None:
        # The pointer first: only one row of a fact may be live. It is checked at the commit.
        CorporateAction.objects.filter(pk=before.pk).update(superseded_by=after.pk)
    after.save(force_insert=True)
    live[key] = after
    return "new" if before is None else "mended"


def _live(sources: Iterable[str]) -> dict[tuple[object, ...], CorporateAction]:
    rows = CorporateAction.objects.filter(source__in=set(sources), superseded_by__isnull=True)
    return {_key(row.security_id, row): row for row in rows.select_related("to_security")}


def _key(security_id: UUID, said: ActionFacts | CorporateAction) -> tuple[object, ...]:
    """What makes two facts one: the provider's identifier, else the day."""
    return (security_id, said.action_type, said.source, said.source_id or said.ex_date)


def _listings(told: Iterable[ActionFacts]) -> dict[tuple[str, str], Security]:
    symbols = {symbol for fact in told for symbol in (fact.symbol, fact.to_symbol) if symbol}
    known = Security.objects.on_basis(Security.PriceBasis.RAW).listed(symbols)
    return {(security.symbol, security.exchange): security for security in known}
