"""A long chart keeps its ends, each week's last close and what must be seen."""

from datetime import date

import numpy as np

from portfolios.calc.thinning import shown_days

MONDAY = date(2024, 1, 1).toordinal()


def test_a_short_chart_keeps_every_day() -> None:
    assert shown_days(np.arange(MONDAY, MONDAY + 5), most=5).tolist() == [0, 1, 2, 3, 4]


def test_a_long_one_keeps_fridays_and_the_extremes() -> None:
    """Two weeks of Monday to Friday: places 4 and 9 are Fridays, 0 is the first, 6 the low."""
    days = np.array([MONDAY + week * 7 + day for week in range(2) for day in range(5)])
    assert shown_days(days, always=[6], most=5).tolist() == [0, 4, 6, 9]
