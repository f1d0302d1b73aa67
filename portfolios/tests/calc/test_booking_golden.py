"""Booking against the golden lot cases, through the same `book` that pages use."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from portfolios.calc.booking import book, realized_split
from portfolios.calc.entries import BookingSettings, CostMethod, Entry, LotPick
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


def test_average_cost_is_one_pool_in_local_and_base_currency() -> None:
    golden = case("s01_lots_disposal", "average")
    settings = BookingSettings(base_currency="CAD", cost_method=CostMethod.AVERAGE)
    booked = book(disposal_ledger(golden["inputs"]), settings, no_rates)

    total, pool = golden["expected"]["total"], golden["expected"]["pool_after"]
    closures, (position,) = booked.closures, booked.positions
    assert sum(closure.quantity for closure in closures) == Decimal(total["qty"])
    assert sum(closure.proceeds_local for closure in closures) == Decimal(total["proceeds_local"])
    assert sum(closure.cost_local or 0 for closure in closures) == Decimal(total["cost_local"])
    assert booked.realized_pnl == Decimal(total["gain_base"])
    assert position.quantity == Decimal(pool["qty"])
    assert position.cost_basis_local == Decimal(pool["cost_local"])
    assert position.cost_basis == Decimal(pool["cost_base"])


def test_picks_name_the_lots_that_are_sold() -> None:
    golden = case("s01_lots_disposal", "specific")
    *buys, sale = disposal_ledger(golden["inputs"])
    picks = tuple(
        LotPick(label=f"{pick['lot_id'][1:]}.1", quantity=Decimal(pick["qty"]))
        for pick in golden["inputs"]["picks"]
    )
    settings = BookingSettings(base_currency="CAD", cost_method=CostMethod.SPECIFIC)
    booked = book([*buys, replace(sale, lot_picks=picks)], settings, no_rates)

    expected = golden["expected"]
    assert [line(closure) for closure in booked.closures] == [
        in_decimals(row) for row in expected["lines"]
    ]
    assert booked.realized_pnl == Decimal(expected["total"]["gain_base"])


@pytest.mark.parametrize("case_id", ["partial_cover", "cross_through_zero"])
def test_a_trade_closes_the_other_side_before_it_opens_its_own(case_id: str) -> None:
    golden = case("s01_lots_short", case_id)
    names = {seq: row["id"] for seq, row in enumerate(golden["inputs"]["transactions"], start=1)}
    ledger = [
        entry(
            seq, row["side"], "2024-01-02", "CAD", security="X", quantity=row["qty"],
            price=row["price"], fees=row["fee"],
        )
        for seq, row in enumerate(golden["inputs"]["transactions"], start=1)
    ]  # fmt: skip
    booked = book(ledger, BookingSettings(base_currency="CAD", allow_short=True), no_rates)

    expected = golden["expected"]
    for closure, row in zip(booked.closures, expected["realized"], strict=True):
        proceeds, cost = row.get("open_proceeds"), row.get("cover_cost")
        assert names[closure.open_seq] == row["lot_id"]
        assert closure.quantity == Decimal(row["qty"])
        assert closure.proceeds_local == Decimal(proceeds or row["proceeds"])
        assert closure.cost_local == Decimal(cost or row["cost"])
        assert closure.realized_pnl == Decimal(row["gain"])
    assert [
        (names[lot.open_seq], -lot.quantity_open, lot.cost_basis_local) for lot in booked.open_lots
    ] == [
        (row["lot_id"], Decimal(row["qty"]), Decimal(row["open_proceeds"]))
        for row in expected["short_lots"]
    ]
    assert booked.positions[0].quantity == Decimal(expected["position"])
