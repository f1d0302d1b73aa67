"""Panels for templates: the presentation of a pattern, filled with the result of a run."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

from patterns import library
from patterns.answers import Answer
from patterns.cells import cell_at
from patterns.charts import chart_spec, why_no_ring, why_no_waterfall
from patterns.grid import RowPanelSpec, axis_format, columns_of, label_of, row_of
from patterns.panels import (
    Cell,
    Column,
    Item,
    ItemList,
    Metric,
    Panel,
    PanelState,
    Row,
    Withheld,
)
from patterns.runs import RunResult
from patterns.spec import (
    BarChartSpec,
    DonutChartSpec,
    DualListSpec,
    HeatmapSpec,
    ListSpec,
    MetricsGridSpec,
    PanelSpec,
    PatternSpec,
    TableSpec,
    WaterfallSpec,
)

KEPT: Final = 64  # about 200 kB each
NO_ROWS: Final = "There is nothing to show for this day."

_KINDS: Final = {
    "line_chart": "line",
    "bar_chart": "bar",
    "donut_chart": "donut",
    "waterfall": "waterfall",
    "heatmap": "heatmap",
}


@dataclass(frozen=True)
class _Question:
    """A complete run of a pattern of the library: the same run hash has the same panels."""

    pattern_id: str
    run_hash: str
    run: RunResult = field(compare=False, repr=False)


def panels(pattern: PatternSpec | str, run: RunResult) -> list[Panel]:
    """Every panel of a pattern, in its order. What failed or was skipped says so in its place.

    The panels of a complete run are kept in the process: laying them out costs more than
    looking the run up.
    """
    if isinstance(pattern, str) and run.state == "complete":
        return list(_kept(_Question(pattern, run.run_hash, run)))
    spec = library.of_version(pattern, run.pattern_version) if isinstance(pattern, str) else pattern
    return list(_laid_out(spec, run))


@lru_cache(maxsize=KEPT)
def _kept(question: _Question) -> tuple[Panel, ...]:
    run = question.run
    return _laid_out(library.of_version(question.pattern_id, run.pattern_version), run)


def _laid_out(spec: PatternSpec, run: RunResult) -> tuple[Panel, ...]:
    answer = Answer.of(run)
    return tuple(_panel(each, answer) for each in spec.panels)


def _panel(spec: PanelSpec, answer: Answer) -> Panel:
    if isinstance(spec, MetricsGridSpec):
        return _metrics_grid(spec, answer)
    if isinstance(spec, DualListSpec):
        return _dual_list(spec, answer)
    if not answer.has(spec.path):
        return _absent(spec, spec.path, answer)
    return _row_panel(spec, answer)


def _metrics_grid(spec: MetricsGridSpec, answer: Answer) -> Panel:
    """Metrics of a failed step are withheld with its message; the others are shown."""
    paths = [metric.path for metric in spec.metrics]
    if not any(answer.has(path) for path in paths):
        failed = [path for path in paths if answer.error(path)]
        return _absent(spec, (failed or paths)[0], answer)
    metrics = tuple(
        Metric(
            label=metric.label,
            cell=_metric_cell(metric.path, metric.format, answer),
            definition=metric.definition or "",
        )
        for metric in spec.metrics
    )
    cells = [metric.cell for metric in metrics]
    return replace(
        _frame(spec, answer, _state(cells)),
        metrics=metrics,
        withheld=tuple(_withheld_metrics(metrics)),
    )


def _metric_cell(path: str, format_name: str, answer: Answer) -> Cell:
    cell = cell_at(answer.run.result, path, format_name, path="", currency=answer.base_currency)
    if answer.has(path):
        return cell
    error = answer.error(path)
    return replace(cell, state="withheld", reason=error.message if error else answer.note(path))


def _dual_list(spec: DualListSpec, answer: Answer) -> Panel:
    """Both halves, or why the step that feeds them has no data."""
    for half in spec.lists:
        if not answer.has(half.path):
            return _absent(spec, half.path, answer)
    lists = tuple(_list(half, answer) for half in spec.lists)
    shown = [item for half in lists for item in half.items]
    return replace(
        _frame(spec, answer, _state([item.value for item in shown]) if shown else "exact"),
        lists=lists,
        withheld=tuple(
            _named((item.label.text,), [item.value])
            for item in shown
            if item.value.state == "withheld"
        ),
    )


def _list(spec: ListSpec, answer: Answer) -> ItemList:
    items, currency = answer.items(spec.path)
    shown = []
    for index, item in enumerate(items):
        place = {"path": f"{spec.path}.{index}", "currency": currency}
        shown.append(
            Item(
                label=cell_at(item, spec.label, axis_format(spec.label, [item]), **place),
                detail=cell_at(item, spec.detail, "text", **place) if spec.detail else None,
                value=cell_at(item, spec.value, spec.format, **place),
            )
        )
    return ItemList(title=spec.title, items=tuple(shown), empty=spec.empty)


def _row_panel(spec: RowPanelSpec, answer: Answer) -> Panel:
    items, currency = answer.items(spec.path)
    columns = columns_of(spec, items)
    rows = tuple(
        row_of(spec, item, columns, f"{spec.path}.{index}", currency)
        for index, item in enumerate(items)
    )
    if not rows:
        return _without_rows(spec, columns, answer)
    note = why_no_ring(rows) if isinstance(spec, DonutChartSpec) else ""
    if isinstance(spec, WaterfallSpec):
        note = why_no_waterfall(rows)
        rows = (*rows, *_total(spec, columns, answer))
    shown = [cell for row in rows for cell in row.cells]
    return replace(
        _frame(spec, answer, _state(shown)),
        note=note,
        columns=columns,
        rows=rows,
        chart=None if note else _chart(spec, columns, rows),
        withheld=tuple(_withheld_rows(columns, rows)),
    )


def _without_rows(spec: RowPanelSpec, columns: tuple[Column, ...], answer: Answer) -> Panel:
    """A list that its result withholds, or one that is there and has no rows."""
    owner = answer.owner(spec.path)
    if owner.get("state") != "withheld" or not owner.get("reason"):
        return replace(_frame(spec, answer, "empty"), columns=columns, note=NO_ROWS)
    frame = _frame(spec, answer, "withheld")
    reason = Withheld(label=frame.title, reason=str(owner["reason"]), missing=())
    return replace(frame, columns=columns, withheld=(reason,))


def _chart(
    spec: RowPanelSpec, columns: Sequence[Column], rows: Sequence[Row]
) -> dict[str, Any] | None:
    if isinstance(spec, TableSpec):
        return None
    if isinstance(spec, WaterfallSpec) and any(not row.cells[1].raw for row in rows):
        return None
    signed = isinstance(spec, WaterfallSpec) or (isinstance(spec, BarChartSpec) and spec.signed)
    drawn = chart_spec(_KINDS[spec.type], columns, rows, signed=signed)
    if isinstance(spec, WaterfallSpec):
        drawn["sum"] = spec.total is not None
    if isinstance(spec, HeatmapSpec):
        drawn["total"] = spec.total is not None
    return drawn


def _total(spec: WaterfallSpec, columns: Sequence[Column], answer: Answer) -> Iterator[Row]:
    """The last row of a waterfall: the figure that the steps amount to, not their sum here."""
    if spec.total is not None:
        label = cell_at({"label": spec.total.label}, "label", columns[0].format, path=spec.path)
        yield Row(cells=(label, _metric_cell(spec.total.path, spec.total.format, answer)))


def _absent(spec: PanelSpec, path: str, answer: Answer) -> Panel:
    error = answer.error(path)
    frame = _frame(spec, answer, "failed" if error else "skipped")
    return replace(frame, error=error, note="" if error else answer.note(path))


def _frame(spec: PanelSpec, answer: Answer, state: PanelState) -> Panel:
    return Panel(
        id=spec.id,
        type=spec.type,
        title=spec.title or label_of(spec.id),
        description=spec.description,
        state=state,
        note="",
        error=None,
        ttl_seconds=spec.ttl_seconds,
        asof_date=answer.asof_date,
    )


def _state(cells: Iterable[Cell]) -> PanelState:
    """What a reader should know first: withheld throughout, partly, or the worst of the rest."""
    states = {cell.state for cell in cells if cell.numeric}
    if states == {"withheld"}:
        return "withheld"
    if states & {"withheld", "partial"}:
        return "partial"
    if "stale" in states:
        return "stale"
    return "estimated" if "estimated" in states else "exact"


def _withheld_metrics(metrics: Iterable[Metric]) -> Iterator[Withheld]:
    for metric in metrics:
        if metric.cell.state == "withheld":
            yield _named((metric.label,), [metric.cell])


def _withheld_rows(columns: Sequence[Column], rows: Sequence[Row]) -> Iterator[Withheld]:
    """A column that is withheld throughout is named once; what a row lacks is named together."""
    whole: set[int] = set()
    for index, column in enumerate(columns):
        cells = [row.cells[index] for row in rows]
        if len(cells) > 1 and _one_reason(cells):
            whole.add(index)
            yield _named((column.label,), cells)
    for row in rows:
        by_reason: dict[str, list[int]] = {}
        for index, cell in enumerate(row.cells):
            if cell.state == "withheld" and index not in whole:
                by_reason.setdefault(cell.reason, []).append(index)
        for indexes in by_reason.values():
            labels = ", ".join(columns[index].label for index in indexes)
            yield _named((row.cells[0].text, labels), [row.cells[index] for index in indexes])


def _one_reason(cells: Sequence[Cell]) -> bool:
    return len({(cell.state, cell.reason) for cell in cells}) == 1 and cells[0].state == "withheld"


def _named(labels: Sequence[str], cells: Sequence[Cell]) -> Withheld:
    missing = dict.fromkeys(name for cell in cells for name in cell.missing)
    return Withheld(label=" · ".join(labels), reason=cells[0].reason, missing=tuple(missing))
