"""What a restatement moved, and a rehearsal of one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import AuthenticatedRequest
from accounts.permissions import Permission, require
from portfolios.forms.restating import RestateForm
from portfolios.selectors import visible_portfolios
from portfolios.selectors.restatement import restatement_report
from portfolios.selectors.restatement_page import restatement_page
from portfolios.services import rehearse_restatement, restate_and_reprice


@login_required
@require_safe
def restatement(request: AuthenticatedRequest, pack_id: str) -> HttpResponse:
    """Every figure of the reader's portfolios that moved, from what to what, because of what."""
    require(request.user, Permission.READ_PORTFOLIOS)
    mine = visible_portfolios(request.user).order_by("name", "pk")
    context = {"page": restatement_page(restatement_report(pack_id, mine))}
    return render(request, "portfolios/restatement/page.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def restate(request: AuthenticatedRequest) -> HttpResponse:
    """A manager looks at what a restatement would move, and then does it or leaves it."""
    require(request.user, Permission.MANAGE_PORTFOLIOS)
    if request.method != "POST":
        return render(request, "portfolios/restate/page.html", {"form": RestateForm()})
    form = RestateForm(request.POST)
    if not form.is_valid():
        return render(request, "portfolios/restate/page.html", {"form": form}, status=422)
    if request.POST.get("decision") == "restate":
        return _restate(request, form.cleaned_data)
    found = rehearse_restatement(**form.cleaned_data, by=request.user)
    context: dict[str, Any] = {
        "form": form,
        "rehearsed": True,
        "pages": [restatement_page(report) for report in found.reports],
    }
    return render(request, "portfolios/restate/page.html", context)


def _restate(request: AuthenticatedRequest, said: dict[str, Any]) -> HttpResponse:
    report, _ = restate_and_reprice(**said, by=request.user)
    if not report.pack_ids:
        messages.info(request, "No pack is other than it was sealed; nothing was changed.")
        return redirect("portfolios:restate")
    noun = "pack is" if report.restated == 1 else "packs are"
    messages.success(request, f"{report.restated:,} {noun} restated. This is what moved.")
    return redirect(reverse("portfolios:restatement", args=[report.pack_ids[-1]]))
