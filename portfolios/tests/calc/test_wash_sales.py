"""United States wash sales, on ledgers of X in dollars."""

from dataclasses import replace
from datetime import date, timedelta
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
from portfolios.calc.entries import BookingSettings, CarriedLot, Entry, LotScope
from portfolios.tests.calc.golden import case
from portfolios.tests.calc.ledgers import entry, no_rates

USD = BookingSettings(base_currency="USD")
LATER = date(2030, 1, 1)


def trade(
    seq: int, kind: str, on: str, quantity: str, price: str, security: str = "X", **more: Any
) -> Entry:
    return entry(seq, kind, on, "USD", security=security, quantity=quantity, price=price, **more)


def deferred(
    *ledger: Entry,
    asof: date = LATER,
    circumstances: Circumstances | None = None,
    scope: LotScope = LotScope.PORTFOLIO,
) -> Deferrals:
    booked = book(ledger, replace(USD, lot_scope=scope), no_rates, asof=asof)
    return defer_losses(booked, "US", asof, circumstances or Circumstances())


def lost_ten_a_share(sold: str = "100") -> list[Entry]:
    """100 bought at 50 on 10 January, sold at 40 on 4 November: 299 days, 10 lost a share."""
    return [
        trade(1, "BUY", "2024-01-10", "100", "50"),
        trade(2, "SELL", "2024-11-04", sold, "40"),
    ]


@pytest.mark.parametrize(
    "case_id",
    [
        "rebuy_60_of_100",
        "bought_before_sale",
        "sold_everything_no_wash",
        "day_30_counts",
        "day_31_does_not",
        "same_lot_remainder_not_replacement",
        "chain_then_final_sale",
    ],
)
def test_the_golden_wash_sales(case_id: str) -> None:
    golden = case("s01_wash_sale_us", case_id)
    rows = golden["inputs"]["transactions"]
    got = deferred(
        *(
            trade(seq, row["side"], row["date"], row["qty"], row["price"])
            for seq, row in enumerate(rows, start=1)
        )
    )
    assert [(line.gain, line.disallowed, line.recognized) for line in got.closures] == [
        tuple(Decimal(row[name]) for name in ("gain", "disallowed", "recognized"))
        for row in golden["expected"]["sales"]
    ]
    assert [(lot.tax_cost, str(lot.holding_start), lot.quantity) for lot in got.lots] == [
        (Decimal(row["cost"]), row["holding_start"], Decimal(row["qty"]))
        for row in golden["expected"]["lots"]
    ]


def test_a_loss_is_provisional_until_its_window_has_closed() -> None:
    # sold on 4 November; 30 days later is 4 December, on which a purchase still counts
    ledger = [*lost_ten_a_share(), trade(3, "BUY", "2024-11-20", "60", "42")]
    last_day, after = date(2024, 12, 4), date(2024, 12, 5)
    (line,) = deferred(*ledger, asof=last_day).closures
    assert [line.disallowed, line.provisional, line.window_closes] == [600, True, last_day]
    got = deferred(*ledger, asof=after)
    assert [got.closures[0].provisional, got.lots[0].provisional] == [False, False]


def test_a_loss_without_a_replacement_yet_is_provisional_too() -> None:
    (line,) = deferred(*lost_ten_a_share(), asof=date(2024, 11, 5)).closures
    assert [line.disallowed, line.provisional] == [0, True]


def test_a_purchase_after_the_day_is_not_known_yet() -> None:
    ledger = [*lost_ten_a_share(), trade(3, "BUY", "2024-11-20", "60", "42")]
    assert deferred(*ledger, asof=date(2024, 11, 19)).disallowed == 0


def test_a_gain_has_no_window() -> None:
    ledger = [*lost_ten_a_share(), trade(3, "BUY", "2024-11-05", "10", "40")]
    ledger[1] = trade(2, "SELL", "2024-11-04", "100", "60")
    (line,) = deferred(*ledger, asof=date(2024, 11, 6)).closures
    assert [line.recognized, line.window_closes, line.provisional] == [1000, None, False]


def test_each_replacement_share_absorbs_one_loss() -> None:
    # two sales of 50 lose 500 each; only 60 are bought back: 50 cover the first, 10 the second
    got = deferred(
        trade(1, "BUY", "2024-01-10", "100", "50"),
        trade(2, "SELL", "2024-11-04", "50", "40"),
        trade(3, "SELL", "2024-11-05", "50", "40"),
        trade(4, "BUY", "2024-11-20", "60", "42"),
    )
    assert [line.disallowed for line in got.closures] == [500, 100]
    assert got.lots[0].added_cost == 600


