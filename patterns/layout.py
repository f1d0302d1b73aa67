"""Panels for templates: the presentation of a pattern, filled with the result of a run."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

from patterns import library
from patterns.cells import cell_at
from patterns.charts import chart_spec, why_no_ring
from patterns.formats import NUMERIC
from patterns.panels import (
    Cell,
    Column,
    Metric,
    Panel,
    PanelError,
    PanelState,
    Row,
    Withheld,
)
from patterns.runs import RunResult
from patterns.spec import (
    BarChartSpec,
    DonutChartSpec,
    LineChartSpec,
    MetricsGridSpec,
    PanelSpec,
    PatternSpec,
    TableSpec,
)

KEPT: Final = 64  # about 200 kB each
NO_ROWS: Final = "There is nothing to show for this day."

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORDS: Final = {"asof_date": "As of", "fx": "FX"}
_KINDS: Final = {"line_chart": "line", "bar_chart": "bar", "donut_chart": "donut"}

RowPanelSpec = LineChartSpec | BarChartSpec | DonutChartSpec | TableSpec


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
    spec = library.get_pattern(pattern) if isinstance(pattern, str) else pattern
    return list(_laid_out(spec, run))


@lru_cache(maxsize=KEPT)
def _kept(question: _Question) -> tuple[Panel, ...]:
    return _laid_out(library.get_pattern(question.pattern_id), question.run)


def _laid_out(spec: PatternSpec, run: RunResult) -> tuple[Panel, ...]:
    answer = _Answer.of(run)
    return tuple(_panel(each, answer) for each in spec.panels)


@dataclass(frozen=True)
class _Answer:
    """A run as panels ask for it."""

    run: RunResult
    steps: Mapping[str, Mapping[str, Any]]
    base_currency: str
    asof_date: str

    @classmethod
    def of(cls, run: RunResult) -> "_Answer":
        return cls(
            run=run,
            steps={step["as"]: step for step in run.trace["steps"]},
            base_currency=run.trace.get("base_currency") or "",
            asof_date=run.trace.get("asof_date") or "",
        )

    def has(self, path: str) -> bool:
        return _root(path) in self.run.result

    def error(self, path: str) -> PanelError | None:
        error = self.steps.get(_root(path), {}).get("error")
        return PanelError(**error) if error else None

    def note(self, path: str) -> str:
        return str(self.steps.get(_root(path), {}).get("note", ""))


def _panel(spec: PanelSpec, answer: _Answer) -> Panel:
    if isinstance(spec, MetricsGridSpec):
        return _metrics_grid(spec, answer)
    if not answer.has(spec.path):
        return _absent(spec, spec.path, answer)
    return _row_panel(spec, answer)


def _metrics_grid(spec: MetricsGridSpec, answer: _Answer) -> Panel:
    """Metrics of a failed step are withheld with its message; the others are shown."""
    paths = [metric.path for metric in spec.metrics]
    if not any(answer.has(path) for path in paths):
        failed = [path for path in paths if answer.error(path)]
        return _absent(spec, (failed or paths)[0], answer)
    metrics = tuple(
        Metric(label=metric.label, cell=_metric_cell(metric.path, metric.format, answer))
        for metric in spec.metrics
    )
    cells = [metric.cell for metric in metrics]
    return replace(
        _frame(spec, answer, _state(cells)),
        metrics=metrics,
        withheld=tuple(_withheld_metrics(metrics)),
    )


def _metric_cell(path: str, format_name: str, answer: _Answer) -> Cell:
    cell = cell_at(answer.run.result, path, format_name, path="", currency=answer.base_currency)
    if answer.has(path):
        return cell
    error = answer.error(path)
    return replace(cell, state="withheld", reason=error.message if error else answer.note(path))


def _row_panel(spec: RowPanelSpec, answer: _Answer) -> Panel:
    data: Any = answer.run.result
    currency = answer.base_currency
    for name in spec.path.split("."):
        data = data.get(name) if isinstance(data, Mapping) else None
        if isinstance(data, Mapping) and isinstance(data.get("currency"), str):
            currency = data["currency"]
    items: list[Mapping[str, Any]] = data if isinstance(data, list) else []
    columns = _columns(spec, items)
    rows = tuple(
        _row(item, columns, f"{spec.path}.{index}", currency) for index, item in enumerate(items)
    )
    if not rows:
        return replace(_frame(spec, answer, "empty"), columns=columns, note=NO_ROWS)
    shown = [cell for row in rows for cell in row.cells]
    note = why_no_ring(rows) if isinstance(spec, DonutChartSpec) else ""
    return replace(
        _frame(spec, answer, _state(shown)),
        note=note,
        columns=columns,
        rows=rows,
        chart=None if note else _chart(spec, columns, rows),
        withheld=tuple(_withheld_rows(columns, rows)),
    )


def _chart(
    spec: RowPanelSpec, columns: Sequence[Column], rows: Sequence[Row]
) -> dict[str, Any] | None:
    if isinstance(spec, TableSpec):
        return None
    signed = isinstance(spec, BarChartSpec) and spec.signed
    return chart_spec(_KINDS[spec.type], columns, rows, signed=signed)


def _columns(spec: RowPanelSpec, items: Sequence[Mapping[str, Any]]) -> tuple[Column, ...]:
    fields: list[tuple[str, str, str]] = []
    if isinstance(spec, TableSpec):
        fields += [(each.label, each.field, each.format) for each in spec.columns]
    else:
        axis = spec.x if isinstance(spec, LineChartSpec) else spec.category
        fields.append((_label(axis), axis, _axis_format(axis, items)))
        if isinstance(spec, DonutChartSpec):
            fields.append((_label(spec.value), spec.value, spec.format))
        else:
            fields += [(each.label, each.field, each.format) for each in spec.series]
    return tuple(
        Column(label=label, field=field, format=name, numeric=name in NUMERIC)
        for label, field, name in fields
    )


def _axis_format(field: str, items: Sequence[Mapping[str, Any]]) -> str:
    texts = [str(item.get(field, "")) for item in items]
    return "date" if texts and all(_DAY.fullmatch(text) for text in texts) else "text"


def _row(item: Mapping[str, Any], columns: Sequence[Column], path: str, currency: str) -> Row:
    cells = tuple(
        cell_at(item, column.field, column.format, path=path, currency=currency)
        for column in columns
    )
    return Row(cells=cells)


def _absent(spec: PanelSpec, path: str, answer: _Answer) -> Panel:
    error = answer.error(path)
    frame = _frame(spec, answer, "failed" if error else "skipped")
    return replace(frame, error=error, note="" if error else answer.note(path))


def _frame(spec: PanelSpec, answer: _Answer, state: PanelState) -> Panel:
    return Panel(
        id=spec.id,
        type=spec.type,
        title=spec.title or _label(spec.id),
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


def _root(path: str) -> str:
    return path.partition(".")[0]


def _label(field: str) -> str:
    """A heading from a field's name: sector_name → Sector name."""
    last = field.rpartition(".")[2]
    words = last.replace("_", " ")
    return _WORDS.get(last, words[:1].upper() + words[1:])
