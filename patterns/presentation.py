"""Whether every panel's data has what the panel asks for, in a unit that its format can show."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from patterns.faults import PANEL_PATH, UNIT, Fault, did_you_mean, pointer
from patterns.formats import mismatch
from patterns.paths import NoSuchPath, follow, leaf_of, rows_of
from patterns.spec import (
    BarChartSpec,
    DonutChartSpec,
    DualListSpec,
    HeatmapSpec,
    LineChartSpec,
    ListSpec,
    MetricsGridSpec,
    PanelSpec,
    PatternSpec,
    TableSpec,
    WaterfallSpec,
)

Place = tuple[str | int, ...]
LABEL_UNITS = frozenset({"text", "date", "state"})


def panel_faults(
    spec: PatternSpec, types: Mapping[str, type[BaseModel]], step_ids: frozenset[str]
) -> Iterator[Fault]:
    """Every mistake of the presentation. A step without a known type is not asked further."""
    for index, panel in enumerate(spec.panels):
        place: Place = ("presentation", "panels", index)
        if isinstance(panel, MetricsGridSpec):
            for number, metric in enumerate(panel.metrics):
                where = (*place, "metrics", number)
                yield from _metric_faults(metric.path, metric.format, where, spec, types, step_ids)
        elif isinstance(panel, DualListSpec):
            for number, half in enumerate(panel.lists):
                where = (*place, "lists", number)
                yield from _row_panel_faults(half, where, spec, types, step_ids)
        else:
            yield from _row_panel_faults(panel, place, spec, types, step_ids)
            if isinstance(panel, WaterfallSpec) and panel.total is not None:
                total = panel.total
                where = (*place, "total")
                yield from _metric_faults(total.path, total.format, where, spec, types, step_ids)


def cells_of(panel: PanelSpec | ListSpec) -> Iterator[tuple[Place, str, str | None]]:
    """The fields a panel reads from each row: where it says so, the field, and its format."""
    if isinstance(panel, (DonutChartSpec, WaterfallSpec)):
        yield ("category",), panel.category, None
        yield ("value",), panel.value, panel.format
        return
    if isinstance(panel, ListSpec):
        yield ("label",), panel.label, None
        if panel.detail is not None:
            yield ("detail",), panel.detail, None
        yield ("value",), panel.value, panel.format
        return
    if isinstance(panel, (BarChartSpec, HeatmapSpec)):
        yield ("category",), panel.category, None
    if isinstance(panel, HeatmapSpec) and panel.total is not None:
        yield ("total", "field"), panel.total.field, panel.total.format
    if isinstance(panel, TableSpec) and panel.definition is not None:
        yield ("definition",), panel.definition, "text"
    if isinstance(panel, LineChartSpec):
        yield ("x",), panel.x, None
    if isinstance(panel, MetricsGridSpec):
        return
    key = "columns" if isinstance(panel, TableSpec) else "series"
    for index, cell in enumerate(getattr(panel, key)):
        yield (key, index, "field"), cell.field, cell.format


def _metric_faults(
    path: str,
    format_name: str,
    place: Place,
    spec: PatternSpec,
    types: Mapping[str, type[BaseModel]],
    step_ids: frozenset[str],
) -> Iterator[Fault]:
    root, *names = path.split(".")
    where = (*place, "path")
    yield from _root_faults(root, where, spec, step_ids)
    if root in types:
        yield from _cell_faults(types[root], names, format_name, where, (*place, "format"))


def _row_panel_faults(
    panel: Any,
    place: Place,
    spec: PatternSpec,
    types: Mapping[str, type[BaseModel]],
    step_ids: frozenset[str],
) -> Iterator[Fault]:
    root, *names = panel.path.split(".")
    yield from _root_faults(root, (*place, "path"), spec, step_ids)
    if root not in types:
        return
    try:
        row = rows_of(follow(types[root], names))
    except NoSuchPath as error:
        yield _fault(PANEL_PATH, (*place, "path"), f"{panel.path}: {error}", error.suggestion)
        return
    for where, field, format_name in cells_of(panel):
        yield from _cell_faults(
            row, field.split("."), format_name, (*place, *where), (*place, *where)
        )


def _root_faults(
    root: str, place: Place, spec: PatternSpec, step_ids: frozenset[str]
) -> Iterator[Fault]:
    if root not in step_ids:
        suggestion = did_you_mean(root, spec.outputs)
        yield _fault(PANEL_PATH, place, f"There is no step {root!r}.", suggestion)
    elif root not in spec.outputs:
        message = f"{root!r} is not an output, so a panel cannot show it."
        yield _fault(PANEL_PATH, place, message, f"Add {root!r} to outputs.")


def _cell_faults(
    annotation: Any, names: list[str], format_name: str | None, place: Place, at_format: Place
) -> Iterator[Fault]:
    path = ".".join(names)
    try:
        leaf = leaf_of(follow(annotation, names))
    except NoSuchPath as error:
        yield _fault(PANEL_PATH, place, f"{path}: {error}", error.suggestion)
        return
    if format_name is None:
        if leaf.unit not in LABEL_UNITS:
            yield _fault(UNIT, place, f"{path}: an axis needs a text or a date.")
        return
    sentence = mismatch(format_name, leaf.unit)
    if sentence:
        hint = "" if leaf.unit else "Declare it as a figure or as a type of patterns.results."
        yield _fault(UNIT, at_format, f"{path}: {sentence}", hint)


def _fault(code: str, place: Place, message: str, suggestion: str = "") -> Fault:
    return Fault(code=code, pointer=pointer(*place), message=message, suggestion=suggestion)
