"""Panels that are read, line by line."""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from patterns.panel_specs.parts import (
    FieldSpec,
    Format,
    Label,
    PanelBase,
    Part,
    Path,
    Place,
    Read,
    Rows,
    RowsBase,
    Single,
    Value,
    labelled,
    listed,
    valued,
    within,
)


class TotalSpec(Part):
    """The sum of a column, or the figure of the result that says it where `path` leads to one."""

    field: Path
    path: Path | None = None


class TableSpec(RowsBase):
    """`definition` is a field of the row with the rule that the row's first cell links to; `link`
    one with an address of this site, where the row's own matter is.

    `totals` stand in a last row: exact sums of what is known, partial where something is not.
    """

    type: Literal["table"]
    columns: Annotated[tuple[FieldSpec, ...], Field(min_length=1)]
    definition: Path | None = None
    link: Path | None = None
    totals: tuple[TotalSpec, ...] = ()

    def row_fields(self) -> tuple[Value, ...]:
        return (
            *listed("columns", self.columns),
            *valued(self.definition, "text", "definition"),
            *valued(self.link, "text", "link"),
        )

    def reads(self) -> Iterator[Read]:
        yield from super().reads()
        formats = {column.field: column.format for column in self.columns}
        for index, total in enumerate(self.totals):
            if total.path is not None and total.field in formats:
                where: Place = ("totals", index, "path")
                known = formats[total.field]
                yield Single(path=total.path, format=known, place=where, at_format=where)


class ListSpec(Part):
    """One half of a dual list: rows with a label, perhaps a detail, and a value."""

    title: Label
    path: Path
    label: Path
    detail: Path | None = None
    value: Path
    format: Format
    empty: Label = "Nothing."

    def reads(self) -> Iterator[Read]:
        fields = (
            *labelled(label=self.label, detail=self.detail),
            *valued(self.value, self.format),
        )
        yield Rows(path=self.path, place=("path",), fields=fields)


class DualListSpec(PanelBase):
    """Two short lists side by side: urgent and later, winners and losers."""

    type: Literal["dual_list"]
    lists: Annotated[tuple[ListSpec, ...], Field(min_length=2, max_length=2)]

    def reads(self) -> Iterator[Read]:
        for index, half in enumerate(self.lists):
            yield from within(half.reads(), "lists", index)


class TimelineSpec(RowsBase):
    """Events in their order: a day, a label, and what else there is to say."""

    type: Literal["timeline"]
    date: Path
    label: Path
    kind: Path | None = None
    detail: Path | None = None
    value: Path | None = None
    format: Format | None = None

    @model_validator(mode="after")
    def _formatted(self) -> Self:
        if (self.value is None) != (self.format is None):
            raise ValueError("'value' and 'format' come together")
        return self

    def row_fields(self) -> tuple[Value, ...]:
        return (
            *valued(self.date, "date", "date"),
            *labelled(label=self.label, kind=self.kind, detail=self.detail),
            *valued(self.value, self.format),
        )


class ActionCardsSpec(RowsBase):
    """What may be done, a card each. `link` is a field with an address of this site.

    `urgency` is a field that says high, medium or low.
    """

    type: Literal["action_cards"]
    heading: Path
    detail: Path | None = None
    urgency: Path | None = None
    link: Path | None = None
    link_label: Label = "Look"
    facts: tuple[FieldSpec, ...] = ()
    empty: Label = "Nothing needs to be done."

    def row_fields(self) -> tuple[Value, ...]:
        return (
            *labelled(
                heading=self.heading, detail=self.detail, urgency=self.urgency, link=self.link
            ),
            *listed("facts", self.facts),
        )


class NewsListSpec(RowsBase):
    """News, each with its source and its time; `link` leads away from this site."""

    type: Literal["news_list"]
    headline: Path
    source: Path
    published: Path
    summary: Path | None = None
    link: Path | None = None
    facts: tuple[FieldSpec, ...] = ()

    def row_fields(self) -> tuple[Value, ...]:
        return (
            *labelled(
                headline=self.headline,
                source=self.source,
                published=self.published,
                summary=self.summary,
                link=self.link,
            ),
            *listed("facts", self.facts),
        )
