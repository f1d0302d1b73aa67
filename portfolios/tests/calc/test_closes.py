"""Closes valued together are those valued day by day."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolios.calc.closes import Closes, closes_of
from portfolios.calc.dated_quotes import DatedRates, Quotes
from portfolios.calc.entries import Entry
from portfolios.calc.gain_parts import charged_by_day, gain_parts, gain_parts_of, nothing_before
from portfolios.calc.history import DayValue
from portfolios.calc.marks import Marks
from portfolios.tests.calc.histories import (
    SECURITIES,
    booked,
    day,
    market_days,
    marks_of,
    trading_ledgers,
    valued,
)
from portfolios.tests.calc.ledgers import entry


def quotes_of(marks: Sequence[Marks]) -> Quotes:
    """The same marks as columns."""
    keys = tuple(sorted(SECURITIES))
    seen = [[one.prices.get(key) for one in marks] for key in keys]
    codes = sorted({code for one in marks for code in one.rates})
    return Quotes(
        base_currency="CAD",
        days=[one.asof_date for one in marks],
        keys=keys,
        closes=np.array([[int(it.close * 10**8) if it else 0 for it in row] for row in seen]),
        carried=np.array([[it is not None and it.state == "stale" for it in row] for row in seen]),
        currency=tuple(SECURITIES[key] for key in keys),
        rates={code: DatedRates([one.rates.get(code) for one in marks]) for code in codes},
    )


def at_once(ledger: list[Entry], marks: list[Marks], first: int = 0) -> Closes | None:
    return closes_of(booked(ledger, marks).journal, quotes_of(marks), first)


@given(trading_ledgers(), market_days(), st.integers(0, 7))
def test_any_ledger_has_the_same_values(
    ledger: list[Entry], marks: list[Marks], first: int
) -> None:
    found = at_once(ledger, marks, first)
    assert found is not None
    for close, one in zip(found, valued(ledger, marks)[first:], strict=True):
        assert close.asof_date == one.asof_date
        assert close.total_value == one.total_value
        assert close.cash_balance == one.cash_balance
        assert close.receivable_balance == one.receivable_balance
        assert (close.inflow, close.outflow) == (one.inflow, one.outflow)
        assert not close.is_stale


@given(trading_ledgers(), market_days(), st.integers(0, 7), st.integers(0, 7), st.integers(1, 8))
def test_some_days_cut_out_of_more_are_the_same(
    ledger: list[Entry], marks: list[Marks], start: int, first: int, end: int
) -> None:
    start, first, end = min(start, first), max(start, first), max(first + 1, end)
    whole = at_once(ledger, marks, start)
    short = replace(
        quotes_of(marks),
        days=[one.asof_date for one in marks[:end]],
        closes=quotes_of(marks).closes[:, :end],
        carried=quotes_of(marks).carried[:, :end],
    )
    alone = closes_of(booked(ledger, marks).journal, short, first)
    assert whole is not None
    assert alone is not None
    assert list(whole.cut(first, short)) == list(alone)


@given(trading_ledgers(), market_days(), st.integers(0, 6), st.booleans())
def test_any_gain_has_the_same_parts(
    ledger: list[Entry], marks: list[Marks], first: int, from_nothing: bool
) -> None:
    first = 0 if from_nothing else first
    closes = at_once(ledger, marks, first)
    days = valued(ledger, marks)[first:]
    if from_nothing:
        days = (nothing_before(days[0], day(-1)), *days)
    book = booked(ledger, marks)
    charged = charged_by_day(book.accepted, book.journal, [one.asof_date for one in days])
    gain = _gain(days)
    assert closes is not None
    found = gain_parts_of(closes, charged, gain, from_nothing=from_nothing)
    assert found == gain_parts(days, charged, gain)


def _gain(days: Sequence[DayValue]) -> Decimal:
    """V1 − V0 − I + O, with what the first day holds as the beginning."""
    values = [one.total_value or Decimal(0) for one in days]
    flows = sum(((one.inflow or 0) - (one.outflow or 0) for one in days[1:]), Decimal(0))
    return (values[-1] - values[0] - flows).quantize(Decimal("0.01"))


BOUGHT = [
    entry(1, "DEPOSIT", "2024-01-01", gross_amount="1000"),
    entry(2, "BUY", "2024-01-02", "USD", security="AAPL", quantity="3", price="10"),
]
DOLLAR = {"USD": "1.3"}


def test_a_day_by_hand() -> None:
    # 1,000 came; 3 × 10 USD went at 1.3, and 3 shares at 12 USD are worth 3 × 12 × 1.4 = 50.40
    marks = [
        marks_of(0, {"AAPL": "10"}, DOLLAR),
        marks_of(1, {"AAPL": "10"}, DOLLAR),
        marks_of(2, {"AAPL": "12"}, {"USD": "1.4"}),
    ]
    found = at_once(BOUGHT, marks)
    assert found is not None
    funded, _, last = found
    assert funded.inflow == funded.total_value == 1000
    assert last.total_value - last.cash_balance == Decimal("50.40")
    assert last.cash_balance == Decimal(1000) - Decimal(30) * Decimal("1.4")  # dollars are owed


def test_a_carried_close_or_rate_makes_stale_what_uses_it() -> None:
    marks = [marks_of(number, {"AAPL": "10", "ASML": "9"}, DOLLAR) for number in range(3)]
    quotes = quotes_of(marks)
    quotes.carried[quotes.rows["ASML"], 1] = True  # is not held
    quotes.carried[quotes.rows["AAPL"], 2] = True
    found = closes_of(booked(BOUGHT, marks).journal, quotes)
    assert found is not None
    assert [close.is_stale for close in found] == [False, False, True]


@pytest.mark.parametrize(
    ("prices", "rates"), [({}, DOLLAR), ({"AAPL": "10"}, {})], ids=["no price", "no rate"]
)
def test_what_is_not_whole_is_left_to_be_valued_day_by_day(
    prices: dict[str, str], rates: dict[str, str]
) -> None:
    marks = [marks_of(0, {"AAPL": "10"}, DOLLAR), marks_of(1, prices, rates)]
    assert at_once(BOUGHT, marks) is None
    assert at_once(BOUGHT[:1], marks) is not None  # cash alone needs neither


def test_more_than_64_bits_can_hold_is_still_exact() -> None:
    # the product has 27 digits, a 64-bit integer 19
    shares, price = "12345678.12345678", "98765.43210987"
    bought = entry(
        2, "OPENING_BALANCE", "2024-01-02", "USD", security="AAPL", quantity=shares, price=price
    )
    marks = [marks_of(number, {"AAPL": price}, DOLLAR) for number in range(2)]
    found = at_once([BOUGHT[0], bought], marks)
    assert found is not None
    assert found.holdings["USD"][1] == Decimal(shares) * Decimal(price)
