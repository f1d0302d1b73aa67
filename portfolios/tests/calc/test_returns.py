"""Time-weighted returns: goldens, the examples of the domain, and the edges."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolios.calc.money import decimal_from_float
from portfolios.calc.periods import Period, last_returns, lookback_return, period_return
from portfolios.calc.relative import arithmetic_excess, geometric_excess
from portfolios.calc.returns import (
    ReturnSeries,
    add_months,
    annualise,
    between,
    chain,
    daily_returns,
    rolling,
    segments,
)
from portfolios.tests.calc.golden import case, close

NEW_YEAR = date(2024, 1, 1)


def returns_of(values: list[float], flows: list[list[float]]) -> list[float | None]:
    """Golden flows are signed and listed per day; ours are two positive sums."""
    inflows = [decimal_from_float(sum(f for f in day if f > 0)) for day in flows]
    outflows = [decimal_from_float(-sum(f for f in day if f < 0)) for day in flows]
    return daily_returns([decimal_from_float(value) for value in values], inflows, outflows)


def chained(values: list[float], flows: list[list[float]]) -> float:
    return chain(one for one in returns_of(values, flows) if one is not None)


def series(*returns: float | None, base: date = NEW_YEAR) -> ReturnSeries:
    days = tuple(base + timedelta(days=i + 1) for i in range(len(returns)))
    return ReturnSeries(base, days, returns)


@pytest.mark.parametrize(
    "case_id", ["inflow_start_outflow_end", "first_funding_and_full_liquidation"]
)
def test_inflows_start_the_day_and_outflows_end_it(case_id: str) -> None:
    golden = case("s03_twr", case_id)
    expected, tolerance = golden["expected"], golden["tolerance"]
    daily = returns_of(golden["inputs"]["nav"], golden["inputs"]["flows"])
    assert all(
        close(got, wanted, tolerance) for got, wanted in zip(daily, expected["daily"], strict=True)
    )
    assert close(chain(r for r in daily if r is not None), expected["cumulative"], tolerance)


def test_a_year_is_annualised_and_less_is_not() -> None:
    golden = case("s03_twr", "annualise_rules")
    for given_case, expected in zip(
        golden["inputs"]["cases"], golden["expected"]["results"], strict=True
    ):
        start, end = map(date.fromisoformat, (given_case["start"], given_case["end"]))
        got = annualise(given_case["R"], start, end)
        assert close(got.value, expected["annualised"], golden["tolerance"])
        assert got.reason == expected["reason"]


def test_a_period_starts_from_the_last_close_before_it() -> None:
    golden = case("s03_twr", "mtd_qtd_ytd_si_rolling")
    inputs, expected = golden["inputs"], golden["expected"]
    days = tuple(map(date.fromisoformat, inputs["dates"]))
    whole = ReturnSeries(days[0] - timedelta(days=1), days, tuple(inputs["daily"]))
    for period in (Period.MTD, Period.QTD, Period.YTD, Period.SINCE_INCEPTION):
        got = period_return(whole, period, days[-1]).value
        assert close(got, expected[period.value], golden["tolerance"])
    last = rolling(inputs["daily"], inputs["rolling_n"])[-1]
    assert close(last, expected["rolling_last"], golden["tolerance"])


def test_excess_is_a_difference_first_and_a_ratio_second() -> None:
    golden = case("s03_currency", "arithmetic_and_geometric")
    both = golden["inputs"]["portfolio"], golden["inputs"]["benchmark"]
    assert close(arithmetic_excess(*both), golden["expected"]["arithmetic"], golden["tolerance"])
    assert close(geometric_excess(*both), golden["expected"]["geometric"], golden["tolerance"])


@pytest.mark.parametrize(
    ("values", "flows", "expected"),
    [
        # 120/100 · 220/(120+100) · 198/220 = 1.2 · 1 · 0.9
        ([100e3, 120e3, 220e3, 198e3], [0, 100e3, 0], 0.08),
        # 1.2 · (20+100)/120 · 22/20 = 1.2 · 1 · 1.1
        ([100e3, 120e3, 20e3, 22e3], [0, -100e3, 0], 0.32),
        # 105/100 · 205/205 · 215/205 · 215/215 · 120/115
        ([100e3, 105e3, 205e3, 215e3, 115e3, 120e3], [0, 100e3, 0, -100e3, 0], 0.149098621),
        # 1.1 · 111/111 · 122/111
        ([10e3, 11e3, 111e3, 122e3], [0, 100e3, 0], 0.209009009),
        # funded from nothing: 100/(0+100), then 110/100
        ([0, 100e3, 110e3], [100e3, 0], 0.10),
        ([100, 110, 121], [0, 0], 0.21),
        ([100, 90, 81], [0, 0], -0.19),
    ],
)
def test_flows_do_not_count_as_returns(
    values: list[float], flows: list[float], expected: float
) -> None:
    assert chained(values, [[flow] for flow in flows]) == pytest.approx(expected, abs=1e-9)


def test_a_portfolio_that_never_held_anything_has_no_return() -> None:
    assert returns_of([0, 0, 0], [[0], [0]]) == [None, None]


def test_a_missing_value_leaves_both_days_around_it_without_a_return() -> None:
    zero = [Decimal(0)] * 3
    got = daily_returns([Decimal(100), None, Decimal(110), Decimal(121)], zero, zero)
    assert got == [None, None, pytest.approx(0.1)]


def test_days_before_funding_are_ignored_and_later_gaps_break_the_chain() -> None:
    # nothing for two days, then +10 %, a gap, then two days of +10 %
    broken = series(None, None, 0.1, None, 0.1, 0.1)
    first, second = segments(broken)
    assert (first.n, second.n) == (1, 2)
    assert first.total == pytest.approx(0.1)
    assert second.total == pytest.approx(0.21)
    assert first.start == date(2024, 1, 3)
    got = period_return(broken, Period.SINCE_INCEPTION, date(2024, 1, 7))
    assert (got.value, got.reason) == (None, "BROKEN_CHAIN")


def test_a_year_needs_a_year_of_history() -> None:
    got = period_return(series(0.01, 0.02), Period.YEAR, date(2024, 1, 3))
    assert (got.value, got.reason) == (None, "INSUFFICIENT_HISTORY")


def test_a_year_reaches_back_to_the_close_twelve_months_earlier() -> None:
    # baseline is the close of 2024-03-01; the 10 % earned up to it lie outside
    days = (date(2024, 3, 1), date(2024, 9, 2), date(2025, 3, 1))
    year = period_return(
        ReturnSeries(date(2024, 2, 1), days, (0.1, 0.05, 0.02)), Period.YEAR, date(2025, 3, 1)
    )
    assert (year.start, year.n) == (date(2024, 3, 1), 2)
    assert year.value == pytest.approx(1.05 * 1.02 - 1)
    assert year.annualised == pytest.approx(year.value)  # 365 days are one year


def test_money_that_came_inside_a_calendar_period_is_said_so() -> None:
    ytd = period_return(series(0.01, 0.02, base=date(2024, 5, 1)), Period.YTD, date(2024, 5, 3))
    assert ytd.value == pytest.approx(1.01 * 1.02 - 1)
    assert ytd.reason == "FUNDED_IN_PERIOD"


def test_the_last_day_alone_is_its_own_return() -> None:
    got = period_return(series(0.01, 0.02, -0.03), Period.DAY, date(2024, 1, 4))
    assert got.value == pytest.approx(-0.03)
    assert got.start == date(2024, 1, 3)


def test_a_period_sees_nothing_after_its_end() -> None:
    got = period_return(series(0.01, 0.5), Period.SINCE_INCEPTION, date(2024, 1, 2))
    assert got.value == pytest.approx(0.01)


def test_a_lookback_counts_valuation_days_not_calendar_days() -> None:
    four = series(0.5, 0.01, 0.02, 0.03)
    got = lookback_return(four, 3, date(2024, 1, 5))
    assert got.value == pytest.approx(1.01 * 1.02 * 1.03 - 1)
    assert lookback_return(four, 5, date(2024, 1, 5)).reason == "INSUFFICIENT_HISTORY"
    assert last_returns(four, 2, date(2024, 1, 5)).returns == (0.02, 0.03)
    assert len(last_returns(four, 9, date(2024, 1, 5))) == 4


def test_an_empty_series_has_a_reason_and_no_return() -> None:
    assert period_return(series(), Period.YTD, NEW_YEAR).reason == "NO_RETURNS"


def test_a_total_loss_cannot_be_annualised() -> None:
    assert annualise(-1.0, date(2020, 1, 1), date(2022, 1, 1)).reason == "TOTAL_LOSS"


def test_a_month_without_that_day_ends_on_its_last() -> None:
    assert add_months(date(2024, 3, 31), -1) == date(2024, 2, 29)
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)


def test_a_window_longer_than_the_history_is_no_window() -> None:
    assert len(rolling([0.1, 0.1], 3)) == 0
    with pytest.raises(ValueError, match="at least one day"):
        rolling([0.1], 0)


@given(st.lists(st.floats(-0.5, 0.5), min_size=2, max_size=40), st.data())
def test_two_adjacent_periods_chain_to_the_whole(returns: list[float], data: st.DataObject) -> None:
    whole = series(*returns)
    cut = data.draw(st.sampled_from(whole.dates))
    halves = between(whole, date.min, cut), between(whole, cut, date.max)
    chains = [chain(one for one in half.returns if one is not None) for half in halves]
    assert (1 + chains[0]) * (1 + chains[1]) == pytest.approx(1 + chain(returns))
