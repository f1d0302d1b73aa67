"""Lots, closures and cash as rows: derived from the ledger, and identical when rebuilt.

An entry changes the groups that it belongs to and no others, so these are booked again and what
came out otherwise is written. A rebuild books everything and writes by the same comparison.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from portfolios.calc.entries import ZERO
from portfolios.calc.lots import Book
from portfolios.models import CashBalance, LedgerHoldings, Lot, LotClosure, Portfolio
from portfolios.selectors.booked import book_ledger
from portfolios.selectors.projected import (
    CLOSURE,
    LOT,
    Projection,
    Stored,
    differences,
    projected,
    projection_differences,
    stored_history,
    stored_lots,
)
from portfolios.services.history import refresh_history
from portfolios.services.projected_lines import ProjectedLines
from portfolios.services.rows import (
    AT_ONCE,
    FEW,
    HandOver,
    Row,
    at_once,
    insert_lines,
    insert_rows,
    reserve_ids,
    update_rows,
)

LOT_COLUMNS = ("label", "open_entry_id", *LOT)
CLOSURE_COLUMNS = ("lot_id", "close_entry_id", *CLOSURE)
MOVE_CASH = """
    INSERT INTO portfolios_cashbalance AS held (portfolio_id, account, currency, balance)
    SELECT %s, * FROM unnest(%s::text[], %s::text[], %s::numeric[])
    ON CONFLICT (portfolio_id, account, currency)
    DO UPDATE SET balance = held.balance + excluded.balance
    RETURNING id, balance
"""
Cash = Mapping[tuple[str, str], Decimal]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild found: rows written, and every row that differs from what was stored."""

    portfolio_id: UUID
    lots: int
    closures: int
    daily_values: int
    differences: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        return {
            "portfolio_id": str(self.portfolio_id),
            "lots": self.lots,
            "closures": self.closures,
            "daily_values": self.daily_values,
            "differences": list(self.differences),
        }


@transaction.atomic
def rebuild_projections(portfolio_id: UUID) -> Rebuilt:
    """Drop lots, closures, cash and daily values, derive them anew, and say what is other now.
    What the night keeps of its holdings goes with them; the next one writes it again."""
    portfolio = Portfolio.objects.select_for_update().get(pk=portfolio_id)
    before = stored_lots(portfolio_id) | stored_history(portfolio_id)
    booked = book_ledger(portfolio)
    derived = projected([booked.book])
    for model in (LotClosure, Lot, CashBalance, LedgerHoldings):
        model.objects.filter(portfolio_id=portfolio_id).delete()
    store(portfolio_id, Stored({}, {}), derived, booked.ids)
    store_cash(portfolio_id, {}, derived.cash)
    days = refresh_history(portfolio, booked, from_date=None)
    after = stored_lots(portfolio_id) | stored_history(portfolio_id)
    return Rebuilt(
        portfolio_id,
        len(booked.book.lots),
        len(booked.book.closures),
        days,
        tuple(differences(before, after)),
    )


def projection_breaks(portfolio_id: UUID) -> list[str]:
    """Where the stored lots and cash are not what the ledger gives; nothing is changed."""
    return booked_breaks(portfolio_id, book_ledger(Portfolio.objects.get(pk=portfolio_id)).book)


def booked_breaks(portfolio_id: UUID, book: Book) -> list[str]:
    """`projection_breaks` for whoever has booked the ledger."""
    found = projection_differences(portfolio_id, projected([book]))
    return [f"{portfolio_id}: {sentence}" for sentence in found]


def store(
    portfolio_id: UUID,
    before: Stored,
    after: Projection,
    entry_ids: Mapping[int, int],
    hand_over: HandOver = at_once,
) -> None:
    """Turn the stored lots and closures of some groups into what these groups amount to now.

    entry_ids: the rows of their entries, by number. Lots keep their ids; of an entry that closes
    otherwise than before all closures are written anew, so that they stay in order of relief.
    """
    relieved = {seq: [row[1:] for row in rows] for seq, rows in before.closures.items()}
    changed = {
        seq
        for seq in relieved.keys() | after.closures.keys()
        if relieved.get(seq) != after.closures.get(seq)
    }
    gone = [pk for seq in changed for pk, *_ in before.closures.get(seq, ())]
    if gone:
        _delete_closures(gone)
    written = [
        (seq, label, values)
        for seq in sorted(changed & after.closures.keys())
        for label, values in after.closures[seq]
    ]
    closed = {label for _, label, _ in written}
    lot_ids = _store_lots(portfolio_id, before, after, entry_ids, closed, hand_over)
    new = [(lot_ids[label], entry_ids[seq], *values) for seq, label, values in written]
    same = {"portfolio_id": portfolio_id}
    insert_rows(LotClosure, CLOSURE_COLUMNS, new, same=same, hand_over=hand_over)


