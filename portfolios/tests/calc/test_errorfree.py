"""Roundings with a certificate, held against exact fractions."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolios.calc.bulk.errorfree import (
    cut,
    product_error,
    quotient,
    rounded,
    two_difference,
    two_sum,
)
from portfolios.calc.bulk.steps import places

floats = st.floats(-1e9, 1e9, allow_subnormal=False).filter(lambda x: x == 0 or abs(x) > 1e-9)
NONE = np.zeros(1)


def one(number: float) -> np.ndarray:
    return np.array([number])


@given(floats, floats)
def test_a_sum_a_difference_and_a_product_lose_nothing(a: float, b: float) -> None:
    high, low = two_sum(one(a), one(b))
    assert Fraction(high[0]) + Fraction(low[0]) == Fraction(a) + Fraction(b)
    high, low = two_difference(one(a), one(b))
    assert Fraction(high[0]) + Fraction(low[0]) == Fraction(a) - Fraction(b)
    product = one(a) * b
    left = product_error(one(a), b, product)
    assert Fraction(product[0]) + Fraction(left[0]) == Fraction(a) * Fraction(b)


@given(st.floats(1e-3, 0.99), st.integers(3, 20))
def test_pieces_of_a_rate_add_up_to_it(rate: float, bits: int) -> None:
    pieces, _ = cut(one(rate), one(1e-20), 2.0**-bits, 3, bits)
    assert sum(Fraction(piece[0]) for piece in pieces[:-1]) + Fraction(pieces[-1][0]) == (
        pytest.approx(Fraction(rate) + Fraction(1e-20), rel=1e-25)
    )
    for place, piece in enumerate(pieces[:-1], start=1):
        assert Fraction(piece[0]) % Fraction(2.0 ** (-bits * place)) == 0


@pytest.mark.parametrize(
    ("value", "cents"),
    [
        ("1.005", 101),  # a tie goes away from zero
        ("-1.005", -101),
        ("1.0049", 100),
        ("1.0051", 101),
        ("-0.0049", 0),
        ("2.675", 268),  # which is no float
    ],
)
def test_exact_sums_are_rounded_as_posted_money(value: str, cents: int) -> None:
    """In units of 0.0001 all of these are whole numbers, so that nothing is unsure."""
    units = float(Decimal(value).scaleb(4))
    found = rounded(one(units), NONE, 100.0, NONE)
    assert (found.values[0], bool(found.unsure[0])) == (cents, False)
    assert cents == int(Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_UP).scaleb(2))


def test_a_value_near_a_tie_is_unsure_and_one_beside_it_is_not() -> None:
    """100.5 units of 1 with an error of 1e-9: nobody knows. 100.500001 is more than a half."""
    near = rounded(one(100.5), one(1e-12), 1.0, one(1e-9))
    beside = rounded(one(100.500001), NONE, 1.0, one(1e-9))
    assert bool(near.unsure[0])
    assert (beside.values[0], bool(beside.unsure[0])) == (101, False)


@given(floats, st.floats(1.0, 1e9), st.integers(34, 60), st.integers(-9, 9))
def test_a_quotient_is_the_nearest_float_or_unsure(
    above: float, below: float, bits: int, part: int
) -> None:
    low, by_low = above * part * 2.0**-bits / 9, below * part * 2.0**-bits / 9
    found = quotient((one(above), one(low)), (one(below), one(by_low)), NONE, one(abs(above)))
    true = (Fraction(above) + Fraction(low)) / (Fraction(below) + Fraction(by_low))
    assert bool(found.unsure[0]) or found.values[0] == float(true)


def test_nothing_over_something_is_surely_zero() -> None:
    found = quotient((NONE, NONE), (one(5.0), NONE), NONE, one(5.0))
    assert (found.values[0], bool(found.unsure[0])) == (0.0, False)


def test_decimals_are_counted_to_the_last_that_is_not_zero() -> None:
    """In 1e-8: 12, 12.3, 12.34 short, 0.00000001 and nothing at all."""
    amounts = np.array([1_200_000_000, 1_230_000_000, -1_234_000_000, 1, 0])
    assert places(amounts, 8).tolist() == [0, 1, 2, 8, 0]
