"""The valued days and the charges behind the gain of a period."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from patterns.context import Context
from patterns.memo import once_a_context
from portfolios.calc.gain_parts import GainParts, charged_by_day, gain_parts, nothing_before
from portfolios.calc.history import DayValue
from portfolios.calc.period_money import PeriodMoney
from portfolios.selectors.history import valued_days
from portfolios.selectors.standing import standing

ONE_DAY = timedelta(days=1)


@once_a_context
def parts_of(ctx: Context, portfolio_id: UUID, money: PeriodMoney) -> GainParts | None:
    """The gain of a period cut into its parts; None when a day of it is not valued whole."""
    now = standing(ctx, portfolio_id)
    found = valued_days(now.booked, money.start + ONE_DAY)
    days: list[DayValue] = [day for day in found if day.asof_date <= money.end]
    if not days:
        return None
    if days[0].asof_date > money.start:
        days.insert(0, nothing_before(days[0], money.start))
    book = now.booked.book
    charged = charged_by_day(book.accepted, book.journal, [day.asof_date for day in days])
    return gain_parts(days, charged, money.gain)
