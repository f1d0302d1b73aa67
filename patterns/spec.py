"""A pattern file as typed data. `reading` fills it from JSON and reports every mistake together."""

from functools import cached_property
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from patterns.canonical import content_hash
from patterns.panel_specs.parts import Id, Label, Part
from patterns.panel_specs.types import PanelSpec

MAX_BUDGET_MS: Final = 600_000
RESERVED: Final = frozenset({"inputs", "ctx"})

InputType = Literal["uuid", "string", "integer", "number", "boolean", "date"]


class InputSpec(Part):
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


class StepSpec(Part):
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


class HeadSpec(Part):
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
