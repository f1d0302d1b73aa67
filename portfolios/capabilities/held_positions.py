"""What is held, line by line, as the page of holdings lists it."""

from __future__ import annotations

from datetime import date

from django.urls import reverse

from patterns.context import Context
from patterns.registry import capability
from patterns.results import FractionFigure, MoneyFigure
from portfolios.calc.valuation import ValuedPosition
from portfolios.capabilities.day_change import DayChange, last_day
from portfolios.capabilities.inputs import Answer, OfPortfolio
from portfolios.capabilities.positions import PositionRow, valued
from portfolios.capabilities.span_figures import asked_of
from portfolios.selectors.spans import span_of
from portfolios.selectors.standing import Standing, standing


class HeldRow(PositionRow):
    """A position with the day of its price, what the last day brought it, and its page.

    day_change is in base and counts trades and income of the day; day_change_pct is the
    security's own return of the day.
    """

    price_asof_date: date | None
    day_change: MoneyFigure
    day_change_pct: FractionFigure
    page: str


class HeldPositions(Answer):
    """The rows of the valued positions, in the same order and with the same figures."""

    positions: tuple[HeldRow, ...]
    sources: tuple[str, ...]


@capability("portfolio.held_positions", version="1", agent="analyst")
def held_positions(ctx: Context, args: OfPortfolio) -> HeldPositions:
    """Every position as it is valued, and what the last day brought it."""
    now = standing(ctx, args.portfolio_id)
    found, positions = valued(now)
    change = DayChange(now, span_of(ctx, args.portfolio_id, asked_of(last_day(args))))
    rows = zip(found.positions, positions, strict=True)
    return HeldPositions(
        positions=tuple(_row(now, change, row, position) for row, position in rows),
        sources=now.sources,
    )


def _row(now: Standing, change: DayChange, row: PositionRow, position: ValuedPosition) -> HeldRow:
    return HeldRow(
        **dict(row),
        price_asof_date=position.price_asof_date,
        day_change=change.amount(position),
        day_change_pct=change.rate(position),
        page=reverse("portfolios:holding", args=[now.portfolio.pk, position.security]),
    )
