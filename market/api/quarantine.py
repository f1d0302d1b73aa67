"""Doubted observations by a program: list them, accept or reject one with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

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

from accounts.idempotency import idempotent
from accounts.models import User
from accounts.permissions import Permission, require
from market.exceptions import QuarantineNotFound
from market.models import Quarantine
from market.selectors.quarantine import quarantine_page
from market.services import accept_observation, reject_observation

MOST = 2**63 - 1
REFUSED = OpenApiResponse(description="Decided already, without a reason, or no number at all")
NOT_THERE = OpenApiResponse(description="No such observation in quarantine")


class DecisionInput(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=500)


ITEM = inline_serializer(
    name="QuarantinedObservation",
    fields={
        "id": serializers.IntegerField(),
        "subject": serializers.CharField(),
        "observed_on": serializers.DateField(),
        "value": serializers.CharField(),
        "unit": serializers.CharField(),
        "source": serializers.CharField(),
        "doubt": serializers.CharField(),
        "message": serializers.CharField(),
        "state": serializers.CharField(),
        "can_be_accepted": serializers.BooleanField(),
        "received_at": serializers.DateTimeField(),
        "decided_at": serializers.DateTimeField(allow_null=True),
        "note": serializers.CharField(),
    },
)
LIST = inline_serializer(
    name="Quarantine",
    fields={
        "waiting": serializers.IntegerField(),
        "page": serializers.IntegerField(),
        "pages": serializers.IntegerField(),
        "observations": serializers.ListField(child=serializers.DictField()),
    },
)


@extend_schema(parameters=[OpenApiParameter("page", OpenApiTypes.INT)], responses={200: LIST})
@api_view(["GET"])
def listed(request: Request) -> Response:
    """What waits for a decision, the newest arrival first."""
    require(cast("User", request.user), Permission.READ_PORTFOLIOS)
    asked = request.query_params.get("page", "1")
    page = quarantine_page(int(asked) if asked.isascii() and asked.isdigit() else 1)
    return Response(
        {
            "waiting": page.waiting,
            "page": page.page,
            "pages": page.pages,
            "observations": [document(item) for item in page.held],
        }
    )


@extend_schema(request=DecisionInput, responses={200: ITEM, 404: NOT_THERE, 422: REFUSED})
@api_view(["POST"])
@idempotent
def accept(request: Request, item_id: int) -> Response:
    """Make an observation of it, known from now on."""
    return _decided(request, item_id, accept_observation)


@extend_schema(request=DecisionInput, responses={200: ITEM, 404: NOT_THERE, 422: REFUSED})
@api_view(["POST"])
@idempotent
def reject(request: Request, item_id: int) -> Response:
    """Leave it out for good."""
    return _decided(request, item_id, reject_observation)


def document(item: Quarantine) -> dict[str, Any]:
    """As programs get it; numbers as text."""
    return {
        "id": item.pk,
        "subject": item.subject,
        "observed_on": str(item.observed_on),
        "value": item.value,
        "unit": item.unit,
        "source": item.source,
        "doubt": item.reason,
        "message": item.message,
        "state": item.state,
        "can_be_accepted": item.can_be_accepted,
        "received_at": item.received_at.isoformat(),
        "decided_at": item.decided_at and item.decided_at.isoformat(),
        "note": item.note,
    }


def _decided(
    request: Request, item_id: int, decide: Callable[[int, str, User], Quarantine]
) -> Response:
    if item_id > MOST:
        raise QuarantineNotFound("There is no such observation in quarantine.")
    body = request.data if isinstance(request.data, dict) else {}
    reason = body.get("reason", "")
    said = reason if isinstance(reason, str) else ""
    return Response(document(decide(item_id, said, cast("User", request.user))))
