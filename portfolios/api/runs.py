"""Past runs by a program, and why their figures are what they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from urllib.parse import urlencode
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
from patterns.why_tree import DEPTH, TOLD_WIDTH, Extent, document, place_of
from portfolios.exceptions import RunNotFound
from portfolios.selectors.runs import PastRun, comparable_runs, past_run
from portfolios.services.explaining import ask_why
from portfolios.services.replaying import replay_for

NOT_YOURS = OpenApiResponse(description="No such run for this user, or no such figure in it")
DEEPEST = 12
WIDEST = 200
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
        OpenApiParameter(
            "width",
            OpenApiTypes.INT,
            description=f"Children of a node, 1 to {WIDEST}; {TOLD_WIDTH}",
        ),
        OpenApiParameter("from", OpenApiTypes.INT, description="The first child that is told; 0"),
    ],
    responses={
        200: OpenApiResponse(OpenApiTypes.OBJECT, description="The tree"),
        404: NOT_YOURS,
        409: OpenApiResponse(description="Not explained, or it does not come out again"),
    },
)
@api_view(["GET"])
def why(request: Request, run_id: UUID) -> HttpResponse:
    """The explanation of one figure of a run, as deep and as wide as asked for. What is left out
    of a node says so under `more`, with the address where it goes on."""
    said = request.query_params
    place, path = place_of(said.get("at", "")), said.get("path", "")
    _, root = ask_why(
        user=cast(User, request.user),
        run_id=run_id,
        path=path,
        correlation_id=request.META.get("correlation_id", ""),
    )
    found = None if place is None else root.at(place)
    if found is None or place is None:
        raise FigureUnknown("This explanation has no such part.")
    depth = min(_count(said.get("depth", ""), DEPTH), DEEPEST)
    width = min(max(_count(said.get("width", ""), TOLD_WIDTH), 1), WIDEST)

    def address(at: Sequence[int], skip: int) -> str:
        asked = {"path": path, "at": ".".join(map(str, at)), "depth": depth, "width": width}
        return f"{request.path}?{urlencode(asked | {'from': skip})}"

    extent = Extent(depth=depth, width=width, skip=_count(said.get("from", ""), 0), address=address)
    told = document(found, place, extent)
    return HttpResponse(canonical_json(told), content_type="application/json")


def _count(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else default


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
