"""Value at risk and its tail mean, over one day, losses positive (methods §4).

Historical: of N returns the k-th worst loss, k = ⌈(1−c)·N⌉, and

    CVaR = VaR + Σ max(L − VaR, 0) / ((1−c)·N)

the order statistic that the CVaR optimiser minimises, so screen and optimiser agree (Rockafellar
and Uryasev 2000). Normal: −μ + z·σ and −μ + σ·φ(z)/(1−c). Cornish–Fisher bends the normal
quantile by population skew S and excess kurtosis K at z = Φ⁻¹(1−c):

    z_cf = z + (z²−1)S/6 + (z³−3z)K/24 − (2z³−5z)S²/36        VaR = −(μ + z_cf·σ)

It is a quantile only where the map from z to z_cf rises everywhere; where it does not, its VaR
is None (Maillard 2012).
"""

from dataclasses import dataclass
from math import ceil
from statistics import NormalDist

import numpy as np

from portfolios.calc.returns import Floats
from portfolios.calc.risk import DUST

_NORMAL = NormalDist()
_ROUNDING = 1e-9  # of (1−c)·N: 0.05·320 is 16, not 16.000000000000014


@dataclass(frozen=True, slots=True)
class Moments:
    """mean; deviation with ddof 1; population skew and excess kurtosis, None where nothing
    varies."""

    mean: float
    deviation: float
    skew: float | None
    excess_kurtosis: float | None


@dataclass(frozen=True, slots=True)
class HistoricalTail:
    """var is the k-th worst loss, cvar the mean beyond it; fractions, losses positive."""

    k: int
    var: float
    cvar: float


@dataclass(frozen=True, slots=True)
class CornishFisher:
    """var is None where the quantile map is not monotone."""

    z: float
    monotone: bool
    var: float | None


def moments(returns: Floats) -> Moments | None:
    """The moments of at least two returns; None below."""
    n = len(returns)
    if n < 2:
        return None
    mean = float(returns.mean())
    spread = returns - mean
    squares = spread * spread
    variance = float(squares.mean())
    deviation = (variance * n / (n - 1)) ** 0.5
    if deviation < DUST:
        return Moments(mean, deviation, None, None)
    skew = float((squares * spread).mean()) / variance**1.5
    kurtosis = float((squares * squares).mean()) / variance**2 - 3.0
    return Moments(mean, deviation, skew, kurtosis)


def historical_tail(returns: Floats, confidence: float) -> HistoricalTail | None:
    """The loss that was exceeded in a share 1 − confidence of days. None without returns."""
    n = len(returns)
    if not n:
        return None
    share = (1.0 - confidence) * n
    k = max(1, ceil(share - _ROUNDING))
    worst = np.partition(returns, k - 1)[:k]
    threshold = float(-worst[-1])
    beyond = float(np.maximum(-worst - threshold, 0.0).sum())
    return HistoricalTail(k, threshold, threshold + beyond / share)


def normal_tail(found: Moments, confidence: float) -> tuple[float, float]:
    """VaR and CVaR if returns were normal."""
    z = _NORMAL.inv_cdf(confidence)
    var = -found.mean + z * found.deviation
    return var, -found.mean + found.deviation * _NORMAL.pdf(z) / (1.0 - confidence)


def cornish_fisher(found: Moments, confidence: float) -> CornishFisher | None:
    """The quantile corrected for skew and kurtosis. None where returns do not vary."""
    skew, kurtosis = found.skew, found.excess_kurtosis
    if skew is None or kurtosis is None:
        return None
    z = _NORMAL.inv_cdf(1.0 - confidence)
    bent = (
        z
        + (z**2 - 1.0) * skew / 6.0
        + (z**3 - 3.0 * z) * kurtosis / 24.0
        - (2.0 * z**3 - 5.0 * z) * skew**2 / 36.0
    )
    monotone = _is_monotone(skew, kurtosis)
    var = -(found.mean + bent * found.deviation) if monotone else None
    return CornishFisher(bent, monotone, var)


def _is_monotone(skew: float, kurtosis: float) -> bool:
    """Whether the derivative of the map, a parabola in z, is nowhere negative."""
    leading = kurtosis / 8.0 - skew**2 / 6.0
    constant = 1.0 - kurtosis / 8.0 + 5.0 * skew**2 / 36.0
    return leading >= 0.0 and skew**2 / 9.0 - 4.0 * leading * constant <= 0.0
