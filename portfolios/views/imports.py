"""A file on its way into the ledger: chosen, previewed, confirmed."""

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
from accounts.permissions import Permission
from market.formats.csv_records import Limits
from portfolios.exceptions import UploadGone
from portfolios.forms import ConfirmForm, ImportForm
from portfolios.models import Portfolio
from portfolios.selectors import resolve_portfolio
from portfolios.services.imports import ImportReport, preview_import
from portfolios.services.uploads import import_upload, keep_upload
from portfolios.views.shell import provenance_of

MAX_BYTES = Limits().max_bytes or 0


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_file(request: AuthenticatedRequest, portfolio_id: UUID) -> HttpResponse:
    """Choose a file, see the fate of every row, then import exactly that file or leave it."""
    portfolio = resolve_portfolio(request.user, portfolio_id, Permission.WRITE_TRADES)
    if "upload_id" in request.POST:
        return _confirm(request, portfolio)
    context: dict[str, Any] = {
        "portfolio": portfolio,
        "form": ImportForm(),
        "provenance": provenance_of(request, portfolio),
        "can_write": True,
    }
    status = 200
    if request.method == "POST":
        form = ImportForm(request.POST, request.FILES)
        status = 422
        if form.is_valid():
            context |= _preview(request, portfolio, form.cleaned_data["file"])
            status = _status(context["preview"])
        context["form"] = form
    return render(request, "portfolios/import/page.html", context, status=status)


def _preview(
    request: AuthenticatedRequest, portfolio: Portfolio, file: UploadedFile
) -> dict[str, Any]:
    """The preview, and the waiting file when there is something to import in it."""
    name = file.name or "upload.csv"
    content = file.read(MAX_BYTES + 1)  # one byte more shows that there is more
    preview = preview_import(
        portfolio_id=portfolio.pk, content=content, filename=name, by=request.user
    )
    if preview.errors or not preview.new_count:
        return {"preview": preview}
    upload = keep_upload(portfolio_id=portfolio.pk, content=content, filename=name, by=request.user)
    return {"preview": preview, "upload": upload}


def _status(preview: ImportReport) -> int:
    if preview.is_too_large:
        return 413
    return 422 if preview.errors else 200


def _confirm(request: AuthenticatedRequest, portfolio: Portfolio) -> HttpResponse:
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        raise UploadGone("This is not a file that was previewed.")
    report = import_upload(
        portfolio_id=portfolio.pk, upload_id=form.cleaned_data["upload_id"], by=request.user
    )
    messages.success(request, report.sentence)
    return redirect("portfolios:transactions", portfolio.pk)
