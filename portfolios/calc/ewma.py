"""Volatility that forgets: exponentially weighted squares of returns (methods §4, RiskMetrics)."""

import numpy as np

from portfolios.calc.returns import Floats
from portfolios.calc.risk import TRADING_DAYS

DECAY = 0.94
SEED = 20


def ewma_variance(returns: Floats, decay: float = DECAY, seed: int = SEED) -> float | None:
    """The variance expected for the next day.

    σ² ← λσ² + (1−λ)r² over the days after the first `seed`, whose mean square it starts from;
    here in closed form, Σ (1−λ)·λ^age·r² + λ^m·seed. None below `seed` returns.
    """
    if len(returns) < seed:
        return None
    later = returns[seed:]
    weights = decay ** np.arange(len(later) - 1, -1, -1, dtype=np.float64)
    recent = (1.0 - decay) * float(weights @ (later * later))
    return recent + decay ** len(later) * float(np.mean(returns[:seed] ** 2))


def ewma_volatility(returns: Floats, decay: float = DECAY, seed: int = SEED) -> float | None:
    """√(variance·252)."""
    variance = ewma_variance(returns, decay, seed)
    return None if variance is None else float(np.sqrt(variance * TRADING_DAYS))
