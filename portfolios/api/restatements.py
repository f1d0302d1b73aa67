"""What a restatement moved, and what one would move, by a program."""

from __future__ import annotations

from typing import Any, cast

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.idempotency import idempotent
from accounts.models import User
from accounts.permissions import Permission, require
from portfolios.api.effects import DRY_RUN, is_asked
from portfolios.selectors import visible_portfolios
from portfolios.selectors.restatement import restatement_report
from portfolios.services import rehearse_restatement, restate_and_reprice

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


class RestateInput(serializers.Serializer[Any]):
    """A span of days of one policy, and the reason that each new pack will carry."""

    start = serializers.DateField()
    end = serializers.DateField()
    policy = serializers.CharField(max_length=30, default="ECB")
    reason = serializers.CharField(max_length=300)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["start"] > attrs["end"]:
            raise serializers.ValidationError({"end": ["The last day is before the first."]})
        return attrs


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


@extend_schema(
    parameters=[DRY_RUN],
    request=RestateInput,
    responses={
        200: OpenApiResponse(OpenApiTypes.OBJECT, description="What would move, or what did")
    },
)
@api_view(["POST"])
@idempotent
def restate(request: Request) -> Response:
    """Look at the packs of a span again: those that are other by now are superseded."""
    user = cast("User", request.user)
    require(user, Permission.MANAGE_PORTFOLIOS)
    body = RestateInput(data=request.data)
    body.is_valid(raise_exception=True)
    said: dict[str, Any] = body.validated_data
    if is_asked(request, "dry_run"):
        rehearsed = rehearse_restatement(**said, by=user)
        return Response({"reports": [report.as_dict() for report in rehearsed.reports]})
    done, (portfolios, rows) = restate_and_reprice(**said, by=user)
    return Response({"packs": list(done.pack_ids), "portfolios": portfolios, "daily_values": rows})
