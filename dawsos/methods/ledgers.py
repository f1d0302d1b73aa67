"""Golden trades and lots as ledger entries."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from portfolios.calc.entries import Entry, EntryType

SECURITY = "X"
FIRST_DAY = date(2020, 1, 1)


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
