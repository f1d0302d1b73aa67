"""Canadian superficial losses, on ledgers of X in Canadian dollars."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from portfolios.calc.booking import book
from portfolios.calc.deferral import (
    Circumstances,
    Deferrals,
    Holder,
    OutsidePurchase,
    defer_losses,
)
from portfolios.calc.entries import Entry, LotScope
from portfolios.tests.calc.ledgers import CAD, buy, entry, no_rates, sell

LATER = date(2030, 1, 1)


def deferred(
    *ledger: Entry,
    asof: date = LATER,
    scope: LotScope = LotScope.PORTFOLIO,
    **circumstances: Any,
) -> Deferrals:
    booked = book(ledger, replace(CAD, lot_scope=scope), no_rates, asof=asof)
    return defer_losses(booked, "CA", asof, Circumstances(**circumstances))


def twenty_sold() -> list[Entry]:
    """50 bought at 10; 20 sold at 8 on 10 June, a loss of 40."""
    return [buy(1, "2024-01-08", "50", "10"), sell(2, "2024-06-10", "20", "8")]


def test_the_part_that_was_bought_back_is_denied() -> None:
    # S = 20, P = 15, B = 45: 40·15/20 = 30; the pool costs 300 + 127.50 + 30
    got = deferred(*twenty_sold(), buy(3, "2024-06-25", "15", "8.50"))
    (line,), (count,) = got.closures, got.counts
    assert [line.gain, line.disallowed, line.recognized] == [-40, 30, -10]
    assert [count.sold, count.bought, count.held] == [20, 15, 45]
    assert sum(lot.tax_cost or 0 for lot in got.lots) == Decimal("457.50")


def test_nothing_held_at_day_30_denies_nothing() -> None:
    # 150 sold at 8 cost 1200 + 450: a loss of 450, and nothing is left
    got = deferred(
        buy(1, "2024-02-01", "100", "12"),
        buy(2, "2024-08-20", "50", "9"),
        sell(3, "2024-09-05", "150", "8"),
    )
    assert [got.disallowed, got.recognized] == [0, -450]
    assert got.counts[0].held == 0


def test_the_purchase_of_the_shares_sold_counts_too() -> None:
    # 200 bought, 100 sold three weeks later: P = 200, B = 100, all of the 300 is denied
    got = deferred(buy(1, "2024-05-01", "200", "15"), sell(2, "2024-05-20", "100", "12"))
    assert got.disallowed == 300
    assert got.lots[0].tax_cost == 1500 + 300


def test_a_sale_within_the_window_lowers_what_is_held() -> None:
    # bought back 20, but 45 of 50 are sold on day 20: B = 5, so 40·5/20 = 10
    got = deferred(
        *twenty_sold(), buy(3, "2024-06-15", "20", "8"), sell(4, "2024-06-30", "45", "12")
    )
    assert got.counts[0].held == 5
    assert got.closures[0].disallowed == 10


def test_until_day_30_what_is_held_today_stands_for_it() -> None:
    ledger = [*twenty_sold(), buy(3, "2024-06-25", "15", "8.50")]
    (line,) = deferred(*ledger, asof=date(2024, 7, 10)).closures
    assert [line.disallowed, line.provisional] == [30, True]
    assert line.window_closes == date(2024, 7, 10)
    assert deferred(*ledger, asof=date(2024, 7, 11)).provisional is False


def test_a_denied_loss_leaves_the_pool_with_the_shares() -> None:
    # 45 shares carry 30; 15 sold at 10 take 10: 15·10 − cost 150 − 10 = −10 of FIFO's first lot
    got = deferred(
        *twenty_sold(),
        buy(3, "2024-06-25", "15", "8.50"),
        sell(4, "2025-06-02", "15", "10"),
    )
    assert [got.closures[1].added_cost, got.closures[1].gain] == [10, -10]
    assert got.added_cost == 20


def test_a_loss_added_by_a_later_purchase_waits_for_it() -> None:
    # between the sale and the purchase, 10 more are sold at 10: nothing has been added yet
    got = deferred(
        *twenty_sold(),
        sell(3, "2024-06-12", "10", "10"),
        buy(4, "2024-06-25", "15", "8.50"),
    )
    assert [got.closures[1].added_cost, got.closures[1].gain] == [0, 0]
    assert got.added_cost == 30


def test_a_split_is_counted_in_today_s_shares() -> None:
    # 20 sold, split 2:1, 30 new shares bought are 15 of the old; held 60 + 30
    got = deferred(
        *twenty_sold(),
        entry(3, "SPLIT", "2024-06-20", security="X", new_shares="2", old_shares="1"),
        buy(4, "2024-06-25", "30", "4.25"),
    )
    assert got.disallowed == 30
    assert [got.counts[0].sold, got.counts[0].bought, got.counts[0].held] == [40, 30, 90]


@pytest.mark.parametrize(
    ("holder", "forfeited", "outside"), [(Holder.REGISTERED, 30, 0), (Holder.AFFILIATE, 0, 30)]
)
def test_a_purchase_by_others(holder: Holder, forfeited: int, outside: int) -> None:
    bought = OutsidePurchase(
        security="X", on=date(2024, 6, 25), quantity=Decimal(15), holder=holder
    )
    got = deferred(*twenty_sold(), purchases=(bought,))
    assert [got.disallowed, got.forfeited, got.moved_outside] == [30, forfeited, outside]
    assert got.added_cost == 0


def test_a_registered_account_in_the_ledger_forfeits() -> None:
    got = deferred(
        *twenty_sold(),
        buy(3, "2024-06-25", "15", "8.50", account="rrsp"),
        holders={"rrsp": Holder.REGISTERED},
    )
    assert [got.disallowed, got.forfeited, got.added_cost] == [30, 30, 0]


def test_a_sale_in_a_registered_account_is_not_taxed() -> None:
    got = deferred(
        buy(1, "2024-01-08", "50", "10", account="rrsp"),
        sell(2, "2024-06-10", "20", "8", account="rrsp"),
        holders={"rrsp": Holder.REGISTERED},
    )
    assert [got.closures[0].reason, got.recognized] == ["REGISTERED", 0]


def test_old_shares_of_a_plan_do_not_stand_for_what_was_sold_again() -> None:
    # the 10 bought on 3 June go with the 50; on day 30 only the plan holds, and it bought nothing
    got = deferred(
        buy(1, "2024-01-08", "50", "10"),
        buy(2, "2024-01-09", "60", "10", account="rrsp"),
        buy(3, "2024-06-03", "10", "10"),
        sell(4, "2024-06-10", "60", "8"),
        holders={"rrsp": Holder.REGISTERED},
        scope=LotScope.ACCOUNT,
    )
    assert got.disallowed == 0


def test_a_move_to_another_account_of_one_s_own_changes_nothing() -> None:
    got = deferred(
        *twenty_sold(),
        buy(3, "2024-06-25", "15", "8.50"),
        entry(4, "TRANSFER", "2024-06-28", security="X", quantity="45", to_account="elsewhere"),
    )
    assert [got.disallowed, got.added_cost] == [30, 30]
    assert [got.counts[0].bought, got.counts[0].held] == [15, 45]


def test_what_a_spouse_is_given_takes_its_part_of_the_pool() -> None:
    # 45 shares carry 30; 15 go to the spouse's account and carry 10
    got = deferred(
        *twenty_sold(),
        buy(3, "2024-06-25", "15", "8.50"),
        entry(4, "TRANSFER", "2025-01-28", security="X", quantity="15", to_account="spouse"),
        holders={"spouse": Holder.AFFILIATE},
    )
    added = {account: Decimal(0) for account in ("main", "spouse")}
    for lot in got.lots:
        added[lot.account] += lot.added_cost
    assert added == {"main": Decimal(20), "spouse": Decimal(10)}


def test_an_unknown_basis_is_said() -> None:
    got = deferred(
        entry(1, "OPENING_BALANCE", "2024-01-08", security="X", quantity="50"),
        sell(2, "2024-06-10", "20", "8"),
    )
    assert got.closures[0].reason == "UNKNOWN_RESULT"
    assert got.recognized is None


def test_closures_of_one_sale_share_its_denied_loss() -> None:
    # 30 + 10 sold lose 120 + 20 = 140; 20 bought back of 40: 70 denied, by quantity 52.50 + 17.50
    got = deferred(
        buy(1, "2024-01-08", "30", "12"),
        buy(2, "2024-02-08", "10", "10"),
        sell(3, "2024-06-10", "40", "8"),
        buy(4, "2024-06-25", "20", "8"),
    )
    assert [line.disallowed for line in got.closures] == [Decimal("52.50"), Decimal("17.50")]
    assert [line.recognized for line in got.closures] == [Decimal("-67.50"), Decimal("-2.50")]
