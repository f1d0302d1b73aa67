"""Markets and currencies apart: the excess over a benchmark after Karnosky and Singer (1994).

Methods §3.7, exact in simple returns. A market i has the asset weight w, the net forward weight h
(forwards sum to 0 over the markets), the currency weight x = w + h and the local asset return r;
capitals W, H, X and B are the benchmark's. c is the local cash rate, e the currency's return in
base, k = (1+c)(1+e) − 1 what foreign cash earns in base. Who may lend and borrow in every
currency decides on markets by their premium over cash, B − c, and on currencies by k:

    allocation  = (w − W)(B − c − P)     P = ΣW(B − c)
    selection   = W(r − B)               interaction = (w − W)(r − B)
    currency    = (x − X)(k − K)         K = ΣX·k
    cross       = [w(r − c) − W(B − c)]·e

The five sum to the excess. The currency effect has two parts, by what carries the exposure:
(w − W)(k − K) from assets and (h − H)(k − K) from forwards. A forward of present-value weight h
has the notional h(1+c), so under covered parity it earns h(k − c_base); as forwards sum to 0 the
base rate drops out.
"""

from dataclasses import dataclass

import numpy as np

from portfolios.calc.returns import Floats

WEIGHTS_SUM = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Markets:
    """One side's or both sides' facts; all arrays have shape (days, markets).

    w, h, r: the portfolio's asset weight, forward weight and local return. index_w, index_h,
    index_r: the benchmark's. cash: local cash return of the day; fx: the currency's return in
    base. A side that does not hold a market gives any finite return for it.
    """

    w: Floats
    h: Floats
    r: Floats
    index_w: Floats
    index_h: Floats
    index_r: Floats
    cash: Floats
    fx: Floats


@dataclass(frozen=True, slots=True)
class MarketEffects:
    """Effects by day and market, which sum to portfolio − benchmark over a day's markets.

    currency = by_assets + by_forwards. portfolio and benchmark have one element a day.
    """

    allocation: Floats
    selection: Floats
    interaction: Floats
    currency: Floats
    cross: Floats
    by_assets: Floats
    by_forwards: Floats
    portfolio: Floats
    benchmark: Floats


def karnosky_singer(markets: Markets) -> MarketEffects:
    """The five effects of every day and market.

    Raises ValueError where asset weights do not sum to 1 or forward weights not to 0: the effects
    would not sum to the excess.
    """
    for weights, whole in (
        (markets.w, 1.0),
        (markets.index_w, 1.0),
        (markets.h, 0.0),
        (markets.index_h, 0.0),
    ):
        if np.any(np.abs(weights.sum(axis=1) - whole) > WEIGHTS_SUM):
            raise ValueError(f"the weights of a day sum to {whole:g}")
    lent = (1.0 + markets.cash) * (1.0 + markets.fx) - 1.0
    premium = markets.index_r - markets.cash
    mean_premium = (markets.index_w * premium).sum(axis=1, keepdims=True)
    index_x = markets.index_w + markets.index_h
    mean_lent = (index_x * lent).sum(axis=1, keepdims=True)
    active = markets.w - markets.index_w
    by_assets = active * (lent - mean_lent)
    by_forwards = (markets.h - markets.index_h) * (lent - mean_lent)
    own_premium = markets.w * (markets.r - markets.cash)
    return MarketEffects(
        allocation=active * (premium - mean_premium),
        selection=markets.index_w * (markets.r - markets.index_r),
        interaction=active * (markets.r - markets.index_r),
        currency=by_assets + by_forwards,
        cross=(own_premium - markets.index_w * premium) * markets.fx,
        by_assets=by_assets,
        by_forwards=by_forwards,
        portfolio=_earned(markets.w, markets.r, markets.h, lent, markets.fx),
        benchmark=_earned(markets.index_w, markets.index_r, markets.index_h, lent, markets.fx),
    )


def _earned(weights: Floats, local: Floats, forwards: Floats, lent: Floats, fx: Floats) -> Floats:
    earned: Floats = (weights * ((1.0 + local) * (1.0 + fx) - 1.0) + forwards * lent).sum(axis=1)
    return earned
