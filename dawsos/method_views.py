"""Pages of methods: their list, one of them, the address of a rule, and the cases that prove it."""

from __future__ import annotations

import json

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from dawsos.methodology import golden_outcomes, method_pages, rule_place
from dawsos.methods.verification import Outcome

app_name = "methods"


@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    return render(request, "methods/index.html", {"pages": method_pages().values()})


@login_required
@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    found = method_pages().get(slug)
    if found is None:
        raise Http404
    context = {"page": found, "pages": method_pages().values()}
    return render(request, "methods/page.html", context)


@login_required
@require_safe
def rule(_request: HttpRequest, name: str) -> HttpResponse:
    """`valuation.1` leads to the first rule of valuation."""
    place = rule_place(name)
    if place is None:
        raise Http404
    found, number = place
    return redirect(f"{reverse('methods:page', args=[found.slug])}#rule-{number}")


@login_required
@require_safe
def fixtures(request: HttpRequest, golden: str) -> HttpResponse:
    """The golden cases of a file, each with what the product answers."""
    cases = [_shown(outcome) for outcome in golden_outcomes(golden)]
    if not cases:
        raise Http404
    return render(request, "methods/fixtures.html", {"name": golden, "cases": cases})


def _shown(outcome: Outcome) -> dict[str, object]:
    texts = {
        name: json.dumps(value, indent=1, ensure_ascii=False)
        for name, value in (
            ("inputs", outcome.case.inputs),
            ("expected", outcome.case.expected),
            ("tolerance", outcome.case.tolerance),
        )
    }
    return {"case": outcome.case, "status": outcome.status, "problems": outcome.problems, **texts}


urlpatterns = [
    path("", index, name="index"),
    path("fixtures/<slug:golden>/", fixtures, name="fixtures"),
    path("rule/<str:name>/", rule, name="rule"),
    path("<slug:slug>/", page, name="page"),
]
