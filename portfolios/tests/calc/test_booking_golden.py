"""Booking against the golden lot cases, through the same `book` that pages use."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from portfolios.calc.booking import (
    PerShare,
    book,
    child_cost_share,
    drip_amounts,
    foreign_dividend,
    part_of_cost,
    qualifying_merger,
    realized_split,
)
from portfolios.calc.entries import ZERO, BookingSettings, CostMethod, Entry, LotPick, Treatment
from portfolios.calc.lots import Closure
from portfolios.calc.money import half_even
from portfolios.tests.calc.golden import case, decimals
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


US = {"jurisdiction": "US"}


def opened(lots: list[dict[str, str]]) -> list[Entry]:
    """The golden's lots as opening balances numbered from 1, so that L1 is opened by entry 1."""
    return [
        entry(
            seq,
            "OPENING_BALANCE",
            lot.get("date", "2024-01-01"),
            security="X",
            quantity=lot["qty"],
            cost_basis=lot["cost"],
        )
        for seq, lot in enumerate(lots, start=1)
    ]


def test_a_spin_off_takes_its_share_of_cost_and_inherits_dates() -> None:
    golden = case("s01_lots_reorganisations", "spinoff_fmv_split")
    inputs, expected = golden["inputs"], golden["expected"]
    event = entry(
        9, "SPINOFF", "2024-06-03", security="X", to_security="Y", new_shares="1", old_shares="5",
        price=inputs["parent_fmv"], to_price=inputs["child_fmv"],
        treatment=Treatment.CARRY_OVER, **US,
    )  # fmt: skip
    lots = book([*opened(inputs["lots"]), event], CAD, no_rates).lots
    for parent, child, row in zip(lots[:2], lots[2:], expected["lots"], strict=True):
        assert (parent.quantity_open, parent.cost_basis_local) == (
            Decimal(row["parent_qty"]),
            Decimal(row["parent_cost"]),
        )
        assert (child.quantity_open, child.cost_basis_local) == (
            Decimal(row["child_qty"]),
            Decimal(row["child_cost"]),
        )
        assert child.acquisition_date.isoformat() == row["child_acquired"]
        assert (child.security, child.origin) == ("Y", parent.label)
    share = child_cost_share(Decimal(1), Decimal(5), event.price or ZERO, event.to_price or ZERO)
    assert part_of_cost(Decimal(1), share, Decimal("1E-12")) == Decimal(
        expected["child_cost_share"]
    )


@pytest.mark.parametrize("case_id", ["merger_cash_and_stock_gain", "merger_cash_and_stock_loss"])
def test_a_qualifying_merger_recognises_its_gain_up_to_the_cash(case_id: str) -> None:
    golden = case("s01_lots_reorganisations", case_id)
    inputs, (expected,) = golden["inputs"], golden["expected"]["lots"]
    event = entry(
        9, "MERGER", "2024-06-03", security="X", to_security="Y", price=inputs["cash_per_share"],
        new_shares=inputs["new_per_old"], old_shares="1", to_price=inputs["new_fmv"],
        treatment=Treatment.QUALIFYING, **US,
    )  # fmt: skip
    booked = book([*opened(inputs["lots"]), event], CAD, no_rates)
    (lot,) = booked.open_lots
    cost, cash = Decimal(inputs["lots"][0]["cost"]), Decimal(inputs["cash_per_share"]) * 100
    assert booked.realized_pnl == Decimal(expected["recognized_gain"])
    assert booked.cash == {("main", "CAD"): cash}
    assert (lot.security, lot.quantity_open) == ("Y", Decimal(expected["new_qty"]))
    assert lot.cost_basis_local == Decimal(expected["new_cost"])
    assert lot.acquisition_date.isoformat() == expected["new_acquired"]
    merged = qualifying_merger(cost, cash, lot.quantity_open * Decimal(inputs["new_fmv"]))
    assert merged.realized_gain == Decimal(expected["realized_gain"])


