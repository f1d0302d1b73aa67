"""Fewer points for a long chart: the last close of each week, and the days that must be seen."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from portfolios.calc.daily_returns import Days

MOST_DAILY = 520  # two years of sessions


def shown_days(
    days: Days, always: Iterable[int] = (), most: int = MOST_DAILY
) -> npt.NDArray[np.intp]:
    """Which places of ascending ordinals a chart shows.

    All of up to `most` days. Of more, the first and the last, the last of each calendar week
    (Monday to Sunday), and the places in `always`: an extreme is never thinned away.
    """
    if len(days) <= most:
        return np.arange(len(days))
    weeks = (days - 1) // 7  # day 1 of the ordinals is a Monday
    kept = np.zeros(len(days), dtype=bool)
    kept[np.flatnonzero(weeks[1:] != weeks[:-1])] = True
    kept[[0, len(days) - 1, *always]] = True
    return np.flatnonzero(kept)
