"""What holds of deferred losses on any history: nothing is lost, nothing invented."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portfolios.calc.booking import book
from portfolios.calc.deferral import Circumstances, Holder, OutsidePurchase, defer_losses
from portfolios.calc.entries import ZERO, BookingSettings, CostMethod, Entry, EntryType
from portfolios.calc.lots import Book
from portfolios.tests.calc.ledgers import no_rates

START = date(2024, 1, 2)
END = START + timedelta(days=400)
USD = BookingSettings(base_currency="USD")
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


def booked(trades: list[tuple[EntryType, int, int, Decimal, str, str]], rule: str = "US") -> Book:
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
    settings_ = USD if rule == "US" else replace(USD, cost_method=CostMethod.AVERAGE)
    return book([*ledger, split, move], settings_, no_rates)


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