def store_first(
    portfolio_id: UUID,
    books: Iterable[Book],
    entry_ids: Mapping[int, int],
    lot_ids: Sequence[int],
    hand_over: HandOver,
) -> None:
    """`store` and `store_cash` for a ledger that had nothing, whose book comes in parts.

    lot_ids: reserved for its lots; if they are not enough, more are asked for.
    """
    if len(entry_ids) <= FEW:
        derived = projected(books)
        store(portfolio_id, Stored({}, {}), derived, entry_ids, hand_over)
        store_cash(portfolio_id, {}, derived.cash)
        return
    same = {"portfolio_id": portfolio_id}
    cash, numbers = Projection(), _numbers(lot_ids)
    for book in books:
        lines = ProjectedLines(book, entry_ids, numbers)
        for columns, model, spelled in (
            (lines.lot_columns, Lot, lines.lots()),
            (lines.closure_columns, LotClosure, lines.closures()),
        ):
            while part := [*islice(spelled, AT_ONCE)]:
                insert_lines(model, columns, part, same=same, hand_over=hand_over)
        cash.pay(book)
    store_cash(portfolio_id, {}, cash.cash)


def _numbers(reserved: Sequence[int]) -> Iterator[int]:
    yield from reserved
    while True:
        yield from reserve_ids(Lot, AT_ONCE)


def store_cash(portfolio_id: UUID, before: Cash, after: Cash) -> None:
    """Move the balances by the difference of what some groups paid before and pay now.

    A balance of zero has no row, as it has none in a ledger that never had it.
    """
    moved = {key: after.get(key, ZERO) - before.get(key, ZERO) for key in {**before, **after}}
    moved = {key: amount for key, amount in moved.items() if amount}
    if not moved:
        return
    accounts, currencies = zip(*moved, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(MOVE_CASH, [portfolio_id, [*accounts], [*currencies], [*moved.values()]])
        gone = [pk for pk, balance in cursor.fetchall() if not balance]
    if gone:
        CashBalance.objects.filter(pk__in=gone).delete()


def _delete_closures(ids: Sequence[int]) -> None:
    """Nothing refers to a closure, so there is nothing to look for as the ORM does."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM portfolios_lotclosure WHERE id = ANY(%s)", [[*ids]])


def _store_lots(
    portfolio_id: UUID,
    before: Stored,
    after: Projection,
    entry_ids: Mapping[int, int],
    closed: AbstractSet[str],
    hand_over: HandOver,
) -> dict[str, int]:
    """Write what differs; the ids by label, of new lots only if one of them is `closed`."""
    gone = [pk for label, (pk, _) in before.lots.items() if label not in after.lots]
    if gone:
        Lot.objects.filter(pk__in=gone).delete()
    ids = {label: pk for label, (pk, _) in before.lots.items()}
    fresh = [label for label in after.lots if label not in ids]
    changed = [
        (pk, *after.lots[label].values)
        for label, (pk, values) in before.lots.items()
        if label in after.lots and after.lots[label].values != values
    ]
    update_rows(Lot, LOT, changed)
    lots = ((label, after.lots[label]) for label in fresh)
    rows: Iterator[Row] = ((label, entry_ids[lot.open_seq], *lot.values) for label, lot in lots)
    columns: tuple[str, ...] = LOT_COLUMNS
    if not closed.isdisjoint(fresh):
        ids |= dict(zip(fresh, reserve_ids(Lot, len(fresh)), strict=True))
        columns, rows = ("id", *columns), ((ids[row[0]], *row) for row in rows)
    same = {"portfolio_id": portfolio_id}
    insert_rows(Lot, columns, [*rows], same=same, hand_over=hand_over)
    return ids
