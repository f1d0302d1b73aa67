"""The columns and rows of a panel that shows a list: the table behind a chart, or itself."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from patterns.addresses import of_this_site
from patterns.cells import cell_at, no_cell
from patterns.formats import NUMERIC
from patterns.panel_specs.charts import (
    AreaChartSpec,
    BarChartSpec,
    DonutChartSpec,
    FanSpec,
    HeatmapSpec,
    HorizontalBarSpec,
    LineChartSpec,
    TreemapSpec,
    WaterfallSpec,
)
from patterns.panel_specs.lists import TableSpec
from patterns.panel_specs.parts import FieldSpec
from patterns.panels import Column, Row

RowPanelSpec = (
    LineChartSpec
    | AreaChartSpec
    | FanSpec
    | BarChartSpec
    | HorizontalBarSpec
    | DonutChartSpec
    | TreemapSpec
    | WaterfallSpec
    | HeatmapSpec
    | TableSpec
)
Item = Mapping[str, Any]

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORDS: Final = {"asof_date": "As of", "fx": "FX"}


def columns_of(spec: RowPanelSpec, items: Sequence[Item]) -> tuple[Column, ...]:
    """The axis of a chart and its series, or the columns of a table."""
    if isinstance(spec, TableSpec):
        return tuple(_column(each) for each in spec.columns)
    axis = spec.x if isinstance(spec, LineChartSpec | AreaChartSpec | FanSpec) else spec.category
    first = _plain(axis, axis_format(axis, items))
    if isinstance(spec, DonutChartSpec | WaterfallSpec):
        return first, _plain(spec.value, spec.format)
    if isinstance(spec, FanSpec):
        return first, *_fan_columns(spec)
    if isinstance(spec, TreemapSpec):
        return first, *_treemap_columns(spec)
    total = (spec.total,) if isinstance(spec, HeatmapSpec) and spec.total is not None else ()
    return (first, *(_column(each) for each in (*spec.series, *total)))


def row_of(
    spec: RowPanelSpec, item: Item, columns: Sequence[Column], path: str, currency: str
) -> Row:
    """One item as cells. A null of a heatmap or a fan is no cell; elsewhere it is withheld."""
    cells = tuple(
        [
            cell_at(item, column.field, column.format, path=path, currency=currency)
            for column in columns
        ]
    )
    lost = isinstance(spec, FanSpec) and item.get("state") == "withheld"
    if isinstance(spec, HeatmapSpec | FanSpec) and not lost:
        cells = tuple(
            no_cell(cell) if item.get(column.field, "") is None else cell
            for cell, column in zip(cells, columns, strict=True)
        )
    if not isinstance(spec, TableSpec):
        return Row(cells=cells)
    known, link = (item.get(field or "") or "" for field in (spec.definition, spec.link))
    return Row(cells=cells, definition=str(known), link=of_this_site(str(link)))


def _fan_columns(spec: FanSpec) -> tuple[Column, ...]:
    observed = (_named(spec.observed, spec.observed_label, spec.format),) if spec.observed else ()
    bands = (
        _named(field, f"{band.label}, {side}", spec.format)
        for band in spec.bands
        for side, field in (("low", band.low), ("high", band.high))
    )
    return (*observed, _named(spec.center, spec.center_label, spec.format), *bands)


def _treemap_columns(spec: TreemapSpec) -> tuple[Column, ...]:
    group = (_plain(spec.group, "text"),) if spec.group else ()
    tint = (_column(spec.tint),) if spec.tint else ()
    return (*group, _plain(spec.value, spec.format), *tint)


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


def _named(field: str, label: str, format_name: str) -> Column:
    return Column(label=label, field=field, format=format_name, numeric=format_name in NUMERIC)


def axis_format(field: str, items: Sequence[Item]) -> str:
    """The format of an axis: dates where all of its values are days."""
    texts = [str(item.get(field, "")) for item in items]
    return "date" if texts and all(_DAY.fullmatch(text) for text in texts) else "text"
