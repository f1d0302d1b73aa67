"""The valued days that an attribution over a lookback needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from patterns.context import Context
from portfolios.calc.history import DayValue
from portfolios.selectors.history import valued_days
from portfolios.selectors.ledger import first_date
from portfolios.selectors.standing import Standing, standing


@dataclass(frozen=True)
class Window:
    """The last days of a history. With `base_date` it reaches back to the very beginning, before
    which there was nothing; without, the first day is the baseline."""

    days: tuple[DayValue, ...]
    base_date: date | None
    missing: tuple[str, ...]
    why_stale: str
    sources: tuple[str, ...]


def window_of(ctx: Context, portfolio_id: UUID, lookback_days: int) -> Window:
    """`lookback_days` valuation days and their baseline, or the whole history if it is shorter."""
    now = standing(ctx, portfolio_id)
    began = first_date(now.booked.book.accepted)
    if began is None:
        return Window((), None, now.missing, "", now.sources)
    dates = [day for day in now.booked.market.packs if began <= day <= now.pack_date]
    whole = len(dates) <= lookback_days
    start = None if whole or not dates else dates[-lookback_days]
    days = tuple(day for day in valued_days(now.booked, start) if day.asof_date <= now.pack_date)
    base = days[0].asof_date - timedelta(days=1) if whole and days else None
    return Window(days, base, now.missing, _why_stale(now, days), now.sources)


def _why_stale(now: Standing, days: tuple[DayValue, ...]) -> str:
    """Why the first or the last value is stale; "" when both are of their own day."""
    if days and days[-1].state == "stale":
        return now.why_stale()
    if days and days[0].state == "stale":
        return f"On {days[0].asof_date} a price or a rate was carried forward."
    return ""
