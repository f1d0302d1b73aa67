"""Rates between any two currencies, by at most two legs."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.calc.fx import convert_path, fx_gap_bp, triangular_check

GOLDEN = Path(__file__).parents[2] / "docs/methods/fixtures/s02_fx_triangulation.json"
CASES = {case["id"]: case for case in json.loads(GOLDEN.read_text())["cases"]}


def table(rates: dict[str, str]) -> dict[tuple[str, str], Decimal]:
    return {(pair[:3], pair[3:]): Decimal(rate) for pair, rate in rates.items()}


@pytest.mark.parametrize("expected", CASES["paths"]["expected"]["results"], ids=lambda e: e["pair"])
def test_golden_paths(expected: dict[str, str]) -> None:
    rates = table(CASES["paths"]["inputs"]["rates"])
    got = convert_path(rates, expected["pair"][:3], expected["pair"][3:])
    assert got.path == expected["path"]
    assert got.rate == (Decimal(expected["rate"]) if expected["rate"] else None)


def test_golden_triangular_check() -> None:
    case = CASES["triangular_check"]
    got = triangular_check(table(case["inputs"]["rates"]), "EUR", "CAD")
    assert got.direct == Decimal(case["expected"]["direct"])
    assert got.triangulated == Decimal(case["expected"]["triangulated"])
    assert float(got.gap_bp or 0) == pytest.approx(case["expected"]["gap_bp"], abs=1e-6)
    assert got.warn is case["expected"]["warn"]


def test_two_legs_are_the_most() -> None:
    # SEK reaches EUR, EUR reaches USD, USD reaches CAD: three legs, so there is no way.
    rates = table({"EURSEK": "8.5", "EURUSD": "1.25", "USDCAD": "1.00"})
    assert convert_path(rates, "SEK", "USD").rate == Decimal("0.147058823529412")  # 1.25 / 8.5
    assert convert_path(rates, "SEK", "CAD").path == "NO_FX_PATH"


def test_usd_is_tried_before_eur() -> None:
    rates = table({"GBPUSD": "1.50", "USDJPY": "100", "EURGBP": "0.80", "EURJPY": "121"})
    assert convert_path(rates, "GBP", "JPY").path == "via USD"
    assert convert_path(rates, "GBP", "JPY").rate == 150


def test_a_gap_of_five_basis_points_does_not_warn() -> None:
    # 1.0005 against 1.0000 is exactly 5 bp; the warning is above it.
    assert fx_gap_bp(Decimal("1.0005"), Decimal(1)) == 5
    assert not triangular_check(
        table({"CADJPY": "1.0005", "USDCAD": "1", "USDJPY": "1"}), "CAD", "JPY"
    ).warn


def test_a_check_without_a_pivot_says_nothing() -> None:
    got = triangular_check(table({"EURCAD": "1.35"}), "EUR", "CAD")
    assert (got.triangulated, got.gap_bp, got.warn) == (None, None, False)


@given(st.decimals("0.0001", "10000", places=6), st.decimals("0.0001", "10000", places=6))
def test_there_and_back_is_one(first: Decimal, second: Decimal) -> None:
    rates = {("EUR", "CAD"): first, ("EUR", "USD"): second}
    out, back = convert_path(rates, "CAD", "USD").rate, convert_path(rates, "USD", "CAD").rate
    assert out is not None
    assert back is not None
    assert abs(out * back - 1) < Decimal("1e-13")
