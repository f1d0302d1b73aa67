"""The valued days and the charges behind the gain of a period."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from patterns.context import Context
from patterns.memo import once_a_context
from portfolios.calc.gain_parts import (
    Charged,
    GainDay,
    GainParts,
    charged_by_day,
    gain_days,
    gain_parts,
    gain_parts_of,
    nothing_before,
)
from portfolios.calc.history import DayValue
from portfolios.calc.period_money import PeriodMoney
from portfolios.selectors.booked import Booked
from portfolios.selectors.history import valued_days
from portfolios.selectors.quotes import booked_closes
from portfolios.selectors.standing import standing

ONE_DAY = timedelta(days=1)


@once_a_context
def parts_of(ctx: Context, portfolio_id: UUID, money: PeriodMoney) -> GainParts | None:
    """The gain of a period cut into its parts; None when a day of it is not valued whole."""
    now = standing(ctx, portfolio_id)
    at_once = _parts_at_once(now.booked, money)
    if at_once is not None:
        return at_once
    days = _days(now.booked, money)
    return None if not days else gain_parts(days, _charged(now.booked, days), money.gain)


@once_a_context
def gain_days_of(
    ctx: Context, portfolio_id: UUID, money: PeriodMoney
) -> tuple[GainDay, ...] | None:
    """The same, day by day and unrounded."""
    booked = standing(ctx, portfolio_id).booked
    days = _days(booked, money)
    return None if not days else gain_days(days, _charged(booked, days))


def _days(booked: Booked, money: PeriodMoney) -> list[DayValue]:
    """The closes of a period after its baseline, which is empty where nothing was before."""
    found = valued_days(booked, money.start + ONE_DAY)
    days: list[DayValue] = [day for day in found if day.asof_date <= money.end]
    if days and days[0].asof_date > money.start:
        days.insert(0, nothing_before(days[0], money.start))
    return days


def _charged(booked: Booked, days: list[DayValue]) -> dict[date, Charged]:
    book = booked.book
    return charged_by_day(book.accepted, book.journal, [day.asof_date for day in days])


def _parts_at_once(booked: Booked, money: PeriodMoney) -> GainParts | None:
    """The same of days that can all be valued together, to the day that the period ends on."""
    closes = booked_closes(booked, money.start + ONE_DAY, until=money.end)
    if closes is None or len(closes.days) + (closes.days[0] > money.start) < 2:
        return None
    charged = charged_by_day(
        booked.book.accepted,
        booked.book.journal,
        [money.start, *closes.days] if closes.days[0] > money.start else closes.days,
    )
    return gain_parts_of(closes, charged, money.gain, from_nothing=closes.days[0] > money.start)