def test_a_stock_dividend_spreads_cost_over_old_and_new_shares() -> None:
    golden = case("s01_lots_distributions", "stock_dividend")
    event = entry(
        9, "STOCK_DIVIDEND", "2024-06-03", security="X", new_shares=golden["inputs"]["rate"],
        old_shares="1", treatment=Treatment.CARRY_OVER, **US,
    )  # fmt: skip
    lots = book([*opened(golden["inputs"]["lots"]), event], CAD, no_rates).lots
    for lot, row in zip(lots, golden["expected"]["lots"], strict=True):
        assert lot.quantity_open == Decimal(row["qty"])
        assert lot.cost_basis_local == Decimal(row["cost"])
        assert half_even(lot.unit_cost or ZERO, 6) == Decimal(row["unit_cost"])
        assert lot.acquisition_date.isoformat() == row["acquired"]


def test_a_return_of_capital_lowers_cost_to_nothing_and_the_rest_is_gain() -> None:
    golden = case("s01_lots_distributions", "return_of_capital")
    inputs, expected = golden["inputs"], golden["expected"]
    event = entry(9, "RETURN_OF_CAPITAL", "2024-06-03", security="X", price=inputs["roc_per_share"])
    booked = book([*opened(inputs["lots"]), event], CAD, no_rates)
    gains = {closure.open_seq: closure.realized_pnl for closure in booked.closures}
    for lot, row in zip(booked.lots, expected["lots"], strict=True):
        assert lot.cost_basis_local == Decimal(row["cost_after"])
        assert gains.get(lot.open_seq, ZERO) == Decimal(row["gain"])
    assert booked.cash == {("main", "CAD"): Decimal(expected["cash"])}


def test_a_reinvested_dividend_is_income_and_a_purchase() -> None:
    golden = case("s01_lots_distributions", "drip")
    inputs = {key: text for key, text in golden["inputs"].items() if key != "pay_date"}
    expected = {key: Decimal(text) for key, text in golden["expected"].items() if key != "new_lot"}
    new = golden["expected"]["new_lot"]
    quantity, amount, withheld = decimals([inputs["qty"], inputs["dps"], inputs["withholding"]])
    declared = PerShare(quantity, amount, withheld, "USD")
    drip = drip_amounts(declared, Decimal(inputs["reinvest_price"]), int(inputs["qty_places"]))
    assert (drip.gross, drip.withholding, drip.net, drip.residue) == tuple(expected.values())
    assert (drip.quantity, drip.cost) == (Decimal(new["qty"]), Decimal(new["cost"]))

    event = entry(
        1, "DRIP", golden["inputs"]["pay_date"], security="X", quantity=new["qty"],
        price=inputs["reinvest_price"], gross_amount=expected["gross_income"],
        taxes=expected["withholding"],
    )  # fmt: skip
    booked = book([event], CAD, no_rates)
    (lot,), (income,) = booked.lots, booked.income
    assert (lot.quantity_open, lot.cost_basis_local) == (drip.quantity, drip.cost)
    assert lot.acquisition_date.isoformat() == new["acquired"]
    assert (income.gross, income.net) == (drip.gross, drip.net)
    assert sum(booked.cash.values()) == drip.residue


def test_a_foreign_dividend_is_income_at_the_pay_date_s_rate() -> None:
    golden = case("s01_lots_distributions", "adr_dividend")
    inputs = golden["inputs"]
    numbers = [inputs["qty"], inputs["dps_local"], inputs["withholding"]]
    quantity, amount, withheld = decimals(numbers)
    paid = foreign_dividend(
        PerShare(quantity, amount, withheld, inputs["ccy"]),
        Decimal(inputs["fx_ex"]),
        Decimal(inputs["fx_pay"]),
        "USD",
        Decimal(inputs["adr_fee_per_share_base"]),
    )
    assert tuple(paid) == tuple(Decimal(text) for text in golden["expected"].values())
