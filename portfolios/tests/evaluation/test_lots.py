"""Which lot is meant, lots that travel, deliveries, cash between accounts."""

import pytest

from portfolios.tests.evaluation.documents import (
    answer,
    buy,
    closes,
    codes,
    deposit,
    entry,
    expect,
    position,
    rates,
    sell,
    split,
)

THREE = (
    buy("2024-01-02", "5", "100", lot_label="first"),
    buy("2024-01-03", "5", "110", lot_label="second"),
    buy("2024-01-03", "5", "120", lot_label="third"),
)
SPECIFIC = {"cost_method": "SPECIFIC"}
STRICT = {"cost_method": "STRICT"}


@pytest.mark.parametrize(
    ("selector", "realized"),
    [
        ({"unit_cost": "110"}, 100),  # 5 × (130 − 110)
        ({"label": "third"}, 50),
        ({"date": "2024-01-02"}, 150),
        ({"date": "2024-01-03", "unit_cost": "120", "currency": "USD"}, 50),
        ([{"label": "second", "quantity": "2"}, {"label": "first", "quantity": "3"}], 130),
    ],
)
def test_a_selector_names_the_lot(selector: object, realized: int) -> None:
    said = answer(
        *THREE, sell("2024-02-01", "5", "130", lot_selector=selector), asof="2024-02-01",
        policy=SPECIFIC,
    )  # fmt: skip
    expect(said["totals"], realized_pnl=realized)


def test_a_selector_that_fits_several_lots_is_ambiguous() -> None:
    said = answer(
        *THREE,
        sell("2024-02-01", "5", "130", lot_selector={"date": "2024-01-03"}),
        asof="2024-02-01",
        policy=STRICT,
    )
    assert "ambiguous_lot" in codes(said)
    expect(position(said), quantity=15, realized_pnl=0)


def test_a_selector_that_fits_no_lot_is_named() -> None:
    said = answer(
        *THREE,
        sell("2024-02-01", "5", "130", lot_selector={"unit_cost": "99"}),
        asof="2024-02-01",
        policy=SPECIFIC,
    )
    problem = next(one for one in said["problems"] if one["code"] == "no_matching_lot")
    assert (problem["seq"], problem["field"]) == (4, "lot_selector")


def test_a_strict_sale_of_several_lots_must_take_them_all_or_choose() -> None:
    some = answer(*THREE, sell("2024-02-01", "7", "130"), asof="2024-02-01", policy=STRICT)
    assert "ambiguous_lot" in codes(some)
    # All 15 are no choice: 15 × 130 − 5 × (100 + 110 + 120) = 300.
    everything = answer(*THREE, sell("2024-02-01", "15", "130"), asof="2024-02-01", policy=STRICT)
    expect(everything["totals"], realized_pnl=300)


def test_open_lots_show_their_labels() -> None:
    said = answer(*THREE, asof="2024-02-01")
    assert [one["label"] for one in said["lots"]["open"]] == ["first", "second", "third"]


def test_within_accounts_each_has_its_own_queue() -> None:
    # Account b sells its own share at 120, not a's at 100.
    ledger = (
        buy("2024-01-02", "5", "100", account="a"),
        buy("2024-01-03", "5", "120", account="b"),
        sell("2024-02-01", "5", "130", account="b"),
    )
    within = answer(*ledger, asof="2024-02-01", policy={"lot_scope": "account"})
    expect(position(within, account="b"), quantity=0, realized_pnl=50)
    expect(position(within, account="a"), quantity=5, cost_basis=500)


def test_across_the_portfolio_the_oldest_lot_goes_first_wherever_it_lies() -> None:
    # b sells its five; the lot of Jan 2 is relieved, so the five that are left, in a, cost 120.
    said = answer(
        buy("2024-01-02", "5", "100", account="a"),
        buy("2024-01-03", "5", "120", account="b"),
        sell("2024-02-01", "5", "130", account="b"),
        asof="2024-02-01",
        policy={"lot_scope": "portfolio"},
    )
    expect(said["totals"], realized_pnl=150, cost_basis=600)
    expect(position(said, account="a"), quantity=5, cost_basis=600, realized_pnl=0)
    expect(position(said, account="b"), quantity=0, cost_basis=0, realized_pnl=150)


def test_a_lot_may_lie_in_two_accounts_after_a_sale_and_a_split() -> None:
    # a: 10 at 100, b: 10 at 120. a sells 6 (at 100), b sells 4 (the last four at 100). Left: the
    # ten at 120, 4 in a and 6 in b; after 2 for 1 they are 8 and 12 at 60.
    said = answer(
        buy("2024-01-02", "10", "100", account="a"),
        buy("2024-01-03", "10", "120", account="b"),
        sell("2024-02-01", "6", "130", account="a"),
        sell("2024-02-01", "4", "130", account="b"),
        asof="2024-03-01",
        corporate_actions=[split("2024-02-15", "2", "1")],
    )
    expect(position(said, account="a"), quantity=8, cost_basis=480, realized_pnl=180)
    expect(position(said, account="b"), quantity=12, cost_basis=720, realized_pnl=120)
    lots = [(one["account"], one["quantity"]) for one in said["lots"]["open"]]
    assert sorted(lots) == [("a", "8"), ("b", "12")]


