"""Listings by a program: search, one of them with its prices, and closes brought for it."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    inline_serializer,
)
from rest_framework import serializers
from rest_framework.decorators import api_view, parser_classes
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.idempotency import idempotent
from accounts.models import User
from accounts.permissions import Permission, require
from market.formats.csv_records import Limits
from market.models import Security
from market.selectors import security_by_id
from market.selectors.listing_page import ListingPage, listing_page
from market.selectors.securities import listings_like
from portfolios.api.effects import DRY_RUN, is_asked
from portfolios.exceptions import ImportFileMissing
from portfolios.services import connect_and_reprice, rehearse_closes

LONGEST_SEARCH = 40


class SearchInput(serializers.Serializer[Any]):
    q = serializers.CharField(max_length=LONGEST_SEARCH)


class ClosesInput(serializers.Serializer[Any]):
    file = serializers.FileField(help_text="CSV of days and closes")


LISTING_FIELDS: dict[str, Any] = {
    "id": serializers.UUIDField(),
    "symbol": serializers.CharField(),
    "exchange": serializers.CharField(),
    "name": serializers.CharField(),
    "currency": serializers.CharField(),
    "security_type": serializers.CharField(),
}
SEARCH_OUTPUT = inline_serializer(
    name="SecuritiesOutput",
    fields={
        "securities": serializers.ListField(
            child=inline_serializer(name="SecurityRow", fields={**LISTING_FIELDS})
        )
    },
)
LISTING_OUTPUT = inline_serializer(
    name="SecurityOutput",
    fields={
        **LISTING_FIELDS,
        "takes_uploads": serializers.BooleanField(),
        "days": serializers.IntegerField(),
        "first": serializers.DateField(allow_null=True),
        "last": serializers.DateField(allow_null=True),
        "newest": serializers.ListField(child=serializers.DictField()),
        "actions": serializers.ListField(child=serializers.DictField()),
    },
)


@extend_schema(
    parameters=[
        OpenApiParameter("q", OpenApiTypes.STR, required=True, description="Symbol, name or ISIN")
    ],
    responses={200: SEARCH_OUTPUT},
)
@api_view(["GET"])
def securities(request: Request) -> Response:
    """Listings whose symbol begins with a text or whose name holds it, twenty at most."""
    require(cast(User, request.user), Permission.READ_PORTFOLIOS)
    asked = SearchInput(data=request.query_params)
    asked.is_valid(raise_exception=True)
    found = listings_like(asked.validated_data["q"])
    return Response({"securities": [_listing(each) for each in found]})


@extend_schema(responses={200: LISTING_OUTPUT})
@api_view(["GET"])
def security(request: Request, security_id: UUID) -> Response:
    """What a listing is, where its prices come from, the newest of them, and its actions."""
    require(cast(User, request.user), Permission.READ_PORTFOLIOS)
    return Response(_document(listing_page(security_id)))


@extend_schema(
    parameters=[DRY_RUN],
    request={"multipart/form-data": ClosesInput},
    responses={
        200: OpenApiResponse(OpenApiTypes.OBJECT, description="What would move, or what did"),
        409: OpenApiResponse(description="The listing has a price source already"),
    },
)
@api_view(["POST"])
@parser_classes([MultiPartParser])
@idempotent
def closes(request: Request, security_id: UUID) -> Response:
    """Bring closes for a listing without a price source; packs are restated and values follow."""
    user = cast(User, request.user)
    require(user, Permission.MANAGE_PORTFOLIOS)
    listing = security_by_id(security_id)
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise ImportFileMissing
    content, name = file.read((Limits().max_bytes or 0) + 1), file.name or "closes.csv"
    if is_asked(request, "dry_run"):
        found = rehearse_closes(listing, content, name, by=user)
        return Response({"reports": [report.as_dict() for report in found.reports]})
    return Response(connect_and_reprice(listing, content, name, by=user).as_dict())


def _listing(security: Security) -> dict[str, Any]:
    return {name: getattr(security, name) for name in LISTING_FIELDS}


def _document(page: ListingPage) -> dict[str, Any]:
    return _listing(page.security) | {
        "takes_uploads": page.takes_uploads,
        "days": page.days,
        "first": page.first,
        "last": page.last,
        "newest": [
            {
                "observed_on": row.observed_on,
                "close": row.close,
                "currency": row.currency,
                "source": row.source,
                "available_at": row.available_at,
                "factor": row.factor,
            }
            for row in page.newest
        ],
        "actions": [
            {"id": fact.pk, "type": fact.action_type, "ex_date": fact.ex_date}
            for fact in page.actions
        ],
    }
