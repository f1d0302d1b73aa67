"""Past runs by a program, and why their figures are what they are."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request

from accounts.models import User
from patterns.canonical import canonical_json
from patterns.exceptions import FigureUnknown
from patterns.why_tree import DEPTH, document, place_of
from portfolios.services.explaining import ask_why

NOT_YOURS = OpenApiResponse(description="No such run for this user, or no such figure in it")
DEEPEST = 12


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
