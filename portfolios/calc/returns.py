"""Time-weighted returns: the day, the chain, the period, the year (methods §3.1, §3.4).

Returns are fractions (0.01 is one percent). Money into the portfolio is an inflow, out of it an
outflow, both ≥ 0. Inflows count at the start of the day, outflows at the end, so that the day of
the first funding and the day of full liquidation are both finite.

    r_t = (V_t + O_t − V_{t−1} − I_t) / (V_{t−1} + I_t)        R = Π(1 + r_t) − 1

None is a day without a return: nothing was invested, or a value is missing. Days before the first
funding are ignored; a later None breaks the chain, which is then reported by segment.
"""

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby, pairwise

import numpy as np
import numpy.typing as npt

from portfolios.calc.entries import ZERO
from portfolios.calc.history import DayValue

Floats = npt.NDArray[np.float64]
LARGE_FLOW = Decimal("0.10")


@dataclass(frozen=True, slots=True)
class ReturnSeries:
    """Daily returns; the first is earned from the close of base_date to that of dates[0]."""

    base_date: date
    dates: tuple[date, ...]
    returns: tuple[float | None, ...]

    def __len__(self) -> int:
        return len(self.dates)


@dataclass(frozen=True, slots=True)
class Segment:
    """An unbroken run of returns and what they chain to."""

    start: date
    end: date
    n: int
    total: float


@dataclass(frozen=True, slots=True)
class Annualised:
    """A yearly rate, or None with the reason."""

    value: float | None
    reason: str | None = None


def day_return(
    opening: Decimal | None,
    closing: Decimal | None,
    inflow: Decimal | None,
    outflow: Decimal | None,
) -> float | None:
    """One day's return. None when a value is missing or when V_{t−1} + I_t ≤ 0.

    The quotient is taken in Decimal and crosses to float here, once.
    """
    if opening is None or closing is None or inflow is None or outflow is None:
        return None
    capital = opening + inflow
    if capital <= 0:
        return None
    return float((closing + outflow - capital) / capital)


def daily_returns(
    values: Sequence[Decimal | None],
    inflows: Sequence[Decimal | None],
    outflows: Sequence[Decimal | None],
) -> list[float | None]:
    """Returns of consecutive closes. values has one more element than the flows: values[0] is
    the close before the first day (0 before any funding)."""
    return [
        day_return(opening, closing, inflow, outflow)
        for (opening, closing), inflow, outflow in zip(
            pairwise(values), inflows, outflows, strict=True
        )
    ]


def history_returns(days: Sequence[DayValue], base_date: date | None = None) -> ReturnSeries:
    """The return series of a valued history.

    With base_date, the history starts there from nothing and its first day has a return too;
    without, the first day is the baseline. A partial or withheld day, and the day after it, have
    no return. Raises ValueError for an empty history.
    """
    if not days:
        raise ValueError("a history without days has no returns")
    values = [day.total_value if day.is_complete else None for day in days]
    earned = list(days)
    if base_date is None:
        base_date, earned = days[0].asof_date, earned[1:]
    else:
        values = [ZERO, *values]
    returns = daily_returns(values, [day.inflow for day in earned], [day.outflow for day in earned])
    return ReturnSeries(base_date, tuple(day.asof_date for day in earned), tuple(returns))


def large_flow_days(days: Sequence[DayValue], share: Decimal = LARGE_FLOW) -> tuple[date, ...]:
    """The days whose inflow or outflow exceeds a share of the value before them.

    Their return leans on the flow convention, so they are flagged (methods §3.1). The funding
    day, which has nothing before it, is not.
    """
    return tuple(
        after.asof_date
        for before, after in pairwise(days)
        if before.total_value
        and max(after.inflow or ZERO, after.outflow or ZERO) > share * before.total_value
    )


def chain(returns: Iterable[float]) -> float:
    """Compound returns: Π(1+r) − 1. Nothing compounds to 0."""
    wealth = 1.0
    for one in returns:
        wealth *= 1.0 + one
    return wealth - 1.0


def since_funding(series: ReturnSeries) -> ReturnSeries:
    """The series without its leading None days: nothing was invested on them."""
    first = next((i for i, one in enumerate(series.returns) if one is not None), len(series))
    if first == 0:
        return series
    return ReturnSeries(series.dates[first - 1], series.dates[first:], series.returns[first:])


def between(series: ReturnSeries, after: date, upto: date) -> ReturnSeries:
    """The returns of days with after < day ≤ upto, based on the last close on or before `after`."""
    first, last = bisect_right(series.dates, after), bisect_right(series.dates, upto)
    base = series.dates[first - 1] if first else series.base_date
    return ReturnSeries(base, series.dates[first:last], series.returns[first:last])


def known(series: ReturnSeries) -> Floats:
    """The returns that exist, as an array for statistics; missing days are left out."""
    found = np.array(series.returns, dtype=np.float64)  # None becomes NaN, which no return is
    return found[~np.isnan(found)]


def is_unbroken(series: ReturnSeries) -> bool:
    """Whether every day has a return, so that the chain over all of them means something."""
    return None not in series.returns


def segments(series: ReturnSeries) -> tuple[Segment, ...]:
    """The unbroken runs of a series; more than one after a None day that follows funding."""
    funded = since_funding(series)
    found = []
    starts = dict(zip(funded.dates, (funded.base_date, *funded.dates), strict=False))
    days = zip(funded.dates, funded.returns, strict=True)
    for present, run in groupby(days, key=lambda day: day[1] is not None):
        if present:
            kept = list(run)
            total = chain(one for _, one in kept if one is not None)
            found.append(Segment(starts[kept[0][0]], kept[-1][0], len(kept), total))
    return tuple(found)


def wealth_index(returns: Sequence[float] | Floats) -> Floats:
    """Wealth including the starting value 1: one element more than the returns."""
    return np.concatenate(([1.0], np.cumprod(1.0 + np.asarray(returns, dtype=np.float64))))


def rolling(returns: Sequence[float] | Floats, window: int) -> Floats:
    """Returns over every full window of `window` days: ratios of wealth-index values.

    Shorter than one window gives an empty array, never a partial window. Raises ValueError for a
    window below 1.
    """
    if window < 1:
        raise ValueError("a rolling window has at least one day")
    wealth = wealth_index(returns)
    ratios: Floats = wealth[window:] / wealth[: max(0, len(wealth) - window)] - 1.0
    return ratios


def add_months(day: date, months: int) -> date:
    """The same day that many months later (earlier if negative), or its month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def annualise(total: float, start: date, end: date) -> Annualised:
    """(1+R)^(365/days) − 1 between two closes, ACT/365.

    None with PERIOD_LT_1Y when end lies before start + 12 calendar months (2024-02-29 to
    2025-02-28 is a year), and with TOTAL_LOSS at −100 % or below.
    """
    if end < add_months(start, 12):
        return Annualised(None, "PERIOD_LT_1Y")
    if total <= -1.0:
        return Annualised(None, "TOTAL_LOSS")
    return Annualised(float((1.0 + total) ** (365.0 / (end - start).days) - 1.0))
