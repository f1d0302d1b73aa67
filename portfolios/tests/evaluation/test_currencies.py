"""Several currencies: rates and how they are found, results by cause, cash held abroad."""

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
)

IN_EURO = {"base_currency": "EUR"}
DOLLAR = rates("USD/EUR", d20240101="0.80", d20240201="0.90", d20240301="1.00")


def test_cost_stands_at_the_rate_of_the_purchase() -> None:
    # 10 × 100 USD at 0.80 cost 800 EUR. Now 10 × 110 at 1.00 = 1100: 300 = fx on cost 200
    # (1000 × 0.20) + price at today's rate 100 (100 × 1.00).
    said = answer(
        buy("2024-01-02", "10", "100"), asof="2024-03-01", prices=closes(d20240301="110"),
        fx=DOLLAR, **IN_EURO,
    )  # fmt: skip
    expect(
        position(said),
        cost_basis=800,
        cost_basis_local=1000,
        market_value=1100,
        unrealized_pnl=300,
        unrealized_fx_pnl=200,
    )


def test_cost_at_the_current_rate_has_no_currency_part() -> None:
    # The same, with cost at today's rate: 1000 EUR, 100 unrealised, none of it from the rate.
    said = answer(
        buy("2024-01-02", "10", "100"), asof="2024-03-01", prices=closes(d20240301="110"),
        fx=DOLLAR, policy={"cost_fx": "current"}, **IN_EURO,
    )  # fmt: skip
    expect(position(said), cost_basis=1000, unrealized_pnl=100, unrealized_fx_pnl=0)
    expect(said["lots"]["open"][0], cost_basis_base=1000)


def test_a_realised_result_is_split_by_cause() -> None:
    # C = 1000 at 0.80, P = 1200 at 0.90: 1080 − 800 = 280
    # = price 200 × 0.80 = 160, fx 1000 × 0.10 = 100, cross 200 × 0.10 = 20.
    said = answer(
        buy("2024-01-02", "10", "100"), sell("2024-02-01", "10", "120"), asof="2024-03-01",
        fx=DOLLAR, **IN_EURO,
    )  # fmt: skip
    expect(
        said["lots"]["closed"][0],
        proceeds=1080,
        cost=800,
        realized_pnl=280,
        price_pnl=160,
        fx_pnl=100,
        cross_pnl=20,
    )
    # Cash: −1000 USD from January, +1200 USD from February: 200 USD worth 200 EUR now, and
    # −800 + 1080 = 280 when they moved. The currency took 80.
    expect(said["totals"], cash=200, cash_fx_pnl=-80, realized_pnl=280)


def test_under_current_cost_a_realised_result_is_price_alone() -> None:
    # (1200 − 1000) × 0.90 = 180.
    said = answer(
        buy("2024-01-02", "10", "100"), sell("2024-02-01", "10", "120"), asof="2024-03-01",
        fx=DOLLAR, policy={"cost_fx": "current"}, **IN_EURO,
    )  # fmt: skip
    expect(said["lots"]["closed"][0], realized_pnl=180, price_pnl=180, fx_pnl=0, cross_pnl=0)


@pytest.mark.parametrize(
    ("pairs", "worth"),
    [
        (rates("USD/EUR", d20240102="0.8"), 800),
        (rates("EUR/USD", d20240102="1.25"), 800),  # the inverse
        (rates("USD/EUR", d20231201="0.8"), 800),  # the last one before
        (rates("GBP/EUR", d20240102="0.8"), None),  # of something else
        (rates("USD/EUR", d20240103="0.8"), None),  # only a later one
    ],
)
def test_a_rate_is_direct_or_inverse_and_never_later(
    pairs: list[dict[str, str]], worth: int | None
) -> None:
    said = answer(deposit("2024-01-02", "1000"), asof="2024-01-02", fx=pairs, **IN_EURO)
    expect(said["totals"], cash=worth, total_value=worth, net_external_flows=worth)
    assert ("missing_rate" in codes(said)) is (worth is None)


def test_a_rate_may_go_through_the_dollar() -> None:
    # 1000 CAD = 750 USD = 600 EUR.
    fx = [*rates("USD/CAD", d20240102="1.3333333333333333"), *rates("USD/EUR", d20240102="0.8")]
    said = answer(deposit("2024-01-02", "1000", "CAD"), asof="2024-01-02", fx=fx, **IN_EURO)
    assert abs(float(said["totals"]["cash"]) - 600) < 1e-9


def test_a_recorded_rate_beats_the_table() -> None:
    # Without security_currency, settlement_fx_rate is base per 1 currency: 1000 × 0.85.
    said = answer(
        buy("2024-01-02", "10", "100", settlement_fx_rate="0.85"),
        asof="2024-01-02",
        prices=closes(d20240102="100"),
        fx=DOLLAR,
        **IN_EURO,
    )
    expect(position(said), cost_basis=850, market_value=800)


