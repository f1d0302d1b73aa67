"""A run of a pattern, and why each of its figures is what it is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from accounts.exceptions import PermissionDenied
from accounts.http import AuthenticatedRequest
from accounts.permissions import Permission, has
from patterns.comparing import compare
from patterns.explaining import explained_steps
from patterns.layout import panels
from patterns.library import of_version
from patterns.panels import flat
from portfolios.exceptions import RunNotFound
from portfolios.formats.writing.panel_csv import panel_csv
from portfolios.selectors import resolve_portfolio
from portfolios.selectors.provenance import provenance
from portfolios.selectors.runs import PastRun, comparable_runs, context_of, past_run
from portfolios.services.explaining import ask_why
from portfolios.services.replaying import replay_for
from portfolios.views.explanations import show_tree
from portfolios.views.shell import can_write


@login_required
@require_safe
def run(request: AuthenticatedRequest, run_id: UUID) -> HttpResponse:
    """What a past run was asked, what it stood on, how long its steps took, what it answered."""
    past = past_run(request.user, run_id)
    shown = panels(past.row.pattern_id, past.run)
    context = _around(request, past) | {
        "panels": shown,
        "others": comparable_runs(past),
        "explained": explained_steps(past.row.pattern_id, past.row.pattern_version),
    }
    return render(request, "portfolios/run/page.html", context)


@login_required
@require_safe
def export_panel(request: AuthenticatedRequest, run_id: UUID, panel_id: str) -> HttpResponse:
    """The table of one panel of a run, in full precision, for whoever may export it."""
    past = past_run(request.user, run_id)
    if past.portfolio is not None:
        resolve_portfolio(request.user, past.portfolio.pk, Permission.EXPORT_DATA)
    elif not has(request.user, Permission.EXPORT_DATA):
        raise PermissionDenied(Permission.EXPORT_DATA)
    shown = flat(panels(past.row.pattern_id, past.run))
    panel = next((each for each in shown if each.id == panel_id and each.columns), None)
    if panel is None:
        raise RunNotFound
    day = f"-{panel.asof_date}" if panel.asof_date else ""
    response = HttpResponse(panel_csv(panel), content_type="text/csv; charset=utf-8")
    name = f"{past.row.pattern_id}-{panel.id}{day}.csv"
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


@login_required
@require_POST
def replay(request: AuthenticatedRequest, run_id: UUID) -> HttpResponse:
    """Compute the run again, and say whether the bytes are the same."""
    found = replay_for(request.user, run_id, request.correlation_id)
    if found.is_same:
        messages.success(request, found.sentence)
        return redirect("portfolios:run", run_id)
    context = _around(request, past_run(request.user, run_id)) | {"found": found}
    return render(request, "portfolios/run/replayed.html", context, status=409)


@login_required
@require_safe
def compare_runs(request: AuthenticatedRequest, run_id: UUID) -> HttpResponse:
    """Two runs of one pattern side by side: what differs, figure by figure."""
    first = past_run(request.user, run_id)
    second = past_run(request.user, _uuid(request.GET.get("with", "")))
    if first.row.pattern_id != second.row.pattern_id:
        raise RunNotFound
    pattern_id = first.row.pattern_id
    context = _around(request, first) | {
        "second": second,
        "compared": compare(panels(pattern_id, first.run), panels(pattern_id, second.run)),
    }
    return render(request, "portfolios/run/compare.html", context)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise RunNotFound from None


@login_required
@require_safe
def why(request: AuthenticatedRequest, run_id: UUID) -> HttpResponse:
    """The explanation of one figure of a run."""
    past, root = ask_why(
        user=request.user,
        run_id=run_id,
        path=request.GET.get("path", ""),
        correlation_id=request.correlation_id,
    )
    return show_tree(request, root, _around(request, past))


def _around(request: AuthenticatedRequest, past: PastRun) -> dict[str, Any]:
    context = context_of(request.user, past, request.correlation_id)
    portfolio = past.portfolio
    return {
        "past": past,
        "run": past.run,
        "portfolio": portfolio,
        "pattern": of_version(past.row.pattern_id, past.row.pattern_version),
        "provenance": provenance(context),
        "asof_date": context.asof_date,
        "can_write": portfolio is not None and can_write(request, portfolio),
    }
