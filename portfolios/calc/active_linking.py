"""Linking the daily effects of an excess return, so that they sum to the period's (methods §3.6).

Each linker multiplies the effects of day t by a number; summed over days they are then R_p − R_b.
The totals of the three agree, the effects do not: each spreads the compounding differently.

    Cariño (1999)     k_t/K, k = [ln(1+r_p) − ln(1+r_b)]/(r_p − r_b), its limit 1/(1+r_b)
    Menchero (2000)   A + c·g_t with g = r_p − r_b, the excess of day t
    Frongello (2002)  Π_{s<t}(1+r_p,s) · Π_{s>t}(1+r_b,s)

Arrays have one element a day. Cariño is the house's own; where a day is at or below −100 % on
either side it has no logarithm, and Frongello takes its place.
"""

from typing import Literal

import numpy as np

from portfolios.calc.returns import Floats

ActiveLinker = Literal["carino", "menchero", "frongello"]


def chosen_linker(portfolio: Floats, benchmark: Floats) -> ActiveLinker:
    """Cariño, or Frongello where a return has no logarithm."""
    total_losses = bool(np.any(portfolio <= -1.0) or np.any(benchmark <= -1.0))
    return "frongello" if total_losses else "carino"


def active_factors(portfolio: Floats, benchmark: Floats, linker: ActiveLinker) -> Floats:
    """What the effects of each day are multiplied by. Both arrays have one length, at least 1."""
    return {"carino": _carino, "menchero": _menchero, "frongello": _frongello}[linker](
        portfolio, benchmark
    )


def compounded(returns: Floats) -> float:
    """Π(1+r) − 1."""
    return float(np.prod(1.0 + returns) - 1.0)


def carino_factor(day: tuple[float, float], whole: tuple[float, float]) -> float:
    """k_t/K of one day; both sides of it and of the period, all above −100 %."""
    (one,) = _log_ratio(*(np.array([side]) for side in day)).tolist()
    (over,) = _log_ratio(*(np.array([side]) for side in whole)).tolist()
    return float(one / over)


def _carino(portfolio: Floats, benchmark: Floats) -> Floats:
    whole = np.array([compounded(portfolio)]), np.array([compounded(benchmark)])
    factors: Floats = _log_ratio(portfolio, benchmark) / _log_ratio(*whole)
    return factors


def _log_ratio(portfolio: Floats, benchmark: Floats) -> Floats:
    """[ln(1+p) − ln(1+b)]/(p − b), written so that nearly equal returns lose no digits."""
    excess = portfolio - benchmark
    same = excess == 0.0
    divisor = np.where(same, 1.0, excess)
    ratios: Floats = np.where(
        same, 1.0 / (1.0 + benchmark), np.log1p(excess / (1.0 + benchmark)) / divisor
    )
    return ratios


def _menchero(portfolio: Floats, benchmark: Floats) -> Floats:
    days = len(portfolio)
    excess = portfolio - benchmark
    whole_p, whole_b = compounded(portfolio), compounded(benchmark)
    spread = whole_p - whole_b
    if spread == 0.0:
        scale = (1.0 + whole_b) ** ((days - 1) / days)
    else:
        mean_excess = (1.0 + whole_p) ** (1.0 / days) - (1.0 + whole_b) ** (1.0 / days)
        scale = spread / days / mean_excess
    squares = float(excess @ excess)
    tilt = (spread - scale * float(excess.sum())) / squares if squares else 0.0
    factors: Floats = scale + tilt * excess
    return factors


def _frongello(portfolio: Floats, benchmark: Floats) -> Floats:
    before = np.concatenate(([1.0], np.cumprod(1.0 + portfolio)[:-1]))
    after = np.concatenate((np.cumprod((1.0 + benchmark)[::-1])[::-1][1:], [1.0]))
    factors: Floats = before * after
    return factors