def test_a_split_between_sale_and_purchase_changes_no_share() -> None:
    # 100 sold, split 2:1, 120 new shares bought: they are 60 of the old ones
    got = deferred(
        *lost_ten_a_share(),
        entry(3, "SPLIT", "2024-11-10", "USD", security="X", new_shares="2", old_shares="1"),
        trade(4, "BUY", "2024-11-20", "120", "21"),
    )
    assert got.disallowed == 600
    assert [got.lots[0].tax_cost, got.lots[0].quantity] == [2520 + 600, 120]


def test_shares_of_one_sale_do_not_replace_one_another() -> None:
    # the second hundred were bought 10 days before and went in the same sale
    got = deferred(
        trade(1, "BUY", "2024-01-10", "100", "50"),
        trade(2, "BUY", "2024-10-25", "100", "45"),
        trade(3, "SELL", "2024-11-04", "200", "40"),
    )
    assert [got.disallowed, got.recognized] == [0, -1500]


def test_a_replacement_sold_in_part_leaves_with_its_part_of_the_loss() -> None:
    # 60 shares carry 600; 15 of them are sold at 45: 15·(45−42) − 150 = −105, recognised
    got = deferred(
        *lost_ten_a_share(),
        trade(3, "BUY", "2024-11-20", "60", "42"),
        trade(4, "SELL", "2025-06-02", "15", "45"),
    )
    line = got.closures[1]
    assert [line.booked, line.added_cost, line.gain, line.disallowed] == [45, 150, -105, 0]
    assert got.lots[0].added_cost == 450


def test_an_identical_security_is_named_by_the_caller() -> None:
    ledger = [*lost_ten_a_share(), trade(3, "BUY", "2024-11-20", "60", "42", security="Y")]
    assert deferred(*ledger).disallowed == 0
    same = Circumstances(identical={"X": "the index", "Y": "the index"})
    assert deferred(*ledger, circumstances=same).disallowed == 600


def test_a_spouse_s_purchase_takes_the_loss_up_elsewhere() -> None:
    bought = OutsidePurchase(
        security="X", on=date(2024, 11, 20), quantity=Decimal(60), holder=Holder.AFFILIATE
    )
    got = deferred(*lost_ten_a_share(), circumstances=Circumstances(purchases=(bought,)))
    assert [got.disallowed, got.moved_outside, got.forfeited] == [600, 600, 0]


def test_a_spouse_who_sold_before_replaces_nothing() -> None:
    bought = OutsidePurchase(
        security="X",
        on=date(2024, 10, 20),
        quantity=Decimal(60),
        holder=Holder.AFFILIATE,
        held_until=date(2024, 11, 1),
    )
    got = deferred(*lost_ten_a_share(), circumstances=Circumstances(purchases=(bought,)))
    assert got.disallowed == 0


def test_a_purchase_in_a_retirement_account_destroys_the_loss() -> None:
    got = deferred(
        *lost_ten_a_share(),
        trade(3, "BUY", "2024-11-20", "60", "42", account="ira"),
        circumstances=Circumstances(holders={"ira": Holder.REGISTERED}),
    )
    assert [got.disallowed, got.forfeited, got.recognized] == [600, 600, -400]
    assert got.lots[0].added_cost == 0


def test_a_sale_in_a_retirement_account_is_not_taxed() -> None:
    ledger = [
        trade(1, "BUY", "2024-01-10", "100", "50", account="ira"),
        trade(2, "SELL", "2024-11-04", "100", "40", account="ira"),
        trade(3, "BUY", "2024-11-20", "60", "42"),
    ]
    got = deferred(*ledger, circumstances=Circumstances(holders={"ira": Holder.REGISTERED}))
    assert [got.closures[0].reason, got.recognized, got.added_cost] == ["REGISTERED", 0, 0]


def test_an_unknown_basis_leaves_every_sum_unknown() -> None:
    got = deferred(
        entry(1, "OPENING_BALANCE", "2024-01-10", "USD", security="X", quantity="100"),
        trade(2, "SELL", "2024-11-04", "50", "40"),
    )
    (line,) = got.closures
    assert [line.reason, line.disallowed, got.recognized] == ["UNKNOWN_RESULT", None, None]
    assert got.lots[0].tax_cost is None


def test_an_opening_balance_is_not_a_purchase() -> None:
    # the old shares are moved into the books within the window; nothing was bought
    got = deferred(
        *lost_ten_a_share(),
        entry(3, "OPENING_BALANCE", "2024-11-20", "USD", security="X", quantity="60",
              cost_basis="2520"),
    )  # fmt: skip
    assert got.disallowed == 0


def moved(seq: int, on: str, quantity: str) -> Entry:
    return entry(
        seq, "TRANSFER", on, "USD", security="X", quantity=quantity, to_account="elsewhere"
    )


