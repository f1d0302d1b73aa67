"""Deferred losses of shares that leave the ledger in kind, and come back."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from portfolios.calc.entries import CarriedLot, Entry, LotPick, LotScope
from portfolios.tests.calc.ledgers import buy, entry, sell
from portfolios.tests.calc.test_superficial_losses import deferred as denied
from portfolios.tests.calc.test_wash_sales import deferred, lost_ten_a_share, trade


def out(seq: int, on: str, quantity: str, **more: object) -> Entry:
    return entry(seq, "TRANSFER_OUT", on, "USD", security="X", quantity=quantity, **more)


def back(seq: int, on: str, *lots: tuple[str, str, str], account: str = "b") -> Entry:
    """Lots that arrive: how many, since when, at what cost."""
    carried = tuple(
        CarriedLot(
            quantity=Decimal(quantity),
            acquisition_date=date.fromisoformat(acquired),
            cost_basis=Decimal(cost),
        )
        for quantity, acquired, cost in lots
    )
    return entry(seq, "TRANSFER_IN", on, "USD", security="X", account=account, carried_lots=carried)


def in_cad(*ledger: Entry) -> list[Entry]:
    return [replace(one, currency="CAD") for one in ledger]


def bought_moved_and_sold() -> list[Entry]:
    """100 bought once, moved to another account by way of another ledger, and sold whole."""
    return [
        trade(1, "BUY", "2024-01-05", "100", "10"),
        out(2, "2024-01-20", "100"),
        back(3, "2024-01-22", ("100", "2024-01-05", "1000")),
        trade(4, "SELL", "2024-01-25", "100", "5", account="b"),
    ]


def test_shares_that_left_and_came_back_are_one_purchase() -> None:
    got = deferred(*bought_moved_and_sold())
    assert [got.disallowed, got.recognized, got.transferred_out] == [0, -500, 0]


def test_shares_that_left_and_came_back_are_counted_once() -> None:
    # P = 100, and nothing is held on day 30
    got = denied(*in_cad(*bought_moved_and_sold()))
    (count,) = got.counts
    assert [count.bought, count.held, got.disallowed] == [100, 0, 0]


def test_an_arrival_written_down_before_the_departure_of_its_day_is_the_same_purchase() -> None:
    ledger = [
        trade(1, "BUY", "2024-01-05", "100", "10"),
        back(2, "2024-01-20", ("100", "2024-01-05", "1000")),
        out(3, "2024-01-20", "100"),
        trade(4, "SELL", "2024-01-25", "100", "5", account="b"),
    ]
    got = deferred(*ledger, scope=LotScope.ACCOUNT)
    assert [got.disallowed, got.recognized, got.transferred_out] == [0, -500, 0]
    assert denied(*in_cad(*ledger), scope=LotScope.ACCOUNT).disallowed == 0


def test_what_leaves_on_the_day_it_came_has_not_come_back() -> None:
    # bought in the window elsewhere, in and out in one day: it takes the place of 60 shares
    got = deferred(
        *lost_ten_a_share(),
        back(3, "2024-12-20", ("60", "2024-11-20", "2520")),
        out(4, "2024-12-20", "60", account="b"),
    )
    assert [got.disallowed, got.transferred_out] == [600, 600]


def test_more_that_arrives_than_left_was_bought_elsewhere() -> None:
    # of the 150 that arrive 100 had left: P = 150, B = 50, 500·50/100 denied
    got = denied(
        *in_cad(
            *bought_moved_and_sold()[:2],
            back(3, "2024-01-22", ("150", "2024-01-05", "1500")),
            trade(4, "SELL", "2024-01-25", "100", "5", account="b"),
        )
    )
    (count,) = got.counts
    assert [count.bought, count.held, got.disallowed] == [150, 50, 250]


def test_shares_acquired_on_another_day_are_not_those_that_left() -> None:
    # still two purchases: what left is held elsewhere and takes the place of what is sold
    ledger = bought_moved_and_sold()
    ledger[2] = back(3, "2024-01-22", ("100", "2024-01-08", "1000"))
    got = deferred(*ledger)
    assert [got.disallowed, got.transferred_out] == [500, 500]


def test_what_comes_back_brings_its_deferred_loss() -> None:
    # 60 carry 600 and 299 days; 20 of them leave with 200, and 10 come back with 100
    ledger = [
        *lost_ten_a_share(),
        trade(3, "BUY", "2024-11-20", "60", "42"),
        out(4, "2024-12-20", "20"),
        back(5, "2025-02-03", ("10", "2024-11-20", "420")),
    ]
    got = deferred(*ledger, scope=LotScope.ACCOUNT)
    assert [lot.added_cost for lot in got.lots] == [400, 100]
    assert {str(lot.holding_start) for lot in got.lots} == {"2024-01-26"}
    assert got.transferred_out == 100
    got = denied(*in_cad(*ledger), scope=LotScope.ACCOUNT)
    assert sum(lot.added_cost for lot in got.lots) == 500
    assert got.transferred_out == 100


def test_lots_that_arrive_together_are_purchases_of_their_own_days() -> None:
    # both come in one transfer; the one of 20 October replaces the one of January
    got = deferred(
        back(1, "2024-10-25", ("100", "2024-01-10", "5000"), ("60", "2024-10-20", "2700")),
        trade(2, "SELL", "2024-11-04", "100", "40", account="b"),
    )
    assert got.disallowed == 600


def test_the_longest_held_leave_first_and_what_left_stays_out() -> None:
    # 40 of 100 carry 200 and left among 60; the last 40 cost 200 and sell for 200
    ledger = [
        trade(1, "BUY", "2023-06-01", "40", "10"),
        trade(2, "SELL", "2024-01-10", "40", "5"),
        trade(3, "BUY", "2024-01-15", "100", "5"),
        out(4, "2024-03-01", "60"),
    ]
    got = deferred(*ledger, asof=date(2024, 4, 1))
    assert [got.lots[0].tax_cost, got.transferred_out] == [200, 200]
    got = deferred(*ledger, trade(5, "SELL", "2024-06-03", "40", "5"))
    assert [got.closures[1].gain, got.transferred_out] == [0, 200]


def test_shares_that_leave_a_pool_take_their_part_of_its_denied_losses() -> None:
    # 100 carry 250, 50 leave with 125; the other 50 cost 375 + 125 and sell for 250
    ledger = [
        buy(1, "2023-06-01", "100", "10"),
        sell(2, "2024-01-10", "50", "5"),
        buy(3, "2024-01-15", "50", "5"),
        *in_cad(out(4, "2024-03-01", "50")),
    ]
    got = denied(*ledger)
    assert [got.added_cost, got.transferred_out] == [125, 125]
    got = denied(*ledger, sell(5, "2024-06-03", "50", "5"))
    assert [got.closures[1].added_cost, got.transferred_out] == [125, 125]


def sold_what_had_not_left() -> list[Entry]:
    """30 bought at 80, 15.8 leave, 14.2 are sold at 44.26: S = 14.2, P = 30, B = 15.8."""
    return [
        buy(1, "2024-01-28", "30", "80"),
        *in_cad(out(2, "2024-02-08", "15.8")),
        sell(3, "2024-02-23", "14.2", "44.26"),
    ]


def test_a_loss_denied_for_shares_that_had_left_is_theirs() -> None:
    got = denied(*sold_what_had_not_left())
    assert got.disallowed == got.transferred_out == Decimal("507.51")


def test_a_purchase_after_the_window_takes_nothing_of_what_had_left() -> None:
    # day 30 is 24 March; one of that day is in the pool, one of the day after is not
    got = denied(*sold_what_had_not_left(), buy(4, "2024-03-25", "10", "40"))
    assert [got.added_cost, got.transferred_out] == [0, Decimal("507.51")]
    got = denied(*sold_what_had_not_left(), buy(4, "2024-03-24", "10", "40"))
    assert [got.added_cost, got.transferred_out] == [Decimal("507.51"), 0]


def test_a_picked_lot_is_the_one_that_left() -> None:
    # two lots are short of 10 each; the first transfer picked the second, whose loss comes back
    ledger = [
        *lost_ten_a_share("60"),
        trade(3, "BUY", "2024-11-20", "60", "42"),
        out(4, "2024-12-20", "10", lot_picks=(LotPick(label="3.1"),)),
        out(5, "2025-01-20", "10", lot_picks=(LotPick(label="1.1"),)),
    ]
    early = deferred(*ledger, asof=date(2024, 12, 31))
    assert [lot.added_cost for lot in early.lots] == [0, 500]
    assert deferred(*ledger).transferred_out == 100
