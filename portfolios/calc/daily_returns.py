"""A return series as two arrays: the days as ordinals, the returns as floats.

`days[0]` is the base close, `days[i + 1]` the close that earned `returns[i]`. NaN is a day without
a return. Finding a stretch is then a binary search, and compounding it one pass.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt

from portfolios.calc.returns import Floats, ReturnSeries

Days = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class DailyReturns:
    """days: n + 1 ascending proleptic ordinals. returns: n fractions, NaN where there is none."""

    days: Days
    returns: Floats

    @classmethod
    def of(cls, series: ReturnSeries) -> "DailyReturns":
        """The same series as arrays."""
        days = [series.base_date.toordinal(), *map(date.toordinal, series.dates)]
        returns = np.array(series.returns, dtype=np.float64)  # None becomes NaN
        return cls(np.array(days, dtype=np.int64), returns)

    def __len__(self) -> int:
        return len(self.returns)

    @property
    def start(self) -> date:
        """The base close."""
        return date.fromordinal(int(self.days[0]))

    @property
    def end(self) -> date:
        """The last close."""
        return date.fromordinal(int(self.days[-1]))

    @cached_property
    def is_unbroken(self) -> bool:
        """Whether every day has a return, so that the chain over all of them means something."""
        return not bool(np.isnan(self.returns).any())

    @cached_property
    def wealth(self) -> Floats:
        """n + 1 values of what 1 became; NaN from the first day without a return on."""
        index: Floats = np.concatenate(([1.0], np.cumprod(1.0 + self.returns)))
        return index

    @property
    def total(self) -> float:
        """Π(1 + r) − 1; NaN when the chain is broken, 0 of no day."""
        return float(self.wealth[-1] - 1.0)

    def stretch(self, first: int, last: int) -> "DailyReturns":
        """The returns from index `first` up to, not including, `last`."""
        return DailyReturns(self.days[first : last + 1], self.returns[first:last])

    def upto(self, day: date) -> "DailyReturns":
        """The returns of days up to and including `day`."""
        return self.stretch(0, int(np.searchsorted(self.days[1:], day.toordinal(), "right")))

    def after(self, day: date) -> "DailyReturns":
        """The returns of later days, based on the last close on or before `day`."""
        return self.stretch(
            int(np.searchsorted(self.days[1:], day.toordinal(), "right")), len(self)
        )

    def since_funding(self) -> "DailyReturns":
        """Without the leading days that have no return: nothing was invested on them."""
        funded = np.flatnonzero(~np.isnan(self.returns))
        return self.stretch(int(funded[0]) if len(funded) else len(self), len(self))

    def last(self, count: int) -> "DailyReturns":
        """The last `count` returns, or as many as there are."""
        return self.stretch(max(0, len(self) - count), len(self))

    def on(self, days: Days) -> Floats:
        """The returns of certain closes; NaN where the series has no such close."""
        place = np.searchsorted(self.days[1:], days)
        found = np.full(len(days), np.nan)
        inside = place < len(self)
        same = np.zeros(len(days), dtype=bool)
        same[inside] = self.days[1:][place[inside]] == days[inside]
        found[same] = self.returns[place[same]]
        return found
