"""Booking as a specification: the order of entries, reversal, and booking all of it again."""

from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portfolios.calc.booking import book
from portfolios.calc.entries import Entry
from portfolios.calc.lots import Book
from portfolios.tests.calc.histories import trading_ledgers
from portfolios.tests.calc.ledgers import (
    CAD,
    booked,
    buy,
    codes,
    entry,
    fixed,
    sell,
)


def test_a_reversal_leaves_nothing_of_what_it_reverses() -> None:
    kept = [buy(1, "2024-01-05", "10", "100"), sell(2, "2024-01-09", "4", "120")]
    undone = [
        buy(3, "2024-01-04", "5", "90"),
        buy(4, "2024-01-10", "5", "90", reverses=3),
    ]
    with_both, without = booked(*kept, *undone), booked(*kept)
    assert with_both == without


def test_a_reversed_reversal_restores_the_entry() -> None:
    ledger = [
        buy(1, "2024-01-05", "10", "100"),
        buy(2, "2024-01-05", "10", "100", reverses=1),
        buy(3, "2024-01-05", "10", "100", reverses=2),
    ]
    assert [lot.open_seq for lot in booked(*ledger).lots] == [1]


@pytest.mark.parametrize(("target", "code"), [(9, "unknown_entry"), (1, "already_reversed")])
def test_a_reversal_names_one_earlier_entry_once(target: int, code: str) -> None:
    ledger = [
        buy(1, "2024-01-05", "10", "100"),
        buy(2, "2024-01-05", "10", "100", reverses=target),
        buy(3, "2024-01-05", "10", "100", reverses=1),
    ]
    assert codes(booked(*ledger)) == [code]


def test_a_number_used_twice_is_left_out_the_second_time() -> None:
    result = booked(buy(1, "2024-01-05", "10", "100"), buy(1, "2024-01-06", "20", "100"))
    assert codes(result) == ["duplicate_seq"]
    assert result.positions[0].quantity == 10


def test_a_back_dated_purchase_is_sold_first() -> None:
    ledger = [
        buy(1, "2024-01-05", "10", "100"),
        sell(2, "2024-01-09", "5", "120"),
        buy(3, "2024-01-04", "10", "80"),
    ]
    assert booked(*ledger).closures[0].open_seq == 3


def shape(result: Book) -> list[object]:
    """A book without its sequence numbers."""
    lots = [(lot.acquisition_date, lot.quantity_open, lot.cost_basis) for lot in result.lots]
    closed = [(part.close_date, part.quantity, part.realized_pnl) for part in result.closures]
    return [lots, closed, result.cash]


@settings(max_examples=50, deadline=None)
@given(trading_ledgers(), st.data())
def test_back_dated_is_as_if_it_had_been_there_from_the_start(
    ledger: list[Entry], data: st.DataObject
) -> None:
    # numbering entries by date, or writing one of them last with the highest number, is the same
    # whenever no other entry shares its day
    spread = [one for index, one in enumerate(ledger) if index < 2 or index % 3 == 0]
    unique = {one.transaction_date: one for one in spread}
    ordered = list(unique.values())
    late = data.draw(st.sampled_from(ordered))
    back_dated = [one for one in ordered if one is not late] + [replace(late, seq=999)]
    assert shape(booked(*back_dated)) == shape(booked(*ordered))


@settings(max_examples=50, deadline=None)
@given(trading_ledgers())
def test_cost_is_conserved_through_any_trades_and_splits(ledger: list[Entry]) -> None:
    # what was paid for shares is either still in a lot or in a closure, to the last decimal
    result = booked(*ledger)
    paid = sum(
        (
            one.quantity * one.price + one.fees
            for one in result.accepted
            if one.entry_type == "BUY" and one.quantity and one.price
        ),
        Decimal(0),
    )
    held = sum((lot.cost_basis_local or Decimal(0) for lot in result.lots), Decimal(0))
    relieved = sum((part.cost_local or Decimal(0) for part in result.closures), Decimal(0))
    assert held + relieved == paid


@settings(max_examples=50, deadline=None)
@given(trading_ledgers(), st.randoms(use_true_random=False))
def test_the_order_of_writing_does_not_matter(ledger: list[Entry], shuffler: Random) -> None:
    shuffled = list(ledger)
    shuffler.shuffle(shuffled)
    assert booked(*shuffled) == booked(*ledger)


@settings(max_examples=50, deadline=None)
@given(trading_ledgers())
def test_parts_of_a_realised_result_sum_to_it(ledger: list[Entry]) -> None:
    for part in book(ledger, CAD, fixed(USD="1.36", EUR="1.47")).closures:
        assert part.price_pnl is not None
        assert part.fx_pnl is not None
        assert part.cross_pnl is not None
        assert part.price_pnl + part.fx_pnl + part.cross_pnl == part.realized_pnl


@settings(max_examples=50, deadline=None)
@given(trading_ledgers(), st.data())
def test_reversing_any_entry_is_as_if_it_had_never_been(
    ledger: list[Entry], data: st.DataObject
) -> None:
    undone = data.draw(st.sampled_from(ledger))
    reversal = replace(undone, seq=999, reverses=undone.seq)
    without = [one for one in ledger if one is not undone]
    assert booked(*ledger, reversal) == booked(*without)


@settings(max_examples=50, deadline=None)
@given(trading_ledgers(), st.integers(2, 10))
def test_a_split_and_its_reverse_leave_every_lot_as_it_was(ledger: list[Entry], ratio: int) -> None:
    there, back = {"new_shares": ratio, "old_shares": 1}, {"new_shares": 1, "old_shares": ratio}
    pair = [
        entry(997, "SPLIT", "2024-02-01", "USD", security="AAPL", **there),
        entry(998, "SPLIT", "2024-02-02", "USD", security="AAPL", **back),
    ]
    assert booked(*ledger, *pair).lots == booked(*ledger).lots
