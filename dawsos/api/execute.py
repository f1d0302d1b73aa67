"""POST a pattern and its inputs, get the run: the door that programs use."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, cast

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

from accounts.idempotency import idempotent
from accounts.models import User
from dawsos.api.errors import correlation_id
from dawsos.api.mistakes import DayField
from dawsos.gate import check_fresh
from patterns.runner import RunResult
from portfolios.services.runs import execute

STALE_HEADER = "X-Pricing-Pack-Stale"


class ContextInput(serializers.Serializer[Any]):
    pricing_pack_id = serializers.CharField(required=False, max_length=64)


class ExecuteInput(serializers.Serializer[Any]):
    """What a client posts."""

    pattern_id = serializers.CharField(max_length=100)
    inputs = serializers.DictField(required=False, default=dict)
    asof = DayField(required=False, allow_null=True)
    require_fresh = serializers.BooleanField(required=False, default=True)
    ctx = ContextInput(required=False, default=dict)


# What a client gets; ``result`` is keyed by the pattern's outputs.
EXECUTE_OUTPUT = inline_serializer(
    name="ExecuteOutput",
    fields={
        "result": serializers.DictField(),
        "trace": serializers.DictField(),
        "run_id": serializers.CharField(),
        "run_hash": serializers.CharField(),
        "result_hash": serializers.CharField(),
        "state": serializers.CharField(),
        "errors": serializers.ListField(),
    },
)


@extend_schema(
    request=ExecuteInput,
    responses={
        200: EXECUTE_OUTPUT,
        404: OpenApiResponse(description="No such portfolio or pack for this user"),
        422: OpenApiResponse(description="The input is not valid"),
        503: OpenApiResponse(description="The pack is still warming"),
    },
)
@api_view(["POST"])
@permission_classes([IsAuthenticated])
@idempotent
def execute_pattern(request: Request) -> HttpResponse:
    """Run a pattern as of a day and a pack, under the caller's own rights."""
    body = ExecuteInput(data=request.data)
    body.is_valid(raise_exception=True)
    asked: dict[str, Any] = body.validated_data
    asof: dt.date | None = asked.get("asof")
    done = execute(
        user=cast(User, request.user),
        pattern_id=asked["pattern_id"],
        inputs=asked["inputs"],
        asof=asof,
        pack_id=asked["ctx"].get("pricing_pack_id"),
        correlation_id=correlation_id(request),
        before_run=lambda ctx: check_fresh(ctx, required=asked["require_fresh"]),
    )
    response = HttpResponse(answer_text(done.run), content_type="application/json")
    if done.context.pack_state not in (None, "fresh"):
        response[STALE_HEADER] = "true"
    return response


def answer(run: RunResult) -> dict[str, Any]:
    """The answer as data, for doors that print it."""
    return {"result": run.result, **_papers(run)}


def answer_text(run: RunResult) -> str:
    """The answer as JSON. The stored result is canonical text already and is sent as it is, so
    that a client can hash what it was given."""
    papers = json.dumps(_papers(run), separators=(",", ":"))
    return f'{{"result":{run.result_text},{papers[1:]}'


def _papers(run: RunResult) -> dict[str, Any]:
    return {
        "trace": run.trace,
        "run_id": str(run.run_id),
        "run_hash": run.run_hash,
        "result_hash": run.result_hash,
        "state": run.state,
        "errors": run.errors,
    }
