"""Panels of single values: tiles, cards, comparisons and texts."""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from patterns.panel_specs.parts import (
    Definition,
    Format,
    Label,
    MetricSpec,
    PanelBase,
    Part,
    Path,
    Read,
    RowsBase,
    Single,
    Value,
    labelled,
    valued,
    within,
)


class MetricsGridSpec(PanelBase):
    type: Literal["metrics_grid"]
    metrics: Annotated[tuple[MetricSpec, ...], Field(min_length=1)]

    def reads(self) -> Iterator[Read]:
        for index, metric in enumerate(self.metrics):
            yield from within(metric.reads(), "metrics", index)


class CycleCardSpec(PanelBase):
    """Where in a cycle something stands: the phases in their order, and what tells them apart."""

    type: Literal["cycle_card"]
    phase: Path
    phases: Annotated[tuple[Label, ...], Field(min_length=2, max_length=8)]
    metrics: tuple[MetricSpec, ...] = ()

    def reads(self) -> Iterator[Read]:
        yield Single(path=self.phase, format="text", place=("phase",), at_format=("phase",))
        for index, metric in enumerate(self.metrics):
            yield from within(metric.reads(), "metrics", index)


class ScorecardSpec(RowsBase):
    """A score, and the criteria that it is made of: each with its value and its threshold.

    `verdict` is a field that says met, missed or unknown; `maximum` is the best score there is.
    """

    type: Literal["scorecard"]
    score: MetricSpec
    maximum: float | None = None
    label: Path
    value: Path
    format: Format
    threshold: Path | None = None
    verdict: Path | None = None
    detail: Path | None = None

    def row_fields(self) -> tuple[Value, ...]:
        return (
            *labelled(label=self.label, verdict=self.verdict, detail=self.detail),
            *valued(self.value, self.format),
            *valued(self.threshold, self.format, "threshold"),
        )

    def reads(self) -> Iterator[Read]:
        yield from within(self.score.reads(), "score")
        yield from super().reads()


class ComparedSpec(Part):
    """One line of a comparison: the same figure on both sides, and their difference if known."""

    label: Label
    first: Path
    second: Path
    difference: Path | None = None
    format: Format
    difference_format: Format | None = None
    definition: Definition | None = None

    def reads(self) -> Iterator[Read]:
        for name in ("first", "second"):
            path = getattr(self, name)
            yield Single(path=path, format=self.format, place=(name,), at_format=("format",))
        if self.difference is not None:
            yield Single(
                path=self.difference,
                format=self.difference_format or self.format,
                place=("difference",),
                at_format=("difference_format" if self.difference_format else "format",),
            )


class ComparisonSpec(PanelBase):
    """Two sides of single figures: before and after, portfolio and benchmark."""

    type: Literal["comparison"]
    first: Label
    second: Label
    difference: Label = "Difference"
    rows: Annotated[tuple[ComparedSpec, ...], Field(min_length=1)]

    def reads(self) -> Iterator[Read]:
        for index, row in enumerate(self.rows):
            yield from within(row.reads(), "rows", index)


class TextSpec(PanelBase):
    """Paragraphs: of the pattern itself, or of the result where `path` leads to a text."""

    type: Literal["text"]
    text: str = ""
    path: Path | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if bool(self.text) == (self.path is not None):
            raise ValueError("a text panel has 'text' or 'path', one of the two")
        return self

    def reads(self) -> Iterator[Read]:
        if self.path is not None:
            yield Single(path=self.path, format="text", place=("path",), at_format=("path",))


class ReportViewerSpec(PanelBase):
    """A report of this site, shown in its place; `address` leads to a text with its address."""

    type: Literal["report_viewer"]
    address: Path
    metrics: tuple[MetricSpec, ...] = ()

    def reads(self) -> Iterator[Read]:
        yield Single(path=self.address, format="text", place=("address",), at_format=("address",))
        for index, metric in enumerate(self.metrics):
            yield from within(metric.reads(), "metrics", index)
