"""Every pattern as a page: the list, the form made from its inputs, and its panels."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedRequest
from accounts.permissions import Permission, has
from dawsos.running.forms import PORTFOLIO, QuestionForm
from patterns import library
from patterns.exceptions import InputsInvalid, PatternUnknown, RunCancelled
from patterns.layout import panels, waiting
from patterns.selectors import sync_library, uploads
from patterns.spec import PatternSpec
from portfolios.selectors import resolve_portfolio
from portfolios.selectors.provenance import provenance
from portfolios.services.runs import Execution, execute, look_up
from portfolios.views.shell import can_write
from portfolios.views.waiting import TICKET


@login_required
@require_safe
def pattern_list(request: AuthenticatedRequest) -> HttpResponse:
    """Every pattern that is served, and for administrators every version of the house's own."""
    sync_library()
    may_upload = has(request.user, Permission.UPLOAD_PATTERNS)
    own = uploads()
    served = {row.pattern_id: row for row in own if row.is_active}
    context = {
        "patterns": [
            {"spec": spec, "upload": served.get(spec.id) if not is_built_in(spec.id) else None}
            for spec in library.library().patterns()
        ],
        "uploads": own if may_upload else [],
        "may_upload": may_upload,
    }
    return render(request, "patterns/list/page.html", context)


@login_required
@require_safe
def pattern_page(request: AuthenticatedRequest, pattern_id: str) -> HttpResponse:
    """A pattern as its file says: a form, and panels. HTMX gets the answer alone."""
    sync_library()
    try:
        spec = library.get_pattern(pattern_id)
    except PatternUnknown as unknown:
        unknown.http_status = 404
        raise
    form = QuestionForm(spec, request.GET.dict(), request.user)
    context: dict[str, Any] = {
        "pattern": spec,
        "form": form,
        "built_in": is_built_in(spec.id),
        "no_portfolio": PORTFOLIO in spec.inputs and not form.portfolios,
        **_answer(request, spec, form),
    }
    template = "patterns/page/_question.html" if request.htmx else "patterns/page/page.html"
    response = render(request, template, context, status=422 if form.errors else 200)
    response["Vary"] = "HX-Request"
    return response


def is_built_in(pattern_id: str) -> bool:
    return pattern_id in library.built_in().readings


def _answer(request: AuthenticatedRequest, spec: PatternSpec, form: QuestionForm) -> dict[str, Any]:
    """The answer for the template: a run, a ticket to wait with, or mistakes in the form."""
    question: dict[str, Any] = {
        "user": request.user,
        "pattern_id": spec.id,
        "inputs": form.inputs,
        "asof": _day(form),
        "pack_id": request.GET.get("pack") or None,
        "correlation_id": request.correlation_id,
    }
    if form.errors or not form.is_answerable:
        return {}
    ticket = request.ticket
    try:
        done = look_up(**question) if ticket is None and _can_wait(request) else None
        if done is None and ticket is None and _can_wait(request):
            return _to_wait_with(request, spec)
        done = done or execute(**question, ticket=ticket)
    except InputsInvalid as refusal:
        form.take_over(refusal)
        return {}
    except RunCancelled as cancelled:
        return {"cancelled": cancelled.suggestion}
    return {"done": done, **_answered(request, spec, form, done)}


def _can_wait(request: AuthenticatedRequest) -> bool:
    """Whether a browser asks, which can show how far a run is. A program wants the answer."""
    return bool(request.htmx) or request.headers.get("Sec-Fetch-Mode") == "navigate"


def _to_wait_with(request: AuthenticatedRequest, spec: PatternSpec) -> dict[str, Any]:
    """A ticket, and the places of the panels that will come."""
    ticket = uuid4()
    address = request.GET.copy()
    address[TICKET] = str(ticket)
    places = waiting(spec.panels)
    return {"ticket": ticket, "address": address.urlencode(), "panels": places}


def _day(form: QuestionForm) -> dt.date | None:
    day: dt.date | None = form.cleaned_data.get("asof") if form.is_valid() else None
    return day


def _answered(
    request: AuthenticatedRequest, spec: PatternSpec, form: QuestionForm, done: Execution
) -> dict[str, Any]:
    form.show_day(done.context.asof_date)
    named = form.inputs.get(PORTFOLIO)
    portfolio = resolve_portfolio(request.user, UUID(named)) if named else None
    return {
        "run": done.run,
        "panels": panels(spec.id, done.run),
        "provenance": provenance(done.context),
        "asof_date": done.context.asof_date,
        "portfolio": portfolio,
        "can_write": portfolio is not None and can_write(request, portfolio),
    }
