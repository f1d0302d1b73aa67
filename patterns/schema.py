"""The form of a pattern file as JSON Schema, for editors and for whoever writes one.

It is made from the very types that read the files, and knows the capabilities by name. What needs
the whole pattern to be seen (a reference that leads nowhere, a unit without a format) is found by
`manage.py patterns lint`.
"""

from collections.abc import Iterable
from typing import Annotated, Any, Final, Union

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from patterns import registry
from patterns.catalogue import figures_of
from patterns.explanation import FORMAT_OF
from patterns.panel_specs.parts import Id
from patterns.panel_specs.types import PANEL_TYPES
from patterns.spec import HeadSpec, InputSpec, StepSpec

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def pattern_schema() -> dict[str, Any]:
    """The schema of a pattern file with the capabilities of this installation."""
    kinds: Any = Union[tuple(PANEL_TYPES.values())]  # noqa: UP007 - made from a table

    class Presentation(BaseModel):
        model_config = ConfigDict(extra="forbid")
        panels: tuple[Annotated[kinds, Field(discriminator="type")], ...] = ()

    class Pattern(HeadSpec):
        model_config = ConfigDict(extra="forbid", title="A DawsOS pattern")
        inputs: dict[Id, InputSpec] = {}
        steps: tuple[StepSpec, ...]
        presentation: Presentation = Presentation()

    schema = TypeAdapter(Pattern).json_schema(by_alias=True)
    schema["$defs"]["StepSpec"]["properties"]["capability"]["enum"] = registry.names()
    return {"$schema": DIALECT, **schema}


def new_pattern(pattern_id: str, capability: str) -> dict[str, Any]:
    """A pattern with one step, to be filled: its arguments are its inputs, and its figures a grid.

    Raises CapabilityUnknown.
    """
    asked = registry.get(capability)
    step = capability.rpartition(".")[2]
    arguments = asked.input_type.model_json_schema()
    fields: dict[str, Any] = arguments.get("properties", {})
    required = set(arguments.get("required", ()))
    metrics = list(_metrics(asked.output_type, step))
    found: dict[str, Any] = {
        "id": pattern_id,
        "version": "1.0.0",
        "name": pattern_id.replace("_", " ").capitalize(),
        "description": asked.doc.splitlines()[0],
        "inputs": {
            name: _input(described, required=name in required) for name, described in fields.items()
        },
        "steps": [
            {
                "as": step,
                "capability": capability,
                "args": {name: f"{{{{inputs.{name}}}}}" for name in fields},
            }
        ],
        "outputs": [step],
    }
    if metrics:
        grid = {"id": "figures", "type": "metrics_grid", "title": "Figures", "metrics": metrics}
        found["presentation"] = {"panels": [grid]}
    return found


def _input(described: dict[str, Any], *, required: bool) -> dict[str, Any]:
    kinds = {"integer": "integer", "number": "number", "boolean": "boolean"}
    formats = {"uuid": "uuid", "date": "date"}
    branches = described.get("anyOf", [described])
    known = next((one for one in branches if one.get("type") != "null"), described)
    kind = formats.get(known.get("format", "")) or kinds.get(known.get("type", ""), "string")
    told: dict[str, Any] = {"type": kind}
    if required:
        told["required"] = True
    else:
        told["default"] = described.get("default")
    return told | {name: known[name] for name in ("minimum", "maximum") if name in known}


def _metrics(output: type[BaseModel], step: str) -> Iterable[dict[str, str]]:
    """The figures at the top of an answer, each with the format of its unit."""
    for figure in figures_of(output):
        if "." not in figure.path and figure.unit in FORMAT_OF:
            label = figure.path.replace("_", " ").capitalize()
            yield {
                "label": label,
                "path": f"{step}.{figure.path}",
                "format": FORMAT_OF[figure.unit],
            }
