"""Panels of single values: tiles, a gauge, cards, comparisons, texts and reports."""

from dataclasses import replace
from typing import Final

from patterns.addresses import of_this_site
from patterns.answers import Answer
from patterns.canonical import canonical_float
from patterns.cells import cell_at, no_cell
from patterns.charts import OFF_THE_SCALE, gauge_spec
from patterns.layout.frames import (
    frame,
    metric_of,
    named,
    single_cell,
    state_of,
    withheld_metrics,
)
from patterns.layout.lists import entries_of, entry_panel
from patterns.panel_specs.cards import (
    ComparedSpec,
    ComparisonSpec,
    CycleCardSpec,
    MetricsGridSpec,
    ReportViewerSpec,
    ScorecardSpec,
    TextSpec,
)
from patterns.panel_specs.charts import GaugeSpec
from patterns.panels import Cell, Column, Entry, Panel, PanelState, Row, Tone, Withheld

NO_TEXT: Final = "Nothing was written."
NO_REPORT: Final = "No report was made."
NO_CRITERIA: Final = "There is no criterion to judge by."
STRANGE_REPORT: Final = "The report's address is none of this site, so it is not shown."
STRANGE_PHASE: Final = "The phase is none of those that the card names."
_VERDICTS: Final[tuple[Tone, ...]] = ("met", "missed", "unknown")


def metrics_grid(spec: MetricsGridSpec, answer: Answer) -> Panel:
    """Metrics of a failed step are withheld with its message; the others are shown."""
    metrics = tuple(metric_of(metric, answer) for metric in spec.metrics)
    return replace(
        frame(spec, answer, state_of([metric.cell for metric in metrics])),
        metrics=metrics,
        withheld=withheld_metrics(metrics),
    )


def gauge(spec: GaugeSpec, answer: Answer) -> Panel:
    """A value on its scale. One that lies outside is said and not drawn at the end of it."""
    metric = metric_of(spec.value, answer)
    ends = _scale(spec, metric.cell.currency)
    drawn = None
    note = ""
    if metric.cell.raw:
        drawn = gauge_spec(metric, ends, [band.label for band in spec.bands])
        note = "" if drawn else OFF_THE_SCALE
    return replace(
        frame(spec, answer, state_of([metric.cell])),
        note=note,
        metrics=(metric,),
        columns=_gauge_columns(spec),
        rows=_gauge_rows(spec, metric.cell, ends),
        chart=drawn,
        withheld=withheld_metrics([metric]),
    )


def _scale(spec: GaugeSpec, currency: str) -> list[Cell]:
    """The ends of the scale and of its bands, as the value itself is written."""
    ends = [spec.minimum, *(band.upto for band in spec.bands[:-1]), spec.maximum]
    known = [{"end": canonical_float(end)} for end in ends]
    return [cell_at(end, "end", spec.value.format, path="", currency=currency) for end in known]


def _gauge_columns(spec: GaugeSpec) -> tuple[Column, ...]:
    return (
        Column(label="On the scale", field="label", format="text", numeric=False),
        Column(label="Value", field="value", format=spec.value.format, numeric=True),
    )


def _gauge_rows(spec: GaugeSpec, value: Cell, ends: list[Cell]) -> tuple[Row, ...]:
    def row(label: str, cell: Cell) -> Row:
        return Row(cells=(cell_at({"label": label}, "label", "text", path=""), cell))

    bands = [f"{band.label}, up to" for band in spec.bands] or ["The scale, to"]
    return (
        row(spec.value.label, value),
        row("The scale, from", ends[0]),
        *(row(label, end) for label, end in zip(bands, ends[1:], strict=True)),
    )


def cycle_card(spec: CycleCardSpec, answer: Answer) -> Panel:
    """The phases in their order, and which of them is the present one."""
    phase = single_cell(spec.phase, "text", answer)
    metrics = tuple(metric_of(metric, answer) for metric in spec.metrics)
    lost = _unknown(spec.phase, phase, answer)
    state = "withheld" if lost else state_of([metric.cell for metric in metrics])
    known = phase.raw in spec.phases
    return replace(
        frame(spec, answer, state),
        note="" if lost or known else STRANGE_PHASE,
        metrics=metrics,
        entries=() if lost else _phases(spec, phase),
        withheld=(
            *((Withheld(label="Phase", reason=lost, missing=phase.missing),) if lost else ()),
            *withheld_metrics(metrics),
        ),
    )


def _phases(spec: CycleCardSpec, phase: Cell) -> tuple[Entry, ...]:
    names = spec.phases if phase.raw in spec.phases else (*spec.phases, phase.raw)
    return tuple(
        Entry(
            parts={"label": cell_at({"label": name}, "label", "text", path=spec.phase)},
            tone="current" if name == phase.raw else "",
        )
        for name in names
    )


