"""The days of a series of returns, one beside the other or by month."""

from __future__ import annotations

from collections.abc import Callable

from patterns.explanation import Explanation
from portfolios.calc.returns import ReturnSeries, is_unbroken, known
from portfolios.capabilities.why.days import Days
from portfolios.capabilities.why.grouping import Daily


def chained(days: Days, series: ReturnSeries) -> Callable[[], list[Explanation]]:
    """The days of a series, each of which can be opened."""
    return lambda: [days.daily_return(day) for day in series.dates]


def compounded(days: Days, series: ReturnSeries) -> Callable[[], list[Explanation]]:
    """The same for a chain, by month where there are many of them."""
    if not is_unbroken(series):
        return chained(days, series)
    return Daily(
        name="return",
        dates=series.dates,
        values=known(series),
        day=lambda place: days.daily_return(series.dates[place]),
        kind="chain",
        rule="returns.3",
    ).parts
