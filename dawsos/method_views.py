"""Pages of methods: their list, one of them, and the address of a rule."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from dawsos.methodology import method_pages, rule_place

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


urlpatterns = [
    path("", index, name="index"),
    path("rule/<str:name>/", rule, name="rule"),
    path("<slug:slug>/", page, name="page"),
]