def scorecard(spec: ScorecardSpec, answer: Answer) -> Panel:
    score = metric_of(spec.score, answer)
    entries = [
        replace(entry, tone=_verdict(entry))
        for entry in entries_of(spec.path, spec.row_fields(), answer)
    ]
    found = entry_panel(spec, answer, entries, "label", NO_CRITERIA)
    if not entries:
        return found
    cells = [entry.parts["value"] for entry in entries]  # a threshold is always known
    return replace(
        found,
        state=state_of([score.cell, *cells]),
        metrics=(score,),
        maximum="" if spec.maximum is None else f"{spec.maximum:g}",
        withheld=(*withheld_metrics([score]), *found.withheld),
    )


def _verdict(entry: Entry) -> Tone:
    cell = entry.parts.get("verdict")
    said = cell.raw.lower() if cell else ""
    if entry.parts["value"].state == "withheld":
        return "unknown"
    return next((tone for tone in _VERDICTS if tone == said), "")


def comparison(spec: ComparisonSpec, answer: Answer) -> Panel:
    """Two sides of each line; a difference is a figure of the result, never made here."""
    differs = any(row.difference for row in spec.rows)
    columns = (
        Column(label="Figure", field="label", format="text", numeric=False),
        Column(label=spec.first, field="first", format="text", numeric=True),
        Column(label=spec.second, field="second", format="text", numeric=True),
        Column(label=spec.difference, field="difference", format="text", numeric=True),
    )
    rows = tuple(_compared(row, answer, differs=differs) for row in spec.rows)
    shown = [cell for row in rows for cell in row.cells]
    return replace(
        frame(spec, answer, state_of(shown)),
        columns=columns if differs else columns[:3],
        rows=rows,
        withheld=tuple(
            named((row.cells[0].text, column.label), [cell])
            for row in rows
            for column, cell in zip(columns, row.cells, strict=False)
            if cell.state == "withheld"
        ),
    )


def _compared(spec: ComparedSpec, answer: Answer, *, differs: bool) -> Row:
    first = single_cell(spec.first, spec.format, answer)
    cells = [
        cell_at({"label": spec.label}, "label", "text", path=""),
        first,
        single_cell(spec.second, spec.format, answer),
    ]
    if differs and spec.difference is not None:
        form = spec.difference_format or spec.format
        cells.append(single_cell(spec.difference, form, answer))
    elif differs:
        cells.append(no_cell(first)._replace(path=""))
    return Row(cells=tuple(cells), definition=spec.definition or answer.rule(spec.first))


def text(spec: TextSpec, answer: Answer) -> Panel:
    """Paragraphs, parted by an empty line. What its result withholds says why."""
    if spec.path is None:
        return replace(frame(spec, answer, "exact"), paragraphs=_paragraphs(spec.text))
    cell = single_cell(spec.path, "text", answer)
    lost = _unknown(spec.path, cell, answer)
    if lost:
        return _withheld(frame(spec, answer, "withheld"), lost)
    if not cell.raw.strip():
        return replace(frame(spec, answer, "empty"), note=NO_TEXT)
    return replace(frame(spec, answer, _said(spec.path, answer)), paragraphs=_paragraphs(cell.raw))


def report_viewer(spec: ReportViewerSpec, answer: Answer) -> Panel:
    cell = single_cell(spec.address, "text", answer)
    metrics = tuple(metric_of(metric, answer) for metric in spec.metrics)
    lost = _unknown(spec.address, cell, answer)
    if lost:
        return _withheld(frame(spec, answer, "withheld"), lost)
    if not cell.raw:
        return replace(frame(spec, answer, "empty"), note=NO_REPORT)
    address = of_this_site(cell.raw)
    state = state_of([metric.cell for metric in metrics])
    return replace(
        frame(spec, answer, state if state != "exact" else _said(spec.address, answer)),
        note="" if address else STRANGE_REPORT,
        metrics=metrics,
        address=address,
        withheld=withheld_metrics(metrics),
    )


def _unknown(path: str, cell: Cell, answer: Answer) -> str:
    """Why a text is not known: its step failed, or the mapping that holds it withholds it."""
    if cell.state == "withheld":
        return cell.reason
    owner = answer.owner(path)
    return str(owner.get("reason") or "") if owner.get("state") == "withheld" else ""


def _said(path: str, answer: Answer) -> PanelState:
    """The state of a text: that of the mapping that holds it."""
    state = answer.owner(path).get("state")
    return state if state in ("partial", "stale", "estimated") else "exact"


def _withheld(panel: Panel, reason: str) -> Panel:
    return replace(panel, withheld=(Withheld(label=panel.title, reason=reason, missing=()),))


def _paragraphs(said: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in said.split("\n\n") if part.strip())
