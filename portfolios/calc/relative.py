"""A portfolio beside its benchmark: daily simple returns of equal length (methods §3.6, §4)."""

from dataclasses import dataclass

import numpy as np

from portfolios.calc.returns import Floats
from portfolios.calc.risk import DUST, TRADING_DAYS, deviation, sharpe, volatility


@dataclass(frozen=True, slots=True)
class Regression:
    """OLS of excess on excess: alpha is the daily intercept times 252, not compounded."""

    alpha: float
    beta: float


def tracking_error(returns: Floats, benchmark: Floats) -> float | None:
    """sd(r − b)·√252."""
    return volatility(returns - benchmark)


def information_ratio(returns: Floats, benchmark: Floats) -> float | None:
    """mean(r − b)·252 over the tracking error; None without dispersion."""
    return sharpe(returns - benchmark)


def regress(excess: Floats, benchmark_excess: Floats) -> Regression | None:
    """Beta and alpha of returns above the risk-free; None when the benchmark never moved."""
    if len(excess) < 2:
        return None
    if deviation(benchmark_excess) < DUST:
        return None
    spread = benchmark_excess - benchmark_excess.mean()
    variance = float(spread @ spread)
    beta = float(spread @ (excess - excess.mean())) / variance
    daily = float(excess.mean()) - beta * float(benchmark_excess.mean())
    return Regression(alpha=daily * TRADING_DAYS, beta=beta)


def correlation(returns: Floats, benchmark: Floats) -> float | None:
    """Pearson's coefficient; None when either never moved."""
    if len(returns) < 2:
        return None
    own, other = returns - returns.mean(), benchmark - benchmark.mean()
    scale = float(np.sqrt((own @ own) * (other @ other)))
    return float(own @ other) / scale if scale > DUST * len(returns) else None


def capture(returns: Floats, benchmark: Floats, *, up: bool) -> float | None:
    """The mean compound return on the days on which the benchmark rose (fell), over its own.

    [Π(1+r)^(1/m) − 1] / [Π(1+b)^(1/m) − 1] over those m days: 1.0 is as much as the benchmark.
    None without such a day.
    """
    chosen = benchmark > 0.0 if up else benchmark < 0.0
    own, other = _mean_compound(returns[chosen]), _mean_compound(benchmark[chosen])
    return None if own is None or not other else own / other


def _mean_compound(returns: Floats) -> float | None:
    if not len(returns) or float(returns.min()) <= -1.0:
        return None
    return float(np.expm1(np.log1p(returns).mean()))


def arithmetic_excess(portfolio: float, benchmark: float) -> float:
    """R_p − R_b, the primary excess."""
    return portfolio - benchmark


def geometric_excess(portfolio: float, benchmark: float) -> float:
    """(1+R_p)/(1+R_b) − 1, the secondary one. Raises ZeroDivisionError at R_b = −100 %."""
    return (1.0 + portfolio) / (1.0 + benchmark) - 1.0
