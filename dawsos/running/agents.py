"""The agents: how each fares, and closing a breaker by hand. A page and the same for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.http import AuthenticatedRequest
from accounts.idempotency import idempotent
from accounts.models import User
from accounts.permissions import Permission, has, require
from accounts.services.audit import record
from patterns.breakers import FAILURES, OPEN_SECONDS
from patterns.exceptions import DawsError
from patterns.selectors import agents
from patterns.services import reset_breaker

FORBIDDEN = OpenApiResponse(description="The role does not allow it")


class AgentUnknown(DawsError):
    code = "NOT_FOUND_3050"
    http_status = 404
    suggestion = "Take one of the agents that the page names."


@login_required
@require_safe
def agents_page(request: AuthenticatedRequest) -> HttpResponse:
    require(request.user, Permission.READ_AGENTS)
    context = {
        "agents": agents(),
        "limit": FAILURES,
        "seconds": OPEN_SECONDS,
        "may_reset": has(request.user, Permission.RESET_AGENTS),
    }
    template = "dawsos/agents/_table.html" if request.htmx else "dawsos/agents/page.html"
    response = render(request, template, context)
    response["Vary"] = "HX-Request"
    return response


@login_required
@require_POST
def reset_page(request: AuthenticatedRequest, agent: str) -> HttpResponse:
    done = reset_agent(by=request.user, agent=agent)
    said = f"{agent} is called again." if done else f"{agent} had nothing to forget."
    messages.success(request, said)
    return redirect("agents")


@extend_schema(
    responses={200: OpenApiResponse(OpenApiTypes.OBJECT, description="By agent"), 403: FORBIDDEN}
)
@api_view(["GET"])
def agents_api(request: Request) -> Response:
    """Every agent: its breaker, its failures in a row and the last of them; for managers."""
    require(cast(User, request.user), Permission.READ_AGENTS)
    return Response({"agents": [asdict(row) for row in agents()]})


@extend_schema(
    request=None,
    responses={
        200: OpenApiResponse(OpenApiTypes.OBJECT, description="Whether it had failures"),
        403: FORBIDDEN,
        404: OpenApiResponse(description="There is no such agent"),
    },
)
@api_view(["POST"])
@idempotent
def reset_api(request: Request, agent: str) -> Response:
    """Forget an agent's failures, so that it is called again at once; for administrators."""
    done = reset_agent(by=cast(User, request.user), agent=agent)
    return Response({"agent": agent, "reset": done})


def reset_agent(*, by: User, agent: str) -> bool:
    """Close a breaker now, and audit it. Raises PermissionDenied and AgentUnknown."""
    require(by, Permission.RESET_AGENTS)
    row = next((row for row in agents() if row.agent == agent), None)
    if row is None:
        raise AgentUnknown(f"There is no agent {agent[:80]!r}.")
    done = reset_breaker(agent)
    record(
        action="agent_reset",
        by=by,
        resource_type="agent",
        resource_id=agent,
        details={"state": row.state, "failures": row.failures},
    )
    return done
