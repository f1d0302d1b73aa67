"""Lots, closures and cash as rows: what is stored, and what the ledger says should be.

A row is a tuple of the columns named here, at their scale; two rows are the same when their
tuples are equal. Lots go by their label, closures by the entry that closes, in order of relief.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

from django.db import connection

from market.models import Security
from patterns.canonical import canonical_json
from portfolios.calc.entries import ZERO
from portfolios.calc.lots import Book, Closure
from portfolios.calc.lots import Lot as BookedLot
from portfolios.calc.money import quantum
from portfolios.models import CashBalance, PortfolioDailyValue

PLACES = 10
RATE_PLACES = 12
LOT = (
    "security_id",
    "account",
    "acquisition_date",
    "currency",
    "closed_date",
    "is_open",
    "is_short",
    "holding_start",
    "lot_label",
    "quantity_original",
    "quantity_open",
    "cost_basis_local",
    "cost_basis",
    "fx_rate",
)
CLOSURE = (
    "close_date",
    "is_short",
    "fx_open",
    "fx_close",
    "quantity",
    "proceeds_local",
    "cost_local",
    "realized_pnl",
    "price_pnl",
    "fx_pnl",
    "cross_pnl",
)
DAY = (
    "total_value",
    "positions_value",
    "cash_balance",
    "receivable_balance",
    "inflow",
    "outflow",
    "time_weighted_return",
    "state",
    "coverage",
    "currency",
)
Row: TypeAlias = tuple[Any, ...]
# A lot stands here once with each of its closures, and alone where it has none.
STORED = f"""
    SELECT lot.id, lot.label, closure.id, closing.seq,
        {", ".join(f"lot.{name}" for name in LOT)},
        {", ".join(f"closure.{name}" for name in CLOSURE)}
    FROM portfolios_lot lot
    LEFT JOIN portfolios_lotclosure closure ON closure.lot_id = lot.id
    LEFT JOIN portfolios_transaction closing ON closing.id = closure.close_entry_id
    WHERE lot.portfolio_id = %s AND (%s::bigint[] IS NULL OR lot.open_entry_id = ANY(%s))
    ORDER BY lot.open_entry_id, lot.id
"""  # noqa: S608 - the names stand above
_AMOUNT, _RATE = quantum(PLACES), quantum(RATE_PLACES)


@dataclass(frozen=True, slots=True)
class LotRow:
    """A lot's columns, and the number of the entry that opened it."""

    open_seq: int
    values: Row


@dataclass(slots=True)
class Projection:
    """Rows that entries amount to: lots by label; closures by closing entry, each with the label
    of its lot; cash by account and currency, without what is zero."""

    lots: dict[str, LotRow] = field(default_factory=dict)
    closures: dict[int, list[tuple[str, Row]]] = field(default_factory=dict)
    cash: dict[tuple[str, str], Decimal] = field(default_factory=dict)

    def add(self, book: Book) -> None:
        """Take in another book of the same ledger, which shares no lot with those before."""
        for label, open_seq, values in lot_rows(book):
            self.lots[label] = LotRow(open_seq, values)
        for label, close_seq, values in closure_rows(book):
            self.closures.setdefault(close_seq, []).append((label, values))
        self.pay(book)

    def pay(self, book: Book) -> None:
        """Take in the cash of another book alone."""
        for key, amount in book.cash.items():
            self._pay(key, amount.quantize(_AMOUNT))

    def _pay(self, key: tuple[str, str], amount: Decimal) -> None:
        balance = self.cash.get(key, ZERO) + amount
        if balance:
            self.cash[key] = balance
        else:
            self.cash.pop(key, None)


@dataclass(frozen=True, slots=True)
class Stored:
    """The same rows as they are in the tables, with their ids."""

    lots: dict[str, tuple[int, Row]]
    closures: dict[int, list[tuple[int, str, Row]]]


def lot_rows(book: Book) -> Iterator[tuple[str, int, Row]]:
    """Each lot's label, the number of the entry that opened it, and its columns."""
    for lot in book.lots:
        yield lot.label, lot.open_seq, _lot_values(lot)


def closure_rows(book: Book) -> Iterator[tuple[str, int, Row]]:
    """Each closure's lot by its label, the number of the closing entry, and its columns."""
    for closure in book.closures:
        label = f"{closure.open_seq}.{closure.number}"
        yield label, closure.close_seq, _closure_values(closure)


def projected(books: Iterable[Book]) -> Projection:
    """The rows that books of disjoint groups amount to together."""
    projection = Projection()
    for book in books:
        projection.add(book)
    return projection


def cash_of(books: Iterable[Book]) -> Mapping[tuple[str, str], Decimal]:
    """The cash of `projected`, without its lots and closures."""
    projection = Projection()
    for book in books:
        projection.pay(book)
    return projection.cash


