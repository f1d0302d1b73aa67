"""The nights for programs: the last thirty, one of them, and resuming one that failed."""

from __future__ import annotations

from typing import Any, cast

from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.idempotency import idempotent
from accounts.models import User
from accounts.permissions import Permission, require
from dawsos.night.pages import FailureRow, NightRow, StageRow, last_nights, night_page
from dawsos.night.resuming import resume_night

FIELDS: dict[str, Any] = {
    "id": serializers.IntegerField(),
    "asof_date": serializers.DateField(),
    "policy": serializers.CharField(),
    "state": serializers.CharField(),
    "pack_id": serializers.CharField(),
    "started_at": serializers.DateTimeField(),
    "ended_at": serializers.DateTimeField(allow_null=True),
    "deadline": serializers.DateTimeField(),
    "fresh_at": serializers.DateTimeField(allow_null=True),
    "seconds_to_spare": serializers.FloatField(allow_null=True),
    "stages": serializers.ListField(child=serializers.DictField()),
}
NIGHTS_OUTPUT = inline_serializer(
    name="NightsOutput", fields={"nights": serializers.ListField(child=serializers.DictField())}
)
NIGHT_OUTPUT = inline_serializer(
    name="NightOutput",
    fields={**FIELDS, "failures": serializers.ListField(child=serializers.DictField())},
)
RESUMED_OUTPUT = inline_serializer(
    name="NightResumedOutput",
    fields={"id": serializers.IntegerField(), "state": serializers.CharField()},
)
REFUSED = {
    403: OpenApiResponse(description="The role does not allow it"),
    404: OpenApiResponse(description="There is no such night"),
}


@extend_schema(responses={200: NIGHTS_OUTPUT, 403: REFUSED[403]})
@api_view(["GET"])
def nights(request: Request) -> Response:
    """The last thirty nights, the newest first; for managers."""
    require(cast(User, request.user), Permission.READ_NIGHTS)
    return Response({"nights": [_night(row) for row in last_nights()]})


@extend_schema(responses={200: NIGHT_OUTPUT, **REFUSED})
@api_view(["GET"])
def night(request: Request, run_id: int) -> Response:
    """One night, its stages, and the portfolios that failed; sentences of your own ones only."""
    user = cast(User, request.user)
    require(user, Permission.READ_NIGHTS)
    page = night_page(run_id, user)
    failures = [_failure(each) for each in page.failures]
    return Response({**_night(page.night), "failures": failures})


@extend_schema(
    request=None,
    responses={
        202: RESUMED_OUTPUT,
        **REFUSED,
        409: OpenApiResponse(description="The night has not failed"),
    },
)
@api_view(["POST"])
@idempotent
def resume(request: Request, run_id: int) -> Response:
    """Give what failed its attempts back and call a worker; for administrators."""
    run = resume_night(run_id, cast(User, request.user))
    return Response({"id": run.pk, "state": run.state}, status=202)


def _night(row: NightRow) -> dict[str, Any]:
    on_time, run = row.punctuality, row.run
    return {
        "id": run.pk,
        "asof_date": run.asof_date,
        "policy": run.policy,
        "state": run.state,
        "pack_id": run.pack_id,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "deadline": on_time.deadline,
        "fresh_at": on_time.fresh_at,
        "seconds_to_spare": None if on_time.margin is None else on_time.margin.total_seconds(),
        "stages": [_stage(stage) for stage in row.stages],
    }


def _stage(row: StageRow) -> dict[str, Any]:
    return {
        "stage": row.stage.stage,
        "state": row.stage.state,
        "seconds": round(row.seconds, 3),
        "attempts": row.attempts,
        "chunks": row.chunks,
        "chunks_done": row.chunks_done,
        "failures": row.failures,
        "counts": row.stage.counts,
        "message": row.stage.message,
    }


def _failure(row: FailureRow) -> dict[str, Any]:
    return {
        "stage": row.stage,
        "portfolio_id": str(row.portfolio_id),
        "code": row.code,
        "message": row.message or None,
    }
