"""Falls from a peak of the wealth index, which starts at 1 on the base date (methods §4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

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


class Fall(NamedTuple):
    """One time under water, by places in the wealth index; recovery None while it lasts."""

    depth: float
    peak: int
    trough: int
    recovery: int | None


def drawdown_series(returns: Sequence[float] | Floats) -> Floats:
    """How far each day's close lies below the highest so far, the starting value 1 included.

    One element a return, positive fractions, 0 at a peak.
    """
    return under_water(wealth_index(returns))[1:]


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
    fall = deepest_fall(wealth_index(returns))
    return Drawdown(0.0) if fall is None else _dated(fall, (base_date, *dates))


def drawdown_table(
    base_date: date, dates: Sequence[date], returns: Sequence[float] | Floats, top: int = 10
) -> tuple[Drawdown, ...]:
    """The `top` deepest falls, deepest first, the earlier of equals first; falls do not overlap.

    Each lasts from its peak until the peak is reached again, so the first of them is
    `max_drawdown`. Dates and returns have one length.
    """
    closes = (base_date, *dates)
    deepest = sorted(falls(wealth_index(returns)), key=lambda fall: -fall.depth)
    return tuple(_dated(fall, closes) for fall in deepest[:top])


def under_water(wealth: Floats) -> Floats:
    """How far each value lies below the highest up to it, as a positive fraction of that."""
    series: Floats = 1.0 - wealth / np.maximum.accumulate(wealth)
    return series


def falls(wealth: Floats) -> list[Fall]:
    """Every stretch of a wealth index below its highest value so far, in order of time."""
    depths = under_water(wealth)
    below = depths > 0.0
    edges = np.flatnonzero(below[1:] != below[:-1]) + 1
    if below[-1]:
        edges = np.append(edges, len(below))
    found = []
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        trough = start + int(np.argmax(depths[start:end]))
        recovery = end if end < len(wealth) else None
        found.append(Fall(float(depths[trough]), start - 1, trough, recovery))
    return found


def deepest_fall(wealth: Floats) -> Fall | None:
    """The deepest of `falls`, the first of equals; None for an index that never fell."""
    depths = under_water(wealth)
    trough = int(np.argmax(depths))
    if depths[trough] <= 0.0:
        return None
    before = wealth[: trough + 1]
    peak = trough - int(np.argmax(before[::-1]))
    recovered = np.flatnonzero(wealth[trough:] >= wealth[peak])
    recovery = trough + int(recovered[0]) if len(recovered) else None
    return Fall(float(depths[trough]), peak, trough, recovery)


def _dated(fall: Fall, closes: Sequence[date]) -> Drawdown:
    recovery = None if fall.recovery is None else closes[fall.recovery]
    return Drawdown(fall.depth, closes[fall.peak], closes[fall.trough], recovery)
