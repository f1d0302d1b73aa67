"""A ledger on its way out of the browser."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedRequest
from accounts.models import User
from accounts.permissions import Permission
from portfolios.exceptions import ExportFormatUnknown
from portfolios.selectors import resolve_portfolio
from portfolios.services.exports import ExportFormat, export_ledger


@login_required
@require_safe
def export(request: AuthenticatedRequest, portfolio_id: UUID) -> StreamingHttpResponse:
    """The ledger as ?format=csv, json, xlsx or beancount, for whoever may export it."""
    return exported(request.user, portfolio_id, request.GET.get("format", "json"))


def exported(user: User, portfolio_id: UUID, wanted: str) -> StreamingHttpResponse:
    """The file as a response that is sent while it is made."""
    portfolio = resolve_portfolio(user, portfolio_id, Permission.EXPORT_DATA)
    try:
        file_format = ExportFormat(wanted)
    except ValueError:
        raise ExportFormatUnknown(wanted, list(ExportFormat)) from None
    export = export_ledger(portfolio=portfolio, file_format=file_format, by=user)
    response = StreamingHttpResponse(export.chunks, content_type=export.content_type)
    response["Content-Disposition"] = content_disposition_header(True, export.filename)
    return response
