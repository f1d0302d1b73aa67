"""The list of runs, and choosing two of them to compare."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedRequest
from portfolios.exceptions import RunNotFound
from portfolios.forms.runs import RunsForm
from portfolios.selectors import resolve_portfolio
from portfolios.selectors.run_list import run_page
from portfolios.selectors.runs import past_run

TWO = 2


@login_required
@require_safe
def run_list(request: AuthenticatedRequest) -> HttpResponse:
    """The newest first; HTMX gets the rows alone."""
    form = RunsForm(request.GET)
    valid = form.is_valid()
    asked = form.cleaned_data
    portfolio_id = asked.get("portfolio")
    if portfolio_id is not None:
        resolve_portfolio(request.user, portfolio_id)
    page = run_page(
        request.user,
        portfolio_id=portfolio_id,
        pattern_id=asked.get("pattern") or "",
        page=asked.get("page") or 1,
    )
    template = "_rows" if request.htmx else "page"
    context = {"form": form, "page": page, "asked": asked}
    status = 200 if valid else 422
    response = render(request, f"portfolios/runs/{template}.html", context, status=status)
    response["Vary"] = "HX-Request"
    return response


@login_required
@require_safe
def choose(request: AuthenticatedRequest) -> HttpResponse:
    """From two ticked runs to the page that compares them."""
    ids = list(dict.fromkeys(request.GET.getlist("run")))
    if len(ids) != TWO:
        messages.error(request, f"Tick two runs to compare; {len(ids)} were ticked.")
        return redirect("portfolios:runs")
    first, second = (past_run(request.user, _uuid(text)) for text in ids)
    if first.row.pattern_id != second.row.pattern_id:
        messages.error(request, "Two runs can be compared when they answer the same pattern.")
        return redirect("portfolios:runs")
    address = reverse("portfolios:compare", args=[second.row.pk])
    return redirect(f"{address}?with={first.row.pk}")


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise RunNotFound from None
