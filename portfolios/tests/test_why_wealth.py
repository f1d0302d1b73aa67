"""Why the wealth index, its falls and a month stand where they do."""

from datetime import date, timedelta

import numpy as np
import pytest

from accounts.models import User
from patterns.explanation import Explanation, Source, breach
from portfolios.calc.daily_returns import DailyReturns
from portfolios.capabilities.why.wealth import Series, exactly, window_of
from portfolios.models import Portfolio
from portfolios.tests.explained import below, run, why
from portfolios.tests.test_benchmarks import make
from portfolios.tests.world import FRI, MON, THU

PATTERN = "portfolio_performance"
START = date(2013, 1, 1)


def series(*returns: float) -> Series:
    def day(on: date) -> Explanation:
        value = returns[(on - START).days - 1]
        return Explanation(label=str(on), value=value, unit="fraction", source=Source("day", "x"))

    days = [(START + timedelta(days=place)).toordinal() for place in range(len(returns) + 1)]
    return Series("it", DailyReturns(np.array(days), np.array(returns)), day)


def test_wealth_is_the_product_of_the_days_up_to_it() -> None:
    found = series(0.5, -0.2, 0.1).wealth(2)
    assert found.value == pytest.approx(1.2)
    assert [value for _, value in below(found)] == [0.5, -0.2]
    assert breach(found) == ""


def test_a_fall_is_measured_from_the_highest_so_far() -> None:
    # 1, 1.5, 1.2, 1.32: on the last day 0.18 below 1.5.
    found = series(0.5, -0.2, 0.1).below_peak(3)
    assert found.value == pytest.approx(-0.12)
    assert [value for _, value in below(found)] == pytest.approx([1.32, 1.5])
    assert found.children[1].label == "highest so far, it, what 1 became by 2013-01-02"
    assert breach(found) == ""


def test_the_start_of_the_index_is_nothing_earned() -> None:
    found = series(0.5).wealth(0)
    assert (found.value, breach(found)) == (1.0, "")
    assert [breach(child) for child in found.children] == [""]


@pytest.mark.parametrize(("which", "days"), [("returns", 252), ("volatilities", 60)])
def test_a_window_opens_into_the_returns_that_it_measures(which: str, days: int) -> None:
    own = series(*[0.01, -0.01] * 130)
    measured = {"returns": 0.9999**126 - 1, "volatilities": 0.01 * (60 / 59 * 252) ** 0.5}[which]
    found = exactly(window_of(own, 260, which), measured)
    assert breach(found) == ""
    assert sum(1 for node in found.walk() if not node.children) == days


def test_a_point_of_the_chart_opens_into_its_days(traded: Portfolio, alice: User) -> None:
    acme = make({"ACME": "1"})
    done = run(alice, traded, PATTERN, start=MON, benchmark_id=acme.pk)
    last = len(done.run.result["wealth"]["points"]) - 1
    own = why(done, f"wealth.points.{last}.wealth")
    theirs = why(done, f"wealth.points.{last}.benchmark_wealth")

    assert [own.value, theirs.value] == pytest.approx([1.198, 1.44])
    assert [label for label, _ in below(own)][-2:] == [f"return of {THU}", f"return of {FRI}"]
    assert len(theirs.children) == 4


def test_a_month_opens_into_its_days(traded: Portfolio, alice: User) -> None:
    done = run(alice, traded, PATTERN)
    found = why(done, "monthly.rows.0.feb")
    assert found.value == pytest.approx(0.198)
    assert (found.rule, found.children[0].label) == ("returns.14", f"return of {MON}")
    assert why(done, "monthly.rows.0.total").value == found.value
