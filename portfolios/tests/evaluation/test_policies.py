"""Portfolios without cash, short sales, how old a price may be."""

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

NO_CASH = {"cash_tracked": False}
SHORT = {"allow_short": True}


def test_without_cash_a_purchase_is_an_inflow_of_what_was_paid() -> None:
    # 1005 put in, 1000 of it in shares that rise to 1100: 95 over 1005.
    said = answer(
        buy("2024-01-02", "10", "100", fees="5"), asof="2024-01-31", policy=NO_CASH,
        prices=closes(d20240102="100", d20240131="110"),
    )  # fmt: skip
    expect(said["totals"], cash=0, total_value=1100, net_external_flows=1005, cash_fx_pnl=0)
    assert said["cash"] == []
    assert said["returns"]["twr"] == pytest.approx(1100 / 1005 - 1, abs=1e-12)


def test_without_cash_fees_outside_cost_were_still_paid() -> None:
    said = answer(
        buy("2024-01-02", "10", "100", fees="5"),
        asof="2024-01-31",
        policy={**NO_CASH, "fees_in_cost": False},
        prices=closes(d20240102="100", d20240131="110"),
    )
    expect(said["totals"], cost_basis=1000, net_external_flows=1005)


def test_without_cash_sales_and_dividends_go_out() -> None:
    # In 1000; out 594 (600 less 6 of fees) and 9 (10 less 1 of tax): 397. 5 are left at 120.
    said = answer(
        buy("2024-01-02", "10", "100"),
        sell("2024-01-10", "5", "120", fees="6"),
        entry("DIVIDEND", "2024-01-11", symbol="X", gross_amount="10", taxes="1", currency="USD"),
        asof="2024-01-31",
        policy=NO_CASH,
        prices=closes(d20240102="100", d20240110="120"),
    )
    expect(said["totals"], net_external_flows=397, total_value=600, income_net=9)
    # 1000 → 1200 with 594 of it out; the dividend is 9 more on 600.
    assert said["returns"]["twr"] == pytest.approx(1194 / 1000 * 609 / 600 - 1, abs=1e-12)


def test_without_cash_a_fee_is_money_that_buys_nothing() -> None:
    said = answer(
        buy("2024-01-02", "10", "100"),
        entry("FEE", "2024-01-10", gross_amount="20", currency="USD"),
        asof="2024-01-31",
        policy=NO_CASH,
        prices=closes(d20240102="100"),
    )
    expect(said["totals"], net_external_flows=1020, total_value=1000, fees=20)
    assert said["returns"]["twr"] == pytest.approx(1000 / 1020 - 1, abs=1e-12)


def test_without_cash_deposits_and_conversions_are_nothing() -> None:
    said = answer(
        deposit("2024-01-02", "1000"),
        entry(
            "FX_CONVERSION", "2024-01-03", gross_amount="100", currency="USD",
            to_amount="90", to_currency="EUR",
        ),
        buy("2024-01-04", "1", "100"),
        asof="2024-01-31",
        policy=NO_CASH,
        prices=closes(d20240104="100"),
        fx=rates("EUR/USD", d20240101="1.1"),
    )  # fmt: skip
    expect(said["totals"], net_external_flows=100, total_value=100)


def test_a_sale_of_more_than_is_held_is_a_problem_and_the_rest_is_booked() -> None:
    said = answer(
        buy("2024-01-02", "10", "100"),
        sell("2024-01-03", "11", "110"),
        sell("2024-01-04", "1", "120"),
        asof="2024-01-31",
    )
    expect(position(said), quantity=9, realized_pnl=20)
    problem = next(one for one in said["problems"] if one["code"] == "insufficient_quantity")
    assert (problem["seq"], problem["field"]) == (2, "quantity")
    assert problem["message"] and problem["suggestion"]


def test_a_short_sale_gains_when_the_price_falls() -> None:
    # Sold 10 at 100, 4 covered at 80: +80. 6 are owed at 90: cost −600, worth −540, +60.
    said = answer(
        deposit("2024-01-02", "1000"),
        sell("2024-01-02", "10", "100"),
        buy("2024-01-03", "4", "80"),
        asof="2024-01-31",
        policy=SHORT,
        prices=closes(d20240131="90"),
    )
    expect(
        position(said),
        quantity=-6,
        cost_basis=-600,
        market_value=-540,
        unrealized_pnl=60,
        realized_pnl=80,
    )
    expect(said["totals"], cash=1680, total_value=1140)  # 1000 + 1000 − 320
    expect(said["lots"]["open"][0], quantity=-6, unit_cost=100, cost_basis=-600)


def test_a_sale_that_crosses_zero_closes_and_opens() -> None:
    # 10 at 100; 15 sold at 120: 10 of them earn 200, 5 are short at 120.
    said = answer(
        buy("2024-01-02", "10", "100"), sell("2024-01-03", "15", "120"), asof="2024-01-31",
        policy=SHORT, prices=closes(d20240131="120"),
    )  # fmt: skip
    expect(position(said), quantity=-5, realized_pnl=200, unrealized_pnl=0)


@pytest.mark.parametrize(
    ("asof", "state"),
    [("2024-01-05", "exact"), ("2024-01-12", "exact"), ("2024-01-15", "stale")],
)
def test_a_price_is_stale_after_five_business_days(asof: str, state: str) -> None:
    # Friday Jan 5. Friday Jan 12 is five business days later, Monday Jan 15 six.
    said = answer(buy("2024-01-02", "1", "100"), asof=asof, prices=closes(d20240105="100"))
    assert position(said)["state"] == state
    expect(position(said), market_value=100)


@pytest.mark.parametrize(("asof", "worth"), [("2024-01-15", 100), ("2024-01-16", None)])
def test_a_price_may_be_too_old_to_be_used(asof: str, worth: int | None) -> None:
    said = answer(
        buy("2024-01-02", "1", "100"), asof=asof, prices=closes(d20240105="100"),
        policy={"max_price_age_days": 10},
    )  # fmt: skip
    expect(position(said), market_value=worth, cost_basis=100)
    assert ("missing_price" in codes(said)) is (worth is None)
    if worth is None:
        assert position(said)["state"] == "withheld"


def test_a_gap_longer_than_the_oldest_price_is_bridged_without_flows() -> None:
    # Nothing moves while the price is too old: 100 → 110 over the gap.
    said = answer(
        deposit("2024-01-02", "1000"),
        buy("2024-01-02", "10", "100"),
        asof="2024-03-01",
        policy={"max_price_age_days": 10},
        prices=closes(d20240102="100", d20240301="110"),
    )
    assert said["returns"]["twr"] == pytest.approx(0.10, abs=1e-12)


def test_a_holding_without_any_price_may_have_an_oldest_price_too() -> None:
    said = answer(
        buy("2024-01-02", "1", "100"), asof="2024-01-31", policy={"max_price_age_days": 3}
    )
    expect(position(said), market_value=None, cost_basis=100)


def test_quantities_of_many_decimals_are_held() -> None:
    said = answer(
        buy("2024-01-02", "0.123456789012345678", "100"), asof="2024-01-02",
        prices=closes(d20240102="100"),
    )  # fmt: skip
    expect(position(said), quantity="0.123456789012")
