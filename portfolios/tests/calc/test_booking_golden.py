"""Booking against the golden lot cases, through the same `book` that pages use."""

from decimal import Decimal
from typing import Any

import pytest

from portfolios.calc.booking import book, realized_split
from portfolios.calc.entries import BookingSettings, CostMethod, Entry
from portfolios.calc.lots import Closure
from portfolios.tests.calc.golden import case
from portfolios.tests.calc.ledgers import CAD, entry, no_rates


def disposal_ledger(inputs: dict[str, Any]) -> list[Entry]:
    """The golden's buys numbered from 1, so that lot L1 is opened by entry 1, and its sale."""
    trades = [("BUY", buy) for buy in inputs["buys"]] + [("SELL", inputs["sale"])]
    return [
        entry(
            seq,
            kind,
            trade["date"],
            "USD",
            security="X",
            quantity=trade["qty"],
            price=trade["price"],
            fees=trade["fee"],
            fx_rate=trade["fx"],
        )
        for seq, (kind, trade) in enumerate(trades, start=1)
    ]


def line(closure: Closure) -> dict[str, Any]:
    return {
        "lot_id": f"L{closure.open_seq}",
        "qty": closure.quantity,
        "proceeds_local": closure.proceeds_local,
        "cost_local": closure.cost_local,
        "gain_local": closure.gain_local,
        "gain_base": closure.realized_pnl,
    }


def in_decimals(row: dict[str, str]) -> dict[str, Any]:
    return {key: text if key == "lot_id" else Decimal(text) for key, text in row.items()}


@pytest.mark.parametrize("method", ["fifo", "lifo", "hifo"])
def test_a_disposal_relieves_lots_in_its_method_s_order(method: str) -> None:
    golden = case("s01_lots_disposal", method)
    settings = BookingSettings(base_currency="CAD", cost_method=CostMethod(method.upper()))
    booked = book(disposal_ledger(golden["inputs"]), settings, no_rates)

    expected = golden["expected"]
    assert [line(closure) for closure in booked.closures] == [
        in_decimals(row) for row in expected["lines"]
    ]
    assert booked.realized_pnl == Decimal(expected["total"]["gain_base"])
    remaining = [
        {"lot_id": f"L{lot.open_seq}", "qty": lot.quantity_open, "cost_local": lot.cost_basis_local}
        for lot in booked.open_lots
    ]
    assert remaining == [in_decimals(row) for row in expected["remaining"]]


@pytest.mark.parametrize("case_id", ["gain_price_and_fx", "price_gain_fx_loss"])
def test_a_realised_result_splits_into_price_currency_and_cross(case_id: str) -> None:
    golden = case("s01_lots_fx_split", case_id)
    inputs = {key: Decimal(text) for key, text in golden["inputs"].items()}
    expected = {key: Decimal(text) for key, text in golden["expected"].items()}
    cost = inputs["qty"] * inputs["buy_price"] + inputs["buy_fee"]
    proceeds = inputs["qty"] * inputs["sell_price"] - inputs["sell_fee"]
    split = realized_split(cost, proceeds, inputs["fx_buy"], inputs["fx_sell"], "CAD")
    assert split.total == expected["gain_base"]
    assert (split.price, split.fx, split.cross) == (
        expected["price_pnl"],
        expected["fx_pnl"],
        expected["cross_pnl"],
    )


@pytest.mark.parametrize(
    "case_id",
    ["three_for_two_cash_in_lieu", "reverse_one_for_ten", "four_for_one_fractions_held"],
)
def test_a_split_keeps_cost_and_sells_only_fractions_that_are_not_held(case_id: str) -> None:
    golden = case("s01_lots_splits", case_id)
    inputs, expected = golden["inputs"], golden["expected"]
    ledger = [
        entry(
            seq,
            "OPENING_BALANCE",
            lot["date"],
            security="X",
            quantity=lot["qty"],
            cost_basis=lot["cost"],
        )
        for seq, lot in enumerate(inputs["lots"], start=1)
    ]
    price = None if inputs["fractions_held"] else inputs["price_post"]
    shares = {"new_shares": inputs["num"], "old_shares": inputs["den"]}
    ledger.append(entry(9, "SPLIT", "2024-01-02", security="X", price=price, **shares))
    booked = book(ledger, CAD, no_rates)

    assert [
        {"lot_id": f"L{lot.open_seq}", "qty": lot.quantity_open, "cost": lot.cost_basis_local}
        for lot in booked.lots
    ] == [
        {
            key: row[key] if key == "lot_id" else Decimal(row[key])
            for key in ("lot_id", "qty", "cost")
        }
        for row in expected["lots"]
    ]
    assert booked.cash.get(("main", "CAD"), 0) == Decimal(expected["cash_in_lieu"])
    assert booked.realized_pnl == Decimal(expected["gain"])
