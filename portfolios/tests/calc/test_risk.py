from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolios.calc.drawdown import current_drawdown, drawdown_series, max_drawdown
from portfolios.calc.relative import information_ratio, regress, tracking_error
from portfolios.calc.returns import annualise, chain
from portfolios.calc.risk import (
    calmar,
    downside_deviation,
    measured,
    risk_free_returns,
    sharpe,
    sortino,
    volatility,
)
from portfolios.tests.calc.golden import case, close

MONDAY = date(2024, 1, 8)


def from_golden(inputs: dict[str, Any]) -> tuple[date, list[date]]:
    return date.fromisoformat(inputs["base_date"]), list(map(date.fromisoformat, inputs["dates"]))


def test_the_full_set_of_ratios() -> None:
    golden = case("s04_risk_ratios", "full_set")
    inputs, expected = golden["inputs"], golden["expected"]
    base, days = from_golden(inputs)
    returns, benchmark = np.array(inputs["portfolio"]), np.array(inputs["benchmark"])
    rf = risk_free_returns(base, days, inputs["rf_annual"])
    excess = returns - rf
    fit = regress(excess, benchmark - rf)
    fall = max_drawdown(base, days, returns)
    assert fit is not None
    assert fall is not None
    cagr = annualise(chain(returns), base, days[-1]).value
    got = {
        "n": measured(volatility, returns).n,
        "volatility": volatility(returns),
        "downside_deviation_rf": downside_deviation(excess),
        "downside_deviation_zero": downside_deviation(returns),
        "sharpe": sharpe(excess),
        "sortino": sortino(excess),
        "tracking_error": tracking_error(returns, benchmark),
        "information_ratio": information_ratio(returns, benchmark),
        "beta": fit.beta,
        "alpha_arithmetic": fit.alpha,
        "total_return": chain(returns),
        "cagr": cagr,
        "calmar": calmar(cagr, fall.depth),
    }
    wrong = {
        name: (value, expected[name])
        for name, value in got.items()
        if not close(value, expected[name], golden["tolerance"])
    }
    assert wrong == {}
    assert fall.peak == date.fromisoformat(expected["max_drawdown"]["peak"])


@pytest.mark.parametrize(
    "case_id", ["recovered", "not_recovered", "loss_on_first_day_counts", "never_down"]
)
def test_the_deepest_fall_and_its_dates(case_id: str) -> None:
    golden = case("s04_drawdown", case_id)
    inputs, expected = golden["inputs"], golden["expected"]
    base, days = from_golden(inputs)
    fall = max_drawdown(base, days, inputs["returns"])
    assert fall is not None
    assert close(fall.depth, expected["depth"], golden["tolerance"])
    for name in ("peak", "trough", "recovery"):
        wanted = expected[name]
        assert getattr(fall, name) == (wanted and date.fromisoformat(wanted))
    for name in ("days_to_trough", "days_to_recovery"):
        assert getattr(fall, name) == expected.get(name)
    series = drawdown_series(inputs["returns"])
    assert np.allclose(series, expected["drawdown_series"], rtol=0, atol=1e-9)


def test_the_current_drawdown_is_below_the_peak_so_far() -> None:
    # 1.00 → 1.10 → 0.99: 1 − 0.99/1.10 = 0.10
    assert current_drawdown([0.1, -0.1]) == pytest.approx(0.10)
    assert current_drawdown([]) is None
    assert max_drawdown(MONDAY, [], []) is None


def test_the_dispersion_of_three_returns_is_the_sample_s() -> None:
    # mean 1/30; squares .027778 + .001111 + .017778 = .046667; /2 → sd .152753, ×√252
    returns = np.array([0.2, 0.0, -0.1])
    assert volatility(returns) == pytest.approx(0.1527525 * 252**0.5, rel=1e-6)


def test_weekends_accrue_the_risk_free_rate() -> None:
    # Friday to Monday is three days at 5 % a year
    (monday,) = risk_free_returns(MONDAY - timedelta(days=3), [MONDAY], [0.05])
    assert monday == pytest.approx(1.05 ** (3 / 365) - 1)


def test_every_day_needs_its_yield() -> None:
    with pytest.raises(ValueError, match="one annual yield"):
        risk_free_returns(MONDAY, [MONDAY + timedelta(days=1)], [])


def test_without_dispersion_there_is_no_ratio() -> None:
    flat = np.full(300, 0.001)
    assert sharpe(flat) is None
    assert sortino(flat) is None
    assert measured(sharpe, flat).reason == "NO_DISPERSION"
    assert volatility(flat) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(
    ("n", "state", "reason"),
    [
        (59, "withheld", "INSUFFICIENT"),
        (60, "partial", "SHORT_SAMPLE"),
        (251, "partial", "SHORT_SAMPLE"),
        (252, "exact", None),
    ],
)
def test_a_short_sample_is_named_or_refused(n: int, state: str, reason: str | None) -> None:
    got = measured(volatility, np.resize([0.01, -0.01], n))
    assert (got.state, got.reason, got.n) == (state, reason, n)
    assert (got.value is None) == (state == "withheld")


def test_too_few_returns_have_no_measure() -> None:
    empty = np.array([])
    assert [f(empty) for f in (volatility, downside_deviation, sharpe, sortino)] == [None] * 4
    assert regress(empty, empty) is None
    assert regress(np.array([0.1, 0.2]), np.array([0.1, 0.1])) is None


def test_calmar_needs_a_year_and_a_fall() -> None:
    assert calmar(None, 0.1) is None
    assert calmar(0.1, 0.0) is None
    assert calmar(0.1, 0.2) == pytest.approx(0.5)


@given(st.lists(st.floats(-0.9, 1.0), min_size=1, max_size=60))
def test_the_deepest_fall_is_the_maximum_of_the_series(returns: list[float]) -> None:
    days = [MONDAY + timedelta(days=i + 1) for i in range(len(returns))]
    fall = max_drawdown(MONDAY, days, returns)
    assert fall is not None
    assert fall.depth == max(drawdown_series(returns))
    assert 0 <= fall.depth < 1
