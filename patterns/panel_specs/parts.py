"""What panels are made of: names, paths and formats, and what each panel reads of a result."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=64)]
Label = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Definition = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]*\.[1-9][0-9]?$")]
Path = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*$")]
Format = Literal[
    "percent",
    "money",
    "price",
    "quantity",
    "rate",
    "ratio",
    "count",
    "bps",
    "date",
    "text",
    "state",
]
Place = tuple[str | int, ...]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


@dataclass(frozen=True, kw_only=True)
class Single:
    """One value of the result; `place` is where the panel says its path, `at_format` its format."""

    path: str
    format: str
    place: Place
    at_format: Place


@dataclass(frozen=True, kw_only=True)
class Value:
    """One field of each row; a field without a format is a label, so a text or a date."""

    field: str
    format: str | None
    place: Place


@dataclass(frozen=True, kw_only=True)
class Rows:
    """A list of the result, and the fields that are read of each of its rows."""

    path: str
    place: Place
    fields: tuple[Value, ...]


Read = Single | Rows


def within(reads: Iterator[Read], *place: str | int) -> Iterator[Read]:
    """The same reads, of a part that stands at this place of the panel."""
    for read in reads:
        if isinstance(read, Single):
            yield replace(read, place=(*place, *read.place), at_format=(*place, *read.at_format))
        else:
            fields = tuple(replace(each, place=(*place, *each.place)) for each in read.fields)
            yield replace(read, place=(*place, *read.place), fields=fields)


class MetricSpec(Part):
    """`definition` names the rule that a label links to: "risk.2"."""

    label: Label
    path: Path
    format: Format
    definition: Definition | None = None

    def reads(self) -> Iterator[Read]:
        yield Single(path=self.path, format=self.format, place=("path",), at_format=("format",))


class FieldSpec(Part):
    """A column of a table or a series of a chart; its heading links to `definition`."""

    label: Label
    field: Path
    format: Format
    definition: Definition | None = None


def labelled(**fields: str | None) -> tuple[Value, ...]:
    """The fields that are read as labels, each at the place of its own name."""
    return tuple(
        Value(field=field, format=None, place=(name,))
        for name, field in fields.items()
        if field is not None
    )


def listed(name: str, fields: tuple[FieldSpec, ...]) -> tuple[Value, ...]:
    """The fields of a list of columns or series."""
    return tuple(
        Value(field=each.field, format=each.format, place=(name, index, "field"))
        for index, each in enumerate(fields)
    )


def single_field(name: str, spec: FieldSpec | None) -> tuple[Value, ...]:
    if spec is None:
        return ()
    return (Value(field=spec.field, format=spec.format, place=(name, "field")),)


def valued(field: str | None, format_name: str | None, name: str = "value") -> tuple[Value, ...]:
    if field is None or format_name is None:
        return ()
    return (Value(field=field, format=format_name, place=(name,)),)


class PanelBase(Part):
    """What every panel may say of itself."""

    id: Id
    title: str = ""
    description: str = ""
    ttl_seconds: Annotated[int, Field(ge=0)] | None = None

    def reads(self) -> Iterator[Read]:
        """Every value of the result that the panel shows, with the place that asks for it."""
        raise NotImplementedError


class RowsBase(PanelBase):
    """A panel that shows one list of the result."""

    path: Path

    def row_fields(self) -> tuple[Value, ...]:
        raise NotImplementedError

    def reads(self) -> Iterator[Read]:
        yield Rows(path=self.path, place=("path",), fields=self.row_fields())
