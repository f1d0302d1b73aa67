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
from market.selectors import security_by_id
from patterns.layout import panels
from portfolios.forms import AsofForm
from portfolios.forms.attribution import LABELS, PeriodForm
from portfolios.models import Portfolio
from portfolios.selectors import resolve_portfolio
from portfolios.selectors.holdings import holdings as held_now
from portfolios.selectors.ledger import entries_after
from portfolios.selectors.lots_page import lots_page
from portfolios.selectors.provenance import provenance, provenance_now
from portfolios.views.shell import can_write, may_keep
from portfolios.views.telling import tell, telling
from portfolios.views.waiting import shows_waiting

HOLDINGS = "portfolio_holdings"
DEEP_DIVE = "holding_deep_dive"


@login_required
@require_safe
@shows_waiting
def holdings(request: AuthenticatedRequest, portfolio_id: UUID) -> HttpResponse:
    """The pattern of holdings as a page; before the first pack, the stored lots and balances."""
    portfolio = resolve_portfolio(request.user, portfolio_id)
    form = AsofForm(request.GET)
    try:
        done = tell(request, portfolio, HOLDINGS, form, {})
    except PackNotFound:
        if form.data.get("asof") or form.data.get("pack"):
            raise
        return _unpriced(request, portfolio)
    context = {
        "portfolio": portfolio,
        "form": form,
        "panels": panels(HOLDINGS, done.run),
        "run": done.run,
        "provenance": provenance(done.context),
        "telling": telling(portfolio, done.context),
        "asof_date": done.context.asof_date,
        "later": entries_after(portfolio, done.context.asof_date),
        "ledger_is_empty": not done.context.ledger_seq,
        "can_write": can_write(request, portfolio),
    }
    may_keep(request, portfolio, done.run, done.context)
    status = 200 if form.is_valid() else 422
    return render(request, "portfolios/holdings/page.html", context, status=status)


def _unpriced(request: AuthenticatedRequest, portfolio: Portfolio) -> HttpResponse:
    """Before there is any price: what is held, as the newest entry leaves it."""
    context = {
        "portfolio": portfolio,
        "held": held_now(portfolio),
        "provenance": provenance_now(portfolio),
        "can_write": can_write(request, portfolio),
    }
    return render(request, "portfolios/holdings/unpriced.html", context)


@login_required
@require_safe
@shows_waiting
def holding(request: AuthenticatedRequest, portfolio_id: UUID, security_id: UUID) -> HttpResponse:
    """What a holding is, returned, added and risks, as a run of its pattern; and every lot of it,
    open and closed, each with the entries that made its history."""
    portfolio = resolve_portfolio(request.user, portfolio_id)
    asked = request.GET.get("page", "")
    security_by_id(security_id)
    form = PeriodForm(request.GET)
    told = _deep_dive(request, portfolio, security_id, form)
    shown = lots_page(
        portfolio,
        security_id,
        number=int(asked) if asked.isdecimal() and len(asked) < 7 else 1,
        today=datetime.now(tz=UTC).date(),
        pack_id=told.pop("pack_id", None),
    )
    context = {
        "portfolio": portfolio,
        "shown": shown,
        "form": form,
        "periods": LABELS.items(),
        "period": form.chosen,
        "can_write": can_write(request, portfolio),
        **told,
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
        "pack_id": done.context.pricing_pack_id,
        "asof_date": done.context.asof_date,
        "provenance": provenance(done.context),
        "telling": telling(portfolio, done.context),
    }
