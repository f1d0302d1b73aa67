"""Booking held to identities, over random histories with every method and corporate action."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portfolios.calc.booking import book, swift
from portfolios.calc.booking.turning_days import turning_days
from portfolios.calc.entries import ZERO, BookingSettings, Entry, EntryType, LotScope
from portfolios.calc.lots import Book
from portfolios.calc.money import half_even
from portfolios.tests.calc.ledger_moves import histories, settings_of
from portfolios.tests.calc.ledgers import fixed

RATES = fixed(USD="1.33")
thorough = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def booked(ledger: Iterable[Entry], choice: BookingSettings) -> Book:
    return book(ledger, choice, RATES)


def total(parts: Iterable[Decimal | None]) -> Decimal:
    return sum((part or ZERO for part in parts), ZERO)


@thorough
@given(histories(), settings_of())
def test_quantities_are_conserved(ledger: list[Entry], choice: BookingSettings) -> None:
    # what the journal moved is what the open lots hold, by security and account
    result = booked(ledger, choice)
    moved: dict[object, Decimal] = {}
    for posting in result.journal:
        if posting.quantity:
            key = posting.security, posting.account
            moved[key] = moved.get(key, ZERO) + posting.quantity
    by_lots: dict[object, Decimal] = {}
    for lot in result.open_lots:
        key = lot.security, lot.account
        by_lots[key] = by_lots.get(key, ZERO) + (-1 if lot.is_short else 1) * lot.quantity_open
    if choice.lot_scope is LotScope.ACCOUNT:
        assert _settled(moved) == _settled(by_lots)
    else:  # a sale in one account may take another's lots: only the whole agrees
        for name in ("X", "Y"):
            assert _of(moved, name) == _of(by_lots, name)


@thorough
@given(histories(), settings_of(), st.integers(min_value=0))
def test_cash_is_what_the_journal_moved(
    ledger: list[Entry], choice: BookingSettings, pick: int
) -> None:
    # up to any day, and in the end: the same sums, and no account of money that never moved
    days = turning_days(ledger, choice)
    for asof in (days[pick % len(days)], None):
        result = book(ledger, choice, RATES, asof=asof)
        moved: dict[tuple[str, str], Decimal] = {}
        for posting in result.journal:
            if posting.cash:
                key = posting.account, posting.currency
                moved[key] = moved.get(key, ZERO) + posting.cash
        assert result.cash == moved


def _settled(quantities: dict[object, Decimal]) -> dict[object, Decimal]:
    return {key: quantity for key, quantity in quantities.items() if quantity}


def _of(quantities: dict[object, Decimal], name: str) -> Decimal:
    return total(
        held for key, held in quantities.items() if isinstance(key, tuple) and key[0] == name
    )


@thorough
@given(histories(), settings_of())
def test_money_is_conserved(ledger: list[Entry], choice: BookingSettings) -> None:
    """Cash is what was realised less what is still in lots: gain = cash + cost of open lots.

    Held to where no value crosses the border unrealised and nothing is rounded away.
    """
    choice = replace(choice, minor_unit_rounding=False)
    crossing = {
        EntryType.TRANSFER_IN, EntryType.TRANSFER_OUT, EntryType.DELIVERY_IN,
        EntryType.DELIVERY_OUT, EntryType.CASH_TRANSFER,
    }  # fmt: skip
    inside = [one for one in ledger if one.entry_type not in crossing]
    result = booked(inside, choice)
    gains = total(closure.gain_local for closure in result.closures)
    earned = total(income.net for income in result.income)
    spent = total(one.gross_amount for one in result.accepted if one.entry_type is EntryType.FEE)
    tied_up = total(
        (-1 if lot.is_short else 1) * (lot.cost_basis_local or ZERO) for lot in result.lots
    )
    # the fees of a reorganisation that nothing was paid for would be missing; there are none here
    assert half_even(total(result.cash.values()) + tied_up, 9) == half_even(
        gains + earned - spent, 9
    )


@thorough
@given(histories(), settings_of())
def test_cost_of_closed_lots_is_nothing(ledger: list[Entry], choice: BookingSettings) -> None:
    for lot in booked(ledger, choice).lots:
        assert 0 <= lot.quantity_open <= lot.quantity_original
        assert lot.quantity_original > 0
        assert (lot.closed_date is None) == lot.is_open
        if not lot.is_open:
            assert not lot.cost_basis_local


@thorough
@given(histories(), settings_of(), st.randoms(use_true_random=False))
def test_the_order_of_writing_does_not_matter(
    ledger: list[Entry], choice: BookingSettings, shuffler: Random
) -> None:
    shuffled = list(ledger)
    shuffler.shuffle(shuffled)
    assert booked(shuffled, choice) == booked(ledger, choice)


@thorough
@given(histories(), settings_of(), st.data())
def test_a_reversed_entry_was_never_written(
    ledger: list[Entry], choice: BookingSettings, data: st.DataObject
) -> None:
    undone = data.draw(st.sampled_from(ledger))
    without = [one for one in ledger if one is not undone]
    reversal = replace(undone, seq=999, reverses=undone.seq)
    assert booked([*ledger, reversal], choice) == booked(without, choice)


@thorough
@given(histories(), settings_of())
def test_a_group_of_securities_may_be_booked_apart(
    ledger: list[Entry], choice: BookingSettings
) -> None:
    apart = [one for one in ledger if one.to_security is None]
    whole = booked(apart, choice)
    for name in ("X", "Y"):
        part = booked([one for one in apart if one.security == name], choice)
        assert list(part.lots) == [lot for lot in whole.lots if lot.security == name]
        assert list(part.closures) == [one for one in whole.closures if one.security == name]


@thorough
@given(histories(), settings_of())
def test_the_short_way_books_as_the_long_way(ledger: list[Entry], choice: BookingSettings) -> None:
    with patch.object(swift, "BOOKERS", {}):
        expected = booked(ledger, choice)
    assert booked(ledger, choice) == expected


@thorough
@given(histories(), settings_of())
def test_causes_sum_to_the_result(ledger: list[Entry], choice: BookingSettings) -> None:
    for closure in booked(ledger, choice).closures:
        if closure.realized_pnl is not None:
            causes = (closure.price_pnl, closure.fx_pnl, closure.cross_pnl)
            assert half_even(total(causes) - closure.realized_pnl, 12) == 0


@thorough
@given(st.data(), settings_of())
def test_the_short_way_converts_money_as_the_long_way(
    data: st.DataObject, choice: BookingSettings
) -> None:
    # fees, a rate on the entry or in the table, out of and into the base currency
    amounts = st.decimals("0.01", "900", places=2)
    ledger = [
        Entry(
            seq=seq,
            entry_type=EntryType.FX_CONVERSION,
            transaction_date=date(2024, 1, 1 + seq),
            currency=source,
            gross_amount=data.draw(amounts),
            fees=data.draw(st.sampled_from([ZERO, Decimal("1.25")])),
            fx_rate=data.draw(st.sampled_from([None, Decimal("1.4")])) if source == "USD" else None,
            to_amount=data.draw(amounts),
            to_currency=target,
            to_account=data.draw(st.sampled_from([None, "other"])),
        )
        for seq, (source, target) in enumerate(
            data.draw(st.lists(st.sampled_from([("USD", "CAD"), ("CAD", "USD"), ("USD", "EUR")])))[
                :9
            ]
        )
    ]
    with patch.object(swift, "BOOKERS", {}):
        expected = booked(ledger, choice)
    assert booked(ledger, choice) == expected
