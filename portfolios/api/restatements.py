"""What a restatement moved, and what one would move, by a program."""

from __future__ import annotations

from typing import Any, cast

from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from accounts.permissions import Permission, require
from portfolios.selectors import visible_portfolios
from portfolios.selectors.restatement import restatement_report

REPORT = inline_serializer(
    name="RestatementReport",
    fields={
        "report_hash": serializers.CharField(),
        "policy": serializers.CharField(),
        "reason": serializers.CharField(),
        "sealed_at": serializers.DateTimeField(),
        "packs": serializers.ListField(child=serializers.DictField()),
        "facts": serializers.ListField(child=serializers.DictField()),
        "portfolios": serializers.ListField(child=serializers.DictField()),
        "unmoved_portfolios": serializers.IntegerField(),
    },
)
NO_RESTATEMENT = OpenApiResponse(description="No such pack, or one that corrects nothing")


@extend_schema(responses={200: REPORT, 404: NO_RESTATEMENT})
@api_view(["GET"])
def restatement(request: Request, pack_id: str) -> Response:
    """The rows that are other than before, and every figure of your portfolios that moved with
    them. `because` holds places in `facts`, counted from 0."""
    user = cast("User", request.user)
    require(user, Permission.READ_PORTFOLIOS)
    report = restatement_report(pack_id, visible_portfolios(user).order_by("name", "pk"))
    answer: dict[str, Any] = report.as_dict()
    return Response(answer)
