"""One entry of the ledger by a program: what it did, and a correction of it."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.idempotency import idempotent
from accounts.models import User
from accounts.permissions import Permission
from patterns.canonical import decimal_text
from portfolios.api.documents import entry_document
from portfolios.api.effects import (
    DONE_ALREADY,
    DRY_RUN,
    EFFECT_OUTPUT,
    REFUSED,
    WRITTEN_OUTPUT,
    written_or_effect,
)
from portfolios.api.entry_bodies import drafts_of
from portfolios.selectors import resolve_portfolio
from portfolios.selectors.entry_page import EntryPage, entry_page
from portfolios.services import Appended, amend_entry


class CorrectionInput(serializers.Serializer[Any]):
    """The entry as it should have been, and why."""

    transaction = serializers.DictField()
    reason = serializers.CharField(max_length=300)


ENTRY_OUTPUT = inline_serializer(
    name="EntryOutput",
    fields={
        "entry": serializers.DictField(),
        "stands": serializers.BooleanField(),
        "import_row": serializers.IntegerField(allow_null=True),
        "cash": serializers.ListField(child=serializers.DictField()),
        "opened": serializers.ListField(child=serializers.CharField()),
        "closed": serializers.ListField(child=serializers.DictField()),
        "legs": serializers.ListField(child=serializers.IntegerField()),
    },
)


@extend_schema(responses={200: ENTRY_OUTPUT})
@api_view(["GET"])
def entry(request: Request, portfolio_id: UUID, seq: int) -> Response:
    """An entry and what follows from it: cash, lots it opened and closed, and its other legs."""
    portfolio = resolve_portfolio(cast(User, request.user), portfolio_id)
    return Response(_document(entry_page(portfolio.pk, seq)))


@extend_schema(
    parameters=[DRY_RUN],
    request=CorrectionInput,
    responses={200: EFFECT_OUTPUT, 201: WRITTEN_OUTPUT, 409: DONE_ALREADY, 422: REFUSED},
)
@api_view(["POST"])
@idempotent
def correct(request: Request, portfolio_id: UUID, seq: int) -> Response:
    """Reverse an entry and write another in its place, at once; all three stay readable."""
    user = cast(User, request.user)
    portfolio = resolve_portfolio(user, portfolio_id, Permission.WRITE_TRADES)
    body = CorrectionInput(data=request.data)
    body.is_valid(raise_exception=True)
    (draft,) = drafts_of(portfolio, [body.validated_data["transaction"]])

    def amend() -> Appended:
        return amend_entry(
            portfolio_id=portfolio.pk,
            seq=seq,
            draft=draft,
            by=user,
            reason=body.validated_data["reason"],
        )

    return written_or_effect(request, portfolio, amend, by=user)


def _document(page: EntryPage) -> dict[str, Any]:
    return {
        "entry": entry_document(page.entry),
        "stands": page.stands,
        "import_row": page.import_row,
        "cash": [
            {
                "account": move.account,
                "currency": move.currency,
                "amount": decimal_text(move.amount),
                "on": move.on,
            }
            for move in page.cash
        ],
        "opened": [lot.label for lot in page.opened],
        "closed": [
            {
                "lot": item.lot.label,
                "quantity": decimal_text(item.quantity),
                "realized_pnl": None
                if item.realized_pnl is None
                else decimal_text(item.realized_pnl),
            }
            for item in page.closed
        ],
        "legs": [leg.seq for leg in page.legs],
    }
