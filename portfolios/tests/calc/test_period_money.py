"""Gain, money-weighted return and Modified Dietz of one period; and the benchmark fed alike."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from portfolios.calc.benchmark_fed import feed
from portfolios.calc.daily_returns import DailyReturns
from portfolios.calc.period_money import (
    MoneyDay,
    PeriodMoney,
    between_valuations,
    dietz_return,
    money_of,
    money_weighted,
)
from portfolios.calc.periods import return_since
from portfolios.calc.returns import ReturnSeries

OPEN, MIDDLE, CLOSE = date(2023, 1, 1), date(2023, 7, 2), date(2024, 1, 1)  # 182 + 183 days


def close(day: date, value: str | None, into: str = "0", out: str = "0") -> MoneyDay:
    return MoneyDay(day, Decimal(value) if value else None, Decimal(into), Decimal(out))


def money(opening: str, closing: str, *flows: tuple[date, str]) -> PeriodMoney:
    dated = tuple((day, Decimal(amount)) for day, amount in flows)
    return PeriodMoney(OPEN, CLOSE, Decimal(opening), Decimal(closing), dated)


def test_the_gain_leaves_out_what_came_and_went() -> None:
    days = [close(OPEN, "1000"), close(MIDDLE, "1500", "600", "50"), close(CLOSE, "1700")]
    found = money_of(days, OPEN, CLOSE)
    assert found is not None
    assert found.flows == ((MIDDLE, Decimal(600)), (MIDDLE, Decimal(-50)))
    assert found.gain == 150  # 1,700 − 1,000 − 550


def test_a_history_starts_from_nothing() -> None:
    found = money_of([close(MIDDLE, "100", "100"), close(CLOSE, "110")], OPEN, CLOSE)
    assert found is not None
    assert (found.opening, found.gain) == (Decimal(0), Decimal(10))


def test_a_value_in_the_middle_is_not_needed_and_one_at_an_end_is() -> None:
    days = [close(OPEN, "1000"), close(MIDDLE, None), close(CLOSE, "1100")]
    assert money_of(days, OPEN, CLOSE) == money("1000", "1100")
    assert money_of(days, OPEN, MIDDLE) is None
    assert money_of(days, MIDDLE, CLOSE) is None
    assert money_of([*days[:2], close(CLOSE, "1")._replace(inflow=None)], OPEN, CLOSE) is None
    assert money_of(days, CLOSE, CLOSE) is None


def test_a_portfolio_priced_rarely_is_measured_between_its_valuations() -> None:
    """Values on the first and the third day only; the period asked for ends on the fourth."""
    first, second, third, fourth = (date(2023, 1, day) for day in (2, 3, 4, 5))
    days = [
        close(first, "1000"),
        close(second, None, "100"),
        close(third, "1200"),
        close(fourth, None, "50"),
    ]
    found = between_valuations(days, second, fourth)
    assert found == PeriodMoney(
        first, third, Decimal(1000), Decimal(1200), ((second, Decimal(100)),)
    )
    begun = between_valuations(days[2:], OPEN, fourth)
    assert begun == PeriodMoney(OPEN, third, Decimal(0), Decimal(1200), ())
    assert between_valuations(days, third, fourth) is None  # no later value
    assert between_valuations(days[1:], second, fourth) is None  # no earlier one
    assert between_valuations([], OPEN, CLOSE) is None


def test_without_flows_all_three_agree() -> None:
    """1,000 become 1,100 in 365 days: ten percent by any definition."""
    found = money("1000", "1100")
    assert dietz_return(found) == pytest.approx(0.1)
    rate = money_weighted(found)
    assert rate.annual == pytest.approx(0.1)
    assert rate.period == pytest.approx(0.1)


def test_below_a_year_only_the_period_is_said() -> None:
    """5 % in 182 days is 10.3 % a year, which is not shown."""
    short = PeriodMoney(OPEN, MIDDLE, Decimal(1000), Decimal(1050), ())
    rate = money_weighted(short)
    assert (rate.annual, rate.reason) == (None, None)
    assert rate.period == pytest.approx(0.05)
    assert list(rate.roots) == pytest.approx([1.05 ** (365 / 182) - 1])


def test_a_good_day_has_a_rate_of_its_own() -> None:
    """3 % in a day are 1.03^365 − 1 a year, more than is scanned; the day's rate is still 3 %."""
    day = PeriodMoney(OPEN, date(2023, 1, 2), Decimal(1000), Decimal(1030), ())
    rate = money_weighted(day)
    assert (rate.annual, rate.reason) == (None, None)
    assert rate.period == pytest.approx(0.03)


