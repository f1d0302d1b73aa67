"""What a portfolio holds, and the lots that a holding is made of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedRequest
from market.exceptions import PackNotFound
from patterns.layout import panels
from portfolios.forms.attribution import LABELS, PeriodForm
from portfolios.models import Portfolio
from portfolios.selectors import resolve_portfolio
from portfolios.selectors.holdings import holdings as held_now
from portfolios.selectors.lots_page import lots_page
from portfolios.selectors.provenance import provenance, provenance_now
from portfolios.views.shell import can_write
from portfolios.views.telling import tell, telling

DEEP_DIVE = "holding_deep_dive"


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
    """What a holding is, returned, added and risks, as a run of its pattern; and every lot of it,
    open and closed, each with the entries that made its history."""
    portfolio = resolve_portfolio(request.user, portfolio_id)
    asked = request.GET.get("page", "")
    shown = lots_page(
        portfolio,
        security_id,
        number=int(asked) if asked.isdecimal() and len(asked) < 7 else 1,
        today=datetime.now(tz=UTC).date(),
    )
    form = PeriodForm(request.GET)
    context = {
        "portfolio": portfolio,
        "shown": shown,
        "form": form,
        "periods": LABELS.items(),
        "period": form.chosen,
        "can_write": can_write(request, portfolio),
        **_deep_dive(request, portfolio, security_id, form),
    }
    status = 200 if form.is_valid() else 422
    return render(request, "portfolios/holding/page.html", context, status=status)


def _deep_dive(
    request: AuthenticatedRequest, portfolio: Portfolio, security_id: UUID, form: PeriodForm
) -> dict[str, Any]:
    """The panels of the pattern; none before the first pack, when there are only lots."""
    try:
        inputs = {"security_id": str(security_id)} | form.inputs()
        done = tell(request, portfolio, DEEP_DIVE, form, inputs)
    except PackNotFound:
        if form.asked.get("asof") or form.asked.get("pack"):
            raise
        return {"provenance": None}
    return {
        "panels": panels(DEEP_DIVE, done.run),
        "run": done.run,
        "asof_date": done.context.asof_date,
        "provenance": provenance(done.context),
        "telling": telling(portfolio, done.context),
    }
