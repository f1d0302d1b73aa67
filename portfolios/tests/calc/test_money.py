from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolios.calc.money import (
    allocate,
    decimal_from_float,
    half_even,
    minor_units,
    places_of,
    round_money,
)
from portfolios.tests.calc.golden import case, decimals


def test_posted_money_rounds_half_up_and_analytics_half_even() -> None:
    golden = case("s11_rounding", "minor_units")
    for (amount, currency), expected in zip(
        golden["inputs"]["amounts"], golden["expected"]["results"], strict=True
    ):
        assert round_money(Decimal(amount), currency) == Decimal(expected["posted"])
        assert half_even(Decimal(amount), minor_units(currency)) == Decimal(expected["half_even"])


@pytest.mark.parametrize("case_id", ["thirds", "by_quantity", "yen"])
def test_a_total_is_split_by_largest_remainder(case_id: str) -> None:
    golden = case("s11_rounding", case_id)
    inputs = golden["inputs"]
    parts = allocate(Decimal(inputs["total"]), decimals(inputs["weights"]), inputs["places"])
    assert list(parts) == decimals(golden["expected"]["parts"])


def test_a_float_becomes_the_decimal_that_it_prints() -> None:
    golden = case("s11_rounding", "decimal_from_float")
    got = [decimal_from_float(value) for value in golden["inputs"]["values"]]
    assert got == decimals(golden["expected"]["results"])


def test_a_negative_total_is_split_like_a_positive_one() -> None:
    # -0.05 over two equal lines: -0.03 to the earlier, -0.02 to the later
    assert allocate(Decimal("-0.05"), [Decimal(1), Decimal(1)], 2) == (
        Decimal("-0.03"),
        Decimal("-0.02"),
    )


def test_a_total_finer_than_its_places_is_refused() -> None:
    with pytest.raises(ValueError, match="more than 2 decimals"):
        allocate(Decimal("0.005"), [Decimal(1)], 2)


def test_weights_without_a_sum_are_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        allocate(Decimal(1), [Decimal(1), Decimal(-1)], 2)


@given(
    cents=st.integers(-(10**12), 10**12),
    weights=st.lists(st.decimals("0.00000001", "1000000", places=8), min_size=1, max_size=12),
)
def test_the_parts_always_sum_to_the_total(cents: int, weights: list[Decimal]) -> None:
    total = Decimal(cents).scaleb(-2)
    assert sum(allocate(total, weights, 2)) == total


def test_trailing_zeros_of_a_stored_amount_change_no_share() -> None:
    # 9.95 over two equal lots: 4.98 + 4.97, also when the column hands back 9.9500000000.
    written, stored = Decimal("9.95"), Decimal("9.9500000000")
    halves = (Decimal(1), Decimal(1))
    assert places_of(stored) == places_of(written) == 2
    assert allocate(stored, halves, places_of(stored)) == (Decimal("4.98"), Decimal("4.97"))
