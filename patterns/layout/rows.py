"""Panels of one list: tables, and charts with the table behind them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Context, Decimal
from typing import Any, Final

from patterns.answers import Answer
from patterns.cells import cell_at, cell_of_sum, no_cell
from patterns.charts import (
    chart_spec,
    fan_roles,
    treemap_spec,
    why_no_map,
    why_no_ring,
    why_no_stack,
    why_no_waterfall,
)
from patterns.column_sums import column_path
from patterns.formats import number
from patterns.grid import RowPanelSpec, columns_of, row_of
from patterns.layout.frames import frame, named, single_cell, state_of
from patterns.panel_specs.charts import (
    AreaChartSpec,
    BarChartSpec,
    DonutChartSpec,
    FanSpec,
    HeatmapSpec,
    HorizontalBarSpec,
    TreemapSpec,
    WaterfallSpec,
)
from patterns.panel_specs.lists import TableSpec
from patterns.panels import Cell, Column, Panel, Row, Withheld

NO_ROWS: Final = "There is nothing to show for this day."
SUM_OF_CURRENCIES: Final = "Amounts in several currencies have no sum."
_WIDE: Final = Context(prec=200)

_KINDS: Final = {
    "line_chart": "line",
    "area_chart": "area",
    "fan": "fan",
    "bar_chart": "column",
    "horizontal_bar": "bar",
    "donut_chart": "donut",
    "treemap": "treemap",
    "waterfall": "waterfall",
    "heatmap": "heatmap",
}


def row_panel(spec: RowPanelSpec, answer: Answer) -> Panel:
    items, currency = answer.items(spec.path)
    columns = tuple(_defined(column, spec, answer) for column in columns_of(spec, items))
    rows = tuple(
        row_of(spec, item, columns, f"{spec.path}.{index}", currency)
        for index, item in enumerate(items)
    )
    if not rows:
        return _without_rows(spec, columns, answer)
    note = _why_not_drawn(spec, rows)
    total = None
    if isinstance(spec, WaterfallSpec):
        rows = (*rows, *_end(spec, columns, answer))
    if isinstance(spec, TableSpec) and spec.totals:
        total = _totals(spec, columns, rows, answer)
    shown = [cell for row in rows for cell in row.cells]
    return replace(
        frame(spec, answer, state_of(shown)),
        note=note,
        columns=columns,
        rows=rows,
        total=total,
        chart=None if note else _chart(spec, columns, rows),
        withheld=tuple(withheld_rows(columns, rows)),
    )


def _defined(column: Column, spec: RowPanelSpec, answer: Answer) -> Column:
    """A heading leads to the rule of its figures, which the capability declares."""
    if column.definition or not column.numeric:
        return column
    return replace(column, definition=answer.rule(f"{spec.path}.{column.field}"))


def _without_rows(spec: RowPanelSpec, columns: tuple[Column, ...], answer: Answer) -> Panel:
    """A list that its result withholds, or one that is there and has no rows."""
    owner = answer.owner(spec.path)
    if owner.get("state") != "withheld" or not owner.get("reason"):
        return replace(frame(spec, answer, "empty"), columns=columns, note=NO_ROWS)
    found = frame(spec, answer, "withheld")
    reason = Withheld(label=found.title, reason=str(owner["reason"]), missing=())
    return replace(found, columns=columns, withheld=(reason,))


def _why_not_drawn(spec: RowPanelSpec, rows: Sequence[Row]) -> str:
    if isinstance(spec, DonutChartSpec):
        return why_no_ring(rows)
    if isinstance(spec, WaterfallSpec):
        return why_no_waterfall(rows)
    if isinstance(spec, TreemapSpec):
        return why_no_map(rows, 2 if spec.group else 1)
    return why_no_stack(rows) if isinstance(spec, AreaChartSpec) and spec.stacked else ""


def _chart(
    spec: RowPanelSpec, columns: Sequence[Column], rows: Sequence[Row]
) -> dict[str, Any] | None:
    if isinstance(spec, TableSpec):
        return None
    if isinstance(spec, WaterfallSpec) and any(not row.cells[1].raw for row in rows):
        return None
    if isinstance(spec, TreemapSpec):
        return treemap_spec(columns, rows, grouped=spec.group is not None)
    signed = isinstance(spec, WaterfallSpec) or (
        isinstance(spec, BarChartSpec | HorizontalBarSpec) and spec.signed
    )
    drawn = chart_spec(_KINDS[spec.type], columns, rows, signed=signed)
    if isinstance(spec, WaterfallSpec):
        drawn["sum"] = spec.total is not None
    if isinstance(spec, HeatmapSpec):
        drawn["total"] = spec.total is not None
    if isinstance(spec, AreaChartSpec):
        drawn["stacked"] = spec.stacked
    if isinstance(spec, FanSpec):
        drawn["roles"] = fan_roles(observed=spec.observed is not None, bands=len(spec.bands))
        drawn["bands"] = [{"label": band.label} for band in spec.bands]
    return drawn


def _end(spec: WaterfallSpec, columns: Sequence[Column], answer: Answer) -> Iterator[Row]:
    """The last row of a waterfall: the figure that the steps amount to, not their sum here."""
    if spec.total is not None:
        label = cell_at({"label": spec.total.label}, "label", columns[0].format, path=spec.path)
        yield Row(
            cells=(label, single_cell(spec.total.path, spec.total.format, answer)),
            definition=spec.total.definition or answer.rule(spec.total.path),
        )


def _totals(spec: TableSpec, columns: Sequence[Column], rows: Sequence[Row], answer: Answer) -> Row:
    """The last row of a table: figures of the result where it has them, exact sums elsewhere."""
    wanted = {total.field: total for total in spec.totals}
    cells = []
    for index, column in enumerate(columns):
        total = wanted.get(column.field)
        if total is None:
            cells.append(no_cell(rows[0].cells[index])._replace(path=""))
        elif total.path is not None:
            cells.append(single_cell(total.path, column.format, answer))
        else:
            labels = [row.cells[0].text for row in rows]
            summed = _sum([row.cells[index] for row in rows], labels)
            path = column_path(spec.path, column.field) if summed.raw else ""
            cells.append(summed._replace(path=path))
    if spec.columns[0].field not in wanted:
        cells[0] = cells[0]._replace(text="Total", format="text", numeric=False)
    return Row(cells=tuple(cells))


def _sum(cells: Sequence[Cell], labels: Sequence[str]) -> Cell:
    """The exact sum of the stored values; partial where a row is withheld, which is named."""
    known = [cell for cell in cells if cell.raw]
    missing = tuple(
        label for cell, label in zip(cells, labels, strict=True) if cell.state == "withheld"
    )
    first = (known or cells)[0]
    if len({cell.currency for cell in known}) > 1:
        return cell_of_sum(None, first, state="withheld", reason=SUM_OF_CURRENCIES)
    if not known:
        return cell_of_sum(None, first, state="withheld", reason=cells[0].reason, missing=missing)
    value = Decimal(0)
    for cell in known:
        value = _WIDE.add(value, number(cell.raw))
    if missing:
        reason = f"The sum of {len(known)} of {len(cells)} rows."
        return cell_of_sum(value, first, state="partial", reason=reason, missing=missing)
    state = state_of(cells)
    reason = ""
    if state != "exact":
        worst = [label for cell, label in zip(cells, labels, strict=True) if cell.state == state]
        reason = f"So {'is' if len(worst) == 1 else 'are'}: {', '.join(worst[:12])}."
    return cell_of_sum(value, first, state=state, reason=reason)


def withheld_rows(columns: Sequence[Column], rows: Sequence[Row]) -> Iterator[Withheld]:
    """A column that is withheld throughout is named once; what a row lacks is named together."""
    whole: set[int] = set()
    for index, column in enumerate(columns):
        cells = [row.cells[index] for row in rows]
        if len(cells) > 1 and _one_reason(cells):
            whole.add(index)
            yield named((column.label,), cells)
    for row in rows:
        by_reason: dict[str, list[int]] = {}
        for index, cell in enumerate(row.cells):
            if cell.state == "withheld" and index not in whole:
                by_reason.setdefault(cell.reason, []).append(index)
        for indexes in by_reason.values():
            labels = ", ".join(columns[index].label for index in indexes)
            yield named((row.cells[0].text, labels), [row.cells[index] for index in indexes])


def _one_reason(cells: Sequence[Cell]) -> bool:
    return len({(cell.state, cell.reason) for cell in cells}) == 1 and cells[0].state == "withheld"
