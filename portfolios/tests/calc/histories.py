"""Random ledgers with prices and rates for property tests, and a way to value them."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from hypothesis import strategies as st

from portfolios.calc.booking import book
from portfolios.calc.cutting import cut
from portfolios.calc.day_lines import DayLines
from portfolios.calc.entries import Entry
from portfolios.calc.history import DayValue, value_history
from portfolios.calc.lots import Book
from portfolios.calc.marks import Mark, Marks, Rate
from portfolios.calc.replay import DayState, replay
from portfolios.calc.sheet import Sheet
from portfolios.tests.calc.ledgers import CAD, entry

START = date(2024, 1, 1)
SECURITIES = {"AAPL": "USD", "ASML": "EUR", "RY": "CAD"}


def day(number: int) -> date:
    return START + timedelta(days=number)


def marks_of(
    number: int, prices: dict[str, str], rates: dict[str, str], **currencies: str
) -> Marks:
    """A day's marks from texts; a security is priced in its usual currency unless told."""
    on = day(number)
    listed = SECURITIES | currencies
    return Marks(
        on,
        "CAD",
        {name: Mark(Decimal(text), listed[name], on) for name, text in prices.items()},
        {code: Rate(Decimal(text), on) for code, text in rates.items()},
    )


def valued(ledger: list[Entry], marks: list[Marks]) -> tuple[DayValue, ...]:
    """Book, replay and value a ledger on the days of its marks."""
    return value_history(replayed(ledger, marks), {mark.asof_date: mark for mark in marks})


def booked(ledger: list[Entry], marks: list[Marks]) -> Book:
    """Book a ledger at the rates of its marks."""
    by_day = {mark.asof_date: mark for mark in marks}

    def rates(currency: str, on: date) -> Decimal | None:
        rate = by_day[on].rate_of(currency) if on in by_day else None
        return None if rate is None else rate.rate

    return book(ledger, CAD, rates)


def replayed(ledger: list[Entry], marks: list[Marks]) -> tuple[DayState, ...]:
    """Book and replay a ledger on the days of its marks."""
    return replay(booked(ledger, marks).journal, sorted(one.asof_date for one in marks))


def sheet_of(marks: list[Marks]) -> Sheet:
    """The same marks as arrays."""
    listings = list(SECURITIES.items())
    closes = [[one.prices.get(name) for name, _ in listings] for one in marks]
    codes = sorted({code for one in marks for code in one.rates})
    return Sheet(
        "CAD",
        tuple(one.asof_date for one in marks),
        tuple(listings),
        np.array([[float(mark.close) if mark else np.nan for mark in row] for row in closes]),
        {
            code: np.array(
                [float(r.rate) if (r := one.rates.get(code)) else np.nan for one in marks]
            )
            for code in codes
        },
    )


def cut_lines(ledger: list[Entry], marks: list[Marks], base_date: date | None = None) -> DayLines:
    """Book, replay and cut a ledger on the days of its marks."""
    return cut(replayed(ledger, marks), sheet_of(marks), base_date)


@st.composite
def trading_ledgers(draw: st.DrawFn, days: int = 8) -> list[Entry]:
    """Deposits on day 0, then buys, sells of less than is held, dividends, fees, conversions,
    withdrawals and a split, on days 0 to `days` − 1."""
    ledger = [
        entry(1, "DEPOSIT", day(0).isoformat(), gross_amount="50000"),
        entry(2, "DEPOSIT", day(0).isoformat(), "USD", gross_amount="20000", fx_rate="1.31"),
    ]
    held = dict.fromkeys(SECURITIES, 0)
    for seq in range(3, 3 + draw(st.integers(1, 14))):
        number = min(days - 1, (seq - 3) * days // 14)
        kind = draw(st.sampled_from(["BUY", "SELL", "DIVIDEND", "FEE", "FX", "FLOW", "SPLIT"]))
        ledger.append(_random_entry(draw, (seq, number), kind, held))
    return ledger


def _random_entry(
    draw: st.DrawFn, place: tuple[int, int], kind: str, held: dict[str, int]
) -> Entry:
    seq, number = place
    on = day(number).isoformat()
    security = draw(st.sampled_from(sorted(SECURITIES)))
    currency = SECURITIES[security]
    amount = str(draw(st.integers(1, 900)))
    known: dict[str, Any] = {"security": security}
    if kind == "SELL" and held[security] > 1:
        sold = draw(st.integers(1, held[security]))
        held[security] -= sold
        return entry(
            seq, "SELL", on, currency, quantity=str(sold), price=amount, fees="9.95", **known
        )
    if kind == "DIVIDEND":
        known |= {"ex_date": on, "pay_date": day(number + 2).isoformat(), "taxes": "0.15"}
        return entry(seq, "DIVIDEND", on, currency, gross_amount=amount, **known)
    if kind == "FEE":
        return entry(seq, "FEE", on, "USD", gross_amount=amount)
    if kind == "FX":
        return entry(
            seq, "FX_CONVERSION", on, "CAD", gross_amount=amount, to_amount="77", to_currency="EUR"
        )
    if kind == "FLOW":
        way = draw(st.sampled_from(["DEPOSIT", "WITHDRAWAL"]))
        return entry(seq, way, on, "USD", gross_amount=amount, fx_rate="1.37")
    if kind == "SPLIT" and held[security]:
        held[security] *= 2
        return entry(seq, "SPLIT", on, currency, new_shares="2", old_shares="1", **known)
    held[security] += 10
    return entry(seq, "BUY", on, currency, quantity="10", price=amount, fees="4.95", **known)


@st.composite
def market_days(draw: st.DrawFn, days: int = 8) -> list[Marks]:
    """Prices of every security and rates of both foreign currencies on each day."""
    price = st.decimals("50", "150", places=2).map(str)
    rate = st.decimals("1.1", "1.6", places=4).map(str)
    return [
        marks_of(
            number,
            {name: draw(price) for name in SECURITIES},
            {"USD": draw(rate), "EUR": draw(rate)},
        )
        for number in range(days)
    ]
