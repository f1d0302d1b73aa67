"""Import runs: the history of a ledger's files, one run with its rows, and taking it back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthenticatedRequest
from accounts.permissions import Permission
from portfolios.models import ImportRun
from portfolios.selectors import resolve_portfolio
from portfolios.selectors.imports import import_run, import_runs, run_rows
from portfolios.selectors.provenance import provenance_now
from portfolios.services import undo_import
from portfolios.views.shell import can_write

PAGE_SIZE = 50


@login_required
@require_safe
def runs(request: AuthenticatedRequest, portfolio_id: UUID) -> HttpResponse:
    """Every file that came into this ledger, the newest first."""
    portfolio = resolve_portfolio(request.user, portfolio_id)
    context = {
        "portfolio": portfolio,
        "page_obj": Paginator(import_runs(portfolio.pk), PAGE_SIZE).get_page(
            request.GET.get("page")
        ),
        "provenance": provenance_now(portfolio),
        "can_write": can_write(request, portfolio),
    }
    return render(request, "portfolios/import/history.html", context)


@login_required
@require_safe
def run(request: AuthenticatedRequest, portfolio_id: UUID, run_id: int) -> HttpResponse:
    """One run: what it added, what it left out and why."""
    portfolio = resolve_portfolio(request.user, portfolio_id)
    found = import_run(portfolio.pk, run_id)
    context: dict[str, Any] = {
        "portfolio": portfolio,
        "run": found,
        "is_done": found.state == ImportRun.State.DONE,
        "rows": run_rows(found),
        "page_obj": Paginator(run_rows(found).entries, PAGE_SIZE).get_page(request.GET.get("page")),
        "provenance": provenance_now(portfolio),
        "can_write": can_write(request, portfolio),
    }
    return render(request, "portfolios/import/run.html", context)


@login_required
@require_POST
def undo(request: AuthenticatedRequest, portfolio_id: UUID, run_id: int) -> HttpResponse:
    """Reverse what the run added."""
    portfolio = resolve_portfolio(request.user, portfolio_id, Permission.WRITE_TRADES)
    found = import_run(portfolio.pk, run_id)
    count = undo_import(run_id=found.pk, by=request.user)
    said = f"{count} entries of run {found.pk} are reversed. Its file may be imported again."
    messages.success(request, said)
    return redirect("portfolios:import-run", portfolio.pk, found.pk)
