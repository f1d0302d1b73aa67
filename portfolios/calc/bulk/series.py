"""Return series of many portfolios as a table: where each began, and what 1 became.

Rows are portfolios, columns days. Before the first return nothing was invested; a day without a
return after it breaks the chain, and what depends on the whole of it is NaN from there on.
"""

from dataclasses import dataclass, replace

import numpy as np

from portfolios.calc.bulk.errorfree import Floats, Mask
from portfolios.calc.bulk.steps import Integers


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """How portfolios stand before the first column: what 1 became since funding, the most it was,
    the deepest fall so far, the ordinal of the close before the first return (0 before any), and
    the returns since then."""

    wealth: Floats
    peak: Floats
    fall: Floats
    funded: Integers
    observations: Integers

    @classmethod
    def none(cls, count: int) -> "Standing":
        """Before anything."""
        nothing = np.zeros(count, dtype=np.int64)
        return cls(np.ones(count), np.ones(count), np.zeros(count), nothing, nothing.copy())

    def rows(self, mask: Mask) -> "Standing":
        """Those of a mask."""
        return Standing(
            self.wealth[mask],
            self.peak[mask],
            self.fall[mask],
            self.funded[mask],
            self.observations[mask],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """After each column: portfolios × days, what `Standing` says of one moment."""

    wealth: Floats
    peak: Floats
    fall: Floats
    funded: Integers
    observations: Integers

    def based(self, funded: Integers) -> "Paths":
        """The same of portfolios of which the close before the first return is known, which need
        not lie among these days; 0 where it is not."""
        return replace(self, funded=np.where(funded > 0, funded, self.funded))


def paths(returns: Floats, days: Integers, before: Standing, first: Integers) -> Paths:
    """Follow the returns of ascending days, NaN where there is none. first: the column of each
    portfolio's first day, -1 where that lies before; its base is the close before it, or the
    calendar day before where it began from nothing."""
    known = ~np.isnan(returns)
    began = before.funded > 0
    start = np.where(known.any(axis=1), known.argmax(axis=1), returns.shape[1])
    since = np.arange(1, returns.shape[1] + 1) - np.where(began, 0, start)[:, None]
    growth = 1.0 + returns
    np.copyto(growth, 1.0, where=since <= 0)
    # What stood before goes into the first column, so that a chain that is continued is the same.
    growth[:, :1] *= before.wealth[:, None]
    wealth: Floats = np.multiply.accumulate(growth, axis=1, out=growth)
    peak = wealth.copy()
    np.maximum(peak[:, :1], before.peak[:, None], out=peak[:, :1])
    np.maximum.accumulate(peak, axis=1, out=peak)
    fall = wealth / peak
    np.subtract(1.0, fall, out=fall)
    np.maximum(fall[:, :1], before.fall[:, None], out=fall[:, :1])
    np.maximum.accumulate(fall, axis=1, out=fall)
    closes = np.concatenate(([0], days))
    base = np.where(start > np.maximum(first, 0), closes[np.minimum(start, len(days))], 0)
    at_start = days[np.minimum(start, len(days) - 1)] - 1 if len(days) else np.zeros_like(start)
    funded = np.where(began, before.funded, np.where(base > 0, base, at_start))
    funded[~began & (start == returns.shape[1])] = 0
    counted = np.maximum(since, 0, out=since)
    counted += np.where(began, before.observations, 0)[:, None]
    return Paths(wealth, peak, fall, funded, counted)
