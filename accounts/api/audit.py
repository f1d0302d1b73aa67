"""The audit trail by a program: everybody's for administrators, one's own for everyone."""

from typing import Any, cast

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import AuditEvent, User
from accounts.permissions import Permission, require
from accounts.selectors import AuditFilter, audit_stretch, recent_activity
from accounts.services import record

OWN_SHOWN = 50


class AuditInput(serializers.Serializer[Any]):
    """Filters; `before` is the id of the last event of the stretch before."""

    action = serializers.CharField(required=False, max_length=64, default="")
    actor = serializers.EmailField(required=False, max_length=254, default="")
    portfolio_id = serializers.UUIDField(required=False, default=None)
    resource_id = serializers.CharField(required=False, max_length=255, default="")
    start = serializers.DateField(required=False, default=None)
    end = serializers.DateField(required=False, default=None)
    before = serializers.UUIDField(required=False, default=None)


EVENT = inline_serializer(
    name="AuditEvent",
    fields={
        "id": serializers.UUIDField(),
        "at": serializers.DateTimeField(),
        "actor": serializers.CharField(allow_null=True),
        "action": serializers.CharField(),
        "resource_type": serializers.CharField(),
        "resource_id": serializers.CharField(),
        "portfolio_id": serializers.UUIDField(allow_null=True),
        "details": serializers.DictField(),
        "correlation_id": serializers.CharField(),
        "ip": serializers.CharField(allow_null=True),
    },
)
AUDIT_OUTPUT = inline_serializer(
    name="AuditOutput",
    fields={
        "events": serializers.ListField(child=EVENT),
        "older": serializers.UUIDField(allow_null=True),
    },
)
ACTIVITY_OUTPUT = inline_serializer(
    name="ActivityOutput",
    fields={"events": serializers.ListField(child=serializers.DictField())},
)


@extend_schema(
    parameters=[
        OpenApiParameter("action", OpenApiTypes.STR),
        OpenApiParameter("actor", OpenApiTypes.EMAIL),
        OpenApiParameter("portfolio_id", OpenApiTypes.UUID),
        OpenApiParameter("resource_id", OpenApiTypes.STR),
        OpenApiParameter("start", OpenApiTypes.DATE),
        OpenApiParameter("end", OpenApiTypes.DATE),
        OpenApiParameter("before", OpenApiTypes.UUID),
    ],
    responses={200: AUDIT_OUTPUT},
)
@api_view(["GET"])
def audit(request: Request) -> Response:
    """Who did what, the newest first; for administrators, and looking is audited too."""
    user = cast(User, request.user)
    require(user, Permission.READ_AUDIT)
    asked = AuditInput(data=request.query_params)
    asked.is_valid(raise_exception=True)
    said: dict[str, Any] = asked.validated_data
    record(
        action="audit_read",
        by=user,
        resource_type="audit",
        details={name: str(value) for name, value in said.items() if value},
    )
    events, older = audit_stretch(AuditFilter(**said))
    return Response({"events": [_event(each) for each in events], "older": older})


@extend_schema(responses={200: ACTIVITY_OUTPUT})
@api_view(["GET"])
def activity(request: Request) -> Response:
    """What you did lately, the newest first."""
    seen = recent_activity(cast(User, request.user), OWN_SHOWN)
    events = [{"at": each.at, "action": each.action, "ip": each.ip} for each in seen]
    return Response({"events": events})


def _event(event: AuditEvent) -> dict[str, Any]:
    names = "id at action resource_type resource_id portfolio_id details correlation_id ip"
    told = {name: getattr(event, name) for name in names.split()}
    return told | {"actor": event.actor and event.actor.email}
