"""Trades that the broker took back: the cancellation and what it cancels are both left out."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Generic, TypeVar

from portfolios.formats.reading.findings import Findings
from portfolios.formats.reading.row_reader import RowReader

T = TypeVar("T")


class Trades(Generic[T]):
    """Trades by their names and days, from which cancellations take."""

    def __init__(self) -> None:
        self._by_name: dict[Hashable, dict[date | None, deque[T]]] = defaultdict(dict)
        self._gone: set[int] = set()

    def add(self, names: Iterable[Hashable], day: date | None, trade: T) -> None:
        for name in names:
            self._by_name[name].setdefault(day, deque()).append(trade)

    def take(self, name: Hashable, on: date | None) -> T | tuple[str, str]:
        """The trade that a cancellation of `on` means: one of that very day, else the one before
        it. Later ones it cannot know. Where there is none, or which one is not said, what is
        wrong and the remedy."""
        days = self._left(name)
        if on is None or None in days:
            meant = [*days][:1]
        else:
            meant = [on] if on in days else [day for day in days if day is not None and day < on]
        if len(meant) != 1:
            return _unclear(len(meant))
        trade = days[meant[0]].popleft()
        self._gone.add(id(trade))
        return trade

    def _left(self, name: Hashable) -> dict[date | None, deque[T]]:
        """Those of a name that nothing has cancelled yet, under this or another name."""
        days = self._by_name[name]
        for day, trades in list(days.items()):
            while trades and id(trades[0]) in self._gone:
                trades.popleft()
            if not trades:
                del days[day]
        return days


def read_both(
    findings: Findings,
    kept: Sequence[RowReader],
    cancelled: Sequence[RowReader],
    read: Callable[[Findings, Sequence[RowReader]], None],
) -> None:
    """Read what is kept as entries, and what is cancelled as what an earlier file may have made."""
    read(findings, kept)
    aside = findings.aside()
    read(aside, cancelled)
    findings.supersede(aside)


def without_cancelled(
    findings: Findings,
    readers: Sequence[RowReader],
    cancels: Callable[[RowReader], Hashable | None],
    trades: Callable[[RowReader], Iterable[Hashable]],
    column: str,
    date_column: str,
) -> tuple[list[RowReader], list[RowReader]]:
    """Rows without cancellations, and the trades that were cancelled. `cancels` names what a row
    takes back, or None; `trades` names what a row is. A cancellation without its trade, or of one
    of several, is a mistake at `column`."""
    originals: Trades[RowReader] = Trades()
    for reader in readers:
        if cancels(reader) is None:
            originals.add(trades(reader), _day(reader, date_column), reader)
    gone: set[int] = set()
    cancelled: list[RowReader] = []
    for reader in readers:
        named = cancels(reader)
        if named is None:
            continue
        gone.add(id(reader))
        original = originals.take(named, _day(reader, date_column))
        if isinstance(original, tuple):
            findings.refuse(
                reader.place(column),
                "value_unexpected",
                *original,
                value=reader.text(column),
                symbol=reader.text("Symbol"),
            )
        else:
            gone.add(id(original))
            cancelled.append(original)
            findings.skip(original.number_of_row, f"Cancelled by row {reader.number_of_row}.")
            findings.skip(reader.number_of_row, f"Cancels row {original.number_of_row}.")
    return [reader for reader in readers if id(reader) not in gone], cancelled


def _unclear(count: int) -> tuple[str, str]:
    if count:
        said = f"It cancels one of several trades that are alike, of {count} days before it."
        return said, "Leave the row out, together with the trade that it cancels."
    said = "It cancels a trade that is not in this file."
    return said, "Leave the row out, and reverse the earlier trade in the ledger."


def _day(reader: RowReader, column: str) -> date | None:
    """The day of a row, whose mistakes are told when it is read."""
    return replace(reader, faults=[]).day(column)
