"""Whether every panel's data has what the panel asks for, in a unit that its format can show."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel

from patterns.faults import PANEL_PATH, UNIT, Fault, did_you_mean, pointer
from patterns.formats import mismatch
from patterns.panel_specs.lists import TableSpec
from patterns.panel_specs.parts import Place, Rows, Single, Value
from patterns.panel_specs.types import walk
from patterns.paths import NoSuchPath, follow, leaf_of, rows_of
from patterns.spec import PatternSpec

LABEL_UNITS: Final = frozenset({"text", "date", "state"})
SUMMED: Final = frozenset({"money", "quantity", "count", "percent", "bps"})


def panel_faults(
    spec: PatternSpec, types: Mapping[str, type[BaseModel]], step_ids: frozenset[str]
) -> Iterator[Fault]:
    """Every mistake of the presentation. A step without a known type is not asked further."""
    for place, panel in walk(spec.panels, "presentation", "panels"):
        for read in panel.reads():
            if isinstance(read, Single):
                yield from _single_faults(read, place, spec, types, step_ids)
            else:
                yield from _rows_faults(read, place, spec, types, step_ids)
        if isinstance(panel, TableSpec):
            yield from _total_faults(panel, place)


def _single_faults(
    read: Single,
    place: Place,
    spec: PatternSpec,
    types: Mapping[str, type[BaseModel]],
    step_ids: frozenset[str],
) -> Iterator[Fault]:
    root, *names = read.path.split(".")
    where = (*place, *read.place)
    yield from _root_faults(root, where, spec, step_ids)
    if root in types:
        at_format = (*place, *read.at_format)
        yield from _cell_faults(types[root], names, read.format, where, at_format)


def _rows_faults(
    read: Rows,
    place: Place,
    spec: PatternSpec,
    types: Mapping[str, type[BaseModel]],
    step_ids: frozenset[str],
) -> Iterator[Fault]:
    root, *names = read.path.split(".")
    where = (*place, *read.place)
    yield from _root_faults(root, where, spec, step_ids)
    if root not in types:
        return
    try:
        row = rows_of(follow(types[root], names))
    except NoSuchPath as error:
        yield _fault(PANEL_PATH, where, f"{read.path}: {error}", error.suggestion)
        return
    for value in read.fields:
        yield from _field_faults(value, row, place)


def _field_faults(value: Value, row: Any, place: Place) -> Iterator[Fault]:
    where = (*place, *value.place)
    yield from _cell_faults(row, value.field.split("."), value.format, where, where)


def _total_faults(panel: TableSpec, place: Place) -> Iterator[Fault]:
    """A total is of a column that is there; a sum, of what can be added."""
    formats = {column.field: column.format for column in panel.columns}
    for index, total in enumerate(panel.totals):
        where = (*place, "totals", index, "field")
        if total.field not in formats:
            suggestion = did_you_mean(total.field, formats)
            yield _fault(PANEL_PATH, where, f"There is no column {total.field!r}.", suggestion)
        elif total.path is None and formats[total.field] not in SUMMED:
            message = f"{total.field}: the format {formats[total.field]!r} has no sum."
            yield _fault(UNIT, where, message, "Give the path of a figure that is the total.")


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
