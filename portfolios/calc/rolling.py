"""Measures over a window that moves along a series; each needs its window full (methods §3.4)."""

import numpy as np

from portfolios.calc.returns import Floats
from portfolios.calc.risk import TRADING_DAYS


def rolling_volatility(returns: Floats, window: int) -> Floats:
    """sd(r, ddof=1)·√252 over every full window of `window` days, in one pass.

    Element i covers returns[i : i + window]; fewer returns than one window give an empty array.
    Sums run over deviations from the whole mean, which keeps their rounding small. Raises
    ValueError for a window below 2.
    """
    if window < 2:
        raise ValueError("a rolling deviation needs at least two days")
    if len(returns) < window:
        return np.empty(0)
    spread = returns - returns.mean()
    sums = _windows(spread, window)
    squares = _windows(spread * spread, window)
    variance = np.maximum(squares - sums * sums / window, 0.0) / (window - 1)
    deviations: Floats = np.sqrt(variance * TRADING_DAYS)
    return deviations


def _windows(values: Floats, window: int) -> Floats:
    """The sum of every full window."""
    running = np.concatenate(([0.0], np.cumsum(values)))
    sums: Floats = running[window:] - running[:-window]
    return sums
