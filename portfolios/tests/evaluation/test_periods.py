"""Periods that begin in the middle: what is of the period, and what stands at its end."""

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
    sell,
    split,
    withdraw,
)

LEDGER = (
    deposit("2023-01-02", "3000"),
    buy("2023-01-02", "10", "100", fees="10"),
    sell("2023-06-01", "2", "150", fees="1"),  # before: earns 299 − 202 = 97
    entry("DIVIDEND", "2023-07-03", symbol="X", gross_amount="8", currency="USD"),
    sell("2024-02-01", "3", "130", fees="2"),  # in it: 388 − 303 = 85
    entry("DIVIDEND", "2024-03-01", symbol="X", gross_amount="5", taxes="1", currency="USD"),
    deposit("2024-03-15", "100"),
)
PRICES = closes(d20230102="100", d20231229="120", d20240328="140")


def test_sums_are_of_the_period_and_the_standing_is_of_its_end() -> None:
    said = answer(*LEDGER, asof="2024-03-28", period_start="2023-12-31", prices=PRICES)
    expect(
        said["totals"],
        realized_pnl=85,
        sales=390,
        purchases=0,
        income_gross=5,
        income_net=4,
        dividend_count=1,
        fees=2,
        taxes=1,
        net_external_flows=100,
        cost_basis=505,  # 5 × 101, bought before the period
        market_value=700,
    )
    expect(position(said), quantity=5, realized_pnl=85, income_gross=5, fees=2, taxes=1)
    assert [one["close_date"] for one in said["lots"]["closed"]] == ["2024-02-01"]
    assert [one["date"] for one in said["lots"]["open"]] == ["2023-01-02"]


def test_without_a_start_the_period_is_everything() -> None:
    said = answer(*LEDGER, asof="2024-03-28", prices=PRICES)
    expect(said["totals"], realized_pnl=182, fees=13, dividend_count=2, net_external_flows=3100)


def test_a_period_begins_after_its_first_day() -> None:
    # The sale of Feb 1 is of a period that starts with Jan 31's close, not Feb 1's.
    before = answer(*LEDGER, asof="2024-03-28", period_start="2024-01-31", prices=PRICES)
    after = answer(*LEDGER, asof="2024-03-28", period_start="2024-02-01", prices=PRICES)
    expect(before["totals"], realized_pnl=85)
    expect(after["totals"], realized_pnl=0)


def test_what_happens_after_the_last_day_does_not_count() -> None:
    said = answer(*LEDGER, asof="2023-12-29", prices=PRICES)
    expect(position(said), quantity=8, market_value=960)
    expect(said["totals"], realized_pnl=97, dividend_count=1)


def test_a_split_after_the_last_day_does_not_count() -> None:
    said = answer(
        buy("2024-01-02", "10", "100"), asof="2024-01-31", prices=closes(d20240131="100"),
        corporate_actions=[split("2024-02-01", "2", "1")],
    )  # fmt: skip
    expect(position(said), quantity=10, market_value=1000)


def test_the_return_is_measured_from_the_close_before_the_period() -> None:
    # At the start 8 × 120 + 2294… is worth; only the 100 of March came in.
    said = answer(
        deposit("2023-01-02", "1000"),
        buy("2023-01-02", "10", "100"),
        asof="2024-03-28",
        period_start="2023-12-31",
        prices=PRICES,
    )
    # 10 × 140 over 10 × 120.
    assert said["returns"]["twr"] == pytest.approx(140 / 120 - 1, abs=1e-12)
    assert said["returns"]["irr_period"] == pytest.approx(140 / 120 - 1, abs=1e-9)
    assert said["returns"]["modified_dietz"] == pytest.approx(140 / 120 - 1, abs=1e-12)
    assert codes(said) == []


def test_a_period_without_anything_held_has_no_return() -> None:
    said = answer(
        deposit("2023-01-02", "1000"),
        withdraw("2023-02-01", "1000"),
        asof="2024-03-28",
        period_start="2023-12-31",
    )
    assert said["returns"]["twr"] is None
    expect(said["totals"], total_value=0, net_external_flows=0)
    assert set(codes(said)) == {"undefined_return", "no_sign_change"}


def test_the_currency_gain_is_of_the_period() -> None:
    # 100 EUR: 1.10 at the start, 1.20 at the end; that it came at 1.00 is of before.
    said = answer(
        deposit("2023-01-02", "100", "EUR"),
        asof="2024-03-28",
        period_start="2023-12-31",
        fx=[
            {"pair": "EUR/USD", "date": "2023-01-01", "rate": "1.00"},
            {"pair": "EUR/USD", "date": "2023-12-29", "rate": "1.10"},
            {"pair": "EUR/USD", "date": "2024-03-28", "rate": "1.20"},
        ],
    )
    expect(said["totals"], cash=120, cash_fx_pnl=10)
