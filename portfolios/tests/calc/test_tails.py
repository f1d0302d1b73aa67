"""Tails, volatility that forgets, shrunk covariance. Numbers of others are the golden cases."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolios.calc.covariance import ledoit_wolf
from portfolios.calc.ewma import ewma_variance, ewma_volatility
from portfolios.calc.value_at_risk import cornish_fisher, historical_tail, moments, normal_tail

samples = st.lists(st.floats(-0.2, 0.2), min_size=20, max_size=80).map(np.array)


def test_the_tail_by_hand() -> None:
    """Of 40 returns at 95 % the second worst counts: k = ⌈0.05·40⌉ = 2.

    Losses 0.05 and 0.03: VaR = 0.03, CVaR = 0.03 + (0.05 − 0.03)/2.
    """
    returns = np.array([-0.05, -0.03, *([0.01] * 38)])
    found = historical_tail(returns, 0.95)
    assert found is not None
    assert (found.k, found.var) == (2, 0.03)
    assert found.cvar == pytest.approx(0.04)


def test_a_tail_without_losses_is_a_gain() -> None:
    found = historical_tail(np.full(20, 0.01), 0.95)
    assert found is not None
    assert found.var == -0.01


def test_a_symmetric_sample_keeps_the_normal_quantile_but_for_its_kurtosis() -> None:
    """±0.01 in turn: skew 0, excess kurtosis 1 − 3 = −2, which makes the map fall: no figure."""
    shape = moments(np.array([0.01, -0.01] * 50))
    assert shape is not None
    assert shape.skew == pytest.approx(0.0, abs=1e-12)
    assert shape.excess_kurtosis == pytest.approx(-2.0)
    bent = cornish_fisher(shape, 0.95)
    assert bent is not None
    assert (bent.monotone, bent.var) == (False, None)
    # −0 + 1.644854 × sd, and sd² = 1e-4 × 100/99
    assert normal_tail(shape, 0.95)[0] == pytest.approx(1.6448536 * (1e-4 * 100 / 99) ** 0.5)


def test_constant_returns_have_no_shape() -> None:
    shape = moments(np.full(30, 0.01))
    assert shape is not None
    assert (shape.skew, shape.excess_kurtosis, cornish_fisher(shape, 0.95)) == (None, None, None)
    assert moments(np.array([0.01])) is None
    assert historical_tail(np.array([]), 0.95) is None


@given(samples)
def test_the_mean_beyond_is_never_less_than_the_threshold(returns: np.ndarray) -> None:
    found = historical_tail(returns, 0.95)
    assert found is not None
    assert found.cvar >= found.var - 1e-15
    assert sum(-returns > found.var) < found.k  # fewer than k days lost more


def test_the_weights_of_ewma_by_hand() -> None:
    """λ = 0.5, seeded with one return of 0.02: 4e-4 → 0.5·4e-4 + 0.5·1e-4 → that/2 + 0.5·9e-4."""
    returns = np.array([0.02, -0.01, 0.03])
    first = 0.5 * 4e-4 + 0.5 * 1e-4
    assert ewma_variance(returns, 0.5, 1) == pytest.approx(0.5 * first + 0.5 * 9e-4)
    assert ewma_volatility(np.full(19, 0.01)) is None


@given(samples)
def test_ewma_is_the_recursion(returns: np.ndarray) -> None:
    variance = float(np.mean(returns[:20] ** 2))
    for one in returns[20:]:
        variance = 0.94 * variance + 0.06 * float(one) ** 2
    assert ewma_variance(returns) == pytest.approx(variance)


def test_two_series_of_one_kind_are_not_shrunk_when_they_are_the_target() -> None:
    """Independent series of one variance are a scaled identity already: nothing to shrink."""
    found = ledoit_wolf(np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]]) / 100)
    assert found.shrinkage == 0.0
    assert found.daily.tolist() == [[5e-5, 0.0], [0.0, 5e-5]]
    assert found.condition_number == pytest.approx(1.0)
    assert found.annual[0, 0] == pytest.approx(252 * 5e-5)


def test_more_series_than_days_can_still_be_inverted() -> None:
    found = ledoit_wolf(np.random.default_rng(1).normal(0, 0.01, (10, 30)))
    assert 0.0 < found.shrinkage <= 1.0
    assert np.linalg.eigvalsh(found.daily).min() > 0.0


def test_a_covariance_needs_days_and_series() -> None:
    with pytest.raises(ValueError, match="two days"):
        ledoit_wolf(np.zeros((1, 3)))
