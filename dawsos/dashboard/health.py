"""Data health as a page and for programs: of everything one may see, or of one portfolio."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.http import AuthenticatedRequest
from accounts.models import User
from accounts.permissions import Permission, has
from dawsos.dashboard.attention import latest_nights
from dawsos.models import NightlyRun
from market.selectors import policies
from patterns.selectors import AgentRow, agents
from portfolios.selectors import resolve_portfolio
from portfolios.selectors.data_health import DataHealth, PolicyHealth, Weak, data_health
from portfolios.selectors.provenance import provenance_now
from portfolios.views.shell import can_write

ANSWER = OpenApiResponse(
    OpenApiTypes.OBJECT,
    description="Packs by policy; stale and withheld holdings by name with the reason; "
    "quarantine, differences, nights and agents. What a role may not read is null.",
)


@login_required
@require_safe
def page(request: AuthenticatedRequest) -> HttpResponse:
    """Of all portfolios that are open to the reader."""
    context = _context(request.user, data_health(request.user))
    return render(request, "dawsos/data_health/page.html", context)


@login_required
@require_safe
def portfolio_page(request: AuthenticatedRequest, portfolio_id: UUID) -> HttpResponse:
    """Of one portfolio."""
    portfolio = resolve_portfolio(request.user, portfolio_id)
    context = _context(request.user, data_health(request.user, portfolio.pk)) | {
        "portfolio": portfolio,
        "provenance": provenance_now(portfolio),
        "can_write": can_write(request, portfolio),
    }
    return render(request, "dawsos/data_health/page.html", context)


@extend_schema(responses={200: ANSWER})
@api_view(["GET"])
def api(request: Request) -> Response:
    """How far the data behind all portfolios that are open to you can be trusted."""
    user = cast("User", request.user)
    return Response(_answer(user, data_health(user)))


@extend_schema(
    responses={200: ANSWER, 404: OpenApiResponse(description="No such portfolio is open to you")}
)
@api_view(["GET"])
def portfolio_api(request: Request, portfolio_id: UUID) -> Response:
    """How far the data behind one portfolio can be trusted."""
    user = cast("User", request.user)
    portfolio = resolve_portfolio(user, portfolio_id)
    return Response(_answer(user, data_health(user, portfolio.pk)))


def _nights(user: User) -> list[NightlyRun] | None:
    """None for whoever may not read nights."""
    return latest_nights(user, sorted(policies())) if has(user, Permission.READ_NIGHTS) else None


def _agents(user: User) -> list[AgentRow] | None:
    return agents() if has(user, Permission.READ_AGENTS) else None


def _context(user: User, health: DataHealth) -> dict[str, Any]:
    known = _agents(user)
    return {
        "health": health,
        "nights": _nights(user),
        "agents": known,
        "troubled": [row for row in known or () if row.state != "closed"],
    }


def _answer(user: User, health: DataHealth) -> dict[str, Any]:
    nights, known = _nights(user), _agents(user)
    return {
        "policies": [_policy(each) for each in health.policies],
        "portfolios": [
            {
                "portfolio_id": str(line.portfolio.pk),
                "name": line.portfolio.name,
                "asof_date": line.asof_date,
                "pack_id": line.value.pack_id if line.value else None,
                "state": line.total_value.state,
                "reason": line.total_value.reason,
                "open_differences": line.differences,
            }
            for line in health.lines
        ],
        "stale": [_weak(each) for each in health.stale],
        "withheld": [_weak(each) for each in health.withheld],
        "holdings_priced": health.priced,
        "quarantined": health.waiting,
        "open_differences": health.differences,
        "nights": None
        if nights is None
        else [
            {"asof_date": it.asof_date, "policy": it.policy, "state": it.state, "id": it.pk}
            for it in nights
        ],
        "agents_open": None
        if known is None
        else [row.agent for row in known if row.state != "closed"],
    }


def _policy(each: PolicyHealth) -> dict[str, Any]:
    return {
        "policy": each.policy,
        "pack": each.health,
        "coverage": each.coverage or None,
        "prices_exact": each.exact,
        "prices_carried": each.carried,
        "sources": list(each.sources),
    }


def _weak(each: Weak) -> dict[str, Any]:
    return {
        "portfolio_id": str(each.portfolio_id),
        "portfolio": each.portfolio,
        "kind": each.kind,
        "name": each.name,
        "security_id": str(each.security_id) if each.security_id else None,
        "observed_on": each.observed_on,
        "reason": each.reason,
        "pack_id": each.pack_id,
    }
