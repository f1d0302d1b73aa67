"""A pack in one currency: Friday of the small world, where a euro is 1.50 CAD and 1.25 USD."""

from decimal import Decimal

import pytest

from market.selectors import live_pack
from portfolios.selectors.pivot_marks import PivotMarks, even_bases, pivot_marks
from portfolios.selectors.stored_values import StoredValue, agrees_at
from portfolios.tests.factories import PortfolioFactory
from portfolios.tests.world import FRI, listing

EVEN = {("EUR", "USD"): Decimal("1.25"), ("EUR", "CAD"): Decimal("1.5")}
RATES = {"CAD": 1 / 1.5, "EUR": 1.0, "USD": 0.8}


@pytest.fixture
def friday(market: None) -> PivotMarks:
    pack = live_pack("ECB", FRI)
    assert pack is not None
    return pivot_marks(pack.pk)


def test_closes_and_money_are_in_euro(friday: PivotMarks) -> None:
    """ACME closes at 12 USD, MAPLE at 25 CAD; DARK has no price."""
    assert friday.closes == pytest.approx({listing("ACME").pk: 9.6, listing("MAPLE").pk: 25 / 1.5})
    assert {code: friday.rates[code] for code in RATES} == pytest.approx(RATES)
    assert {base: friday.into[base] for base in RATES} == pytest.approx(
        {"CAD": 1.5, "EUR": 1.0, "USD": 1.25}
    )


def test_a_base_with_a_quote_of_its_own_is_left_out_where_that_is_another_rate() -> None:
    """Over the euro a Canadian dollar is 1.25 / 1.50 = 0.83 USD; a quote says 0.90."""
    assert set(even_bases(EVEN, RATES, "EUR")) == {"CAD", "EUR", "USD"}
    uneven = EVEN | {("CAD", "USD"): Decimal("0.90")}
    assert set(even_bases(uneven, RATES, "EUR")) == {"EUR"}


@pytest.mark.parametrize(
    ("worth", "agrees"),
    [
        (798.66, True),  # 1,197.99 CAD, 0.1 basis points
        (798.74, True),  # 1,198.11 CAD, 0.9 basis points
        (798.76, False),  # 1,198.14 CAD, 1.2 basis points
        (float("nan"), False),  # a close or a rate is missing
    ],
)
def test_1198_cad_are_worth_798_euro_and_two_thirds(
    friday: PivotMarks, worth: float, agrees: bool
) -> None:
    value = StoredValue(PortfolioFactory.create().pk, FRI, friday.pack_id, Decimal(1198), "CAD")
    assert agrees_at(value, friday, worth) is agrees
    assert not agrees_at(value._replace(pack_id="another"), friday, worth)
    assert not agrees_at(value, None, worth)
