"""A pattern file as typed data. `reading` fills it from JSON and reports every mistake together."""

from functools import cached_property
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from patterns.canonical import content_hash

MAX_BUDGET_MS: Final = 600_000
RESERVED: Final = frozenset({"inputs", "ctx"})

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=64)]
Label = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Definition = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]*\.[1-9][0-9]?$")]
Path = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*$")]
InputType = Literal["uuid", "string", "integer", "number", "boolean", "date"]
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


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class InputSpec(_Part):
    type: InputType
    required: bool = False
    default: Any = None
    description: str = ""
    minimum: int | float | str | None = None
    maximum: int | float | str | None = None
    choices: tuple[Any, ...] | None = None
    max_length: int | None = None

    @property
    def has_default(self) -> bool:
        return "default" in self.model_fields_set


class StepSpec(_Part):
    """A call of a capability with `args`, or of another pattern with `inputs`: one of the two."""

    id: Id = Field(alias="as")
    capability: str = ""
    args: dict[str, Any] = {}
    pattern: str = ""
    inputs: dict[str, Any] = {}
    description: str = ""
    when: str | None = None
    optional: bool = False
    budget_ms: Annotated[int, Field(ge=1, le=MAX_BUDGET_MS)] | None = None


class MetricSpec(_Part):
    """`definition` names the rule that a label links to: "risk.2"."""

    label: Label
    path: Path
    format: Format
    definition: Definition | None = None


class FieldSpec(_Part):
    """A column of a table or a series of a chart; its heading links to `definition`."""

    label: Label
    field: Path
    format: Format
    definition: Definition | None = None


class _PanelSpec(_Part):
    id: Id
    title: str = ""
    description: str = ""
    ttl_seconds: Annotated[int, Field(ge=0)] | None = None


class MetricsGridSpec(_PanelSpec):
    type: Literal["metrics_grid"]
    metrics: Annotated[tuple[MetricSpec, ...], Field(min_length=1)]


class LineChartSpec(_PanelSpec):
    type: Literal["line_chart"]
    path: Path
    x: Path
    series: Annotated[tuple[FieldSpec, ...], Field(min_length=1)]


class BarChartSpec(_PanelSpec):
    type: Literal["bar_chart"]
    path: Path
    category: Path
    series: Annotated[tuple[FieldSpec, ...], Field(min_length=1)]
    signed: bool = False


class DonutChartSpec(_PanelSpec):
    type: Literal["donut_chart"]
    path: Path
    category: Path
    value: Path
    format: Format


class WaterfallSpec(_PanelSpec):
    """Steps that add up, each from where the one before ended; `total` is what they amount to."""

    type: Literal["waterfall"]
    path: Path
    category: Path
    value: Path
    format: Format
    total: MetricSpec | None = None


class ListSpec(_Part):
    """One half of a dual list: rows with a label, perhaps a detail, and a value."""

    title: Label
    path: Path
    label: Path
    detail: Path | None = None
    value: Path
    format: Format
    empty: Label = "Nothing."


class DualListSpec(_PanelSpec):
    """Two short lists side by side: urgent and later, winners and losers."""

    type: Literal["dual_list"]
    lists: Annotated[tuple[ListSpec, ...], Field(min_length=2, max_length=2)]


class HeatmapSpec(_PanelSpec):
    """A row a category, a cell a series; a null field is no cell. `total` stands apart."""

    type: Literal["heatmap"]
    path: Path
    category: Path
    series: Annotated[tuple[FieldSpec, ...], Field(min_length=1)]
    total: FieldSpec | None = None


class TableSpec(_PanelSpec):
    """`definition` is a field of the row with the rule that the row's first cell links to."""

    type: Literal["table"]
    path: Path
    columns: Annotated[tuple[FieldSpec, ...], Field(min_length=1)]
    definition: Path | None = None


PanelSpec = (
    MetricsGridSpec
    | LineChartSpec
    | BarChartSpec
    | DonutChartSpec
    | WaterfallSpec
    | DualListSpec
    | HeatmapSpec
    | TableSpec
)
PANEL_TYPES: Final[dict[str, type[PanelSpec]]] = {
    "metrics_grid": MetricsGridSpec,
    "line_chart": LineChartSpec,
    "bar_chart": BarChartSpec,
    "donut_chart": DonutChartSpec,
    "waterfall": WaterfallSpec,
    "dual_list": DualListSpec,
    "heatmap": HeatmapSpec,
    "table": TableSpec,
}


class HeadSpec(_Part):
    id: Id
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
    name: Label
    description: str = ""
    exports: tuple[Literal["pdf", "csv", "excel"], ...] = ()
    outputs: Annotated[tuple[Id, ...], Field(min_length=1)]


class PatternSpec(HeadSpec):
    inputs: dict[str, InputSpec] = {}
    steps: tuple[StepSpec, ...]
    panels: tuple[PanelSpec, ...] = ()

    @cached_property
    def digest(self) -> str:
        """The identity of this text, by which a plan made from it is found again."""
        return content_hash(self)
