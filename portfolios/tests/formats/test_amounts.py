"""Every type of entry moves cash its own way, and its amounts agree."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from portfolios.calc.entries import EntryType
from portfolios.formats.amounts import net_amount, settle
from portfolios.formats.draft import Draft

DAY = date(2013, 2, 4)


def draft(kind: str, **said: Any) -> Draft:
    values: dict[str, Any] = {"currency": "USD"}
    for name, value in said.items():
        is_number = isinstance(value, str) and name not in WORDS
        values[name] = Decimal(value) if is_number else value
    return Draft(entry_type=kind, transaction_date=DAY, **values)


WORDS = {"currency", "to_currency", "security_currency"}


@pytest.mark.parametrize(
    ("kind", "net"),
    [
        ("BUY", -111),  # 100 and 10 and 1 leave
        ("COVER", -111),
        ("WITHDRAWAL", -111),
        ("FEE", -111),
        ("TAX", -111),
        ("INTEREST_CHARGE", -111),
        ("FX_CONVERSION", -111),
        ("CASH_TRANSFER", -111),
        ("SELL", 89),  # 100 less 10 less 1 arrive
        ("SHORT_SALE", 89),
        ("DIVIDEND", 89),
        ("COUPON", 89),
        ("INTEREST", 89),
        ("DEPOSIT", 89),
        ("FEE_REFUND", 89),
        ("TAX_REFUND", 89),
        ("RETURN_OF_CAPITAL", 89),
        ("SPLIT", 89),  # fractions that were paid out
        ("REVERSE_SPLIT", 89),
        ("MERGER", 89),
        ("DRIP", 0),  # everything is reinvested
        ("TRANSFER", 0),
        ("STOCK_DIVIDEND", 0),
        ("SPINOFF", 0),
        ("SYMBOL_CHANGE", 0),
        ("OPENING_BALANCE", 0),
        ("TRANSFER_IN", 100),  # no cash, but worth 100 as a flow
        ("TRANSFER_OUT", -100),
        ("DELIVERY_IN", 100),
        ("DELIVERY_OUT", -100),
    ],
)
def test_each_type_moves_cash_its_own_way(kind: str, net: int) -> None:
    assert net_amount(draft(kind, gross_amount="100", fees="10", taxes="1")) == net


def test_no_type_is_forgotten() -> None:
    for kind in EntryType:
        settled, _ = settle(draft(kind, gross_amount="5"), "USD")
        assert abs(settled.net_amount or 0) in (0, 5)


def test_without_an_amount_reorganisations_and_movements_move_nothing() -> None:
    for kind in ("SPLIT", "MERGER", "RETURN_OF_CAPITAL", "TRANSFER_IN", "DELIVERY_OUT"):
        assert settle(draft(kind, price="1"), "USD")[0].net_amount == 0


def test_what_a_reinvested_dividend_leaves_over() -> None:
    # 100 less 15 withheld buys 4 at 20: 5 stay
    drip = draft("DRIP", gross_amount="100", taxes="15", quantity="4", price="20")
    assert net_amount(drip) == 5


def test_settling_twice_changes_nothing() -> None:
    for kind in EntryType:
        once, _ = settle(draft(kind, gross_amount="100", fees="1", to_currency="CAD"), "USD")
        assert settle(once, "USD") == (once, [])


@pytest.mark.parametrize(
    ("kind", "said", "gross"),
    [
        ("SHORT_SALE", {"quantity": "3", "price": "10"}, "30"),
        ("RETURN_OF_CAPITAL", {"quantity": "3", "price": "10"}, "30"),
        ("DEPOSIT", {"net_amount": "30"}, "30"),
        ("INTEREST", {"net_amount": "27", "taxes": "3"}, "30"),
        ("INTEREST_CHARGE", {"net_amount": "-30"}, "30"),
        ("BUY", {"net_amount": "-31", "fees": "1"}, "30"),
        ("SELL", {"net_amount": "29", "fees": "1"}, "30"),
        ("FEE", {"fees": "30"}, "30"),
        ("TAX", {"taxes": "30"}, "30"),
    ],
)
def test_a_gross_amount_follows_from_the_others(
    kind: str, said: dict[str, str], gross: str
) -> None:
    settled, faults = settle(draft(kind, **said), "USD")
    assert not faults and settled.gross_amount == Decimal(gross)


@pytest.mark.parametrize("kind", ["DEPOSIT", "INTEREST_CHARGE", "FEE_REFUND", "DRIP", "COVER"])
def test_an_amount_that_nothing_states_is_asked_for(kind: str) -> None:
    _, faults = settle(draft(kind), "USD")
    assert [(fault.column, fault.reason) for fault in faults] == [("gross_amount", "value_missing")]


@pytest.mark.parametrize(
    ("quantity", "price", "gross", "agrees"),
    [
        ("20", "10", "200.01", True),  # a coin
        ("20", "10", "200.02", False),
        ("1000", "96.75", "96754.99", True),  # the price was 96.754 before it was printed
        ("1000", "96.75", "96755.02", False),
        ("1000", "96.7501", "96750.16", True),
        ("1000", "96.7501", "96750.17", False),
        ("0.123", "450.00", "55.58", True),  # the quantity was 0.1235
        ("0.123", "450.00", "55.60", False),
    ],
)
def test_a_printed_price_is_rounded(quantity: str, price: str, gross: str, agrees: bool) -> None:
    _, faults = settle(draft("BUY", quantity=quantity, price=price, gross_amount=gross), "USD")
    assert bool(faults) != agrees


def test_a_security_in_another_currency_is_priced_in_its_own() -> None:
    # 10 at 50 USD are 500 USD; at 1.30 they cost 650 CAD
    buy = draft(
        "BUY",
        currency="CAD",
        quantity="10",
        price="50",
        security_currency="USD",
        settlement_fx_rate="1.30",
    )
    settled, faults = settle(buy, "CAD")
    assert not faults
    assert settled.gross_amount_security == 500 and settled.gross_amount == 650
    assert settle(settled, "CAD") == (settled, [])
    _, faults = settle(draft("BUY", **vars_of(buy), gross_amount="651"), "CAD")
    assert [fault.reason for fault in faults] == ["amount_mismatch"]
    _, faults = settle(draft("BUY", **vars_of(buy), gross_amount_security="501"), "CAD")
    assert [fault.column for fault in faults] == ["gross_amount_security"]


def vars_of(said: Draft) -> dict[str, Any]:
    names = ("currency", "quantity", "price", "security_currency", "settlement_fx_rate")
    return {name: getattr(said, name) for name in names}
