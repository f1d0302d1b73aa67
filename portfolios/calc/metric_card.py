"""Every figure of one portfolio over one period, from one pass over its daily returns.

The card knows no portfolio: it takes arrays of equal length and answers named statistics, each
with its sample, its state and, where it has no value, the reason. Figures follow methods §3.4 and
§4; a measure that needs a sample (`risk.measured`) is withheld below 60 daily returns, the 99 %
tail below 252, and partial between. Returns and drawdowns describe what happened and need none.

Reasons without a value: NO_RETURNS, BROKEN_CHAIN, INSUFFICIENT, INSUFFICIENT_TAIL (99 %),
WINDOW_NOT_FULL, NO_DISPERSION, NOT_MONOTONE, PERIOD_LT_1Y, TOTAL_LOSS, NO_DRAWDOWN, NO_WHOLE_MONTH,
NO_SHORTFALL, NO_RISE, NO_FALL, NO_RISK_FREE, NO_BENCHMARK, BENCHMARK_GAP.
Beside a value: SHORT_SAMPLE.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from portfolios.calc.daily_returns import DailyReturns
from portfolios.calc.drawdown import Drawdown, deepest_fall, under_water
from portfolios.calc.metric_groups import (
    ABOVE_RISK_FREE,
    BESIDE_BENCHMARK,
    EXCESS,
    REGRESSED,
    SPREAD,
    TAIL,
    Measures,
    above_risk_free,
    beside_benchmark,
    sampled,
    spread,
    stated,
    tails,
)
from portfolios.calc.months import whole_months
from portfolios.calc.returns import Floats, annualise
from portfolios.calc.risk import Statistic, calmar, volatility

WINDOWS = {"volatility_30d": 30, "volatility_60d": 60, "volatility_90d": 90, "volatility_1y": 252}

DESCRIPTIVE = (
    "total_return",
    "annualised_return",
    "best_day",
    "worst_day",
    "best_month",
    "worst_month",
    "win_rate",
    "positive_months",
    "max_drawdown",
    "current_drawdown",
    "average_drawdown",
    "calmar_ratio",
)
NAMES = (
    *DESCRIPTIVE,
    *SPREAD,
    *WINDOWS,
    *TAIL,
    *ABOVE_RISK_FREE,
    *BESIDE_BENCHMARK,
    *REGRESSED,
    *EXCESS,
)


@dataclass(frozen=True, slots=True)
class MetricCard:
    """figures by name, every one of NAMES. Dates are None where nothing has them."""

    start: date
    end: date
    n: int
    figures: Mapping[str, Statistic]
    drawdown: Drawdown | None
    best_day: date | None
    worst_day: date | None


def metric_card(
    daily: DailyReturns,
    *,
    before: DailyReturns | None = None,
    risk_free: Floats | None = None,
    benchmark: Floats | None = None,
) -> MetricCard:
    """The card of `daily`, the returns of the period.

    before: the whole series up to the same last day, for windows that reach back beyond the
    period (volatility over 30, 60, 90 and 252 days); by default the period itself. risk_free and
    benchmark: daily returns of the same days, NaN where the benchmark has none; None where there
    is no such series. Raises ValueError when lengths differ.
    """
    n = len(daily)
    for other in (risk_free, benchmark):
        if other is not None and len(other) != n:
            raise ValueError("risk-free and benchmark returns are of the days of the period")
    windows = _windows(before or daily)
    if not n or not daily.is_unbroken:
        why = "BROKEN_CHAIN" if n else "NO_RETURNS"
        figures = {name: Statistic(None, n, "withheld", why) for name in NAMES} | windows
        return MetricCard(daily.start, daily.end, n, figures, None, None, None)
    figures = {
        **_described(daily),
        **sampled(spread(daily.returns), n),
        **windows,
        **tails(daily.returns),
        **above_risk_free(daily.returns, risk_free),
        **beside_benchmark(daily.returns, benchmark, risk_free),
    }
    best, worst = int(np.argmax(daily.returns)), int(np.argmin(daily.returns))
    return MetricCard(
        daily.start,
        daily.end,
        n,
        figures,
        _fall(daily),
        _day(daily, best + 1),
        _day(daily, worst + 1),
    )


def _described(daily: DailyReturns) -> dict[str, Statistic]:
    n, total = len(daily), daily.total
    yearly = annualise(total, daily.start, daily.end)
    depths = under_water(daily.wealth)[1:]
    deepest = float(depths.max())
    ratio = calmar(yearly.value, deepest)
    months = whole_months(daily)
    values: dict[str, tuple[float | None, str | None]] = {
        "total_return": (total, None),
        "annualised_return": (yearly.value, yearly.reason),
        "best_day": (float(daily.returns.max()), None),
        "worst_day": (float(daily.returns.min()), None),
        "best_month": (float(months.max()) if len(months) else None, "NO_WHOLE_MONTH"),
        "worst_month": (float(months.min()) if len(months) else None, "NO_WHOLE_MONTH"),
        "win_rate": (float(np.count_nonzero(daily.returns > 0.0)) / n, None),
        "positive_months": (_shareabove_risk_free_zero(months), "NO_WHOLE_MONTH"),
        "max_drawdown": (deepest, None),
        "current_drawdown": (float(depths[-1]), None),
        "average_drawdown": (float(depths.mean()), None),
        "calmar_ratio": (ratio, yearly.reason or "NO_DRAWDOWN"),
    }
    counted = {"best_month", "worst_month", "positive_months"}
    return {
        name: stated(value, len(months) if name in counted else n, reason)
        for name, (value, reason) in values.items()
    }


def _shareabove_risk_free_zero(values: Floats) -> float | None:
    return float(np.count_nonzero(values > 0.0)) / len(values) if len(values) else None


def _windows(daily: DailyReturns) -> dict[str, Statistic]:
    """Volatility over the last days up to the end of the period, each window full."""
    found: dict[str, Statistic] = {}
    funded = daily.since_funding()
    for name, days in WINDOWS.items():
        window = funded.last(days)
        n = len(window)
        if n < days:
            found[name] = Statistic(None, n, "withheld", "WINDOW_NOT_FULL" if n else "NO_RETURNS")
        elif not window.is_unbroken:
            found[name] = Statistic(None, n, "withheld", "BROKEN_CHAIN")
        else:
            found |= sampled(Measures({name: volatility(window.returns)}), n)
    return found


def _fall(daily: DailyReturns) -> Drawdown:
    fall = deepest_fall(daily.wealth)
    if fall is None:
        return Drawdown(0.0)
    recovery = None if fall.recovery is None else _day(daily, fall.recovery)
    return Drawdown(fall.depth, _day(daily, fall.peak), _day(daily, fall.trough), recovery)


def _day(daily: DailyReturns, place: int) -> date:
    return date.fromordinal(int(daily.days[place]))
