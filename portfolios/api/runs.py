"""Past runs by a program, and why their figures are what they are."""

from __future__ import annotations

from typing import Any, cast
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
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.conditional import not_modified, tagged, unchanged
from accounts.idempotency import idempotent
from accounts.models import User
from patterns.canonical import canonical_json
from patterns.comparing import Compared, ComparedPanel, compare
from patterns.exceptions import FigureUnknown
from patterns.layout import panels
from patterns.why_tree import DEPTH, document, place_of
from portfolios.exceptions import RunNotFound
from portfolios.selectors.runs import PastRun, comparable_runs, past_run
from portfolios.services.explaining import ask_why
from portfolios.services.replaying import replay_for

NOT_YOURS = OpenApiResponse(description="No such run for this user, or no such figure in it")
DEEPEST = 12
RUN_OUTPUT = inline_serializer(
    name="PatternRunOutput",
    fields={
        "run_id": serializers.UUIDField(),
        "pattern_id": serializers.CharField(),
        "pattern_version": serializers.CharField(),
        "portfolio_id": serializers.UUIDField(allow_null=True),
        "inputs": serializers.DictField(),
        "run_hash": serializers.CharField(),
        "result_hash": serializers.CharField(),
        "state": serializers.CharField(),
        "trace": serializers.DictField(),
        "errors": serializers.ListField(),
        "created_at": serializers.DateTimeField(),
        "others": serializers.ListField(child=serializers.UUIDField()),
    },
)
COMPARED_OUTPUT = inline_serializer(
    name="ComparedOutput",
    fields={
        "first": serializers.UUIDField(),
        "second": serializers.UUIDField(),
        "panels": serializers.ListField(child=serializers.DictField()),
    },
)


class CompareInput(serializers.Serializer[Any]):
    def get_fields(self) -> dict[str, Any]:
        return {"with": serializers.UUIDField()}  # a word of Python's own


@extend_schema(responses={200: RUN_OUTPUT, 404: NOT_YOURS})
@api_view(["GET"])
def run(request: Request, run_id: UUID) -> Response:
    """What a past run was asked, what it stood on and how long its steps took."""
    past = past_run(cast(User, request.user), run_id)
    return Response(_document(past))


@extend_schema(
    responses={200: OpenApiResponse(OpenApiTypes.OBJECT, description="By output"), 404: NOT_YOURS}
)
@api_view(["GET"])
def result(request: Request, run_id: UUID) -> HttpResponse:
    """The result of a run, byte for byte as it was stored: its SHA-256 is the run's
    `result_hash`, and so is its tag."""
    past = past_run(cast(User, request.user), run_id)
    etag = f'"{past.run.result_hash}"'
    if unchanged(request, etag):
        return not_modified(etag)
    response = HttpResponse(past.run.result_text, content_type="application/json")
    return cast(HttpResponse, tagged(response, etag))


@extend_schema(
    request=None,
    responses={
        200: OpenApiResponse(OpenApiTypes.OBJECT, description="`same` says whether"),
        404: NOT_YOURS,
    },
)
@api_view(["POST"])
@permission_classes([IsAuthenticated])
@idempotent
def replay(request: Request, run_id: UUID) -> HttpResponse:
    """Compute a run again and compare the bytes; where they differ, what was changed since."""
    found = replay_for(cast(User, request.user), run_id, request.META.get("correlation_id", ""))
    return HttpResponse(canonical_json(found.as_dict()), content_type="application/json")


@extend_schema(
    parameters=[OpenApiParameter("with", OpenApiTypes.UUID, required=True)],
    responses={200: COMPARED_OUTPUT, 404: NOT_YOURS},
)
@api_view(["GET"])
def compare_runs(request: Request, run_id: UUID) -> Response:
    """Two runs of one pattern side by side, figure by figure."""
    asked = CompareInput(data=request.query_params)
    asked.is_valid(raise_exception=True)
    user = cast(User, request.user)
    first, second = past_run(user, run_id), past_run(user, asked.validated_data["with"])
    if first.row.pattern_id != second.row.pattern_id:
        raise RunNotFound
    pattern_id = first.row.pattern_id
    compared = compare(panels(pattern_id, first.run), panels(pattern_id, second.run))
    return Response(
        {
            "first": first.row.pk,
            "second": second.row.pk,
            "panels": [_panel(each) for each in compared],
        }
    )


@extend_schema(
    parameters=[
        OpenApiParameter("path", OpenApiTypes.STR, required=True, description="Of a figure"),
        OpenApiParameter("at", OpenApiTypes.STR, description="A part of it, such as 0.2"),
        OpenApiParameter("depth", OpenApiTypes.INT, description=f"0 to {DEEPEST}; {DEPTH}"),
    ],
    responses={
        200: OpenApiResponse(OpenApiTypes.OBJECT, description="The tree"),
        404: NOT_YOURS,
        409: OpenApiResponse(description="Not explained, or it does not come out again"),
    },
)
@api_view(["GET"])
def why(request: Request, run_id: UUID) -> HttpResponse:
    """The explanation of one figure of a run, as deep as asked for."""
    said = request.query_params
    place, depth = place_of(said.get("at", "")), said.get("depth", str(DEPTH))
    _, root = ask_why(
        user=cast(User, request.user),
        run_id=run_id,
        path=said.get("path", ""),
        correlation_id=request.META.get("correlation_id", ""),
    )
    found = None if place is None else root.at(place)
    deep = int(depth) if depth.isascii() and depth.isdigit() and len(depth) < 4 else DEPTH
    if found is None:
        raise FigureUnknown("This explanation has no such part.")
    told = document(found, min(deep, DEEPEST))
    return HttpResponse(canonical_json(told), content_type="application/json")


def _document(past: PastRun) -> dict[str, Any]:
    row = past.row
    names = ("pattern_id", "pattern_version", "portfolio_id", "inputs", "run_hash", "result_hash")
    return {
        "run_id": row.pk,
        **{name: getattr(row, name) for name in names},
        "state": row.state,
        "trace": past.run.trace,
        "errors": past.run.errors,
        "created_at": row.created_at,
        "others": [other.pk for other in comparable_runs(past)],
    }


def _panel(panel: ComparedPanel) -> dict[str, Any]:
    return {
        "title": panel.title,
        "same": panel.same,
        "figures": [_figure(each) for each in panel.figures],
    }


def _figure(one: Compared) -> dict[str, Any]:
    shown = {
        name: cell and {"value": cell.raw, "state": cell.state, "currency": cell.currency}
        for name, cell in (("first", one.first), ("second", one.second))
    }
    return {"label": one.label, **shown, "difference": one.difference}