def test_a_replacement_keeps_its_history_when_it_moves() -> None:
    # 60 carry 600 and 299 days; 15 of them are moved and carry 150; then 10 of those are sold
    got = deferred(
        *lost_ten_a_share(),
        trade(3, "BUY", "2024-11-20", "60", "42"),
        moved(4, "2024-12-20", "15"),
        trade(5, "SELL", "2025-06-02", "10", "42", account="elsewhere"),
        scope=LotScope.ACCOUNT,
    )
    assert got.closures[1].gain == -100
    assert [lot.added_cost for lot in got.lots] == [450, 50]
    assert {str(lot.holding_start) for lot in got.lots} == {"2024-01-26"}


def test_a_moved_purchase_replaces_shares_sold_later() -> None:
    # bought 20 days before the sale and moved: still held, so all of the 1,000 is disallowed
    got = deferred(
        trade(1, "BUY", "2024-01-10", "100", "50"),
        trade(2, "BUY", "2024-10-15", "100", "45"),
        moved(3, "2024-10-20", "200"),
        entry(4, "SELL", "2024-11-04", "USD", security="X", quantity="100", price="40",
              account="elsewhere"),
    )  # fmt: skip
    assert got.disallowed == 1000


def test_the_rest_of_a_moved_purchase_is_still_the_same_purchase() -> None:
    # 100 bought once, half of it moved; the sold half is not replaced by the other
    got = deferred(
        trade(1, "BUY", "2024-10-20", "100", "50"),
        moved(2, "2024-10-25", "50"),
        trade(3, "SELL", "2024-11-04", "50", "40", account="elsewhere"),
        scope=LotScope.ACCOUNT,
    )
    assert got.disallowed == 0


def test_a_replacement_that_left_in_kind_took_the_loss_along() -> None:
    got = deferred(
        *lost_ten_a_share(),
        trade(3, "BUY", "2024-11-20", "60", "42"),
        entry(4, "TRANSFER_OUT", "2024-12-20", "USD", security="X", quantity="60",
              net_amount="2400"),
    )  # fmt: skip
    assert [got.disallowed, got.added_cost, got.transferred_out] == [600, 0, 600]


def test_a_carried_lot_was_bought_when_it_says() -> None:
    # 60 shares bought elsewhere on 20 November arrive in December, held since then
    carried = CarriedLot(
        quantity=Decimal(60), acquisition_date=date(2024, 11, 20), cost_basis=Decimal(2520)
    )
    got = deferred(
        *lost_ten_a_share(),
        entry(3, "TRANSFER_IN", "2024-12-20", "USD", security="X", carried_lots=(carried,)),
    )
    assert got.disallowed == 600


def test_a_stated_holding_start_counts_the_days() -> None:
    # held for 399 days elsewhere: the replacement's start moves back by them
    carried = CarriedLot(
        quantity=Decimal(100),
        acquisition_date=date(2024, 1, 10),
        cost_basis=Decimal(5000),
        holding_start=date(2023, 10, 2),
    )
    got = deferred(
        entry(1, "TRANSFER_IN", "2024-06-01", "USD", security="X", carried_lots=(carried,)),
        trade(2, "SELL", "2024-11-04", "100", "40"),
        trade(3, "BUY", "2024-11-20", "100", "42"),
    )
    assert got.lots[0].holding_start == date(2024, 11, 20) - timedelta(days=399)


def test_a_short_position_is_left_as_booked() -> None:
    ledger = [
        entry(1, "SHORT_SALE", "2024-10-20", "USD", security="X", quantity="10", price="40"),
        entry(2, "COVER", "2024-11-04", "USD", security="X", quantity="10", price="50"),
        trade(3, "BUY", "2024-11-20", "10", "50"),
    ]
    (line,) = deferred(*ledger).closures
    assert (line.reason, line.gain) == ("SHORT", line.booked)
    assert line.disallowed == 0


def test_without_a_rule_everything_stays_as_booked() -> None:
    ledger = [*lost_ten_a_share("40"), trade(3, "BUY", "2024-11-20", "60", "42")]
    booked = book(ledger, USD, no_rates)
    got = defer_losses(booked, "", LATER)
    assert [got.recognized, got.disallowed, got.provisional] == [-400, 0, False]
    assert [lot.tax_cost for lot in got.lots] == [lot.cost_basis for lot in booked.open_lots]


def test_the_booked_results_stay_as_they_are() -> None:
    ledger = [*lost_ten_a_share(), trade(3, "BUY", "2024-11-20", "60", "42")]
    got = deferred(*ledger)
    assert got.closures[0].booked == -1000
    assert got.lots[0].cost_basis == 2520


def test_another_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="GB"):
        defer_losses(book([], USD, no_rates), "GB", LATER)
