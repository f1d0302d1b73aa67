"""The table of a panel as CSV: values as stored, each figure with its state and its reason."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

from patterns.panels import Cell, Column, Panel
from portfolios.formats.neutral import neutral

IN_CURRENCY = frozenset({"money", "price"})


def panel_csv(panel: Panel) -> str:
    """A header and the rows of the table, without its totals, which a reader makes again."""
    buffer = StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    formats = [_format(panel, at) for at in range(len(panel.columns))]
    heads = zip(panel.columns, formats, strict=True)
    writer.writerow([name for column, form in heads for name in _names(column, form)])
    for row in panel.rows:
        cells = zip(row.cells, formats, strict=True)
        writer.writerow([text for cell, form in cells for text in _texts(cell, form)])
    return buffer.getvalue()


def _format(panel: Panel, at: int) -> str:
    """The format of a column; lines of a comparison differ, and one may have a currency."""
    column = panel.columns[at]
    if panel.type != "comparison" or not column.numeric:
        return column.format
    formats = {row.cells[at].format for row in panel.rows}
    return next(iter(sorted(formats & IN_CURRENCY)), "ratio")


def _names(column: Column, form: str) -> Iterator[str]:
    label = column.label or column.field
    yield neutral(label)
    if column.numeric:
        if form in IN_CURRENCY:
            yield neutral(f"{label}, currency")
        yield neutral(f"{label}, state")
        yield neutral(f"{label}, reason")


def _texts(cell: Cell, form: str) -> Iterator[str]:
    if form in {"text", "state", "date"}:
        yield neutral(cell.raw)
        return
    yield cell.raw
    if form in IN_CURRENCY:
        yield cell.currency
    yield cell.state if cell.text else ""
    yield neutral(cell.reason)
