"""Pages of a portfolio as a whole: the list, a new one, the overview."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import AuthenticatedRequest
from accounts.permissions import Permission, has, require
from market.exceptions import PackNotFound
from patterns.layout import panels
from portfolios.exceptions import PortfolioInvalid
from portfolios.forms import AsofForm, PortfolioForm
from portfolios.models import Portfolio
from portfolios.selectors import resolve_portfolio
from portfolios.selectors.cards import portfolio_cards
from portfolios.selectors.ledger import ledger_head
from portfolios.selectors.provenance import provenance, provenance_now
from portfolios.selectors.unpriced import unconnected
from portfolios.services import create_portfolio
from portfolios.views.shell import can_write, may_keep
from portfolios.views.telling import tell, telling
from portfolios.views.waiting import shows_waiting

OVERVIEW = "portfolio_overview"


@login_required
@require_safe
def portfolio_list(request: AuthenticatedRequest) -> HttpResponse:
    context = {
        "portfolios": portfolio_cards(request.user),
        "can_create": has(request.user, Permission.MANAGE_PORTFOLIOS),
    }
    return render(request, "portfolios/list/page.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_portfolio(request: AuthenticatedRequest) -> HttpResponse:
    """An empty portfolio for its maker, who goes on to import a ledger into it, or to write one."""
    require(request.user, Permission.MANAGE_PORTFOLIOS)
    form = PortfolioForm(request.POST or None)
    if form.is_valid():
        try:
            portfolio = create_portfolio(by=request.user, **form.cleaned_data)
        except PortfolioInvalid as error:
            form.take_over(error)
        else:
            if request.GET.get("by") == "hand":
                messages.success(request, f"{portfolio.name} is made. Write its first entry next.")
                return redirect("portfolios:new_entry", portfolio.pk)
            messages.success(request, f"{portfolio.name} is made. Import its ledger next.")
            return redirect("portfolios:import", portfolio.pk)
    status = 422 if form.errors else 200
    return render(request, "portfolios/new/page.html", {"form": form}, status=status)


@login_required
@require_safe
@shows_waiting
def overview(request: AuthenticatedRequest, portfolio_id: UUID) -> HttpResponse:
    """The overview pattern as a page, as of the day and the pack in the address."""
    portfolio = resolve_portfolio(request.user, portfolio_id)
    form = AsofForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    inputs: dict[str, Any] = {}
    if asked.get("lookback_days"):
        inputs["lookback_days"] = asked["lookback_days"]
    try:
        done = tell(request, portfolio, OVERVIEW, form, inputs)
    except PackNotFound:
        if ledger_head(portfolio.pk).seq:
            raise
        return _nothing_yet(request, portfolio)
    context = {
        "portfolio": portfolio,
        "form": form,
        "panels": panels(OVERVIEW, done.run),
        "run": done.run,
        "unconnected": unconnected(done.run.result, done.context.pricing_pack_id),
        "provenance": provenance(done.context),
        "telling": telling(portfolio, done.context),
        "asof_date": done.context.asof_date,
        "ledger_is_empty": not done.context.ledger_seq,
        "can_write": can_write(request, portfolio),
    }
    may_keep(request, portfolio, done.run, done.context)
    status = 200 if form.is_valid() else 422
    return render(request, "portfolios/overview/page.html", context, status=status)


def _nothing_yet(request: AuthenticatedRequest, portfolio: Portfolio) -> HttpResponse:
    """Before the first entry and the first pack there is nothing to compute, but a way to begin."""
    context = {
        "portfolio": portfolio,
        "provenance": provenance_now(portfolio),
        "ledger_is_empty": True,
        "can_write": can_write(request, portfolio),
    }
    return render(request, "portfolios/overview/empty.html", context)
