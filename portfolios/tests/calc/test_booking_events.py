"""Events of a security as a specification: nothing they say is lost, no mistake stops the rest."""

from decimal import Decimal
from typing import Any

import pytest

from portfolios.calc.booking import book
from portfolios.calc.entries import BookingSettings, CostMethod, Entry, Treatment
from portfolios.calc.lots import Book
from portfolios.tests.calc.ledgers import booked, buy, codes, entry, no_rates, sell

CARRIED: dict[str, Any] = {"jurisdiction": "US", "treatment": Treatment.CARRY_OVER}
TAXED: dict[str, Any] = {"jurisdiction": "US", "treatment": Treatment.TAXABLE}
AVERAGE = BookingSettings(base_currency="CAD", cost_method=CostMethod.AVERAGE)


def event(kind: str, new: str, old: str, **more: Any) -> Entry:
    child = {"to_security": "Y"} if kind in {"SPINOFF", "MERGER"} else {}
    return entry(
        9, kind, "2024-02-01", security="X", new_shares=new, old_shares=old, **child, **more
    )


def held(result: Book) -> dict[Any, Decimal]:
    return {position.security: position.quantity for position in result.positions}


# --- a mistake is data -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "more"), [("MERGER", {}), ("SPINOFF", {"price": "20"})], ids=["merger", "spin-off"]
)
def test_a_fraction_paid_in_money_that_no_rate_joins_is_named(
    kind: str, more: dict[str, Any]
) -> None:
    foreign = entry(
        9, kind, "2024-02-01", "GBP", security="X", to_security="Y", new_shares="1",
        old_shares="3", to_price="30", quantity="3", net_amount="10", **CARRIED, **more,
    )  # fmt: skip
    result = book([buy(1, "2024-01-05", "10", "10"), foreign, buy(10, "2024-03-01", "1", "1")],
                  BookingSettings(base_currency="CAD"), no_rates)  # fmt: skip
    assert codes(result) == ["currency_mismatch"]
    assert held(result) == {"X": 11}


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("SPLIT", {}),
        ("STOCK_DIVIDEND", CARRIED),
        ("STOCK_DIVIDEND", {"gross_amount": "5", **TAXED}),
        ("MERGER", CARRIED),
        ("SPINOFF", {"cost_fraction": "0.2", **CARRIED}),
    ],
)
def test_more_shares_than_can_be_held_are_refused(kind: str, more: dict[str, Any]) -> None:
    # a million times 10^14 is 10^20
    result = booked(buy(1, "2024-01-05", "1000000", "1"), event(kind, "1E+14", "1", **more))
    assert [(one.code, one.field) for one in result.problems] == [("invalid_number", "new_shares")]
    assert held(result) == {"X": 1000000}


@pytest.mark.parametrize(
    ("kind", "field", "more"),
    [
        ("SPINOFF", "to_price", TAXED),
        ("SPINOFF", "to_price", {"cost_fraction": "0.2", "quantity": "1", **CARRIED}),
        ("MERGER", "to_price", TAXED),
        ("MERGER", "price", {"price": "9E+14", **TAXED}),
    ],
)
def test_more_money_than_can_be_kept_is_refused(
    kind: str, field: str, more: dict[str, Any]
) -> None:
    # 1,000 shares at 9·10^14 each
    result = booked(
        buy(1, "2024-01-05", "1000", "1"), event(kind, "1", "1", to_price="9E+14", **more)
    )
    assert [(one.code, one.field) for one in result.problems] == [("invalid_number", field)]
    assert held(result) == {"X": 1000}


@pytest.mark.parametrize(
    "first",
    [
        entry(1, "BUY", "2024-01-05", "GBP", security="X", quantity="10", price="9E+13",
              fx_rate="9E+14"),
        entry(1, "OPENING_BALANCE", "2024-01-05", "GBP", security="X", quantity="10",
              cost_basis="9E+14", fx_rate="9E+14"),
    ],
    ids=["bought", "opened"],
)  # fmt: skip
def test_a_rate_that_makes_more_money_than_can_be_kept_is_refused(first: Entry) -> None:
    # 9·10^14 pounds at 9·10^14 each
    result = booked(first, sell(2, "2024-02-05", "5", "9"), settings=AVERAGE)
    named = result.problems[0]
    assert (named.seq, named.code, named.field) == (1, "invalid_number", "fx_rate")
    assert result.lots == ()
