"""Where a period's return came from, as a page."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedRequest
from market.selectors.benchmarks import benchmark_definitions
from patterns.layout import panels
from portfolios.forms.attribution import LABELS, AttributionForm
from portfolios.selectors import resolve_portfolio
from portfolios.selectors.provenance import provenance
from portfolios.views.shell import can_write
from portfolios.views.telling import tell, telling
from portfolios.views.waiting import shows_waiting, wants_part

PATTERN = "portfolio_attribution"


@login_required
@require_safe
@shows_waiting
def attribution(request: AuthenticatedRequest, portfolio_id: UUID) -> HttpResponse:
    """The attribution pattern as a page; HTMX gets what changes with the choice alone."""
    portfolio = resolve_portfolio(request.user, portfolio_id)
    form = AttributionForm(request.GET)
    done = tell(request, portfolio, PATTERN, form, form.inputs())
    context = {
        "portfolio": portfolio,
        "form": form,
        "panels": panels(PATTERN, done.run),
        "run": done.run,
        "periods": LABELS.items(),
        "period": form.chosen,
        "benchmarks": benchmark_definitions(),
        "benchmark_id": done.context.benchmark_id,
        "explained": done.run.result.get("contribution", {}),
        "compared": done.run.result.get("sector_attr", {}),
        "provenance": provenance(done.context),
        "telling": telling(portfolio, done.context),
        "asof_date": done.context.asof_date,
        "ledger_is_empty": not done.context.ledger_seq,
        "can_write": can_write(request, portfolio),
    }
    template = "_results" if wants_part(request) else "page"
    status = 200 if form.is_valid() else 422
    return render(request, f"portfolios/attribution/{template}.html", context, status=status)
