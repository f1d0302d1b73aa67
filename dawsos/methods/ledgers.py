"""Golden trades, lots and actions as ledger entries, and their book."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from portfolios.calc.booking import book
from portfolios.calc.entries import BookingSettings, Entry, EntryType
from portfolios.calc.lots import Book

SECURITY = "X"
FIRST_DAY = date(2020, 1, 1)
ACTION_DAY = date(2999, 12, 31)


def no_rates(_currency: str, _on: date) -> None:
    """A table that knows nothing: golden trades record their own rates."""
    return


def entry(seq: int, side: str, on: date, currency: str, row: Mapping[str, Any]) -> Entry:
    """A golden trade {qty, price, fee?, fx?, id or lot_id?} as an entry of a day."""
    return Entry(
        seq=seq,
        entry_type=EntryType(side),
        transaction_date=on,
        currency=currency,
        security=SECURITY,
        quantity=Decimal(row["qty"]),
        price=Decimal(row["price"]),
        fees=Decimal(row.get("fee", "0")),
        fx_rate=Decimal(row["fx"]) if "fx" in row else None,
        lot_label=row.get("lot_id") or row.get("id"),
    )


def trades(rows: Sequence[Mapping[str, Any]], currency: str) -> list[Entry]:
    """Golden transactions, numbered from 1; those without a date are a day apart."""
    return [
        entry(
            seq,
            row["side"],
            date.fromisoformat(row["date"]) if "date" in row else FIRST_DAY + timedelta(days=seq),
            currency,
            row,
        )
        for seq, row in enumerate(rows, start=1)
    ]


def opening_lots(rows: Sequence[Mapping[str, Any]], currency: str) -> list[Entry]:
    """Golden lots {lot_id, date?, qty, cost} as opening balances, numbered from 1."""
    return [
        Entry(
            seq=seq,
            entry_type=EntryType.OPENING_BALANCE,
            transaction_date=(
                date.fromisoformat(row["date"])
                if "date" in row
                else FIRST_DAY + timedelta(days=seq)
            ),
            currency=currency,
            security=SECURITY,
            quantity=Decimal(row["qty"]),
            cost_basis=Decimal(row["cost"]),
            lot_label=row["lot_id"],
        )
        for seq, row in enumerate(rows, start=1)
    ]


def labels(entries: Sequence[Entry]) -> dict[int, str]:
    """The golden's name of each entry, by number."""
    return {one.seq: one.lot_label for one in entries if one.lot_label is not None}


def action_entry(kind: EntryType, **fields: Any) -> Entry:
    """A corporate action of the golden's security, after everything else."""
    return Entry(
        seq=10_000,
        entry_type=kind,
        transaction_date=ACTION_DAY,
        currency="CAD",
        security=SECURITY,
        **fields,
    )


def booked_whole(ledger: Sequence[Entry], settings: BookingSettings | None = None) -> Book:
    """The book of a golden ledger. Raises ValueError with the problem of an entry it refuses."""
    booked = book(ledger, settings or BookingSettings(base_currency="CAD"), no_rates)
    for problem in booked.problems:
        raise ValueError(f"{problem.code}: {problem.message}")
    return booked
