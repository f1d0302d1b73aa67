"""Returns by calendar month and year: a grid to look at, and which months are whole."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from portfolios.calc.daily_returns import DailyReturns, Days
from portfolios.calc.returns import Floats

_SATURDAY = 5
_EPOCH = date(1970, 1, 1).toordinal()  # from which numpy counts days


@dataclass(frozen=True, slots=True)
class MonthReturn:
    """What a stretch of one month or year compounds to. value None: a day of it has no return.

    whole: it begins before the first weekday and ends on the last weekday of the month or year.
    """

    value: float | None
    start: date
    end: date
    n: int
    whole: bool


@dataclass(frozen=True, slots=True)
class YearOfMonths:
    """months[0] is January; None where the series has no day of that month."""

    year: int
    months: tuple[MonthReturn | None, ...]
    total: MonthReturn


def monthly_returns(daily: DailyReturns) -> tuple[YearOfMonths, ...]:
    """Every year and month since funding, the last year first."""
    funded = daily.since_funding()
    months = _stretches(funded, "M")
    years = _stretches(funded, "Y")
    grid: dict[int, list[MonthReturn | None]] = {
        year.end.year: [None] * 12 for year in reversed(years)
    }
    for month in months:
        grid[month.end.year][month.end.month - 1] = month
    totals = {year.end.year: year for year in years}
    return tuple(YearOfMonths(year, tuple(found), totals[year]) for year, found in grid.items())


def whole_months(daily: DailyReturns) -> Floats:
    """The returns of the whole calendar months of an unbroken series, in order."""
    if not len(daily):
        return np.empty(0)
    edges = _edges(daily, "M")
    totals = np.multiply.reduceat(1.0 + daily.returns, edges[:-1]) - 1.0
    first = 0 if _is_last_weekday(daily.start, "M") else 1
    last = len(totals) if _is_last_weekday(daily.end, "M") else len(totals) - 1
    return totals[first:last]


def _stretches(daily: DailyReturns, unit: str) -> list[MonthReturn]:
    """The series cut by calendar month ("M") or year ("Y")."""
    if not len(daily):
        return []
    edges = _edges(daily, unit)
    totals = np.multiply.reduceat(1.0 + daily.returns, edges[:-1]) - 1.0
    closes = [date.fromordinal(day) for day in daily.days[edges].tolist()]
    whole = [True] * len(totals)
    whole[0] = _is_last_weekday(closes[0], unit)
    whole[-1] = whole[-1] and _is_last_weekday(closes[-1], unit)
    return [
        MonthReturn(None if np.isnan(total) else total, start, end, int(count), is_whole)
        for total, start, end, count, is_whole in zip(
            totals.tolist(), closes[:-1], closes[1:], np.diff(edges), whole, strict=True
        )
    ]


def _edges(daily: DailyReturns, unit: str) -> Days:
    """Where each month (year) begins among the returns, and where the last one ends."""
    labels = (daily.days[1:] - _EPOCH).astype("datetime64[D]").astype(f"datetime64[{unit}]")
    changed = np.flatnonzero(labels[1:] != labels[:-1]) + 1
    return np.concatenate(([0], changed, [len(daily)]))


def _is_last_weekday(day: date, unit: str) -> bool:
    """Whether the next weekday lies in another month (year)."""
    later = day + timedelta(days=1)
    while later.weekday() >= _SATURDAY:
        later += timedelta(days=1)
    return later.year != day.year or (unit == "M" and later.month != day.month)