def test_a_security_paid_in_another_currency() -> None:
    # 10 × 100 USD paid with 820 EUR and a fee of 8 EUR: the actual rate is 0.82, and the cost
    # is what was paid, 828 EUR.
    said = answer(
        buy(
            "2024-01-02", "10", "100", currency="EUR", security_currency="USD",
            gross_amount="820", gross_amount_security="1000", fees="8",
        ),
        asof="2024-01-31",
        prices=closes(d20240131="100"),
        fx=DOLLAR,
        **IN_EURO,
    )  # fmt: skip
    expect(position(said), cost_basis=828, market_value=800, unrealized_pnl=-28)
    expect(said["totals"], cash=-828, purchases=820, fees=8, cash_fx_pnl=0)


def test_the_rate_of_a_settlement_gives_what_was_paid() -> None:
    # 10 × 100 USD at 0.82 EUR per USD: 820 EUR. Later sold for 1200 USD at 0.95: 1140 EUR.
    said = answer(
        buy("2024-01-02", "10", "100", currency="EUR", settlement_fx_rate="0.82"),
        sell("2024-02-01", "10", "120", currency="EUR", settlement_fx_rate="0.95"),
        asof="2024-02-01",
        fx=DOLLAR,
        **IN_EURO,
    )
    expect(said["totals"], realized_pnl=320, purchases=820, sales=1140, cash=320)


def test_a_conversion_has_one_worth_and_its_difference_is_the_currencys() -> None:
    # 800 EUR become 980 USD, which the table values at 784: the bank kept 16.
    said = answer(
        deposit("2024-01-02", "1000", "EUR"),
        entry(
            "FX_CONVERSION", "2024-01-02", gross_amount="800", currency="EUR",
            to_amount="980", to_currency="USD",
        ),
        asof="2024-01-02",
        fx=DOLLAR,
        **IN_EURO,
    )  # fmt: skip
    expect(said["totals"], total_value=984, cash_fx_pnl=-16, net_external_flows=1000)


def test_cash_abroad_gains_with_its_currency() -> None:
    # 100 USD came at 0.80 and are worth 1.00 EUR each.
    said = answer(deposit("2024-01-02", "100"), asof="2024-03-01", fx=DOLLAR, **IN_EURO)
    expect(said["totals"], cash=100, net_external_flows=80, cash_fx_pnl=20)
    assert abs(said["returns"]["twr"] - 0.25) < 1e-12


def test_a_dividend_is_converted_at_its_own_day() -> None:
    # 24 USD, 3.60 withheld, at 0.90: gross 21.60, tax 3.24, net 18.36.
    said = answer(
        buy("2024-01-02", "10", "100"),
        entry(
            "DIVIDEND", "2024-02-01", symbol="X", gross_amount="24", taxes="3.60", currency="USD"
        ),
        asof="2024-02-01",
        fx=DOLLAR,
        **IN_EURO,
    )
    expect(said["totals"], income_gross="21.6", income_net="18.36", taxes="3.24", dividend_count=1)
    expect(position(said), income_gross="21.6", taxes="3.24")


def test_a_missing_rate_leaves_local_figures_and_names_itself() -> None:
    said = answer(buy("2024-01-02", "10", "100"), asof="2024-03-01", **IN_EURO)
    expect(position(said), quantity=10, cost_basis_local=1000, cost_basis=None)
    expect(said["totals"], cost_basis=None, cash=None, total_value=None)
    assert {"missing_rate", "missing_price"} <= set(codes(said))


@pytest.mark.parametrize(
    "rate", ["0.909090909090909", "0.909090909090909090909090909", "0.9090909"]
)
def test_a_rate_of_many_digits_is_a_rate(rate: str) -> None:
    # 10 × 100 USD at 1/1.1: 909.0909… EUR.
    said = answer(
        buy("2024-01-02", "10", "100", currency="EUR", settlement_fx_rate=rate),
        asof="2024-01-02",
        **IN_EURO,
    )
    assert float(position(said)["cost_basis"]) == pytest.approx(1000 / 1.1, rel=1e-7)


def test_the_table_gives_the_rate_of_a_trade_that_states_none() -> None:
    # Paid in EUR for a security in USD, at the table's 1/1.25 = 0.80; later 440 EUR for 4 of it.
    said = answer(
        buy("2024-01-02", "10", "100", currency="EUR"),
        sell("2024-02-01", "4", "110", currency="EUR", gross_amount="440"),
        asof="2024-02-01",
        fx=rates("EUR/USD", d20240101="1.25"),
        **IN_EURO,
    )
    expect(position(said), quantity=6, cost_basis=480, cost_basis_local=600, realized_pnl=120)


def test_a_transfer_within_an_account_changes_the_currency() -> None:
    said = answer(
        deposit("2024-01-02", "100"),
        entry(
            "CASH_TRANSFER", "2024-01-03", net_amount="40", currency="USD", account="main",
            to_account="main", to_amount="36", to_currency="EUR",
        ),
        asof="2024-01-03",
        fx=rates("EUR/USD", d20240101="1.10"),
    )  # fmt: skip
    assert {one["currency"]: one["balance"] for one in said["cash"]} == {"USD": "60", "EUR": "36"}
    expect(said["totals"], total_value="99.6", cash_fx_pnl="-0.4")
