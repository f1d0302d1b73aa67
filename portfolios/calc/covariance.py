"""The covariance of several return series, shrunk so that it can be inverted (methods §4).

Ledoit and Wolf (2004), "A well-conditioned estimator for large-dimensional covariance matrices":
the sample covariance S (1/T) is drawn towards μI, μ its mean variance, by the share δ that
minimises the expected squared error.
"""

from dataclasses import dataclass

import numpy as np

from portfolios.calc.returns import Floats
from portfolios.calc.risk import TRADING_DAYS


@dataclass(frozen=True, slots=True, eq=False)
class Covariance:
    """daily is N × N; shrinkage between 0 (the sample) and 1 (the scaled identity)."""

    daily: Floats
    shrinkage: float

    @property
    def annual(self) -> Floats:
        """daily × 252."""
        scaled: Floats = self.daily * TRADING_DAYS
        return scaled

    @property
    def condition_number(self) -> float:
        """Largest over smallest eigenvalue."""
        return float(np.linalg.cond(self.daily))


def ledoit_wolf(returns: Floats) -> Covariance:
    """The shrunk covariance of T × N daily simple returns without gaps.

    Raises ValueError for fewer than two days or no series.
    """
    if returns.ndim != 2 or returns.shape[0] < 2 or not returns.shape[1]:
        raise ValueError("a covariance needs at least two days of at least one series")
    days, count = returns.shape
    centred = returns - returns.mean(axis=0)
    sample = centred.T @ centred / days
    level = float(np.trace(sample)) / count
    target = level * np.eye(count)
    distance = float(np.sum((sample - target) ** 2))
    squares = centred**2
    noise = float(np.sum(squares.T @ squares / days - sample**2)) / days
    share = min(1.0, noise / distance) if distance > 0.0 else 0.0
    return Covariance(share * target + (1.0 - share) * sample, share)
