"""Patterns by a program: what there is, one of them, and one of them asked by its address."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    inline_serializer,
)
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from dawsos.api.execute import EXECUTE_OUTPUT, Question, answered
from dawsos.api.mistakes import DayField
from patterns.exceptions import PatternUnknown
from patterns.library import get_pattern, library
from patterns.selectors import sync_library
from patterns.spec import InputSpec, PatternSpec

OVERVIEW = "portfolio_overview"
TRUE = {"true": True, "false": False}


class AddressInput(serializers.Serializer[Any]):
    """What an address may say beside the pattern's own inputs."""

    asof = DayField(required=False, default=None)
    pack = serializers.CharField(required=False, max_length=64, default=None)
    require_fresh = serializers.BooleanField(required=False, default=True)


PATTERNS_OUTPUT = inline_serializer(
    name="PatternsOutput", fields={"patterns": serializers.ListField(child=serializers.DictField())}
)
ADDRESS = [
    OpenApiParameter("asof", OpenApiTypes.DATE),
    OpenApiParameter("pack", OpenApiTypes.STR),
    OpenApiParameter("require_fresh", OpenApiTypes.BOOL),
]


class PatternNotFound(PatternUnknown):
    """In an address, where what is not there is 404."""

    http_status = 404


@extend_schema(responses={200: PATTERNS_OUTPUT})
@api_view(["GET"])
def patterns(_request: Request) -> Response:
    """Every pattern: its inputs, its outputs, and what it is for."""
    sync_library()
    return Response({"patterns": [_row(spec) for spec in library().patterns()]})


@extend_schema(
    responses={200: OpenApiResponse(OpenApiTypes.OBJECT, description="The pattern file")}
)
@api_view(["GET"])
def pattern(_request: Request, pattern_id: str) -> Response:
    """A pattern as its file says it."""
    return Response(_named(pattern_id).model_dump(mode="json", by_alias=True))


@extend_schema(
    parameters=ADDRESS,
    responses={
        200: EXECUTE_OUTPUT,
        404: OpenApiResponse(description="No such portfolio, pack or pattern"),
    },
)
@api_view(["GET"])
def pattern_of_portfolio(request: Request, portfolio_id: UUID, pattern_id: str) -> HttpResponse:
    """A pattern asked of a portfolio; its other inputs are parameters of the address."""
    return asked_of(request, portfolio_id, pattern_id)


def asked_of(request: Request, portfolio_id: UUID, pattern_id: str) -> HttpResponse:
    """What `/v1/execute` answers to the question that an address asks."""
    spec = _named(pattern_id)
    said = AddressInput(data=request.query_params)
    said.is_valid(raise_exception=True)
    known = set(said.fields)
    inputs: dict[str, Any] = {
        name: _typed(spec.inputs.get(name), str(value))
        for name, value in request.query_params.items()
        if name not in known
    }
    if "portfolio_id" in spec.inputs:
        inputs["portfolio_id"] = str(portfolio_id)
    asked = said.validated_data
    question = Question(
        pattern_id=spec.id,
        inputs=inputs,
        asof=asked["asof"],
        pack_id=asked["pack"],
        require_fresh=asked["require_fresh"],
    )
    return answered(request, question)


def _named(pattern_id: str) -> PatternSpec:
    sync_library()
    try:
        return get_pattern(pattern_id)
    except PatternUnknown as unknown:
        raise PatternNotFound(
            unknown.message, suggestion=unknown.suggestion, details=unknown.details
        ) from unknown


def _typed(spec: InputSpec | None, text: str) -> Any:
    """An address holds texts alone. What cannot be read as its type stays one, to be refused by
    the pattern's own check."""
    kind = spec.type if spec is not None else "string"
    if kind == "boolean":
        return TRUE.get(text, text)
    if kind == "integer" and len(text) < 20 and text.removeprefix("-").isdecimal():
        return int(text) if text.isascii() else text
    if kind == "number" and len(text) < 40:
        try:
            return float(text)
        except ValueError:
            return text
    return text


def _row(spec: PatternSpec) -> dict[str, Any]:
    return {
        "id": spec.id,
        "name": spec.name,
        "version": spec.version,
        "description": spec.description,
        "inputs": {name: each.model_dump(mode="json") for name, each in spec.inputs.items()},
        "outputs": list(spec.outputs),
    }
