"""Differences between ledger, projections and statements, by a program."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.idempotency import idempotent
from accounts.models import User
from patterns.canonical import decimal_text
from portfolios.models import Portfolio
from portfolios.selectors import resolve_portfolio
from portfolios.selectors.open_items import Item, reconciliation_items
from portfolios.services.reconciling import accept_difference, recheck


class AcceptInput(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=500)


ITEMS_OUTPUT = inline_serializer(
    name="ReconciliationOutput",
    fields={
        "open": serializers.ListField(child=serializers.DictField()),
        "accepted": serializers.ListField(child=serializers.DictField()),
        "resolved": serializers.ListField(child=serializers.DictField()),
        "asserted": serializers.IntegerField(),
    },
)
CHECKED_OUTPUT = inline_serializer(
    name="ReconciliationChecked",
    fields={
        "open_items": serializers.IntegerField(),
        "checked": serializers.IntegerField(),
        "unchecked": serializers.ListField(child=serializers.CharField()),
        "unvalued": serializers.CharField(),
        "contradictions": serializers.ListField(child=serializers.CharField()),
    },
)


@extend_schema(responses={200: ITEMS_OUTPUT})
@api_view(["GET"])
def reconciliation(request: Request, portfolio_id: UUID) -> Response:
    """Open differences, accepted ones, and the last of those that agree again."""
    return Response(_items(resolve_portfolio(cast(User, request.user), portfolio_id)))


@extend_schema(request=None, responses={200: CHECKED_OUTPUT})
@api_view(["POST"])
@idempotent
def check(request: Request, portfolio_id: UUID) -> Response:
    """Compare now instead of tonight."""
    found = recheck(portfolio_id=portfolio_id, by=cast(User, request.user))
    return Response(
        {
            "open_items": found.open_items,
            "checked": found.checked,
            "unchecked": found.unchecked,
            "unvalued": found.unvalued,
            "contradictions": found.contradictions,
        }
    )


@extend_schema(
    request=AcceptInput,
    responses={200: ITEMS_OUTPUT, 422: OpenApiResponse(description="It cannot be accepted")},
)
@api_view(["POST"])
@idempotent
def accept(request: Request, portfolio_id: UUID, item_id: int) -> Response:
    """Let a statement's difference stay, with a reason. It opens again when either side moves."""
    user = cast(User, request.user)
    portfolio = resolve_portfolio(user, portfolio_id)
    body = AcceptInput(data=request.data)
    body.is_valid(raise_exception=True)
    accept_difference(
        portfolio_id=portfolio.pk, item_id=item_id, reason=body.validated_data["reason"], by=user
    )
    return Response(_items(portfolio))


def _items(portfolio: Portfolio) -> dict[str, Any]:
    found = reconciliation_items(portfolio.pk)
    return {
        "open": [_item(each) for each in found.open],
        "accepted": [_item(each) for each in found.accepted],
        "resolved": [_item(each) for each in found.resolved],
        "asserted": found.asserted,
    }


def _item(item: Item) -> dict[str, Any]:
    row = item.row
    return {
        "id": row.pk,
        "code": row.code,
        "key": row.key,
        "asof_date": row.asof_date,
        "unit": item.unit,
        "currency": item.currency,
        "expected": _number(row.expected),
        "actual": _number(row.actual),
        "difference": _number(item.difference),
        "state": row.state,
        "note": row.note,
        "can_be_accepted": item.can_be_accepted,
    }


def _number(value: Any) -> str | None:
    return None if value is None else decimal_text(value)
