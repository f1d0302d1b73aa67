"""Booking as a specification: small ledgers, the arithmetic beside them. Lots and splits."""

from datetime import date
from decimal import Decimal

import pytest

from portfolios.calc.entries import BookingSettings, CostMethod, LotScope
from portfolios.tests.calc.ledgers import (
    booked,
    buy,
    codes,
    decimals,
    entry,
    sell,
)

# --- what things cost ------------------------------------------------------------------------


def test_a_lot_keeps_the_rate_of_its_trade_date() -> None:
    # 100 × 150 × 1.35 = 20,250
    ledger = [
        entry(1, "BUY", "2024-01-05", "USD", security="AAPL", quantity="100", price="150",
              fx_rate="1.35"),
    ]  # fmt: skip
    (lot,) = booked(*ledger).lots
    assert (lot.cost_basis_local, lot.cost_basis) == (Decimal(15000), Decimal(20250))
    assert lot.fx_rate == Decimal("1.35")  # the recorded rate beats the table's 1.36


def test_a_sale_splits_into_price_currency_and_cross() -> None:
    # 50 @ 180 × 1.36 = 12,240, less 50 × 150 × 1.34 = 10,050, is 2,190:
    # price 1,500·1.34 = 2,010, currency 7,500·0.02 = 150, cross 1,500·0.02 = 30
    ledger = [
        entry(1, "BUY", "2024-01-05", "USD", security="AAPL", quantity="100", price="150",
              fx_rate="1.34"),
        entry(2, "SELL", "2024-06-05", "USD", security="AAPL", quantity="50", price="180"),
    ]  # fmt: skip
    (closure,) = booked(*ledger).closures
    assert closure.realized_pnl == Decimal(2190)
    assert (closure.price_pnl, closure.fx_pnl, closure.cross_pnl) == decimals(2010, 150, 30)


@pytest.mark.parametrize(
    ("in_cost", "cost", "gain"),
    [
        (True, "1010", "980"),  # 1,000 + 10; 2,000 − 10 − 1,010
        (False, "1000", "1000"),  # neither side: 2,000 − 1,000
    ],
)
def test_fees_belong_to_cost_on_both_sides_or_on_neither(
    in_cost: bool, cost: str, gain: str
) -> None:
    choice = BookingSettings(base_currency="CAD", fees_in_cost=in_cost)
    bought = booked(buy(1, "2024-01-05", "10", "100", fees="10"), settings=choice)
    sold = booked(
        buy(1, "2024-01-05", "10", "100", fees="10"),
        sell(2, "2024-01-08", "10", "200", fees="10"),
        settings=choice,
    )
    assert bought.lots[0].cost_basis == Decimal(cost)
    assert sold.realized_pnl == Decimal(gain)
    assert sold.cash["main", "CAD"] == Decimal(980)  # cash is the same: −1,010 + 1,990


def test_taxes_follow_their_own_setting() -> None:
    choice = BookingSettings(base_currency="CAD", taxes_in_cost=False)
    lot = booked(buy(1, "2024-01-05", "10", "100", fees="1", taxes="5"), settings=choice).lots[0]
    assert lot.cost_basis == Decimal(1001)


def test_the_gross_amount_beats_quantity_times_price() -> None:
    (lot,) = booked(buy(1, "2024-01-05", "3", "33.33", gross_amount="100")).lots
    assert lot.cost_basis == Decimal(100)


def test_a_trade_may_state_only_what_it_did_to_cash() -> None:
    ledger = entry(1, "BUY", "2024-01-05", security="X", quantity="10", fees="5", net_amount="-105")
    (lot,) = booked(ledger).lots
    assert lot.cost_basis == Decimal(105)  # 100 for the shares, 5 of fee


def test_the_last_part_of_a_lot_takes_what_is_left_of_its_cost() -> None:
    # 100 over three shares: 33.333333 + 33.333334 (of 66.666667) + 33.333333
    ledger = [buy(1, "2024-01-05", "3", "0", gross_amount="100")]
    ledger += [sell(seq, f"2024-01-0{seq + 5}", "1", "40") for seq in (2, 3, 4)]
    costs = [closure.cost_local for closure in booked(*ledger).closures]
    assert costs == [Decimal("33.333333"), Decimal("33.333334"), Decimal("33.333333")]
    assert sum(cost for cost in costs if cost is not None) == 100


# --- orders and scopes -----------------------------------------------------------------------


def test_within_an_account_only_its_own_lots_are_sold() -> None:
    ledger = [
        buy(1, "2024-01-05", "10", "100", account="a"),
        buy(2, "2024-01-06", "10", "200", account="b"),
        sell(3, "2024-01-08", "5", "300", account="b"),
    ]
    apart = BookingSettings(base_currency="CAD", lot_scope=LotScope.ACCOUNT)
    assert booked(*ledger).closures[0].open_seq == 1  # the oldest of the portfolio
    assert booked(*ledger, settings=apart).closures[0].open_seq == 2


