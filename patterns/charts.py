"""The one specification of a chart: the browser's builders and the SVG's read the same data."""

from collections.abc import Sequence
from typing import Any, Final

from patterns.formats import number
from patterns.panels import Cell, Column, Row

RING_OF_NEGATIVES: Final = "A share below zero does not fit into a ring; the table has it."
RING_OF_NOTHING: Final = "There is no share above zero to draw; see the table."
STEP_UNKNOWN: Final = "A step is not known, so the others lead nowhere; the table has them."


def chart_spec(
    kind: str, columns: Sequence[Column], rows: Sequence[Row], *, signed: bool = False
) -> dict[str, Any]:
    """A chart of the table behind it: the first column is the axis, each other a series."""
    series = [
        _series(column, [row.cells[index] for row in rows])
        for index, column in enumerate(columns)
        if index > 0
    ]
    return {
        "kind": kind,
        "categories": [row.cells[0].text for row in rows],
        "category_kind": "date" if columns[0].format == "date" else "text",
        "series": series,
        "unit": series[0]["unit"],
        "currency": series[0]["currency"],
        "signed": signed,
    }


def why_no_ring(rows: Sequence[Row]) -> str:
    """Why a donut cannot be drawn; "" when it can."""
    values = [number(row.cells[1].raw) for row in rows if row.cells[1].raw]
    if any(value < 0 for value in values):
        return RING_OF_NEGATIVES
    return "" if any(value > 0 for value in values) else RING_OF_NOTHING


def why_no_waterfall(rows: Sequence[Row]) -> str:
    """Why steps cannot be stacked though some are known; "" otherwise."""
    known = [bool(row.cells[1].raw) for row in rows]
    return STEP_UNKNOWN if any(known) and not all(known) else ""


def _series(column: Column, cells: Sequence[Cell]) -> dict[str, Any]:
    currencies = {cell.currency for cell in cells if cell.currency}
    return {
        "label": column.label,
        "values": [float(cell.raw) if cell.raw else None for cell in cells],
        "texts": [cell.text for cell in cells],
        "states": [cell.state for cell in cells],
        "unit": cells[0].unit if cells else "",
        "format": column.format,
        "currency": currencies.pop() if len(currencies) == 1 else "",
    }
