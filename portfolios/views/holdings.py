"""What a portfolio holds, and the lots that a holding is made of."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedRequest
from portfolios.selectors import resolve_portfolio
from portfolios.selectors.holdings import holdings as held_now
from portfolios.selectors.lots_page import lots_page
from portfolios.selectors.provenance import provenance_now
from portfolios.views.shell import can_write


@login_required
@require_safe
def holdings(request: AuthenticatedRequest, portfolio_id: UUID) -> HttpResponse:
    """Positions and balances as the newest entry leaves them."""
    portfolio = resolve_portfolio(request.user, portfolio_id)
    context = {
        "portfolio": portfolio,
        "held": held_now(portfolio),
        "provenance": provenance_now(portfolio),
        "can_write": can_write(request, portfolio),
    }
    return render(request, "portfolios/holdings/page.html", context)


@login_required
@require_safe
def holding(request: AuthenticatedRequest, portfolio_id: UUID, security_id: UUID) -> HttpResponse:
    """Every lot of a security, open and closed, each with the entries that made its history."""
    portfolio = resolve_portfolio(request.user, portfolio_id)
    asked = request.GET.get("page", "")
    shown = lots_page(
        portfolio,
        security_id,
        number=int(asked) if asked.isdecimal() and len(asked) < 7 else 1,
        today=datetime.now(tz=UTC).date(),
    )
    context = {
        "portfolio": portfolio,
        "shown": shown,
        "provenance": provenance_now(portfolio),
        "can_write": can_write(request, portfolio),
    }
    return render(request, "portfolios/holding/page.html", context)
