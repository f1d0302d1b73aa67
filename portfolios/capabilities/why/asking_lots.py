"""Why the numbers of a lot are what they are that no run has: its disposals, and how it began."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db.models import Max

from accounts.identity import seen_by
from accounts.models import User
from patterns.exceptions import FigureUnknown
from patterns.explanation import Explanation
from portfolios.calc.lots import Closure, Lot
from portfolios.capabilities.why.disposals import FIGURES, OneDisposal, began_with
from portfolios.models import Transaction
from portfolios.selectors.context import build_context
from portfolios.selectors.standing import Standing, standing

ORIGINAL = "quantity_original"
OF_LOTS = frozenset({ORIGINAL, *FIGURES})


@dataclass(frozen=True, kw_only=True)
class WantedOfLot:
    """A figure of a lot; of one of its disposals where `entry` is what disposed of it. Of the rate
    at which it was opened any disposal knows."""

    figure: str
    security_id: UUID
    account: str
    lot: str
    entry: int | None = None


def why_of_lot(
    *, user: User, portfolio_id: UUID, wanted: WantedOfLot, correlation_id: str
) -> Explanation:
    """As the newest entry leaves the lot, which is how its page shows it.

    Raises FigureUnknown where there is no such lot or disposal, PortfolioNotFound, PackNotFound.
    """
    ctx = build_context(user=user, portfolio_id=portfolio_id, correlation_id=correlation_id)
    with seen_by(user.pk):
        newest = Transaction.objects.filter(portfolio_id=portfolio_id).aggregate(
            day=Max("transaction_date")
        )["day"]
        day = max(newest or date.min, ctx.asof_date or date.min)
        now = standing(replace(ctx, asof_date=day), portfolio_id)
        if wanted.figure == ORIGINAL:
            return began_with(now, _lot(now, wanted))
        return FIGURES[wanted.figure](OneDisposal(now, _disposal(now, wanted)))


def _lot(now: Standing, wanted: WantedOfLot) -> Lot:
    for lot in now.booked.book.lots:
        own = (lot.security, lot.account, lot.label)
        if own == (wanted.security_id, wanted.account, wanted.lot):
            return lot
    raise FigureUnknown("The portfolio has no such lot.")


def _disposal(now: Standing, wanted: WantedOfLot) -> Closure:
    for one in now.booked.book.closures:
        own = (one.security, one.account, f"{one.open_seq}.{one.number}")
        if own == (wanted.security_id, wanted.account, wanted.lot) and wanted.entry in (
            None,
            one.close_seq,
        ):
            return one
    raise FigureUnknown("This lot has no such disposal.")
