"""The one specification of a chart: the browser's builders and the SVG's read the same data."""

from collections.abc import Sequence
from typing import Any, Final

from patterns.formats import number
from patterns.panels import Cell, Column, Metric, Row

RING_OF_NEGATIVES: Final = "A share below zero does not fit into a ring; the table has it."
RING_OF_NOTHING: Final = "There is no share above zero to draw; see the table."
MAP_OF_NEGATIVES: Final = "A share below zero has no area; the table has it."
STACK_OF_NEGATIVES: Final = "A value below zero cannot be stacked; the table has it."
SEVERAL_CURRENCIES: Final = "Amounts in several currencies cannot be put together; see the table."
OFF_THE_SCALE: Final = "The value lies outside the scale, so no pointer shows it."
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


def fan_roles(*, observed: bool, bands: int) -> list[str]:
    """What each series of a fan is: what was observed, the middle, and two edges a band."""
    return [*(["observed"] if observed else []), "center", *(["low", "high"] * bands)]


def treemap_spec(
    columns: Sequence[Column], rows: Sequence[Row], *, grouped: bool
) -> dict[str, Any]:
    """Areas by share: a column of groups is none of the series, a second number colours."""
    kept = [index for index in range(len(columns)) if not (grouped and index == 1)]
    narrow = [Row(cells=tuple(row.cells[index] for index in kept)) for row in rows]
    drawn = chart_spec("treemap", [columns[index] for index in kept], narrow)
    drawn["groups"] = [row.cells[1].text for row in rows] if grouped else []
    drawn["tinted"] = len(kept) == 3
    return drawn


def gauge_spec(
    metric: Metric, ends: Sequence[Cell], labels: Sequence[str]
) -> dict[str, Any] | None:
    """A value between the ends of its scale; None where it lies outside."""
    scale = [number(end.raw) for end in ends]
    if not scale[0] <= number(metric.cell.raw) <= scale[-1]:
        return None
    series = _series(
        Column(label=metric.label, field="", format=metric.cell.format, numeric=True),
        [metric.cell],
    )
    return {
        "kind": "gauge",
        "categories": [metric.label],
        "category_kind": "text",
        "series": [series],
        "unit": series["unit"],
        "currency": series["currency"],
        "signed": False,
        "minimum": float(scale[0]),
        "maximum": float(scale[-1]),
        "ends": [ends[0].text, ends[-1].text],
        "bands": [
            {"label": label, "upto": float(end)}
            for label, end in zip(labels, scale[1:], strict=False)
        ],
    }


def why_no_ring(rows: Sequence[Row]) -> str:
    """Why shares cannot be drawn; "" when they can. The second cell of a row is its share."""
    return _why_no_whole([row.cells[1] for row in rows], RING_OF_NEGATIVES)


def why_no_map(rows: Sequence[Row], at: int) -> str:
    """Why shares have no areas; "" when they have. `at` is where a row has its share."""
    return _why_no_whole([row.cells[at] for row in rows], MAP_OF_NEGATIVES)


def why_no_stack(rows: Sequence[Row]) -> str:
    """Why series cannot stand on one another; "" when they can. All cells but the first are."""
    cells = [cell for row in rows for cell in row.cells[1:]]
    if any(number(cell.raw) < 0 for cell in cells if cell.raw):
        return STACK_OF_NEGATIVES
    return SEVERAL_CURRENCIES if len({cell.currency for cell in cells if cell.raw}) > 1 else ""


def _why_no_whole(cells: Sequence[Cell], negatives: str) -> str:
    known = [cell for cell in cells if cell.raw]
    if any(number(cell.raw) < 0 for cell in known):
        return negatives
    if len({cell.currency for cell in known}) > 1:
        return SEVERAL_CURRENCIES
    return "" if any(number(cell.raw) > 0 for cell in known) else RING_OF_NOTHING


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