def stored_projection(portfolio_id: UUID, opened_by: Collection[int] | None = None) -> Stored:
    """Lots in the tables and their closures; `opened_by` are ids of entries, None is all."""
    if opened_by is not None and not opened_by:
        return Stored({}, {})
    among = None if opened_by is None else [*opened_by]
    with connection.cursor() as cursor:
        cursor.execute(STORED, [portfolio_id, among, among])
        rows = cursor.fetchall()
    found: dict[str, tuple[int, Row]] = {}
    relieved: dict[int, list[tuple[int, str, Row]]] = {}
    for pk, label, closure, seq, *values in rows:
        found[label] = pk, tuple(values[: len(LOT)])
        if closure is not None:
            relieved.setdefault(seq, []).append((closure, label, tuple(values[len(LOT) :])))
    return Stored(found, {seq: sorted(rows) for seq, rows in relieved.items()})


def stored_lots(portfolio_id: UUID) -> dict[str, str]:
    """Lots, closures and cash in the tables, as text by name."""
    return projection_as_text(_as_projection(portfolio_id))


def projection_differences(portfolio_id: UUID, expected: Projection) -> list[str]:
    """Sentences about rows in the tables that are not as expected."""
    stored = _as_projection(portfolio_id)
    same = stored.closures == expected.closures and stored.cash == expected.cash
    if same and _values(stored) == _values(expected):
        return []  # most are: no row need be spelled
    return differences(projection_as_text(stored), projection_as_text(expected))


def _values(projection: Projection) -> dict[str, Row]:
    return {label: row.values for label, row in projection.lots.items()}


def _as_projection(portfolio_id: UUID) -> Projection:
    stored = stored_projection(portfolio_id)
    cash = CashBalance.objects.filter(portfolio_id=portfolio_id)
    return Projection(
        {label: LotRow(0, values) for label, (_, values) in stored.lots.items()},
        {seq: [(lot, row) for _, lot, row in rows] for seq, rows in stored.closures.items()},
        {(row.account, row.currency): row.balance for row in cash},
    )


def projection_as_text(projection: Projection) -> dict[str, str]:
    """Every row under its own name, without the ids that a rebuild changes."""
    ids = {row.values[0] for row in projection.lots.values()}
    keys = {pk: security.key for pk, security in Security.objects.in_bulk(ids).items()}
    found = {
        f"lot {label}": _text(LOT[1:], row.values[1:], security=keys[row.values[0]])
        for label, row in projection.lots.items()
    }
    for seq, rows in projection.closures.items():
        for place, (lot, values) in enumerate(rows, start=1):
            found[f"closure of lot {lot} by entry {seq}"] = _text(CLOSURE, values, place=place)
    for (account, currency), balance in projection.cash.items():
        found[f"cash of {account} in {currency}"] = canonical_json(balance)
    return found


def stored_history(portfolio_id: UUID) -> dict[str, str]:
    """Daily values in the table, as text by pack."""
    rows = PortfolioDailyValue.objects.filter(portfolio_id=portfolio_id).order_by("asof_date")
    return {
        f"daily value in {pack_id}": _text(DAY, values)
        for pack_id, *values in rows.values_list("pack_id", *DAY)
    }


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """One sentence for each row that is missing, superfluous or other than it should be."""
    found = []
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            found.append(f"{name} was stored but does not follow from the ledger.")
        elif name not in before:
            found.append(f"{name} follows from the ledger but was not stored.")
        elif before[name] != after[name]:
            found.append(f"{name} was {before[name]}, should be {after[name]}.")
    return found


def _lot_values(lot: BookedLot) -> Row:
    """In order of `LOT`."""
    return (
        lot.security,
        lot.account,
        lot.acquisition_date,
        lot.currency,
        lot.closed_date,
        lot.is_open,
        lot.is_short,
        lot.holding_start,
        lot.lot_label or "",
        lot.quantity_original.quantize(_AMOUNT),
        lot.quantity_open.quantize(_AMOUNT),
        _scaled(lot.cost_basis_local, _AMOUNT),
        _scaled(lot.cost_basis, _AMOUNT),
        _scaled(lot.fx_rate, _RATE),
    )


def _closure_values(closure: Closure) -> Row:
    """In order of `CLOSURE`."""
    return (
        closure.close_date,
        closure.is_short,
        _scaled(closure.fx_open, _RATE),
        _scaled(closure.fx_close, _RATE),
        closure.quantity.quantize(_AMOUNT),
        closure.proceeds_local.quantize(_AMOUNT),
        _scaled(closure.cost_local, _AMOUNT),
        closure.realized_pnl,
        closure.price_pnl,
        closure.fx_pnl,
        closure.cross_pnl,
    )


def _scaled(number: Decimal | None, unit: Decimal) -> Decimal | None:
    """Half-even at the scale of its column, as Decimals round by default."""
    return None if number is None else number.quantize(unit)


def _text(names: Iterable[str], values: Iterable[Any], **more: Any) -> str:
    return canonical_json({**dict(zip(names, values, strict=True)), **more})
