"""A run that takes long: at which step it is, and cancelling it. By the ticket of whoever waits."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.http import AuthenticatedRequest
from accounts.idempotency import idempotent
from accounts.models import User
from patterns import library
from patterns.plan import plan_for
from patterns.services import cancel_run, step_reached, ticket_of


@login_required
@require_safe
def progress(request: AuthenticatedRequest, pattern_id: str, ticket: UUID) -> HttpResponse:
    """At which step the run of a ticket is, and a button that cancels it."""
    steps = plan_for(library.get_pattern(pattern_id)).steps
    reached = step_reached(ticket_of(request.user.pk, ticket))
    known = reached is not None and reached < len(steps)
    context = {
        "pattern_id": pattern_id,
        "ticket": ticket,
        "total": len(steps),
        "number": reached + 1 if known and reached is not None else None,
        "step": steps[reached].id.replace("_", " ") if known and reached is not None else "",
    }
    return render(request, "patterns/page/_progress.html", context)


@login_required
@require_POST
def cancel(request: AuthenticatedRequest, pattern_id: str, ticket: UUID) -> HttpResponse:  # noqa: ARG001 - its place in the address
    cancel_run(ticket_of(request.user.pk, ticket))
    return render(request, "patterns/page/_cancelled.html")


@extend_schema(
    responses={200: OpenApiResponse(OpenApiTypes.OBJECT, description="The step, or null")}
)
@api_view(["GET"])
def progress_api(request: Request, ticket: UUID) -> Response:
    """The number of the step, from 0, at which your run with this ticket is; null when it is at
    none: it has ended, has not begun, or waits for another's answer."""
    return Response({"step": step_reached(ticket_of(cast(User, request.user).pk, ticket))})


@extend_schema(
    request=None,
    responses={202: OpenApiResponse(OpenApiTypes.OBJECT, description="The run stops soon")},
)
@api_view(["POST"])
@permission_classes([IsAuthenticated])
@idempotent
def cancel_api(request: Request, ticket: UUID) -> Response:
    """Cancel your run with this ticket; the steps that are finished are kept."""
    cancel_run(ticket_of(cast(User, request.user).pk, ticket))
    return Response({"cancelled": str(ticket)}, status=202)
