"""Panels that are drawn, each with the table behind it."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from patterns.panel_specs.parts import (
    FieldSpec,
    Format,
    Label,
    MetricSpec,
    PanelBase,
    Part,
    Path,
    Read,
    RowsBase,
    Value,
    labelled,
    listed,
    single_field,
    valued,
    within,
)

Series = Annotated[tuple[FieldSpec, ...], Field(min_length=1)]


class LineChartSpec(RowsBase):
    type: Literal["line_chart"]
    x: Path
    series: Series

    def row_fields(self) -> tuple[Value, ...]:
        return (*labelled(x=self.x), *listed("series", self.series))


class AreaChartSpec(RowsBase):
    """Series as areas from zero; `stacked` on one another, where they are parts of a whole."""

    type: Literal["area_chart"]
    x: Path
    series: Series
    stacked: bool = False

    def row_fields(self) -> tuple[Value, ...]:
        return (*labelled(x=self.x), *listed("series", self.series))


class BandSpec(Part):
    """The range that a forecast lies in with some probability, which the label says."""

    label: Label
    low: Path
    high: Path


class FanSpec(RowsBase):
    """A forecast and the bands around it, the widest first, after what was observed.

    A null is no point: rows before the forecast have no band, and rows of it no observation.
    """

    type: Literal["fan"]
    x: Path
    format: Format
    center: Path
    center_label: Label = "Middle"
    observed: Path | None = None
    observed_label: Label = "Observed"
    bands: Annotated[tuple[BandSpec, ...], Field(min_length=1, max_length=5)]

    def row_fields(self) -> tuple[Value, ...]:
        bands = (
            Value(field=field, format=self.format, place=("bands", index, name))
            for index, band in enumerate(self.bands)
            for name, field in (("low", band.low), ("high", band.high))
        )
        return (
            *labelled(x=self.x),
            *valued(self.observed, self.format, "observed"),
            *valued(self.center, self.format, "center"),
            *bands,
        )


class BarChartSpec(RowsBase):
    """Upright bars, for few categories with short names; `signed` ones diverge from zero."""

    type: Literal["bar_chart"]
    category: Path
    series: Series
    signed: bool = False

    def row_fields(self) -> tuple[Value, ...]:
        return (*labelled(category=self.category), *listed("series", self.series))


class HorizontalBarSpec(RowsBase):
    """Lying bars, each with its name and its value in words."""

    type: Literal["horizontal_bar"]
    category: Path
    series: Series
    signed: bool = False

    def row_fields(self) -> tuple[Value, ...]:
        return (*labelled(category=self.category), *listed("series", self.series))


class DonutChartSpec(RowsBase):
    type: Literal["donut_chart"]
    category: Path
    value: Path
    format: Format

    def row_fields(self) -> tuple[Value, ...]:
        return (*labelled(category=self.category), *valued(self.value, self.format))


class TreemapSpec(RowsBase):
    """Shares as areas, by group where there is one. `tint` colours them by a signed value."""

    type: Literal["treemap"]
    category: Path
    group: Path | None = None
    value: Path
    format: Format
    tint: FieldSpec | None = None

    def row_fields(self) -> tuple[Value, ...]:
        return (
            *labelled(category=self.category, group=self.group),
            *valued(self.value, self.format),
            *single_field("tint", self.tint),
        )


class WaterfallSpec(RowsBase):
    """Steps that add up, each from where the one before ended; `total` is what they amount to."""

    type: Literal["waterfall"]
    category: Path
    value: Path
    format: Format
    total: MetricSpec | None = None

    def row_fields(self) -> tuple[Value, ...]:
        return (*labelled(category=self.category), *valued(self.value, self.format))

    def reads(self) -> Iterator[Read]:
        yield from super().reads()
        if self.total is not None:
            yield from within(self.total.reads(), "total")


class HeatmapSpec(RowsBase):
    """A row a category, a cell a series; a null field is no cell. `total` stands apart."""

    type: Literal["heatmap"]
    category: Path
    series: Series
    total: FieldSpec | None = None

    def row_fields(self) -> tuple[Value, ...]:
        return (
            *labelled(category=self.category),
            *listed("series", self.series),
            *single_field("total", self.total),
        )


class GaugeBandSpec(Part):
    """A stretch of the scale, from the end of the one before, that its label names."""

    label: Label
    upto: float


class GaugeSpec(PanelBase):
    """One value on a scale with two ends, in the units of the result: 0.05, not 5."""

    type: Literal["gauge"]
    value: MetricSpec
    minimum: float
    maximum: float
    bands: Annotated[tuple[GaugeBandSpec, ...], Field(max_length=6)] = ()

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        ends = [self.minimum, *(band.upto for band in self.bands)]
        if self.minimum >= self.maximum:
            raise ValueError("the scale ends above where it begins")
        if any(low >= high for low, high in pairwise(ends)):
            raise ValueError("each band ends above the one before")
        if self.bands and self.bands[-1].upto != self.maximum:
            raise ValueError("the last band ends where the scale does")
        return self

    def reads(self) -> Iterator[Read]:
        yield from within(self.value.reads(), "value")
