"""A portfolio beside its benchmark: daily simple returns of equal length (methods §3.6, §4)."""

from dataclasses import dataclass

from portfolios.calc.returns import Floats
from portfolios.calc.risk import TRADING_DAYS, sharpe, volatility


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
    spread = benchmark_excess - benchmark_excess.mean()
    variance = float(spread @ spread)
    if variance == 0.0:
        return None
    beta = float(spread @ (excess - excess.mean())) / variance
    daily = float(excess.mean()) - beta * float(benchmark_excess.mean())
    return Regression(alpha=daily * TRADING_DAYS, beta=beta)


def arithmetic_excess(portfolio: float, benchmark: float) -> float:
    """R_p − R_b, the primary excess."""
    return portfolio - benchmark


def geometric_excess(portfolio: float, benchmark: float) -> float:
    """(1+R_p)/(1+R_b) − 1, the secondary one. Raises ZeroDivisionError at R_b = −100 %."""
    return (1.0 + portfolio) / (1.0 + benchmark) - 1.0
