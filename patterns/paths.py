"""What a path leads to, read from types before there is any data.

`perf_metrics.twr_ytd` follows the fields of the capability's output model to a figure;
`valued_positions.positions` to its rows, whose fields are the columns of a table. A panel that
asks for what its data cannot have is found when Django starts, not when a reader opens the page.
"""

import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from patterns.faults import did_you_mean
from patterns.results import STATES, Figure, Unit


class NoSuchPath(ValueError):
    """A path that the type does not have."""

    def __init__(self, message: str, suggestion: str = "") -> None:
        super().__init__(message)
        self.suggestion = suggestion


@dataclass(frozen=True)
class Leaf:
    """A value that a cell can show. `unit` is "" where a number does not say its unit."""

    unit: str
    is_figure: bool


def follow(annotation: Any, path: Sequence[str]) -> Any:
    """The type at the end of a path of mapping keys and model fields."""
    for name in path:
        annotation = _step(annotation, name)
    return annotation


def rows_of(annotation: Any) -> Any:
    """The type of one row, where the annotation is a tuple or a list of models."""
    bare = _bare(annotation)
    if get_origin(bare) in (tuple, list, Sequence):
        row = _bare(get_args(bare)[0])
        if _is_model(row) or get_origin(row) in (dict, Mapping):
            return row
    raise NoSuchPath(f"{_name(bare)} is not a list of rows.")


def leaf_of(annotation: Any) -> Leaf:
    """What a cell would show of this type; raises NoSuchPath for what is no single value."""
    unit = _declared_unit(annotation)
    bare = _bare(annotation)
    if unit is not None:
        return Leaf(unit, is_figure=False)
    if _is_union(bare):
        leaves = {leaf_of(member) for member in get_args(bare)}
        if len(leaves) == 1:
            return leaves.pop()
        raise NoSuchPath(f"{_name(bare)} has more than one unit.")
    if _is_model(bare) and issubclass(bare, Figure):
        return Leaf(_figure_unit(bare), is_figure=True)
    return Leaf(_plain_unit(bare), is_figure=False)


def _step(annotation: Any, name: str) -> Any:
    bare = _bare(annotation)
    if _is_union(bare):
        return Union[tuple(_step(member, name) for member in get_args(bare))]  # noqa: UP007
    if _is_model(bare):
        field: FieldInfo | None = bare.model_fields.get(name)
        if field is None:
            fields = did_you_mean(name, bare.model_fields)
            raise NoSuchPath(f"{bare.__name__} has no field {name!r}.", fields)
        return _field_type(field)
    if get_origin(bare) in (dict, Mapping):
        return get_args(bare)[1]
    raise NoSuchPath(f"{_name(bare)} has no field {name!r}.")


def _field_type(field: FieldInfo) -> Any:
    """Pydantic moves the outermost Annotated into `metadata`; the unit is put back."""
    for item in field.metadata:
        if isinstance(item, Unit):
            return Annotated[field.annotation, item]
    return field.annotation


def _bare(annotation: Any) -> Any:
    """Without Annotated and without None."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif _is_union(annotation) and type(None) in get_args(annotation):
            members = [each for each in get_args(annotation) if each is not type(None)]
            annotation = Union[tuple(members)]  # noqa: UP007 - built from a list
        else:
            return annotation


def _declared_unit(annotation: Any) -> str | None:
    """The unit in an annotation, `Fraction` and `Fraction | None` alike."""
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        units = [item.name for item in metadata if isinstance(item, Unit)]
        return units[0] if units else _declared_unit(inner)
    if _is_union(annotation):
        members = [each for each in get_args(annotation) if each is not type(None)]
        return _declared_unit(members[0]) if len(members) == 1 else None
    return None


def _figure_unit(figure: type[Figure]) -> str:
    units = get_args(figure.model_fields["unit"].annotation)
    return str(units[0]) if len(units) == 1 else ""


def _plain_unit(bare: Any) -> str:
    if get_origin(bare) is Literal:
        return "state" if set(get_args(bare)) <= set(STATES) else "text"
    if isinstance(bare, type):
        if issubclass(bare, datetime):
            return "text"
        if issubclass(bare, date):
            return "date"
        if issubclass(bare, (str, bool, UUID, Enum)):
            return "text"
        if issubclass(bare, int):
            return "count"
        if issubclass(bare, (float, Decimal)):
            return ""
    raise NoSuchPath(f"{_name(bare)} is not a single value.")


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, types.UnionType)


def _name(annotation: Any) -> str:
    return getattr(annotation, "__name__", str(annotation))
