"""Effects of a benchmark by sector: a day by hand, three linkers, sums for any weights."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolios.calc.active_linking import active_factors, chosen_linker, compounded
from portfolios.calc.brinson import brinson_fachler

NAN = float("nan")
weight = st.floats(-0.5, 1.5)
daily = st.floats(-0.2, 0.2)


def row(*values: float) -> np.ndarray:
    return np.array([values])


def test_a_day_by_hand() -> None:
    # Banks 70 % against 50 %, energy 30 % against 50 %; the index earns 1 % = ½·3 % + ½·(−1 %).
    # Own banks earn 4 %: allocation (0.7−0.5)(3−1) %, selection ½(4−3) %, interaction 0.2·1 %.
    found = brinson_fachler(
        row(0.7, 0.3), row(0.7 * 0.04, 0.3 * -0.01), row(0.5, 0.5), row(0.03, -0.01)
    )
    assert found.benchmark[0] == pytest.approx(0.01)
    assert found.allocation[0].tolist() == pytest.approx([0.2 * 0.02, -0.2 * -0.02])
    assert found.selection[0].tolist() == pytest.approx([0.5 * 0.01, 0.0])
    assert found.interaction[0].tolist() == pytest.approx([0.2 * 0.01, 0.0])


def test_a_sector_that_the_benchmark_lacks_is_no_allocation() -> None:
    # Gold 10 % earns 5 %, the index 1 %: all of 10 %·(5 − 1) % is interaction.
    found = brinson_fachler(row(0.9, 0.1), row(0.9 * 0.01, 0.1 * 0.05), row(1, 0), row(0.01, NAN))
    assert (found.allocation[0, 1], found.selection[0, 1]) == (0.0, 0.0)
    assert found.interaction[0, 1] == pytest.approx(0.1 * 0.04)


def test_what_comes_to_a_sector_without_a_weight_is_interaction() -> None:
    # Banks were sold yesterday; today 0.3 % arrives from them. They have no return of their own.
    found = brinson_fachler(row(0, 1), row(0.003, 0.02), row(0.5, 0.5), row(0.04, 0.02))
    assert found.selection[0, 0] == 0.0
    assert found.interaction[0, 0] == pytest.approx(0.003)
    assert found.allocation[0, 0] == pytest.approx(-0.5 * (0.04 - 0.03))


def test_a_weight_without_a_return_is_refused() -> None:
    with pytest.raises(ValueError, match="has a return"):
        brinson_fachler(row(1), row(0.01), row(1), row(NAN))


@given(st.lists(st.tuples(weight, daily, weight, daily, st.booleans()), min_size=1, max_size=6))
def test_effects_sum_to_the_excess_for_any_weights(
    sectors: list[tuple[float, float, float, float, bool]],
) -> None:
    own, returns, index, index_returns, held = (
        np.array([one]) for one in zip(*sectors, strict=True)
    )
    index = np.where(held, index, 0.0)
    rest = 1.0 - own.sum(), 1.0 - index.sum()  # cash makes both sides whole
    found = brinson_fachler(
        np.append(own, [[rest[0]]], axis=1),
        np.append(own * returns, [[0.0]], axis=1),
        np.append(index, [[rest[1]]], axis=1),
        np.append(np.where(held, index_returns, NAN), [[0.0]], axis=1),
    )
    total = found.allocation + found.selection + found.interaction
    assert total.sum() == pytest.approx(found.portfolio[0] - found.benchmark[0], abs=1e-12)


@given(st.lists(st.tuples(daily, daily), min_size=1, max_size=30))
def test_three_linkers_agree_in_the_total(days: list[tuple[float, float]]) -> None:
    portfolio, benchmark = (np.array(side) for side in zip(*days, strict=True))
    excess = compounded(portfolio) - compounded(benchmark)
    for linker in ("carino", "menchero", "frongello"):
        linked = active_factors(portfolio, benchmark, linker) @ (portfolio - benchmark)
        assert linked == pytest.approx(excess, abs=1e-9)


def test_linking_by_hand() -> None:
    # +10 % then +20 % against 0 and +10 %: 1.32 − 1.10 = 0.22.
    # Frongello: 0.10·(1.10) + 0.10·1.10 = 0.22
    portfolio, benchmark = np.array([0.1, 0.2]), np.array([0.0, 0.1])
    assert active_factors(portfolio, benchmark, "frongello").tolist() == pytest.approx([1.1, 1.1])
    assert compounded(portfolio) - compounded(benchmark) == pytest.approx(0.22)


def test_a_day_that_loses_everything_has_no_logarithm() -> None:
    lost, kept = np.array([0.1, -1.0]), np.array([0.0, 0.1])
    assert chosen_linker(lost, kept) == chosen_linker(kept, lost) == "frongello"
    assert chosen_linker(kept, kept) == "carino"
