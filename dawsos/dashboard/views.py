"""The first page of the house: all portfolios of whoever is logged in."""

from __future__ import annotations

from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedRequest
from accounts.permissions import Permission, has
from dawsos.dashboard.pages import dashboard, months_of
from portfolios.forms.dashboard import DashboardForm

LINES = 50  # portfolios on a page; the sums are of all of them


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The dashboard; whoever is not logged in is led to the door."""
    if not request.user.is_authenticated:
        return redirect("accounts:login")
    return _dashboard(cast("AuthenticatedRequest", request))


def _dashboard(request: AuthenticatedRequest) -> HttpResponse:
    form = DashboardForm(request.GET)
    valid = form.is_valid()
    asof, currency = form.cleaned_data.get("asof"), form.cleaned_data.get("currency", "")
    page = dashboard(request.user, asof=asof, currency=currency)
    shown = Paginator(page.lines, LINES).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "shown": shown,
        "months": months_of(list(shown)),
        "asked_asof": asof,
        "asof_date": asof or page.together.asof_date,
        "can_create": has(request.user, Permission.MANAGE_PORTFOLIOS),
    }
    return render(request, "dawsos/dashboard/page.html", context, status=200 if valid else 422)
