"""A restatement without doing it: done whole, looked at, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.identity import as_service
from accounts.models import User
from accounts.permissions import Permission, require
from market.calc.policies import DEFAULT_POLICY
from market.formats.csv_records import Limits
from market.models import Security
from market.services import RestatementReport as RestatedPacks
from portfolios.models import Portfolio
from portfolios.selectors import visible_portfolios
from portfolios.selectors.quotes import forget_heads
from portfolios.selectors.restatement import RestatementReport, restatement_report
from portfolios.services.repricing import connect_and_reprice, restate_and_reprice


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What would happen: one report for each policy whose packs would be restated."""

    reports: tuple[RestatementReport, ...]

    @property
    def packs(self) -> int:
        return sum(len(report.restatement.days) for report in self.reports)

    def as_dict(self) -> dict[str, Any]:
        return {"rehearsal": True, "restatements": [it.as_dict() for it in self.reports]}


def rehearse_restatement(
    start: date,
    end: date,
    policy: str = DEFAULT_POLICY,
    *,
    reason: str,
    by: User | None,
    known_at: datetime | None = None,
    listings: Sequence[Security] | None = None,
) -> Rehearsal:
    """What `restate_and_reprice` would move in what `by` may see; the shell sees all."""

    def correct() -> Sequence[RestatedPacks]:
        report, _ = restate_and_reprice(
            start, end, policy, reason=reason, by=by, known_at=known_at, listings=listings
        )
        return [report]

    return _rehearse(correct, by)


def rehearse_closes(
    security: Security,
    content: bytes,
    filename: str,
    *,
    by: User | None,
    limits: Limits | None = None,
    accept_jumps: bool = False,
) -> Rehearsal:
    """What `connect_and_reprice` would move. Raises what it raises."""

    def correct() -> Sequence[RestatedPacks]:
        return connect_and_reprice(
            security, content, filename, by=by, limits=limits, accept_jumps=accept_jumps
        ).restated

    return _rehearse(correct, by)


def _rehearse(correct: Callable[[], Sequence[RestatedPacks]], by: User | None) -> Rehearsal:
    """Rolled back rather than computed beside: it is the same code that will do it, so nothing
    can come out otherwise. Seal numbers that were drawn are never drawn again, but the next seal
    looks back at the head before its own: what the rehearsal saw there is forgotten."""
    if by is not None:
        require(by, Permission.MANAGE_PORTFOLIOS)
    try:
        with as_service("rehearse a restatement"), transaction.atomic():
            restated = [report for report in correct() if report.pack_ids]
            seen = Portfolio.objects.all() if by is None else visible_portfolios(by)
            portfolios = list(seen.order_by("name", "pk"))
            found = [restatement_report(it.pack_ids[0], portfolios) for it in restated]
            transaction.set_rollback(True)
    finally:
        forget_heads()
    return Rehearsal(tuple(found))
