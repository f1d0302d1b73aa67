"""Short ways to write a ledger in a test: the text of a number, the text of a date."""

from datetime import date
from decimal import Decimal
from typing import Any

from portfolios.calc.booking import book
from portfolios.calc.entries import BookingSettings, Entry, EntryType
from portfolios.calc.lots import Book

CAD = BookingSettings(base_currency="CAD")
_DECIMALS = {
    "quantity",
    "price",
    "gross_amount",
    "fees",
    "taxes",
    "net_amount",
    "fx_rate",
    "new_shares",
    "old_shares",
    "cost_basis",
    "to_amount",
    "gross_amount_security",
    "settlement_fx_rate",
    "to_price",
    "cost_fraction",
}


def entry(seq: int, kind: str, on: str, currency: str = "CAD", **fields: Any) -> Entry:
    """An entry from texts: entry(1, "BUY", "2024-01-05", "USD", security="AAPL", …)."""
    for name, value in fields.items():
        if name in _DECIMALS and value is not None:
            fields[name] = Decimal(value)
        elif name.endswith("_date"):
            fields[name] = date.fromisoformat(value)
    return Entry(
        seq=seq,
        entry_type=EntryType(kind),
        transaction_date=date.fromisoformat(on),
        currency=currency,
        **fields,
    )


def decimals(*numbers: int | str) -> tuple[Decimal, ...]:
    """The same numbers as Decimals, to compare several at once."""
    return tuple(Decimal(number) for number in numbers)


def no_rates(currency: str, on: date) -> None:
    """A table that knows nothing."""
    return


def fixed(**rates: str) -> Any:
    """A table with one rate a currency, on every day: fixed(USD="1.36")."""
    return lambda currency, on: Decimal(rates[currency]) if currency in rates else None


USD_AT_136 = fixed(USD="1.36")


def buy(seq: int, on: str, quantity: str, price: str, **more: Any) -> Entry:
    """A purchase of the security X."""
    return entry(seq, "BUY", on, security="X", quantity=quantity, price=price, **more)


def sell(seq: int, on: str, quantity: str, price: str, **more: Any) -> Entry:
    """A sale of the security X."""
    return entry(seq, "SELL", on, security="X", quantity=quantity, price=price, **more)


def booked(*ledger: Entry, settings: BookingSettings = CAD, asof: str | None = None) -> Book:
    """A ledger booked with a dollar at 1.36 CAD."""
    day = date.fromisoformat(asof) if asof else None
    return book(ledger, settings, USD_AT_136, asof=day)


def codes(book_: Book) -> list[str]:
    return [problem.code for problem in book_.problems]
