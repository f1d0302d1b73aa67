"""New closes for a listing, and everything that stands on its price done again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from accounts.identity import as_service
from accounts.models import User
from accounts.permissions import Permission, require
from market.calc.policies import DEFAULT_POLICY
from market.formats.csv_records import Limits
from market.models import Security
from market.selectors import market_head, policies
from market.services import (
    ConnectReport,
    RestatementReport,
    connect_prices,
    mark_all_fresh,
    restate_packs,
)
from portfolios.models import Portfolio
from portfolios.selectors import portfolio_ids_holding
from portfolios.selectors.held import held_between
from portfolios.selectors.quotes import forgotten_on_failure
from portfolios.services.history import rebuild_history
from portfolios.services.month_rows import follow_packs
from portfolios.services.remeasuring import measure_again


@dataclass(frozen=True, slots=True)
class Repriced:
    """What was stored, which packs were restated, and how many histories were valued again."""

    connected: ConnectReport
    restated: tuple[RestatementReport, ...]
    portfolios: int
    daily_values: int

    @property
    def sentence(self) -> str:
        """What happened, without a word about who holds the listing."""
        closes = self.connected
        if closes.changed_from is None:
            return f"All {closes.known:,} closes of the file are known already; nothing changed."
        told = [f"{_count(closes.added, 'close')} of {closes.symbol} added"]
        if closes.corrected:
            told.append(f"{closes.corrected:,} corrected")
        if closes.known:
            told.append(f"{closes.known:,} known already")
        return f"{', '.join(told)}. {self._packs()}"

    def _packs(self) -> str:
        made = [report for report in self.restated if report.first and report.last]
        if not made:
            return "No pack changes."
        first = min(report.first for report in made if report.first)
        last = max(report.last for report in made if report.last)
        packs = _count(sum(report.restated for report in made), "pack")
        return (
            f"{packs} restated from {first} to {last}, and what stands on them was valued again. "
            "The packs before stay as they were."
        )

    def as_dict(self) -> dict[str, Any]:
        return {
            "connected": self.connected.as_dict(),
            "restated": [report.as_dict() for report in self.restated],
            "portfolios": self.portfolios,
            "daily_values": self.daily_values,
            "sentence": self.sentence,
        }


def connect_and_reprice(
    security: Security,
    content: bytes,
    filename: str,
    *,
    by: User | None,
    limits: Limits | None = None,
    accept_jumps: bool = False,
) -> Repriced:
    """Store closes, restate the packs that should hold them, value again whoever holds the listing.

    One transaction: a reader sees the old figures or the new ones, and after a failure the file
    is as new as it was. Only this listing's facts are taken anew, so nobody else's figures move.
    Raises what `connect_prices` raises.
    """
    with forgotten_on_failure(), as_service("connect prices and value again"):
        connected = connect_prices(
            security, content, filename, by, limits=limits, accept_jumps=accept_jumps
        )
        if connected.changed_from is None:
            return Repriced(connected, (), 0, 0)
        restated, portfolios, rows = [], 0, 0
        for policy in policies().values():
            if policy.price_basis != security.price_basis:
                continue
            report, counted = restate_and_reprice(
                connected.changed_from,
                date.max,
                policy.name,
                reason=_reason(connected),
                by=by,
                listings=[security],
            )
            restated.append(report)
            portfolios, rows = portfolios + counted[0], rows + counted[1]
        return Repriced(connected, tuple(restated), portfolios, rows)


def restate_and_reprice(
    start: date,
    end: date,
    policy: str = DEFAULT_POLICY,
    *,
    reason: str,
    by: User | None,
    known_at: datetime | None = None,
    listings: Sequence[Security] | None = None,
) -> tuple[RestatementReport, tuple[int, int]]:
    """Supersede the packs of a span that are other by now, and value again what stands on them.

    With `listings` only their prices are looked at, so only those who hold them can move. One
    transaction. Returns the restated packs, and how many portfolios and rows were valued. Raises
    PermissionDenied below MANAGER, ReasonMissing and UnknownPolicy.
    """
    if by is not None:
        require(by, Permission.MANAGE_PORTFOLIOS)
    with forgotten_on_failure(), as_service("restate and value again"):
        report = restate_packs(
            start,
            end,
            policy,
            reason=reason,
            by=by,
            known_at=known_at,
            listings=None if listings is None else [it.key for it in listings],
            required=held_between(policy, start, end),
        )
        counted = _value_again(policy, report, listings)
        mark_all_fresh(report.pack_ids)
    return report, counted


def _value_again(
    policy: str, report: RestatementReport, listings: Sequence[Security] | None
) -> tuple[int, int]:
    """Holders anew from the first restated day; everyone else's values are the new packs' too."""
    if report.first is None:
        return 0, 0
    # All at once and in order, as the night goes through them: a trade in flight waits.
    priced = Portfolio.objects.filter(pricing_policy=policy).order_by("pk")
    everyone = list(priced.select_for_update(of=("self",)).values_list("pk", flat=True))
    holders = everyone if listings is None else _holders(policy, listings)
    rows = sum(rebuild_history(pk, from_date=report.first) for pk in holders)
    follow_packs(report.pack_ids, market_head())
    measure_again(policy, report.first, holders, everyone)
    return len(holders), rows


def _holders(policy: str, listings: Sequence[Security]) -> list[UUID]:
    found = {pk for it in listings for pk in portfolio_ids_holding(it.pk, policy)}
    return sorted(found)


def _reason(closes: ConnectReport) -> str:
    """For the lineage of the packs: which facts are other than before, and since when known."""
    return (
        f"Closes of {closes.listing} from {closes.first} to {closes.last} became known "
        f"({closes.source})."
    )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
