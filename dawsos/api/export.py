"""GET a ledger as a file: what programs use to take everything out."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request

from accounts.models import User
from portfolios.services.exports import ExportFormat
from portfolios.views.exporting import exported

FILE = OpenApiResponse(OpenApiTypes.BINARY, description="The file")
MEDIA_TYPES = (
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "text/csv",
    "text/plain",
)


@extend_schema(
    parameters=[
        OpenApiParameter(
            "file_format", str, OpenApiParameter.PATH, enum=[str(one) for one in ExportFormat]
        )
    ],
    responses={
        (200, "application/json"): OpenApiResponse(OpenApiTypes.OBJECT, description="The file"),
        **{(200, kind): FILE for kind in MEDIA_TYPES},
        403: OpenApiResponse(description="Your role or membership does not allow exports"),
        404: OpenApiResponse(description="No such portfolio for this user"),
        422: OpenApiResponse(description="No such format"),
    },
)
@api_view(["GET"])
def export_portfolio(
    request: Request, portfolio_id: UUID, file_format: str
) -> StreamingHttpResponse:
    """A portfolio's whole ledger as csv, json, xlsx or beancount (docs/export.md)."""
    return exported(cast(User, request.user), portfolio_id, file_format)
