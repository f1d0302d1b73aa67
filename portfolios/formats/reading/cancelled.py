"""Trades that the broker took back: the cancellation and what it cancels are both left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence

from portfolios.formats.reading.findings import Findings
from portfolios.formats.reading.row_reader import RowReader


def without_cancelled(
    findings: Findings,
    readers: Sequence[RowReader],
    cancels: Callable[[RowReader], Hashable | None],
    trades: Callable[[RowReader], Iterable[Hashable]],
    column: str,
) -> tuple[list[RowReader], list[RowReader]]:
    """Rows without cancellations, and the trades that were cancelled. `cancels` names what a row
    takes back, or None; `trades` names what a row is. A cancellation without its trade is a
    mistake at `column`."""
    originals: dict[Hashable, list[RowReader]] = defaultdict(list)
    for reader in readers:
        if cancels(reader) is None:
            for key in trades(reader):
                originals[key].append(reader)
    gone: set[int] = set()
    cancelled: list[RowReader] = []
    for reader in readers:
        named = cancels(reader)
        if named is None:
            continue
        gone.add(id(reader))
        original = next((r for r in originals[named] if id(r) not in gone), None)
        if original is None:
            findings.refuse(
                reader.place(column),
                "value_unexpected",
                "It cancels a trade that is not in this file.",
                "Leave the row out, and reverse the earlier trade in the ledger.",
                value=reader.text(column),
                symbol=reader.text("Symbol"),
            )
        else:
            gone.add(id(original))
            cancelled.append(original)
            originals[named].remove(original)
            findings.skip(original.number_of_row, f"Cancelled by row {reader.number_of_row}.")
            findings.skip(reader.number_of_row, f"Cancels row {original.number_of_row}.")
    return [reader for reader in readers if id(reader) not in gone], cancelled