def test_several_rates_are_named_and_none_is_chosen() -> None:
    """−1,000, then +2,500 after a year, then −1,540 after two: 10 % and 40 % both solve it."""
    two = date(2024, 12, 31)
    found = PeriodMoney(OPEN, two, Decimal(1000), Decimal(-1540), ((CLOSE, Decimal(-2500)),))
    rate = money_weighted(found)
    assert (rate.annual, rate.period, rate.reason) == (None, None, "MULTIPLE_ROOTS")
    assert list(rate.roots) == pytest.approx([0.1, 0.4])


def benchmark(*returns: float | None) -> DailyReturns:
    return DailyReturns.of(ReturnSeries(OPEN, (MIDDLE, CLOSE), returns))


def test_the_benchmark_takes_the_same_money_at_the_same_time() -> None:
    """1,000 at the start and 100 into a day of 10 %, then 210 out of the next, after its 20 %.

    (1,000 + 100)·1.10 = 1,210; ·1.20 − 252 = 1,200: a gain of 1,200 − 1,000 + 152.
    """
    found = feed(benchmark(0.10, 0.20), money("1000", "999", (MIDDLE, "100"), (CLOSE, "-252")))
    assert found is not None
    assert found.values.tolist() == pytest.approx([1210.0, 1200.0])
    assert found.value == pytest.approx(1200.0)
    assert found.gain == pytest.approx(352.0)


def test_the_same_returns_give_the_same_rate() -> None:
    own = money("1000", "1331", (MIDDLE, "100"))
    found = feed(benchmark(0.10, 0.10), own)
    assert found is not None
    assert found.value == pytest.approx(1331.0)
    assert found.rate.annual == pytest.approx(money_weighted(own).annual)


def test_a_benchmark_that_would_have_run_dry_has_no_value() -> None:
    found = feed(benchmark(-0.50, 0.0), money("1000", "400", (CLOSE, "-600")))
    assert found is not None
    assert (found.value, found.rate.annual, found.reason) == (None, None, "EXHAUSTED")


def test_a_benchmark_with_a_gap_or_a_late_start_answers_nothing() -> None:
    assert feed(benchmark(0.1, None), money("1000", "1000")) is None
    late = DailyReturns(np.array([MIDDLE.toordinal(), CLOSE.toordinal()]), np.array([0.1]))
    assert feed(late, money("1000", "1000")) is None


def test_a_flow_on_another_day_than_the_benchmarks_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="2023-03-01"):
        feed(benchmark(0.1, 0.1), money("1", "1", (date(2023, 3, 1), "5")))


def test_a_period_asked_for_begins_after_the_close_of_its_day() -> None:
    found = ReturnSeries(OPEN, (MIDDLE, CLOSE), (0.1, 0.2))
    assert return_since(found, MIDDLE, CLOSE).value == pytest.approx(0.2)
    earlier = return_since(found, date(2020, 1, 1), CLOSE)
    assert (earlier.reason, earlier.start) == ("FUNDED_IN_PERIOD", OPEN)
    assert earlier.value == pytest.approx(0.32)
    assert return_since(found, CLOSE, CLOSE).reason == "NO_RETURNS"
