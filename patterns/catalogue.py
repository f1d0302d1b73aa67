"""Every capability of the installation: what it takes, what it answers, and where it is used."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from pydantic import BaseModel

from patterns import library, registry
from patterns.explaining import is_explained
from patterns.paths import NoSuchPath, follow, leaf_of, rows_of
from patterns.registry import Capability
from patterns.rules import BY_ROW, declared_rule

DEEPEST: Final = 4


@dataclass(frozen=True, slots=True)
class Argument:
    name: str
    kind: str
    required: bool
    default: str


@dataclass(frozen=True, slots=True)
class Value:
    """One value of an answer. `path` ends each list of rows with []; `unit` is "" for texts.
    `rule` defines a figure; "" where its row names the rule, and for what is none."""

    path: str
    unit: str
    is_figure: bool
    rule: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A capability as the catalogue shows it. `patterns` are those that call it."""

    name: str
    version: str
    agent: str
    doc: str
    arguments: tuple[Argument, ...]
    values: tuple[Value, ...]
    patterns: tuple[str, ...]
    explained: bool


def catalogue() -> list[Entry]:
    """Every capability by name."""
    used: dict[str, list[str]] = {}
    for spec in library.library().patterns():
        for step in spec.steps:
            if step.pattern:
                continue
            used.setdefault(step.capability, []).append(spec.id)
    return [
        _entry(registry.get(name), tuple(dict.fromkeys(used.get(name, ()))))
        for name in registry.names()
    ]


def figures_of(output: type[BaseModel]) -> list[Value]:
    """The numbers of an answer that have a unit, in the order of its fields."""
    return [value for value in values_of(output) if value.unit not in {"", "text", "date", "state"}]


def values_of(output: type[BaseModel]) -> list[Value]:
    return list(_values(output, "", 0))


def _entry(found: Capability, patterns: tuple[str, ...]) -> Entry:
    return Entry(
        name=found.name,
        version=found.version,
        agent=found.agent,
        doc=found.doc,
        arguments=tuple(_arguments(found.input_type)),
        values=tuple(_ruled(found.name, value) for value in values_of(found.output_type)),
        patterns=patterns,
        explained=is_explained(found.name),
    )


def _ruled(capability: str, value: Value) -> Value:
    rule = declared_rule(capability, value.path.replace("[]", ""))
    return value if rule in {"", BY_ROW} else replace(value, rule=rule)


def _arguments(taken: type[BaseModel]) -> Iterator[Argument]:
    described = taken.model_json_schema()
    required = set(described.get("required", ()))
    for name, field in described.get("properties", {}).items():
        default = "" if name in required else _default(field.get("default"))
        yield Argument(name, _kind(field), name in required, default)


def _kind(field: dict[str, Any]) -> str:
    branches = [one for one in field.get("anyOf", [field]) if one.get("type") != "null"]
    names = [str(one.get("format") or one.get("type") or "value") for one in branches]
    return " or ".join(dict.fromkeys(names))


def _default(value: object) -> str:
    return (
        "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    )


def _values(owner: Any, path: str, depth: int) -> Iterator[Value]:
    """Fields of a model, those of its rows and of its parts, down to single values."""
    if depth > DEEPEST:
        return
    for name in owner.model_fields:
        place = f"{path}.{name}" if path else name
        annotation = follow(owner, [name])
        try:
            leaf = leaf_of(annotation)
        except NoSuchPath:
            yield from _below(annotation, place, depth)
        else:
            yield Value(place, leaf.unit, leaf.is_figure)


def _below(annotation: Any, place: str, depth: int) -> Iterator[Value]:
    row = annotation
    try:
        row = rows_of(annotation)
        place = f"{place}[]"
    except NoSuchPath:
        pass
    if isinstance(row, type) and issubclass(row, BaseModel):
        yield from _values(row, place, depth + 1)
    else:
        yield Value(place, "", is_figure=False)
