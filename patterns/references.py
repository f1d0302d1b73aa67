"""The closed grammar by which a step reads what came before it.

    "{{inputs.portfolio_id}}"   "{{ctx.asof_date}}"   "{{valued_positions.total.value}}"

A reference is the whole string. Its root is `inputs`, `ctx` or the id of a step; each name after
it is a key of a mapping. There are no attributes, no indexes, no names with two underscores and
no arithmetic. What is not there is an error, never None; but an optional step that has no result
is null, with all that it would have held.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from patterns.exceptions import ReferenceMissing
from patterns.faults import did_you_mean

MAX_REFERENCES: Final = 1_000
NAME: Final = r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*"  # single underscores inside only

_REFERENCE = re.compile(rf"\{{\{{[ ]?({NAME}(?:\.{NAME}){{0,9}})[ ]?\}}\}}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reference:
    root: str
    path: tuple[str, ...]

    def __str__(self) -> str:
        return "{{" + ".".join((self.root, *self.path)) + "}}"


ABSENT: Final = MappingProxyType[str, Any]({})  # an optional step without a result: reads as null


class NotAReference(ValueError):
    """A string with braces that the grammar does not know."""


def parse(text: str) -> Reference | None:
    """The reference a string stands for; None when it is plain text."""
    if "{{" not in text and "}}" not in text:
        return None
    match = _REFERENCE.fullmatch(text)
    if match is None:
        raise NotAReference(f"{_short(text)} is not a reference such as {{{{inputs.name}}}}.")
    root, *path = match[1].split(".")
    if root in ("inputs", "ctx") and len(path) != 1:
        raise NotAReference(f"{_short(text)}: `{root}` takes exactly one name.")
    return Reference(root, tuple(path))


def compiled(template: Any) -> Any:
    """A template with every reference parsed; what has none stays as it is.

    Raises NotAReference at the first string outside the grammar; `leaves` lets a check meet all.
    """
    if isinstance(template, str):
        return parse(template) or template
    if isinstance(template, Mapping):
        return {key: compiled(item) for key, item in template.items()}
    if isinstance(template, (list, tuple)):
        return [compiled(item) for item in template]
    return template


def leaves(template: Any, *place: str | int) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every scalar of a template with the keys that lead to it."""
    if isinstance(template, Mapping):
        for key, item in template.items():
            yield from leaves(item, *place, key)
    elif isinstance(template, (list, tuple)):
        for index, item in enumerate(template):
            yield from leaves(item, *place, index)
    else:
        yield place, template


def resolved(template: Any, namespace: Mapping[str, Any]) -> Any:
    """A compiled template with every reference replaced by what it names."""
    if isinstance(template, Reference):
        return lookup(template, namespace)
    if isinstance(template, dict):
        return {key: resolved(item, namespace) for key, item in template.items()}
    if isinstance(template, list):
        return [resolved(item, namespace) for item in template]
    return template


def lookup(reference: Reference, namespace: Mapping[str, Any]) -> Any:
    value: Any = namespace
    for depth, name in enumerate((reference.root, *reference.path)):
        if value is ABSENT:
            return None
        if not isinstance(value, Mapping) or name not in value:
            raise _missing(reference, depth, value)
        value = value[name]
    if value is None and reference.root == "ctx":
        raise ReferenceMissing(
            f"{reference}: this run has no {reference.path[0]}.",
            suggestion="Choose a portfolio and a pricing pack before running this pattern.",
            details={"reason": "context_missing", "field": reference.path[0]},
        )
    return _without_absent(value)


def _without_absent(value: Any) -> Any:
    """Of a pattern within the pattern that is read as a whole, what is absent is null."""
    if value is ABSENT:
        return None
    if isinstance(value, dict) and any(item is ABSENT for item in value.values()):
        return {key: _without_absent(item) for key, item in value.items()}
    return value


def _missing(reference: Reference, depth: int, value: Any) -> ReferenceMissing:
    name = (reference.root, *reference.path)[depth]
    keys = value if isinstance(value, Mapping) else ()
    return ReferenceMissing(
        f"{reference}: there is no {name!r}.",
        suggestion=did_you_mean(name, (str(key) for key in keys)),
        details={
            "reason": "reference_missing",
            "reference": str(reference),
            "name": name,
        },
    )


def _short(text: str) -> str:
    return repr(text if len(text) <= 80 else f"{text[:77]}...")
