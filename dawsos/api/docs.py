"""The API as a page to read, drawn from the same description that programs fetch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator


@dataclass(frozen=True)
class Field:
    name: str
    kind: str
    required: bool
    description: str


@dataclass(frozen=True)
class Operation:
    """One method of one path, with the fields of its body and its answers."""

    method: str
    path: str
    summary: str
    fields: tuple[Field, ...]
    answers: tuple[tuple[str, str], ...]


MANY = 3  # what at least one call in so many may answer is told once for all of them


@login_required
@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    shared, doors = told_once(operations())
    return render(request, "api/docs/page.html", {"shared": shared, "operations": doors})


@cache
def operations() -> tuple[Operation, ...]:
    generator: Any = SchemaGenerator  # it has no types
    schema: dict[str, Any] = generator().get_schema(request=None, public=True)
    return tuple(
        _operation(schema, method, path, described)
        for path, methods in schema["paths"].items()
        for method, described in methods.items()
    )


def told_once(found: Sequence[Operation]) -> tuple[list[tuple[str, str]], list[Operation]]:
    """The refusals that many calls have in common, and the calls with what is their own."""
    counts = Counter(answer for one in found for answer in one.answers)
    shared = {
        (status, meaning)
        for (status, meaning), count in counts.items()
        if count * MANY >= len(found) and status >= "300"
    }
    own = [
        replace(one, answers=tuple(it for it in one.answers if it not in shared)) for one in found
    ]
    return sorted(shared), own


def _operation(schema: dict[str, Any], method: str, path: str, said: dict[str, Any]) -> Operation:
    body = said.get("requestBody", {}).get("content", {}).get("application/json", {})
    responses = said["responses"].items()
    answers = [(status, answer.get("description", "")) for status, answer in responses]
    return Operation(
        method=method.upper(),
        path=path,
        summary=said.get("description", "").split("\n\n")[0],
        fields=_fields(schema, body.get("schema", {})),
        answers=tuple(answers),
    )


def _fields(schema: dict[str, Any], body: dict[str, Any]) -> tuple[Field, ...]:
    """The fields of a body, read through its reference into the components."""
    name = body.get("$ref", "").rpartition("/")[2]
    described = schema.get("components", {}).get("schemas", {}).get(name, body)
    required = set(described.get("required", ()))
    return tuple(
        Field(field, said.get("type", "object"), field in required, said.get("description", ""))
        for field, said in described.get("properties", {}).items()
    )
