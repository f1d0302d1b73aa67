"""The page of a listing: what it is and where its prices come from."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.http import AuthenticatedRequest
from accounts.permissions import Permission, has, require
from market.exceptions import ClosesRefused
from market.formats.csv_records import Limits
from market.selectors import security_by_id
from market.selectors.listing_page import listing_page
from portfolios.forms import ClosesForm
from portfolios.models import Portfolio
from portfolios.selectors import visible_portfolios
from portfolios.selectors.restatement_page import RestatementPage, restatement_page
from portfolios.services import connect_and_reprice, rehearse_closes
from portfolios.views.shell import can_write


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def security(request: AuthenticatedRequest, security_id: UUID) -> HttpResponse:
    """What a listing is and where its prices come from; a manager uploads closes here."""
    require(request.user, Permission.READ_PORTFOLIOS)
    portfolio = _came_from(request)
    context: dict[str, Any] = {
        "portfolio": portfolio,
        "can_write": portfolio is not None and can_write(request, portfolio),
        "form": ClosesForm(),
        "can_connect": has(request.user, Permission.MANAGE_PORTFOLIOS),
    }
    status = 200
    if request.method == "POST":
        form = ClosesForm(request.POST, request.FILES)
        context["form"], status = form, 422
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                if request.POST.get("decision") != "rehearse":
                    _connect(request, security_id, file)
                    return redirect(request.get_full_path())
                context["pages"], status = _rehearsed(request, security_id, file), 200
                context["rehearsed"] = True
            except ClosesRefused as error:
                context["refused"], status = error, error.http_status
    context["shown"] = listing_page(security_id)
    return render(request, "portfolios/security/page.html", context, status=status)


def _connect(request: AuthenticatedRequest, security_id: UUID, file: UploadedFile) -> None:
    """Store the file's closes and say what happened. One byte too many is refused as too large."""
    most = Limits().max_bytes or 0
    report = connect_and_reprice(
        security_by_id(security_id),
        file.read(most + 1),
        file.name or "closes.csv",
        by=request.user,
    )
    messages.success(request, report.sentence)


def _rehearsed(
    request: AuthenticatedRequest, security_id: UUID, file: UploadedFile
) -> list[RestatementPage]:
    """What the file would move, one page a policy; nothing is stored."""
    found = rehearse_closes(
        security_by_id(security_id),
        file.read((Limits().max_bytes or 0) + 1),
        file.name or "closes.csv",
        by=request.user,
    )
    return [restatement_page(report) for report in found.reports]


def _came_from(request: AuthenticatedRequest) -> Portfolio | None:
    """The portfolio whose page led here, when its reader may see it."""
    try:
        asked = UUID(request.GET.get("portfolio", ""))
    except ValueError:
        return None
    return visible_portfolios(request.user).filter(pk=asked).first()
