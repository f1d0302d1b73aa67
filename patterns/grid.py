"""The columns and rows of a panel that shows a list: the table behind a chart, or itself."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from patterns.cells import cell_at, no_cell
from patterns.formats import NUMERIC
from patterns.panels import Column, Row
from patterns.spec import (
    BarChartSpec,
    DonutChartSpec,
    FieldSpec,
    HeatmapSpec,
    LineChartSpec,
    TableSpec,
    WaterfallSpec,
)

RowPanelSpec = (
    LineChartSpec | BarChartSpec | DonutChartSpec | WaterfallSpec | HeatmapSpec | TableSpec
)
Item = Mapping[str, Any]

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORDS: Final = {"asof_date": "As of", "fx": "FX"}


def columns_of(spec: RowPanelSpec, items: Sequence[Item]) -> tuple[Column, ...]:
    """The axis of a chart and its series, or the columns of a table."""
    if isinstance(spec, TableSpec):
        return tuple(_column(each) for each in spec.columns)
    axis = spec.x if isinstance(spec, LineChartSpec) else spec.category
    first = _plain(axis, axis_format(axis, items))
    if isinstance(spec, (DonutChartSpec, WaterfallSpec)):
        return first, _plain(spec.value, spec.format)
    total = (spec.total,) if isinstance(spec, HeatmapSpec) and spec.total is not None else ()
    return (first, *(_column(each) for each in (*spec.series, *total)))


def row_of(
    spec: RowPanelSpec, item: Item, columns: Sequence[Column], path: str, currency: str
) -> Row:
    """One item as cells. A null of a heatmap is no cell of it; elsewhere it is withheld."""
    cells = tuple(
        cell_at(item, column.field, column.format, path=path, currency=currency)
        for column in columns
    )
    if isinstance(spec, HeatmapSpec):
        cells = tuple(
            no_cell(cell) if item.get(column.field, "") is None else cell
            for cell, column in zip(cells, columns, strict=True)
        )
    known = item.get(spec.definition) if isinstance(spec, TableSpec) and spec.definition else ""
    return Row(cells=cells, definition=str(known or ""))


def label_of(field: str) -> str:
    """A heading from a field's name: sector_name → Sector name."""
    last = field.rpartition(".")[2]
    words = last.replace("_", " ")
    return _WORDS.get(last, words[:1].upper() + words[1:])


def _column(spec: FieldSpec) -> Column:
    return Column(
        label=spec.label,
        field=spec.field,
        format=spec.format,
        numeric=spec.format in NUMERIC,
        definition=spec.definition or "",
    )


def _plain(field: str, format_name: str) -> Column:
    return Column(
        label=label_of(field), field=field, format=format_name, numeric=format_name in NUMERIC
    )


def axis_format(field: str, items: Sequence[Item]) -> str:
    """The format of an axis: dates where all of its values are days."""
    texts = [str(item.get(field, "")) for item in items]
    return "date" if texts and all(_DAY.fullmatch(text) for text in texts) else "text"
