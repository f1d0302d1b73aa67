"""When a portfolio has what is old or unknown: for states, and for who is done one by one."""

from collections.abc import Iterator

import numpy as np

from portfolios.calc.bulk.errorfree import Mask
from portfolios.calc.bulk.market import MarketTable
from portfolios.calc.bulk.steps import Integers, Movements, levels, runs


def spans(moved: Movements, market: MarketTable) -> tuple[Movements, Integers, Mask]:
    """Each movement after which something is held, the day on which that ends, and whether any
    portfolio ever held less than nothing of a security (by movement)."""
    starts = runs(moved, market.columns)
    held = levels(moved, starts)
    ends = np.append(moved.day[1:], len(market.days))
    ends[np.append(starts[1:], len(moved)) - 1 if len(moved) else starts] = len(market.days)
    below = (held < 0) & (moved.column < market.securities)
    has = held != 0
    return moved.where(has), ends[has], below


def marked(kept: Movements, ends: Integers, table: Mask, number: Integers) -> Iterator[Integers]:
    """Owners and days on which a span meets a mark. table: things × days; number: which thing a
    span is about, -1 for none of them."""
    things, days = table.shape
    where = np.flatnonzero(table.ravel())
    about = number >= 0
    if not len(where) or not about.any():
        yield np.zeros(0, dtype=np.int64)
        yield np.zeros(0, dtype=np.int64)
        return
    of = number[about]
    first = np.searchsorted(where, of * days + kept.day[about])
    last = np.searchsorted(where, of * days + ends[about])
    counts = last - first
    offsets = np.cumsum(counts) - counts
    pick = np.arange(int(counts.sum())) - np.repeat(offsets, counts) + np.repeat(first, counts)
    yield np.repeat(kept.owner[about], counts)
    yield where[pick] % days
    del things
