"""The daily history: what was held, what it was worth, what came in and went out."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings

from portfolios.calc.booking import book
from portfolios.calc.entries import Entry
from portfolios.calc.history import reported
from portfolios.calc.marks import Marks
from portfolios.calc.replay import replay
from portfolios.calc.returns import history_returns, large_flow_days
from portfolios.calc.valuation import value_portfolio
from portfolios.tests.calc.histories import day, market_days, marks_of, trading_ledgers, valued
from portfolios.tests.calc.ledgers import CAD, decimals, entry, fixed

RATES = fixed(USD="1.3", EUR="1.4")


def test_a_weekend_s_deposit_belongs_to_the_next_valuation_day() -> None:
    booked = book([entry(1, "DEPOSIT", "2024-01-06", gross_amount="100")], CAD, RATES)
    friday, monday = replay(booked.journal, [date(2024, 1, 5), date(2024, 1, 8)])
    assert friday.cash == {}
    assert monday.cash == {"CAD": Decimal(100)}
    assert [crossing.amount for crossing in monday.crossings] == [100]


def test_days_without_movement_share_one_state() -> None:
    booked = book([entry(1, "DEPOSIT", "2024-01-05", gross_amount="100")], CAD, RATES)
    first, second = replay(booked.journal, [date(2024, 1, 5), date(2024, 1, 8)])
    assert second.cash is first.cash
    assert second.crossings == ()


def test_flows_count_at_their_recorded_rate_else_the_day_s() -> None:
    ledger = [
        entry(1, "DEPOSIT", "2024-01-01", "USD", gross_amount="100", fx_rate="1.32"),
        entry(2, "WITHDRAWAL", "2024-01-01", "USD", gross_amount="10"),
    ]
    (only,) = valued(ledger, [marks_of(0, {}, {"USD": "1.30"})])
    assert (only.inflow, only.outflow) == (Decimal("132.00"), Decimal("13.00"))
    assert only.total_value == Decimal(117)  # 90 USD at 1.30


def test_fees_on_a_deposit_are_a_cost_not_a_smaller_flow() -> None:
    ledger = [entry(1, "DEPOSIT", "2024-01-01", gross_amount="100", fees="1")]
    (only,) = valued(ledger, [marks_of(0, {}, {})])
    assert (only.inflow, only.total_value) == decimals(100, 99)


def test_delivered_shares_come_in_at_the_market() -> None:
    # 5 shares worth 20 are an inflow of 100, so that the first day earns nothing
    ledger = [entry(1, "OPENING_BALANCE", "2024-01-01", security="RY", quantity="5")]
    days = valued(ledger, [marks_of(0, {"RY": "20"}, {}), marks_of(1, {"RY": "22"}, {})])
    assert days[0].inflow == 100
    assert history_returns(days, day(-1)).returns == pytest.approx((0.0, 0.1))


def test_delivered_shares_come_in_at_their_stated_worth() -> None:
    # stated at 19 a share, closing at 20: 100/95 − 1
    ledger = [entry(1, "OPENING_BALANCE", "2024-01-01", security="RY", quantity="5", price="19")]
    days = valued(ledger, [marks_of(0, {"RY": "20"}, {})])
    assert history_returns(days, day(-1)).returns == pytest.approx((5 / 95,))


def test_delivered_shares_without_a_price_leave_the_day_without_a_return() -> None:
    ledger = [
        entry(1, "OPENING_BALANCE", "2024-01-01", security="RY", quantity="5"),
        entry(2, "DEPOSIT", "2024-01-01", gross_amount="100"),
    ]
    (only,) = valued(ledger, [marks_of(0, {}, {})])
    assert (only.inflow, only.state, only.total_value) == (None, "withheld", None)
    assert reported(only) is None


def test_a_missing_price_makes_the_day_partial_and_names_it() -> None:
    ledger = [
        entry(1, "DEPOSIT", "2024-01-01", gross_amount="300"),
        entry(2, "BUY", "2024-01-01", security="RY", quantity="1", price="100"),
        entry(3, "BUY", "2024-01-01", "USD", security="AAPL", quantity="1", price="100"),
    ]
    (only,) = valued(ledger, [marks_of(0, {"RY": "100"}, {"USD": "1.3"})])
    assert (only.state, only.coverage, only.missing_prices) == ("partial", 0.5, ("AAPL",))
    assert not only.is_complete


def test_a_missing_rate_makes_the_day_partial_and_names_it() -> None:
    ledger = [entry(1, "DEPOSIT", "2024-01-01", "USD", gross_amount="300")]
    (only,) = valued(ledger, [marks_of(0, {}, {})])
    assert (only.state, only.missing_rates, only.inflow) == ("partial", ("USD",), None)


def test_a_carried_rate_makes_the_day_stale_but_keeps_its_return() -> None:
    ledger = [entry(1, "DEPOSIT", "2024-01-01", "USD", gross_amount="300")]
    fresh, carried = marks_of(0, {}, {"USD": "1.3"}), marks_of(1, {}, {"USD": "1.3"})
    old = {"USD": replace(carried.rates["USD"], state="stale")}
    days = valued(ledger, [fresh, replace(carried, rates=old)])
    assert [one.state for one in days] == ["exact", "stale"]
    assert history_returns(days).returns == (0.0,)


def test_a_receivable_is_value_before_it_is_cash() -> None:
    ledger = [
        entry(1, "DIVIDEND", "2024-01-03", security="RY", gross_amount="10",
              ex_date="2024-01-02", pay_date="2024-01-03"),
    ]  # fmt: skip
    days = valued(ledger, [marks_of(number, {}, {}) for number in range(3)])
    assert [one.total_value for one in days] == [0, 10, 10]
    assert [one.receivable_balance for one in days] == [0, 10, 0]


def test_a_split_s_day_earns_nothing() -> None:
    ledger = [
        entry(1, "DEPOSIT", "2024-01-01", gross_amount="100"),
        entry(2, "BUY", "2024-01-01", security="RY", quantity="1", price="100"),
        entry(3, "SPLIT", "2024-01-02", security="RY", new_shares="2", old_shares="1"),
    ]
    days = valued(ledger, [marks_of(0, {"RY": "100"}, {}), marks_of(1, {"RY": "50"}, {})])
    assert history_returns(days, day(-1)).returns == (0.0, 0.0)


def test_a_day_is_rounded_once_at_its_total() -> None:
    # 0.005 of shares and 0.005 of cash: rounded apart 0.02, together 0.01
    ledger = [
        entry(1, "DEPOSIT", "2024-01-01", gross_amount="0.010", net_amount="0.010"),
        entry(2, "BUY", "2024-01-01", security="RY", quantity="1", price="0.005",
              net_amount="-0.005"),
    ]  # fmt: skip
    shown = reported(valued(ledger, [marks_of(0, {"RY": "0.005"}, {})])[0])
    assert shown is not None
    assert shown.total_value == Decimal("0.01")
    assert shown.positions_value + shown.cash_balance == shown.total_value


def test_a_price_without_a_rate_values_nothing() -> None:
    ledger = [
        entry(1, "DEPOSIT", "2024-01-01", gross_amount="300"),
        entry(2, "BUY", "2024-01-01", "USD", security="AAPL", quantity="1", price="100"),
    ]
    (only,) = valued(ledger, [marks_of(0, {"AAPL": "100"}, {})])
    assert (only.state, only.missing_rates) == ("withheld", ("USD",))
    assert only.missing_prices == ()  # the price is there


def test_stated_shares_of_another_currency_enter_where_they_are_priced() -> None:
    # 130 CAD stated for a share of 100 USD at 1.30: an inflow of 130, and nothing earned
    ledger = [
        entry(1, "OPENING_BALANCE", "2024-01-01", security="AAPL", quantity="1", gross_amount="130")
    ]
    days = valued(ledger, [marks_of(0, {"AAPL": "100"}, {"USD": "1.30"})])
    (flow,) = days[0].flows
    assert (flow.currency, flow.local, flow.base) == ("USD", Decimal(100), Decimal(130))
    assert history_returns(days, day(-1)).returns == (0.0,)


def test_a_trade_paid_in_a_currency_without_a_rate_has_no_return() -> None:
    ledger = [
        entry(1, "DEPOSIT", "2024-01-01", gross_amount="1000"),
        entry(2, "BUY", "2024-01-01", "GBP", security="RY", quantity="1", gross_amount="60"),
    ]
    (only,) = valued(ledger, [marks_of(0, {"RY": "100"}, {})])
    assert not only.is_complete
    assert only.missing_rates == ("GBP",)


def test_flows_above_a_tenth_of_the_value_before_are_flagged() -> None:
    # 100 funds it; 10 is a tenth, not more; 12 of 110 is more
    ledger = [
        entry(1, "DEPOSIT", "2024-01-01", gross_amount="100"),
        entry(2, "DEPOSIT", "2024-01-02", gross_amount="10"),
        entry(3, "WITHDRAWAL", "2024-01-03", gross_amount="12"),
    ]
    days = valued(ledger, [marks_of(number, {}, {}) for number in range(3)])
    assert large_flow_days(days) == (day(2),)


def test_a_history_needs_a_day() -> None:
    with pytest.raises(ValueError, match="without days"):
        history_returns([])


@settings(max_examples=40, deadline=None)
@given(trading_ledgers(), market_days())
def test_every_day_of_the_history_equals_a_fresh_valuation(
    ledger: list[Entry], marks: list[Marks]
) -> None:
    for value, at in zip(valued(ledger, marks), marks, strict=True):
        fresh = value_portfolio(book(ledger, CAD, RATES, asof=at.asof_date), at)
        shown = reported(value)
        assert shown is not None
        assert shown.total_value == fresh.total_value
        assert shown.cash_balance == fresh.cash_balance
        assert shown.receivable_balance == fresh.receivable_balance
