"""A file on its way into the ledger: chosen here, then understood, matched and reviewed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.http import AuthenticatedRequest
from accounts.permissions import Permission
from market.formats.csv_records import Limits
from portfolios.exceptions import UploadGone
from portfolios.formats.registry import formats
from portfolios.forms.importing import ImportForm
from portfolios.models import PendingUpload, Portfolio
from portfolios.selectors import resolve_portfolio
from portfolios.selectors.imports import import_runs
from portfolios.selectors.provenance import provenance_now
from portfolios.services.import_choices import Choices
from portfolios.services.import_report import ImportReport
from portfolios.services.imports import preview_import
from portfolios.services.previews import preview_upload
from portfolios.services.uploads import keep_upload, waiting_upload

MAX_BYTES = Limits().max_bytes or 0


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_file(request: AuthenticatedRequest, portfolio_id: UUID) -> HttpResponse:
    """Choose a file. One that can be read at all waits for its reader on the next page."""
    portfolio = resolve_portfolio(request.user, portfolio_id, Permission.WRITE_TRADES)
    offered = [(format_.name, format_.title) for format_ in formats()]
    form = ImportForm(offered, request.POST or None, request.FILES or None)
    context: dict[str, Any] = {
        "portfolio": portfolio,
        "form": form,
        "formats": formats(),
        "waiting": _waiting(request, portfolio),
        "runs": import_runs(portfolio.pk)[:3],
        "provenance": provenance_now(portfolio),
        "can_write": True,
    }
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            upload, report = _receive(request, portfolio, form)
            if upload is not None:
                return redirect("portfolios:import-step", portfolio.pk, upload.pk)
            context["report"] = report
            status = 413 if report.is_too_large else 422
    return render(request, "portfolios/import/page.html", context, status=status)


def _receive(
    request: AuthenticatedRequest, portfolio: Portfolio, form: ImportForm
) -> tuple[PendingUpload | None, ImportReport]:
    """The waiting file, or why nothing of it can be shown."""
    file: UploadedFile = form.cleaned_data["file"]
    name = file.name or "upload"
    content = file.read(MAX_BYTES + 1)  # one byte more shows that there is more
    choices = Choices(format=form.cleaned_data["format"], account=form.cleaned_data["account"])
    if len(content) > MAX_BYTES:
        return None, preview_import(
            portfolio_id=portfolio.pk,
            content=content,
            filename=name,
            by=request.user,
            choices=choices,
        )
    upload = keep_upload(
        portfolio_id=portfolio.pk, content=content, filename=name, by=request.user, choices=choices
    )
    report = preview_upload(upload, by=request.user)
    if report.errors and not any(row.row for row in report.rows):
        upload.delete()
        return None, report
    return upload, report


def _waiting(request: AuthenticatedRequest, portfolio: Portfolio) -> PendingUpload | None:
    try:
        return waiting_upload(portfolio_id=portfolio.pk, upload_id=None, by=request.user)
    except UploadGone:
        return None
