"""Falls from a peak of the wealth index, which starts at 1 on the base date (methods §4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from portfolios.calc.returns import Floats, wealth_index


@dataclass(frozen=True, slots=True)
class Drawdown:
    """depth is a positive fraction. peak: last date at the peak; recovery: first close at or
    above it, None while under water. The dates are None when the index never fell."""

    depth: float
    peak: date | None = None
    trough: date | None = None
    recovery: date | None = None

    @property
    def days_to_trough(self) -> int | None:
        """Calendar days from peak to trough."""
        if self.peak is None or self.trough is None:
            return None
        return (self.trough - self.peak).days

    @property
    def days_to_recovery(self) -> int | None:
        """Calendar days from trough to recovery."""
        if self.trough is None or self.recovery is None:
            return None
        return (self.recovery - self.trough).days


def drawdown_series(returns: Sequence[float] | Floats) -> Floats:
    """How far each day's close lies below the highest so far, the starting value 1 included.

    One element a return, positive fractions, 0 at a peak.
    """
    wealth = wealth_index(returns)
    series: Floats = (1.0 - wealth / np.maximum.accumulate(wealth))[1:]
    return series


def current_drawdown(returns: Sequence[float] | Floats) -> float | None:
    """The last element of the drawdown series; None without returns."""
    return float(drawdown_series(returns)[-1]) if len(returns) else None


def max_drawdown(
    base_date: date, dates: Sequence[date], returns: Sequence[float] | Floats
) -> Drawdown | None:
    """The deepest fall and its dates; the first of equals. None without returns.

    A loss on the first day counts: its peak is base_date. Dates and returns have one length.
    """
    if not len(returns):
        return None
    falls = drawdown_series(returns)
    trough = int(np.argmax(falls))
    depth = float(falls[trough])
    if depth <= 0.0:
        return Drawdown(0.0)
    closes = (base_date, *dates)
    wealth = wealth_index(returns)
    before = wealth[: trough + 2]
    peak = len(before) - 1 - int(np.argmax(before[::-1]))
    recovered = np.flatnonzero(wealth[trough + 1 :] >= wealth[peak])
    recovery = closes[trough + 1 + int(recovered[0])] if len(recovered) else None
    return Drawdown(depth, closes[peak], closes[trough + 1], recovery)
