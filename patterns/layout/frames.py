"""What every panel has: its frame, its state, and what of it is withheld."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from patterns.answers import Answer
from patterns.cells import cell_at
from patterns.grid import label_of
from patterns.panel_specs.parts import MetricSpec, Rows
from patterns.panel_specs.types import PanelSpec
from patterns.panels import Cell, Metric, Panel, PanelState, Withheld


def frame(spec: PanelSpec, answer: Answer, state: PanelState) -> Panel:
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


def absent(spec: PanelSpec, path: str, answer: Answer) -> Panel:
    """The panel without its data: the step behind the path failed or was skipped."""
    error = answer.error(path)
    found = frame(spec, answer, "failed" if error else "skipped")
    return replace(found, error=error, note="" if error else answer.note(path))


def missing_path(spec: PanelSpec, answer: Answer) -> str:
    """A path without which the panel shows nothing, and that the run does not have; "" for none.

    Every list must be there; of single values, one is enough, and the others are withheld.
    """
    reads = list(spec.reads())
    lists = [read.path for read in reads if isinstance(read, Rows)]
    if lists:
        return next((path for path in lists if not answer.has(path)), "")
    paths = [read.path for read in reads]
    if not paths or any(answer.has(path) for path in paths):
        return ""
    return next((path for path in paths if answer.error(path)), paths[0])


def metric_of(spec: MetricSpec, answer: Answer) -> Metric:
    cell = single_cell(spec.path, spec.format, answer)
    return Metric(label=spec.label, cell=cell, definition=spec.definition or answer.rule(spec.path))


def single_cell(path: str, format_name: str, answer: Answer) -> Cell:
    """One value of the result; of a failed step, withheld with the step's message."""
    cell = cell_at(answer.run.result, path, format_name, path="", currency=answer.base_currency)
    if answer.has(path):
        return cell
    error = answer.error(path)
    return cell._replace(state="withheld", reason=error.message if error else answer.note(path))


def state_of(cells: Iterable[Cell]) -> PanelState:
    """What a reader should know first: withheld throughout, partly, or the worst of the rest."""
    states = {cell.state for cell in cells if cell.numeric}
    if states == {"withheld"}:
        return "withheld"
    if states & {"withheld", "partial"}:
        return "partial"
    if "stale" in states:
        return "stale"
    return "estimated" if "estimated" in states else "exact"


def named(labels: Sequence[str], cells: Sequence[Cell]) -> Withheld:
    missing = dict.fromkeys(name for cell in cells for name in cell.missing)
    return Withheld(label=" · ".join(labels), reason=cells[0].reason, missing=tuple(missing))


def withheld_metrics(metrics: Iterable[Metric]) -> tuple[Withheld, ...]:
    return tuple(
        named((metric.label,), [metric.cell])
        for metric in metrics
        if metric.cell.state == "withheld"
    )
