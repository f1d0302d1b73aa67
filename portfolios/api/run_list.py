"""The list of past runs by a program."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from portfolios.selectors import resolve_portfolio
from portfolios.selectors.run_list import run_page


class RunsInput(serializers.Serializer[Any]):
    portfolio_id = serializers.UUIDField(required=False, default=None)
    pattern_id = serializers.RegexField(r"^[a-z0-9_]{1,64}\Z", required=False, default="")
    page = serializers.IntegerField(required=False, default=1, min_value=1, max_value=10**6)


RUNS_OUTPUT = inline_serializer(
    name="RunsOutput",
    fields={
        "runs": serializers.ListField(child=serializers.DictField()),
        "page": serializers.IntegerField(),
        "pages": serializers.IntegerField(),
        "total": serializers.IntegerField(),
    },
)


@extend_schema(
    parameters=[
        OpenApiParameter("portfolio_id", OpenApiTypes.UUID),
        OpenApiParameter("pattern_id", OpenApiTypes.STR),
        OpenApiParameter("page", OpenApiTypes.INT),
    ],
    responses={200: RUNS_OUTPUT},
)
@api_view(["GET"])
def runs(request: Request) -> Response:
    """Runs of your portfolios, the newest first, without their results."""
    user = cast(User, request.user)
    asked = RunsInput(data=request.query_params)
    asked.is_valid(raise_exception=True)
    said = asked.validated_data
    if said["portfolio_id"] is not None:
        resolve_portfolio(user, said["portfolio_id"])
    found = run_page(user, **said)
    return Response(
        {
            "runs": [asdict(row) for row in found.rows],
            "page": found.page,
            "pages": found.pages,
            "total": found.total,
        }
    )
