"""What holds of deferred losses on any history: nothing is lost, nothing invented."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portfolios.calc.booking import book
from portfolios.calc.deferral import Circumstances, Deferrals, Holder, OutsidePurchase, defer_losses
from portfolios.calc.entries import (
    ZERO,
    BookingSettings,
    CarriedLot,
    CostMethod,
    Entry,
    EntryType,
)
from portfolios.calc.lots import Book
from portfolios.tests.calc.ledgers import no_rates

START = date(2024, 1, 2)
END = START + timedelta(days=400)
USD = BookingSettings(base_currency="USD")
SETTINGS = {"US": USD, "CA": replace(USD, cost_method=CostMethod.AVERAGE)}
SPOUSE = Circumstances(
    identical={"X": "one", "Y": "one"},
    holders={"plan": Holder.REGISTERED},
    purchases=(
        OutsidePurchase(
            security="X",
            on=START + timedelta(days=50),
            quantity=Decimal(7),
            holder=Holder.AFFILIATE,
        ),
    ),
)

TRADES = st.lists(
    st.tuples(
        st.sampled_from([EntryType.BUY, EntryType.BUY, EntryType.SELL, EntryType.SELL]),
        st.integers(0, 120),
        st.integers(1, 40),
        st.decimals("1", "60", places=2),
        st.sampled_from(["X", "Y"]),
        st.sampled_from(["main", "main", "plan"]),
    ),
    min_size=2,
    max_size=14,
)


def booked(
    trades: list[tuple[EntryType, int, int, Decimal, str, str]], rule: str = "US", *more: Entry
) -> Book:
    """Sales of more than is held are refused by booking and simply did not happen."""
    ledger = [
        Entry(
            seq=seq,
            entry_type=kind,
            transaction_date=START + timedelta(days=day),
            currency="USD",
            security=security,
            account=account,
            quantity=Decimal(quantity),
            price=price,
        )
        for seq, (kind, day, quantity, price, security, account) in enumerate(trades, start=1)
    ]
    split = Entry(
        seq=99,
        entry_type=EntryType.SPLIT,
        transaction_date=START + timedelta(days=60),
        currency="USD",
        security="X",
        new_shares=Decimal(3),
        old_shares=Decimal(2),
    )
    move = Entry(
        seq=98,
        entry_type=EntryType.TRANSFER,
        transaction_date=START + timedelta(days=70),
        currency="USD",
        security="X",
        quantity=Decimal(15),
        to_account="elsewhere",
    )
    return book([*ledger, split, move, *more], SETTINGS[rule], no_rates)


def leaves(seq: int, day: int, security: str, quantity: int) -> Entry:
    return Entry(
        seq=seq,
        entry_type=EntryType.TRANSFER_OUT,
        transaction_date=START + timedelta(days=day),
        currency="USD",
        security=security,
        quantity=Decimal(quantity),
    )


def arrives(seq: int, day: int, security: str, *lots: CarriedLot) -> Entry:
    return Entry(
        seq=seq,
        entry_type=EntryType.TRANSFER_IN,
        transaction_date=START + timedelta(days=day),
        currency="USD",
        security=security,
        carried_lots=lots,
    )


def bought_on(day: int) -> CarriedLot:
    """Eight shares of a day, which may have left before or not."""
    acquired = START + timedelta(days=day)
    return CarriedLot(quantity=Decimal(8), acquisition_date=acquired, cost_basis=Decimal(300))


def recognized(got: Deferrals) -> dict[int, Decimal]:
    """What counts for tax of each sale, by its number."""
    sums: dict[int, Decimal] = {}
    for line in got.closures:
        sums[line.close_seq] = sums.get(line.close_seq, ZERO) + (line.recognized or ZERO)
    return sums


LEAVING = st.lists(
    st.tuples(st.integers(5, 115), st.sampled_from(["X", "Y"]), st.integers(1, 30)), max_size=4
)


@pytest.mark.parametrize("rule", ["US", "CA"])
@settings(max_examples=120, deadline=None)
@given(trades=TRADES, leaving=LEAVING)
def test_no_disallowed_loss_is_lost_with_shares_that_leave(
    rule: str,
    trades: list[tuple[EntryType, int, int, Decimal, str, str]],
    leaving: list[tuple[int, str, int]],
) -> None:
    out = [leaves(100 + n, *one) for n, one in enumerate(leaving)]
    bought = sorted({day for _, day, *_ in trades if day < 80})[:3]
    back = arrives(120, 80, "X", *map(bought_on, bought)) if bought else None
    got = defer_losses(booked(trades, rule, *out, *filter(None, [back])), rule, END, SPOUSE)
    assert got.disallowed is not None
    relieved = sum((line.added_cost or ZERO for line in got.closures), ZERO)
    assert got.disallowed == relieved + got.added_cost + got.transferred_out + (
        got.forfeited or 0
    ) + (got.moved_outside or 0)
    assert got.transferred_out >= 0
    assert all(lot.added_cost >= 0 for lot in got.lots)


@pytest.mark.parametrize("rule", ["US", "CA"])
@settings(max_examples=80, deadline=None)
@given(trades=TRADES, day=st.integers(10, 110))
def test_shares_that_leave_and_come_back_at_once_change_nothing(
    rule: str, trades: list[tuple[EntryType, int, int, Decimal, str, str]], day: int
) -> None:
    # all that the account holds at the end of a day, out and in; from the next day on as before
    trades = [
        (kind, on if on < day else on + 1, size, price, "X", "main")
        for kind, on, size, price, *_ in trades
    ]
    ledger = [one for one in booked(trades, rule).accepted if one.seq < 98]
    before = book(ledger, SETTINGS[rule], no_rates, asof=START + timedelta(days=day))
    lots = [
        CarriedLot(
            quantity=lot.quantity_open,
            acquisition_date=lot.acquisition_date,
            cost_basis=lot.cost_basis_local,
        )
        for lot in before.open_lots
    ]
    moved = list(ledger)
    if lots:
        whole = sum((lot.quantity for lot in lots), ZERO)
        out = replace(leaves(100, day, "X", 1), quantity=whole)
        moved = [*ledger, out, arrives(101, day, "X", *lots)]
    stayed, came_back = (
        defer_losses(book(one, SETTINGS[rule], no_rates), rule, END) for one in (ledger, moved)
    )
    assert came_back.transferred_out == stayed.transferred_out == 0
    counted, after = recognized(stayed), recognized(came_back)
    assert counted.keys() == after.keys()
    assert all(abs(counted[seq] - after[seq]) <= Decimal("0.1") for seq in counted)


@pytest.mark.parametrize("rule", ["US", "CA"])
@settings(max_examples=80, deadline=None)
@given(trades=TRADES)
def test_every_disallowed_loss_is_somewhere(
    rule: str, trades: list[tuple[EntryType, int, int, Decimal, str, str]]
) -> None:
    got = defer_losses(booked(trades, rule), rule, END, SPOUSE)
    assert got.disallowed is not None
    relieved = sum((line.added_cost or ZERO for line in got.closures), ZERO)
    assert got.disallowed == relieved + got.added_cost + got.transferred_out + (
        got.forfeited or 0
    ) + (got.moved_outside or 0)


@pytest.mark.parametrize("rule", ["US", "CA"])
@settings(max_examples=50, deadline=None)
@given(trades=TRADES)
def test_a_rule_never_makes_a_loss_larger(
    rule: str, trades: list[tuple[EntryType, int, int, Decimal, str, str]]
) -> None:
    for line in defer_losses(booked(trades, rule), rule, END, SPOUSE).closures:
        assert line.gain is not None
        assert line.disallowed is not None
        assert line.disallowed >= 0
        assert line.recognized == line.gain + line.disallowed


@settings(max_examples=50, deadline=None)
@given(trades=TRADES)
def test_the_parts_of_a_lot_are_the_lot(
    trades: list[tuple[EntryType, int, int, Decimal, str, str]],
) -> None:
    book_ = booked(trades)
    got = defer_losses(book_, "US", END, SPOUSE)
    assert [lot.quantity for lot in got.lots] == [lot.quantity_open for lot in book_.open_lots]
    for lot in got.lots:
        assert abs(sum(part.quantity for part in lot.slices) - lot.quantity) <= Decimal("1e-7")
        assert sum(part.added_cost for part in lot.slices) == lot.added_cost
