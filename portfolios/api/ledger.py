"""The ledger by a program: read a stretch of it, add entries, reverse one, look at lots."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    inline_serializer,
)
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.conditional import not_modified, tagged, unchanged
from accounts.idempotency import idempotent
from accounts.models import User
from accounts.permissions import Permission
from portfolios.api.documents import entry_document, lot_document
from portfolios.api.effects import (
    DONE_ALREADY,
    DRY_RUN,
    EFFECT_OUTPUT,
    REFUSED,
    WRITTEN_OUTPUT,
    written_or_effect,
)
from portfolios.api.entry_bodies import drafts_of
from portfolios.api.holdings import ledger_etag
from portfolios.forms import TransactionsForm
from portfolios.models import Portfolio
from portfolios.selectors import resolve_portfolio, transactions_page
from portfolios.selectors.ledger import ledger_rows
from portfolios.selectors.lots_page import lots_page
from portfolios.services import Appended, append_entries, reverse_entry

FILTERS = "entry_type symbol account start end text import_run reversed before after".split()
MOST_AT_ONCE = 500


class EntriesInput(serializers.Serializer[Any]):
    """Entries as in a ledger document (docs/import-json.md): `type`, `date`, `symbol`, …"""

    transactions = serializers.ListField(
        child=serializers.DictField(), min_length=1, max_length=MOST_AT_ONCE
    )


class ReasonInput(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300)


ENTRIES_OUTPUT = inline_serializer(
    name="EntriesOutput",
    fields={
        "entries": serializers.ListField(child=serializers.DictField()),
        "count": serializers.IntegerField(allow_null=True),
        "newer": serializers.CharField(allow_null=True),
        "older": serializers.CharField(allow_null=True),
        "searched_to": serializers.DateField(allow_null=True),
    },
)
LOTS_OUTPUT = inline_serializer(
    name="LotsOutput",
    fields={
        "security": serializers.DictField(),
        "lots": serializers.ListField(child=serializers.DictField()),
        "page": serializers.IntegerField(),
        "pages": serializers.IntegerField(),
    },
)
NOT_YOURS = OpenApiResponse(description="No such portfolio for this user")


@extend_schema(
    methods=["GET"],
    parameters=[OpenApiParameter(name, OpenApiTypes.STR) for name in FILTERS],
    responses={200: ENTRIES_OUTPUT, 404: NOT_YOURS, 422: OpenApiResponse(description="A filter")},
)
@extend_schema(
    methods=["POST"],
    parameters=[DRY_RUN],
    request=EntriesInput,
    responses={200: EFFECT_OUTPUT, 201: WRITTEN_OUTPUT, 404: NOT_YOURS, 422: REFUSED},
)
@api_view(["GET", "POST"])
@idempotent
def transactions(request: Request, portfolio_id: UUID) -> HttpResponse:
    """A stretch of the ledger, newest first, or entries to add to it, all or none."""
    user = cast(User, request.user)
    if request.method == "POST":
        return _add(request, user, portfolio_id)
    return transactions_of(request, resolve_portfolio(user, portfolio_id))


@extend_schema(
    parameters=[DRY_RUN],
    request=ReasonInput,
    responses={
        200: EFFECT_OUTPUT,
        201: WRITTEN_OUTPUT,
        404: NOT_YOURS,
        409: DONE_ALREADY,
        422: REFUSED,
    },
)
@api_view(["POST"])
@idempotent
def reverse(request: Request, portfolio_id: UUID, seq: int) -> Response:
    """Cancel an entry by another; both stay readable."""
    body = ReasonInput(data=request.data)
    body.is_valid(raise_exception=True)
    user = cast(User, request.user)
    portfolio = resolve_portfolio(user, portfolio_id, Permission.WRITE_TRADES)

    def cancel() -> Appended:
        return reverse_entry(
            portfolio_id=portfolio.pk, seq=seq, by=user, reason=body.validated_data["reason"]
        )

    return written_or_effect(request, portfolio, cancel, by=user)


@extend_schema(
    parameters=[
        OpenApiParameter("security", OpenApiTypes.UUID, required=True),
        OpenApiParameter("page", OpenApiTypes.INT),
    ],
    responses={200: LOTS_OUTPUT, 404: NOT_YOURS},
)
@api_view(["GET"])
def lots(request: Request, portfolio_id: UUID) -> HttpResponse:
    """Every lot of a security, open ones first, each with what closed it."""
    portfolio = resolve_portfolio(cast(User, request.user), portfolio_id)
    asked = LotsInput(data=request.query_params)
    asked.is_valid(raise_exception=True)
    today = datetime.now(tz=UTC).date()
    etag = ledger_etag("lots", portfolio, request, today)
    if unchanged(request, etag):
        return not_modified(etag)
    shown = lots_page(
        portfolio,
        asked.validated_data["security"],
        number=asked.validated_data["page"],
        today=today,
    )
    security = shown.security
    answer = {
        "security": {"id": str(security.pk), "symbol": security.symbol},
        "lots": [lot_document(row) for row in shown.rows],
        "page": shown.page.number,
        "pages": shown.page.paginator.num_pages,
    }
    return cast(HttpResponse, tagged(Response(answer), etag))


def transactions_of(request: Request, portfolio: Portfolio) -> HttpResponse:
    """The stretch that the address asks for, or 304 where the ledger is as it was."""
    form = TransactionsForm(request.query_params)
    if not form.is_valid():
        told = form.errors.get_json_data()
        raise serializers.ValidationError(
            {name: [each["message"] for each in found] for name, found in told.items()}
        )
    etag = ledger_etag("transactions", portfolio, request)
    if unchanged(request, etag):
        return not_modified(etag)
    said = form.cleaned_data
    page = transactions_page(
        portfolio.pk, form.wanted(), before=said["before"], after=said["after"]
    )
    numbers = [entry.seq for entry in page.entries]
    whole = ledger_rows(portfolio.pk).select_related("reversed_by").filter(seq__in=numbers)
    by_number = {entry.seq: entry for entry in whole}
    answer = {
        "entries": [entry_document(by_number[number]) for number in numbers],
        "count": page.count,
        "newer": str(page.newer) if page.newer else None,
        "older": str(page.older) if page.older else None,
        "searched_to": page.searched_to,
    }
    return cast(HttpResponse, tagged(Response(answer), etag))


class LotsInput(serializers.Serializer[Any]):
    security = serializers.UUIDField()
    page = serializers.IntegerField(required=False, default=1, min_value=1, max_value=10**6)


def _add(request: Request, user: User, portfolio_id: UUID) -> Response:
    portfolio = resolve_portfolio(user, portfolio_id, Permission.WRITE_TRADES)
    body = EntriesInput(data=request.data)
    body.is_valid(raise_exception=True)
    drafts = drafts_of(portfolio, body.validated_data["transactions"])

    def append() -> Appended:
        return append_entries(portfolio_id=portfolio.pk, entries=drafts, by=user, source="api")

    return written_or_effect(request, portfolio, append, by=user)
