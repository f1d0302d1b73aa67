"""A benchmark with its currencies hedged by forwards (methods §3.7).

Of each market a forward sells the principal at the start of the period, at F0, and the spot goes
from S0 to S1: the hedge earns η·(F0/S0 − S1/S0) on the market's weight. The notional is set at the
start, so the return earned inside the period stays unhedged.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HedgedMarket:
    """weight and local return are fractions; spots and forward are base per 1 unit of its
    currency. Of the base currency all three are 1."""

    key: Hashable
    weight: float
    local_return: float
    spot_start: float
    spot_end: float
    forward: float


@dataclass(frozen=True, slots=True)
class Hedged:
    """unhedged + hedge_contribution = hedged; by market the base return (1+r)(1+e) − 1 and what
    the hedge gained on its principal, both unweighted."""

    unhedged: float
    hedged: float
    hedge_contribution: float
    base_returns: Mapping[Hashable, float]
    hedge_gains: Mapping[Hashable, float]


def hedged_benchmark(markets: Iterable[HedgedMarket], hedge_ratio: float = 1.0) -> Hedged:
    """Σ W[(1+r)(1+e) − 1 + η(F0/S0 − S1/S0)] over one period.

    hedge_ratio: the share of the principal that is sold forward, 0 to 1. Raises ZeroDivisionError
    for a spot of 0.
    """
    unhedged = contribution = 0.0
    base_returns: dict[Hashable, float] = {}
    gains: dict[Hashable, float] = {}
    for market in markets:
        move = market.spot_end / market.spot_start
        base_returns[market.key] = (1.0 + market.local_return) * move - 1.0
        gains[market.key] = hedge_ratio * (market.forward / market.spot_start - move)
        unhedged += market.weight * base_returns[market.key]
        contribution += market.weight * gains[market.key]
    return Hedged(unhedged, unhedged + contribution, contribution, base_returns, gains)
