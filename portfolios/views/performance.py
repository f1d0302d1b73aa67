"""The performance of a portfolio as a page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedRequest
from market.selectors.benchmarks import benchmark_definitions
from patterns.layout import panels
from portfolios.calc.periods import Period
from portfolios.forms.performance import PerformanceForm
from portfolios.selectors import resolve_portfolio
from portfolios.selectors.provenance import provenance
from portfolios.views.shell import can_write, may_keep
from portfolios.views.telling import tell, telling
from portfolios.views.waiting import shows_waiting, wants_part

PATTERN = "portfolio_performance"
LABELS = {
    Period.DAY: "1 day",
    Period.MTD: "MTD",
    Period.QTD: "QTD",
    Period.YTD: "YTD",
    Period.YEAR: "1 year",
    Period.THREE_YEARS: "3 years",
    Period.FIVE_YEARS: "5 years",
    Period.SINCE_INCEPTION: "Since inception",
}


@login_required
@require_safe
@shows_waiting
def performance(request: AuthenticatedRequest, portfolio_id: UUID) -> HttpResponse:
    """The performance pattern as a page; HTMX gets what changes with the period alone."""
    portfolio = resolve_portfolio(request.user, portfolio_id)
    form = PerformanceForm(request.GET)
    asked: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    done = tell(request, portfolio, PATTERN, form, form.inputs())
    context = {
        "portfolio": portfolio,
        "form": form,
        "panels": panels(PATTERN, done.run),
        "run": done.run,
        "periods": LABELS.items(),
        "period": "" if asked.get("start") else asked.get("period") or Period.SINCE_INCEPTION,
        "benchmarks": benchmark_definitions(),
        "benchmark_id": done.context.benchmark_id,
        "compared": done.run.result.get("periods", {}),
        "provenance": provenance(done.context),
        "telling": telling(portfolio, done.context),
        "asof_date": done.context.asof_date,
        "ledger_is_empty": not done.context.ledger_seq,
        "can_write": can_write(request, portfolio),
    }
    may_keep(request, portfolio, done.run, done.context, benchmarks=True)
    template = "_results" if wants_part(request) else "page"
    status = 200 if form.is_valid() else 422
    return render(request, f"portfolios/performance/{template}.html", context, status=status)
