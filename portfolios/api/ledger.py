"""The ledger by a program: read a stretch of it, add entries, reverse one, look at lots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

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

from accounts.idempotency import idempotent
from accounts.models import User
from accounts.permissions import Permission
from market.formats.faults import Fault
from market.formats.fields import Place
from market.selectors.securities import priced_listings
from portfolios.api.documents import entry_document, lot_document
from portfolios.exceptions import EntriesRefused
from portfolios.formats.draft import Draft
from portfolios.formats.entry_row import read_entry
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
WRITTEN_OUTPUT = inline_serializer(
    name="WrittenOutput",
    fields={
        "first_seq": serializers.IntegerField(),
        "last_seq": serializers.IntegerField(),
        "ledger_commit_hash": serializers.CharField(),
        "entries": serializers.ListField(child=serializers.DictField()),
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
DONE_ALREADY = OpenApiResponse(description="The entry is reversed already")
REFUSED = OpenApiResponse(description="Nothing was written; every mistake is in details.errors")


@extend_schema(
    methods=["GET"],
    parameters=[OpenApiParameter(name, OpenApiTypes.STR) for name in FILTERS],
    responses={200: ENTRIES_OUTPUT, 404: NOT_YOURS, 422: OpenApiResponse(description="A filter")},
)
@extend_schema(
    methods=["POST"],
    request=EntriesInput,
    responses={201: WRITTEN_OUTPUT, 404: NOT_YOURS, 422: REFUSED},
)
@api_view(["GET", "POST"])
@idempotent
def transactions(request: Request, portfolio_id: UUID) -> Response:
    """A stretch of the ledger, newest first, or entries to add to it, all or none."""
    user = cast(User, request.user)
    if request.method == "POST":
        return _add(request, user, portfolio_id)
    portfolio = resolve_portfolio(user, portfolio_id)
    form = TransactionsForm(request.query_params)
    if not form.is_valid():
        told = form.errors.get_json_data()
        raise serializers.ValidationError(
            {name: [each["message"] for each in found] for name, found in told.items()}
        )
    said = form.cleaned_data
    page = transactions_page(
        portfolio.pk, form.wanted(), before=said["before"], after=said["after"]
    )
    numbers = [entry.seq for entry in page.entries]
    whole = ledger_rows(portfolio.pk).select_related("reversed_by").filter(seq__in=numbers)
    by_number = {entry.seq: entry for entry in whole}
    return Response(
        {
            "entries": [entry_document(by_number[number]) for number in numbers],
            "count": page.count,
            "newer": str(page.newer) if page.newer else None,
            "older": str(page.older) if page.older else None,
            "searched_to": page.searched_to,
        }
    )


@extend_schema(
    request=ReasonInput,
    responses={201: WRITTEN_OUTPUT, 404: NOT_YOURS, 409: DONE_ALREADY, 422: REFUSED},
)
@api_view(["POST"])
@idempotent
def reverse(request: Request, portfolio_id: UUID, seq: int) -> Response:
    """Cancel an entry by another; both stay readable."""
    body = ReasonInput(data=request.data)
    body.is_valid(raise_exception=True)
    done = reverse_entry(
        portfolio_id=portfolio_id,
        seq=seq,
        by=cast(User, request.user),
        reason=body.validated_data["reason"],
    )
    return _written(done)


@extend_schema(
    parameters=[
        OpenApiParameter("security", OpenApiTypes.UUID, required=True),
        OpenApiParameter("page", OpenApiTypes.INT),
    ],
    responses={200: LOTS_OUTPUT, 404: NOT_YOURS},
)
@api_view(["GET"])
def lots(request: Request, portfolio_id: UUID) -> Response:
    """Every lot of a security, open ones first, each with what closed it."""
    portfolio = resolve_portfolio(cast(User, request.user), portfolio_id)
    asked = LotsInput(data=request.query_params)
    asked.is_valid(raise_exception=True)
    shown = lots_page(
        portfolio,
        asked.validated_data["security"],
        number=asked.validated_data["page"],
        today=datetime.now(tz=UTC).date(),
    )
    security = shown.security
    return Response(
        {
            "security": {"id": str(security.pk), "symbol": security.symbol},
            "lots": [lot_document(row) for row in shown.rows],
            "page": shown.page.number,
            "pages": shown.page.paginator.num_pages,
        }
    )


class LotsInput(serializers.Serializer[Any]):
    security = serializers.UUIDField()
    page = serializers.IntegerField(required=False, default=1, min_value=1, max_value=10**6)


def _add(request: Request, user: User, portfolio_id: UUID) -> Response:
    portfolio = resolve_portfolio(user, portfolio_id, Permission.WRITE_TRADES)
    body = EntriesInput(data=request.data)
    body.is_valid(raise_exception=True)
    drafts, faults = _read(portfolio, body.validated_data["transactions"])
    if faults:
        raise EntriesRefused([fault.as_dict() for fault in faults])
    done = append_entries(portfolio_id=portfolio.pk, entries=drafts, by=user, source="api")
    return _written(done)


def _read(portfolio: Portfolio, told: list[Mapping[str, Any]]) -> tuple[list[Draft], list[Fault]]:
    """Every entry and every mistake; rows count from 0, as the body's list does."""
    today = datetime.now(tz=UTC).date()
    drafts: list[Draft] = []
    faults: list[Fault] = []
    for row, fields in enumerate(told):
        texts = {name: value for name, value in fields.items() if isinstance(value, (str, list))}
        draft, wrong = read_entry(row, texts, base_currency=portfolio.base_currency, today=today)
        wrong += [
            Place(row, name).fault("number_invalid", f"{name} is not a text.", "Send it in quotes.")
            for name in fields.keys() - texts.keys()
        ]
        if draft is not None and not wrong:
            draft, wrong = _named(draft, row)
            drafts.append(draft)
        faults += wrong
    return drafts, faults


def _named(draft: Draft, row: int) -> tuple[Draft, list[Fault]]:
    """The listings that an entry names, by symbol and exchange."""
    faults = []
    for column, exchange, target in (
        ("symbol", draft.exchange, "security_id"),
        ("to_symbol", draft.to_exchange, "to_security_id"),
    ):
        symbol = getattr(draft, column)
        if not symbol:
            continue
        found = priced_listings(symbol.upper(), exchange)
        if len(found) == 1:
            known: dict[str, Any] = {target: found[0].pk}
            draft = replace(draft, **known)
            continue
        reason = "ambiguous" if found else "unknown_symbol"
        said = (
            f"{len(found)} listings are called {symbol!r}."
            if found
            else (f"No listing is called {symbol!r}.")
        )
        faults.append(Place(row, column).fault(reason, said, "Name symbol and exchange.", symbol))
    return draft, faults


def _written(done: Appended) -> Response:
    return Response(
        {
            "first_seq": done.first_seq,
            "last_seq": done.last_seq,
            "ledger_commit_hash": done.ledger_commit_hash,
            "entries": [entry_document(entry) for entry in done.entries],
        },
        status=201,
    )