def test_a_transfer_takes_cost_and_date_along() -> None:
    # 3 of 5 at 100 go to b; nothing is realised, nothing crosses the border.
    said = answer(
        buy("2024-01-02", "5", "100", account="a"),
        entry("TRANSFER", "2024-02-01", symbol="X", quantity="3", account="a", to_account="b"),
        asof="2024-02-01",
        policy={"lot_scope": "account"},
        prices=closes(d20240201="130"),
    )
    expect(position(said, account="a"), quantity=2, cost_basis=200)
    expect(position(said, account="b"), quantity=3, cost_basis=300, unrealized_pnl=90)
    expect(said["totals"], realized_pnl=0, net_external_flows=0, unrealized_pnl=150)
    moved = next(one for one in said["lots"]["open"] if one["account"] == "b")
    assert (moved["date"], moved["unit_cost"]) == ("2024-01-02", "100")


def test_a_delivery_in_costs_what_it_is_valued_at() -> None:
    # 10 come in at 950, no cash; worth 1000 at the end.
    said = answer(
        entry(
            "DELIVERY_IN", "2024-01-02", symbol="X", quantity="10", net_amount="950",
            currency="USD",
        ),
        asof="2024-01-31",
        prices=closes(d20240102="95", d20240131="100"),
    )  # fmt: skip
    expect(position(said), quantity=10, cost_basis=950, unrealized_pnl=50)
    expect(said["totals"], cash=0, net_external_flows=950)
    assert said["returns"]["twr"] == pytest.approx(1000 / 950 - 1, abs=1e-12)


def test_a_delivery_out_realises_at_its_value() -> None:
    # 4 of 10 at 100 leave at 480: +80, and 480 left the portfolio.
    said = answer(
        deposit("2024-01-02", "1000"),
        buy("2024-01-02", "10", "100"),
        entry(
            "DELIVERY_OUT", "2024-01-10", symbol="X", quantity="4", net_amount="480",
            currency="USD",
        ),
        asof="2024-01-31",
        prices=closes(d20240102="100", d20240110="120"),
    )  # fmt: skip
    expect(position(said), quantity=6, realized_pnl=80)
    expect(said["totals"], cash=0, net_external_flows=520, total_value=720)
    assert said["returns"]["twr"] == pytest.approx(0.20, abs=1e-12)


def test_cash_moves_between_accounts_and_currencies() -> None:
    # 100 USD of a become 90 EUR in b; the table says 90 EUR are 99 USD: one dollar is lost.
    said = answer(
        deposit("2024-01-02", "500", account="a"),
        entry(
            "CASH_TRANSFER", "2024-01-03", net_amount="100", currency="USD", cash_account="a",
            to_account="b", to_amount="90", to_currency="EUR",
        ),
        asof="2024-01-31",
        fx=rates("EUR/USD", d20240101="1.1"),
    )  # fmt: skip
    held = {(one["account"], one["currency"]): one["balance"] for one in said["cash"]}
    assert held == {("a", "USD"): "400", ("b", "EUR"): "90"}
    expect(said["totals"], total_value=499, cash_fx_pnl=-1, net_external_flows=500)


def test_a_trade_may_be_paid_from_another_account() -> None:
    said = answer(
        deposit("2024-01-02", "500", account="bank"),
        buy("2024-01-03", "2", "100", account="depot", cash_account="bank"),
        asof="2024-01-31",
    )
    held = {(one["account"], one["currency"]): one["balance"] for one in said["cash"]}
    assert held == {("bank", "USD"): "300"}
    expect(position(said, account="depot"), quantity=2)


def test_charges_and_refunds_alone_are_counted_with_their_sign() -> None:
    said = answer(
        deposit("2024-01-02", "1000"),
        entry("FEE", "2024-01-03", gross_amount="10", currency="USD"),
        entry("FEE_REFUND", "2024-01-04", gross_amount="4", currency="USD"),
        entry("TAX", "2024-01-05", gross_amount="7", currency="USD", symbol="X"),
        entry("TAX_REFUND", "2024-01-08", gross_amount="2", currency="USD"),
        entry("INTEREST", "2024-01-09", gross_amount="6", taxes="1", currency="USD"),
        entry("INTEREST_CHARGE", "2024-01-10", gross_amount="3", currency="USD"),
        asof="2024-01-31",
    )
    # 1000 − 10 + 4 − 7 + 2 + 5 − 3; taxes 7 − 2 + 1.
    expect(said["totals"], cash=991, fees=6, taxes=6, interest_net=2)
    expect(position(said), quantity=0, taxes=7)
