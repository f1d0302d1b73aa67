"""Values of many portfolios by the shortest way in float64, and by a loop in pandas.

Neither knows flows, decimals, stale closes or a certified digit: they are what speed is held
against. The sparse way is a floor, the loop is what people write.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

Floats = Any


def sparse_values(world: Any) -> tuple[Floats, Floats, Floats]:
    """Values, returns, and of each portfolio return, volatility, Sharpe ratio, deepest fall and
    the three effects of currencies."""
    count, days = len(world.bases), world.closes.shape[1]
    values = np.empty((count, days))
    effects = np.empty((count, 3))
    for base in range(len(world.rates)):
        rows = np.flatnonzero(world.bases == base)
        each = world.held.shape[1]
        held = sparse.csr_array(
            (
                world.quantity[rows].ravel().astype(float),
                world.held[rows].ravel(),
                np.arange(0, len(rows) * each + 1, each),
            ),
            shape=(len(rows), len(world.closes)),
        )
        rate = (world.rates[base] / world.rates)[world.currency]
        price, start = world.closes * rate, (world.closes * rate)[:, :-1]
        local = world.closes[:, 1:] / world.closes[:, :-1] - 1
        change = rate[:, 1:] / rate[:, :-1] - 1
        value = held @ price
        values[rows] = value
        for place, part in enumerate((start * local, start * change, start * local * change)):
            effects[rows, place] = np.einsum("pd,pd->p", held @ part, 1.0 / value[:, :-1])
    returns = values[:, 1:] / values[:, :-1] - 1
    wealth = np.cumprod(1 + returns, axis=1)
    mean = returns.mean(axis=1)
    freedom = max(returns.shape[1] - 1, 1)
    deviation = np.sqrt(((returns - mean[:, None]) ** 2).sum(axis=1) / freedom)
    fall = (1 - wealth / np.maximum.accumulate(np.maximum(wealth, 1), axis=1)).max(axis=1)
    with np.errstate(all="ignore"):  # of one day there is no deviation
        sharpe = mean / deviation * 252**0.5
    figures = np.column_stack((wealth[:, -1] - 1, deviation * 252**0.5, sharpe, fall, effects))
    return values, returns, figures


def pandas_loop(world: Any, count: int) -> None:
    """The same for the first `count` portfolios, one after the other, with frames."""
    import pandas as pd

    dates = pd.to_datetime(world.days)
    closes, rates = pd.DataFrame(world.closes.T, index=dates), pd.DataFrame(world.rates.T, dates)
    for place in range(count):
        columns = world.held[place]
        price = closes[columns]
        rate = rates[[world.bases[place]]].to_numpy() / rates[world.currency[columns]]
        rate.columns = columns
        value = price * rate * world.quantity[place]
        total = value.sum(axis=1)
        earned = total.pct_change().dropna()
        weight = value.div(total, axis=0).shift(1).iloc[1:]
        local, change = price.pct_change().iloc[1:], rate.pct_change().iloc[1:]
        wealth = (1 + earned).cumprod()
        _ = (
            earned.std(),
            earned.mean() / earned.std(),
            (wealth / wealth.cummax().clip(lower=1) - 1).min(),
            (weight * local).sum(axis=1).sum(),
            (weight * change).sum(axis=1).sum(),
            (weight * local * change).sum(axis=1).sum(),
        )
