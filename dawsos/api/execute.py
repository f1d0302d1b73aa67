"""POST a pattern and its inputs, get the run: the door that programs use."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

from accounts.conditional import not_modified, unchanged
from accounts.idempotency import idempotent
from accounts.models import User
from dawsos.api.errors import correlation_id
from dawsos.api.mistakes import DayField
from dawsos.gate import check_fresh
from patterns.context import Context
from patterns.inputs import validate_inputs
from patterns.library import get_pattern
from patterns.plan import plan_for
from patterns.runner import RunResult, run_hash_of
from portfolios.services.runs import execute

STALE_HEADER = "X-Pricing-Pack-Stale"


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked, and as of when."""

    pattern_id: str
    inputs: dict[str, Any]
    asof: dt.date | None
    pack_id: str | None
    require_fresh: bool
    ticket: UUID | None = None


class ContextInput(serializers.Serializer[Any]):
    pricing_pack_id = serializers.CharField(required=False, max_length=64)


class ExecuteInput(serializers.Serializer[Any]):
    """What a client posts."""

    pattern_id = serializers.CharField(max_length=100)
    inputs = serializers.DictField(required=False, default=dict)
    asof = DayField(required=False, allow_null=True)
    require_fresh = serializers.BooleanField(required=False, default=True)
    ctx = ContextInput(required=False, default=dict)
    ticket = serializers.UUIDField(required=False, allow_null=True, default=None)


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
        304: OpenApiResponse(description="The client has the answer already"),
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
    return answered(
        request,
        Question(
            pattern_id=asked["pattern_id"],
            inputs=asked["inputs"],
            asof=asked.get("asof"),
            pack_id=asked["ctx"].get("pricing_pack_id"),
            require_fresh=asked["require_fresh"],
            ticket=asked["ticket"],
        ),
    )


def answered(request: Request, question: Question) -> HttpResponse:
    """The run, or 304 where the question is the one whose complete answer the client has.

    The tag is weak: the result is the same to the byte, the trace says how long it took this time.
    """

    def look(ctx: Context) -> None:
        check_fresh(ctx, required=question.require_fresh)
        plan = plan_for(get_pattern(question.pattern_id))
        values = validate_inputs(plan.spec, question.inputs)
        etag = f'W/"{run_hash_of(plan, values, ctx)}"'
        if unchanged(request, etag):
            raise _HadAlready(etag)

    try:
        done = execute(
            user=cast(User, request.user),
            pattern_id=question.pattern_id,
            inputs=question.inputs,
            asof=question.asof,
            pack_id=question.pack_id,
            correlation_id=correlation_id(request),
            before_run=look,
            ticket=question.ticket,
        )
    except _HadAlready as had:
        return not_modified(had.etag)
    response = HttpResponse(answer_text(done.run), content_type="application/json")
    if done.context.pack_state not in (None, "fresh"):
        response[STALE_HEADER] = "true"
    if done.run.state == "complete":
        response["ETag"] = f'W/"{done.run.run_hash}"'
    return response


class _HadAlready(Exception):
    """A way out, no error."""

    def __init__(self, etag: str) -> None:
        super().__init__(etag)
        self.etag = etag


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
