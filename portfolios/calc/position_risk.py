"""What one position adds to the risk of the portfolio that holds it.

Euler's decomposition of the portfolio's variance, over what really happened: with c the daily
contributions of the position and R the portfolio's returns, its share of the risk is

    cov(c, R) / var(R)

Over all lines of a portfolio c sums to R, so the shares sum to 1, trades included. A negative
share is a diversifier. In normal terms, at z = Φ⁻¹(confidence) and a day's horizon:

    alone        z·sd(c)             what the position would risk if it were all there is
    component    z·cov(c, R)/sd(R)   what it adds: the components sum to z·sd(R)
    marginal     z·cov(r, R)/sd(R)   what one more unit of weight in it would add
    diversified  alone − component   what the rest of the portfolio takes away from its risk

r are the position's own returns. The mean is left out of all of them, being small over a day.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from portfolios.calc.position_returns import PositionDays
from portfolios.calc.returns import Floats
from portfolios.calc.risk import DUST


@dataclass(frozen=True, slots=True)
class PositionRisk:
    """Fractions of the portfolio a day, but for beta, correlation and risk_share.

    beta and correlation are of the position's own returns to the portfolio's, on the days it was
    held; the rest is over all days of the period. None where nothing varies.
    """

    beta: float | None
    correlation: float | None
    risk_share: float | None
    alone: float
    component: float | None
    marginal: float | None
    diversified: float | None


def position_risk(days: PositionDays, confidence: float = 0.95) -> PositionRisk:
    """The risk of a position that was held on two days or more; ValueError otherwise."""
    own, beside = days.held_returns, days.portfolio[days.held]
    if len(own) < 2:
        raise ValueError("risk needs two days")
    z = NormalDist().inv_cdf(confidence)
    whole = deviation_of(days.portfolio)
    part = deviation_of(days.contributions)
    together = covariance_of(days.contributions, days.portfolio)
    alone = z * part
    component = z * together / whole if whole > DUST else None
    return PositionRisk(
        beta=_quotient(covariance_of(own, beside), deviation_of(beside) ** 2),
        correlation=_quotient(covariance_of(own, beside), deviation_of(own) * deviation_of(beside)),
        risk_share=_quotient(together, whole**2),
        alone=alone,
        component=component,
        marginal=z * covariance_of(own, beside) / deviation_of(beside)
        if deviation_of(beside) > DUST
        else None,
        diversified=None if component is None else alone - component,
    )


def deviation_of(sample: Floats) -> float:
    """Standard deviation, ddof 1."""
    return float(np.std(sample, ddof=1))


def covariance_of(one: Floats, other: Floats) -> float:
    """Sample covariance, ddof 1."""
    return float((one - one.mean()) @ (other - other.mean()) / (len(one) - 1))


def _quotient(part: float, whole: float) -> float | None:
    return part / whole if whole > DUST**2 else None
