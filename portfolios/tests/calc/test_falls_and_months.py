"""Falls one by one, calendar months, moving windows, and what a benchmark's rise was worth."""

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolios.calc.daily_returns import DailyReturns
from portfolios.calc.drawdown import drawdown_table, falls, max_drawdown
from portfolios.calc.months import monthly_returns, whole_months
from portfolios.calc.relative import capture, correlation
from portfolios.calc.returns import ReturnSeries, wealth_index
from portfolios.calc.rolling import rolling_volatility

NEW_YEAR = date(2024, 1, 1)


def series(base: str, *days: tuple[str, float | None]) -> DailyReturns:
    dates = tuple(date.fromisoformat(day) for day, _ in days)
    found = ReturnSeries(date.fromisoformat(base), dates, tuple(one for _, one in days))
    return DailyReturns.of(found)


def test_falls_by_depth_with_their_dates() -> None:
    """1 → 0.9 → 1 → 1.1 → 0.88 → 0.99: ten percent, recovered; twenty, not yet."""
    dates = [NEW_YEAR + timedelta(days=n) for n in range(1, 6)]
    deepest, first = drawdown_table(NEW_YEAR, dates, [-0.1, 1 / 9, 0.1, -0.2, 0.125])
    assert deepest.depth == pytest.approx(0.2)
    assert (deepest.peak, deepest.trough, deepest.recovery) == (dates[2], dates[3], None)
    assert first.depth == pytest.approx(0.1)
    assert (first.peak, first.trough, first.recovery) == (NEW_YEAR, dates[0], dates[1])
    assert drawdown_table(NEW_YEAR, dates[:1], [0.1]) == ()


@given(st.lists(st.floats(-0.3, 0.3), min_size=1, max_size=60))
def test_the_first_of_the_table_is_the_maximum(returns: list[float]) -> None:
    dates = [NEW_YEAR + timedelta(days=n + 1) for n in range(len(returns))]
    found = max_drawdown(NEW_YEAR, dates, returns)
    table = drawdown_table(NEW_YEAR, dates, returns, top=len(returns))
    assert found is not None
    assert found.depth == (table[0].depth if table else 0.0)
    if table:
        assert found == table[0]
    ends = [(fall.peak, fall.recovery) for fall in falls(wealth_index(returns))]
    assert all(end is not None and end <= peak for (_, end), (peak, _) in pairwise(ends))


def test_months_and_years_compound_their_days() -> None:
    daily = series(
        "2023-12-29",  # the last weekday of 2023
        ("2024-01-02", 0.10),
        ("2024-01-31", 0.10),
        ("2024-02-15", -0.50),
    )
    (year,) = monthly_returns(daily)
    january, february = year.months[:2]
    assert january is not None
    assert february is not None
    assert january.value == pytest.approx(0.21)
    assert (january.whole, february.whole) == (True, False)  # February is not over
    assert year.total.value == pytest.approx(1.21 * 0.5 - 1)
    assert (year.months[2], year.total.whole) == (None, False)
    assert whole_months(daily).tolist() == pytest.approx([0.21])


def test_a_month_that_was_funded_in_its_middle_is_not_whole() -> None:
    daily = series("2024-01-15", ("2024-01-16", 0.1), ("2024-02-29", 0.2), ("2024-03-28", 0.3))
    assert whole_months(daily).tolist() == pytest.approx([0.2])  # Good Friday is no session


def test_a_day_without_a_return_hides_its_month_and_no_other() -> None:
    daily = series(
        "2023-12-29", ("2024-01-31", 0.1), ("2024-02-15", None), ("2024-02-29", 0.1),
        ("2024-03-29", 0.2),
    )  # fmt: skip
    (year,) = monthly_returns(daily)
    values = [month.value if month else None for month in year.months[:3]]
    assert values == [pytest.approx(0.1), None, pytest.approx(0.2)]
    assert year.total.value is None


def test_nothing_has_no_months() -> None:
    empty = DailyReturns(np.array([NEW_YEAR.toordinal()]), np.empty(0))
    assert monthly_returns(empty) == ()
    assert len(whole_months(empty)) == 0


@given(st.lists(st.floats(-0.1, 0.1), min_size=5, max_size=40))
def test_a_moving_deviation_is_that_of_each_window(returns: list[float]) -> None:
    found = rolling_volatility(np.array(returns), 5)
    expected = [np.std(returns[at : at + 5], ddof=1) * 252**0.5 for at in range(len(returns) - 4)]
    assert found == pytest.approx(expected, abs=1e-6)


def test_a_window_is_full_or_absent() -> None:
    assert len(rolling_volatility(np.array([0.1, 0.2]), 3)) == 0
    with pytest.raises(ValueError, match="two days"):
        rolling_volatility(np.array([0.1, 0.2]), 1)


def test_capture_of_rises_and_falls() -> None:
    """The benchmark rises by 2 % twice and falls by 1 %, the portfolio by half as much."""
    benchmark = np.array([0.02, -0.01, 0.02])
    half = np.array([0.01, -0.005, 0.01])
    assert capture(half, benchmark, up=True) == pytest.approx(0.5)
    assert capture(half, benchmark, up=False) == pytest.approx(0.5)
    assert capture(half[:1], benchmark[:1], up=False) is None


def test_correlation_of_a_line_is_one() -> None:
    returns = np.array([0.01, -0.02, 0.03])
    assert correlation(returns, 2 * returns + 0.001) == pytest.approx(1.0)
    assert correlation(returns, -returns) == pytest.approx(-1.0)
    assert correlation(returns, np.full(3, 0.01)) is None
    assert correlation(returns[:1], returns[:1]) is None