def test_highest_cost_first_leaves_unknown_costs_for_last() -> None:
    ledger = [
        entry(1, "OPENING_BALANCE", "2024-01-01", security="X", quantity="10"),
        buy(2, "2024-01-05", "10", "1"),
        sell(3, "2024-01-08", "10", "2"),
    ]
    hifo = BookingSettings(base_currency="CAD", cost_method=CostMethod.HIFO)
    assert booked(*ledger, settings=hifo).closures[0].open_seq == 2


# --- splits ----------------------------------------------------------------------------------


def test_a_split_doubles_shares_and_keeps_cost_and_date() -> None:
    # 100 @ 500, 2:1 → 200 @ 250, total 50,000
    (lot,) = booked(
        buy(1, "2024-01-05", "100", "500"),
        entry(2, "SPLIT", "2024-02-01", security="X", new_shares="2", old_shares="1"),
    ).lots
    assert (lot.quantity_open, lot.quantity_original, lot.cost_basis) == decimals(200, 200, 50000)
    assert lot.acquisition_date == date(2024, 1, 5)


def test_a_split_comes_before_the_trades_of_its_day() -> None:
    # the 10 shares bought on the day of the split are already new ones
    (old, new) = booked(
        buy(1, "2024-01-05", "10", "100"),
        buy(2, "2024-02-01", "10", "50"),
        entry(3, "SPLIT", "2024-02-01", security="X", new_shares="2", old_shares="1"),
    ).lots
    assert (old.quantity_open, new.quantity_open) == decimals(20, 10)


def test_a_split_leaves_what_was_already_sold_alone() -> None:
    ledger = [
        buy(1, "2024-01-05", "10", "100"),
        buy(2, "2024-01-06", "10", "100"),
        sell(3, "2024-01-08", "15", "120"),
        entry(4, "SPLIT", "2024-02-01", security="X", new_shares="2", old_shares="1"),
    ]
    closed, partly = booked(*ledger).lots
    assert (closed.quantity_original, closed.quantity_open) == decimals(10, 0)
    assert (partly.quantity_original, partly.quantity_open) == decimals(20, 10)
    assert [closure.quantity for closure in booked(*ledger).closures] == [10, 5]


def test_a_split_of_nothing_changes_nothing() -> None:
    split = entry(1, "SPLIT", "2024-02-01", security="X", new_shares="2", old_shares="1")
    assert booked(split).problems == ()


def test_a_broker_s_own_cash_in_lieu_overrides_the_computed_one() -> None:
    # 3:2 on 5 shares leaves 7.5; the half is paid with 20.75, its cost 100·0.5/7.5 = 6.666667
    result = booked(
        buy(1, "2024-01-05", "5", "20"),
        entry(2, "SPLIT", "2024-02-01", security="X", new_shares="3", old_shares="2",
              gross_amount="20.75"),
    )  # fmt: skip
    assert result.positions[0].quantity == 7
    assert result.cash["main", "CAD"] == Decimal("-79.25")
    assert result.realized_pnl == Decimal("14.08")


def test_a_split_into_whole_shares_pays_nothing_in_lieu() -> None:
    result = booked(
        buy(1, "2024-01-05", "4", "20"),
        entry(2, "SPLIT", "2024-02-01", security="X", new_shares="3", old_shares="2", price="9"),
    )
    assert (result.positions[0].quantity, result.closures) == (Decimal(6), ())


def test_a_split_that_leaves_nothing_is_refused() -> None:
    ruin = entry(2, "SPLIT", "2024-02-01", security="X", new_shares="1", old_shares="1E+10")
    result = booked(buy(1, "2024-01-05", "10", "1"), ruin)
    assert codes(result) == ["invalid_number"]
    assert result.lots[0].quantity_open == 10


# --- opening balances ------------------------------------------------------------------------


def test_an_unknown_basis_stays_unknown_and_is_named() -> None:
    result = booked(
        entry(1, "OPENING_BALANCE", "2024-01-01", security="X", quantity="10"),
        sell(2, "2024-01-08", "4", "25"),
    )
    (closure,) = result.closures
    assert (closure.cost_local, closure.realized_pnl, result.realized_pnl) == (None, None, None)
    assert closure.proceeds_local == 100
    assert codes(result) == ["unknown_basis"]
    assert result.positions[0].cost_basis is None


def test_an_opening_balance_may_be_cash() -> None:
    result = booked(entry(1, "OPENING_BALANCE", "2024-01-01", gross_amount="500"))
    assert result.cash == {("main", "CAD"): Decimal(500)}
