"""Risk of daily simple returns (methods §4).

Functions take float arrays, already free of missing days, and return fractions a year on 252
trading days. They answer None where the measure does not exist: no dispersion, or too few
returns. `measured` adds the sample-size rule: below 60 observations INSUFFICIENT, below 252
partial.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import sqrt

import numpy as np

from portfolios.calc.marks import State
from portfolios.calc.returns import Floats

TRADING_DAYS = 252
MINIMUM_OBSERVATIONS = 60
FULL_SAMPLE = 252
_YEAR = sqrt(TRADING_DAYS)
DUST = 1e-14  # a standard deviation below this is rounding of constant returns


@dataclass(frozen=True, slots=True)
class Statistic:
    """A measure with its sample; value None has a reason: INSUFFICIENT or NO_DISPERSION."""

    value: float | None
    n: int
    state: State
    reason: str | None = None


def risk_free_returns(
    base_date: date, dates: Sequence[date], annual_yields: Sequence[float]
) -> Floats:
    """Daily risk-free returns (1+y)^(calendar days/365) − 1, so that weekends accrue.

    annual_yields[i], a fraction a year, is the yield known at the close before dates[i]; it
    accrues from that close (base_date for the first) to dates[i]. Raises ValueError when the
    lengths differ.
    """
    days = [(after - before).days for before, after in pairwise((base_date, *dates))]
    if len(days) != len(annual_yields):
        raise ValueError("one annual yield is needed for each day")
    yields = np.asarray(annual_yields, dtype=np.float64)
    accrued: Floats = (1.0 + yields) ** (np.array(days, dtype=np.float64) / 365.0) - 1.0
    return accrued


def deviation(sample: Floats) -> float:
    """The standard deviation with ddof 1, of at least two values."""
    spread = sample - sample.mean()
    return sqrt(float(spread @ spread) / (len(spread) - 1))


def volatility(returns: Floats) -> float | None:
    """sd(r, ddof=1)·√252; None below two returns. Constant returns have volatility 0."""
    if len(returns) < 2:
        return None
    return deviation(returns) * _YEAR


def downside_deviation(excess: Floats) -> float | None:
    """√mean(min(x, 0)²)·√252 over all days of `excess` (returns less their target)."""
    if not len(excess):
        return None
    short = np.minimum(excess, 0.0)
    return sqrt(float(short @ short) / len(short)) * _YEAR


def sharpe(excess: Floats) -> float | None:
    """mean(x)/sd(x)·√252 of returns less the risk-free; None without dispersion."""
    if len(excess) < 2:
        return None
    spread = deviation(excess)
    if spread < DUST:
        return None
    return float(excess.mean()) / spread * _YEAR


def sortino(excess: Floats) -> float | None:
    """mean(x)·252 over the downside deviation of x; None when no day fell short."""
    downside = downside_deviation(excess)
    if downside is None or downside < DUST:
        return None
    return float(excess.mean()) * TRADING_DAYS / downside


def calmar(annualised_return: float | None, max_drawdown_depth: float) -> float | None:
    """Annualised return over maximum drawdown; None under one year or without a drawdown."""
    if annualised_return is None or max_drawdown_depth <= 0:
        return None
    return annualised_return / max_drawdown_depth


def measured(measure: Callable[[Floats], float | None], sample: Floats) -> Statistic:
    """Apply a measure under the sample-size rule of methods §4."""
    n = len(sample)
    if n < MINIMUM_OBSERVATIONS:
        return Statistic(None, n, "withheld", "INSUFFICIENT")
    value = measure(sample)
    if value is None:
        return Statistic(None, n, "withheld", "NO_DISPERSION")
    if n < FULL_SAMPLE:
        return Statistic(value, n, "partial", "SHORT_SAMPLE")
    return Statistic(value, n, "exact")
