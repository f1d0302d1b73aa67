"""The pages of the nights, for managers and administrators."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthenticatedRequest
from accounts.permissions import Permission, has, require
from dawsos.night.pages import chart_of, last_nights, night_page
from dawsos.night.resuming import resume_night


@login_required
@require_safe
def nights(request: AuthenticatedRequest) -> HttpResponse:
    """The last thirty nights, and how long each took."""
    require(request.user, Permission.READ_NIGHTS)
    rows = last_nights()
    stages = [row.label for row in rows[0].stages] if rows else []
    context = {"nights": rows, "stages": stages, "chart": chart_of(rows) if len(rows) > 1 else None}
    return render(request, "dawsos/nights/page.html", context)


@login_required
@require_safe
def night(request: AuthenticatedRequest, run_id: int) -> HttpResponse:
    """One night; while it runs, HTMX asks again and gets what moves."""
    require(request.user, Permission.READ_NIGHTS)
    context = {
        "page": night_page(run_id, request.user),
        "may_resume": has(request.user, Permission.RESUME_NIGHTS),
    }
    template = "dawsos/night/_live.html" if request.htmx else "dawsos/night/page.html"
    response = render(request, template, context)
    response["Vary"] = "HX-Request"
    return response


@login_required
@require_POST
def resume(request: AuthenticatedRequest, run_id: int) -> HttpResponse:
    run = resume_night(run_id, request.user)
    messages.success(request, f"The night of {run.asof_date} goes on.")
    return redirect("night", run_id)
