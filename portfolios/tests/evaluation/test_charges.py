"""Charges that are on no trade, and payouts before their day: each counts once, when paid."""

from portfolios.tests.evaluation.documents import (
    answer,
    buy,
    closes,
    deposit,
    entry,
    expect,
    number,
    position,
    rates,
)

PRICES = closes(d20240102="100", d20240301="120")


def test_a_dividend_counts_when_it_is_paid_with_all_that_was_withheld() -> None:
    # Declared on 15 February for 1 March: until then it is a receivable of 20 − 3 and nothing
    # else; after it, in the next period, it counts once.
    held = (
        buy("2024-01-02", "10", "100"),
        entry(
            "DIVIDEND", "2024-02-15", symbol="X", gross_amount="20", taxes="3",
            ex_date="2024-02-15", pay_date="2024-03-01",
        ),
    )  # fmt: skip
    before = answer(*held, asof="2024-02-20", prices=PRICES)["totals"]
    expect(before, dividend_count=0, income_gross=0, taxes=0, cash="-983")
    after = answer(*held, asof="2024-03-31", period_start="2024-02-20", prices=PRICES)["totals"]
    expect(after, dividend_count=1, income_gross=20, income_net=17, taxes=3, cash="-983")


def test_moving_shares_costs_cash_and_leaves_their_cost() -> None:
    # 5 of 10 shares move for a fee of 7: cost 500 on each side, cash 1,000 − 1,000 − 7.
    said = answer(
        deposit("2024-01-02", "1000", account="A"),
        buy("2024-01-02", "10", "100", account="A"),
        entry(
            "TRANSFER", "2024-02-01", symbol="X", quantity="5", account="A", to_account="B",
            fees="7",
        ),
        asof="2024-03-01", prices=PRICES, policy={"lot_scope": "account"},
    )  # fmt: skip
    assert [number(position(said, account=one)["cost_basis"]) for one in "AB"] == [500, 500]
    expect(said["totals"], fees=7, cash=-7, realized_pnl=0, total_value=1193)


def test_shares_over_the_border_are_a_flow_of_their_worth_and_pay_their_fee_in_cash() -> None:
    # 5 arrive worth 500, 2 leave worth 240, each for a fee of 1.
    said = answer(
        entry("TRANSFER_IN", "2024-01-02", symbol="X", quantity="5", net_amount="500", fees="1"),
        entry("TRANSFER_OUT", "2024-03-01", symbol="X", quantity="2", net_amount="240", fees="1"),
        asof="2024-03-01", prices=PRICES,
    )  # fmt: skip
    expect(said["totals"], net_external_flows=260, fees=2, cash=-2)


def test_money_that_moves_leaves_net_and_arrives_without_the_fee() -> None:
    # 500 leave, 3 of them are charged, 497 arrive.
    said = answer(
        deposit("2024-01-02", "1000", account="A"),
        entry(
            "CASH_TRANSFER", "2024-02-01", cash_account="A", net_amount="500", currency="USD",
            to_account="B", fees="3",
        ),
        asof="2024-03-01",
    )  # fmt: skip
    assert {row["account"]: row["balance"] for row in said["cash"]} == {"A": "500", "B": "497"}
    expect(said["totals"], fees=3, cash=997, cash_fx_pnl=0, net_external_flows=1000)


def test_the_fee_of_a_conversion_is_no_currency_result() -> None:
    # Of 500 USD, 10 are a fee and 490 become 392 EUR at 1.25, the day's rate: nothing is lost to
    # the currency, between accounts or within one.
    for account in ("B", "A"):
        said = answer(
            deposit("2024-01-02", "1000", account="A"),
            entry(
                "CASH_TRANSFER", "2024-02-01", cash_account="A", net_amount="500", currency="USD",
                to_account=account, to_amount="392", to_currency="EUR", fees="10",
            ),
            asof="2024-03-01", fx=rates("EUR/USD", d20240102="1.25"),
        )  # fmt: skip
        expect(said["totals"], fees=10, cash=990, cash_fx_pnl=0)


def test_a_delivery_of_a_gross_amount_bears_its_charges() -> None:
    # In: 10·100 + 8 = 1,008 is cost and flow. Out: 4·120 − 3 = 477, against 403.20 of cost.
    said = answer(
        entry("DELIVERY_IN", "2024-01-02", symbol="X", quantity="10", price="100", fees="8"),
        entry("DELIVERY_OUT", "2024-03-01", symbol="X", quantity="4", price="120", taxes="3"),
        asof="2024-03-01", prices=PRICES,
    )  # fmt: skip
    expect(said["totals"], net_external_flows=531, realized_pnl="73.8", cost_basis="604.8")
    expect(said["totals"], fees=8, taxes=3, cash=0)
