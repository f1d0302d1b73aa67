"""What a portfolio holds, by a program."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.conditional import asked_for, etag_of, not_modified, tagged, unchanged
from accounts.models import User
from market.selectors import latest_pack
from patterns.canonical import decimal_text
from portfolios.models import Portfolio
from portfolios.selectors import resolve_portfolio
from portfolios.selectors.context import settings_hash
from portfolios.selectors.holdings import CashHolding, Holding
from portfolios.selectors.holdings import holdings as held_now
from portfolios.selectors.ledger import ledger_head

HOLDINGS_OUTPUT = inline_serializer(
    name="HoldingsOutput",
    fields={
        "base_currency": serializers.CharField(),
        "pack_id": serializers.CharField(allow_null=True),
        "positions": serializers.ListField(child=serializers.DictField()),
        "cash": serializers.ListField(child=serializers.DictField()),
    },
)


class HoldingsInput(serializers.Serializer[Any]):
    account = serializers.CharField(required=False, max_length=64, default=None)


@extend_schema(
    parameters=[OpenApiParameter("account", OpenApiTypes.STR)], responses={200: HOLDINGS_OUTPUT}
)
@api_view(["GET"])
def holdings(request: Request, portfolio_id: UUID) -> HttpResponse:
    """Positions and balances as the newest entry leaves them, at the latest pack's prices."""
    portfolio = resolve_portfolio(cast(User, request.user), portfolio_id)
    return holdings_of(request, portfolio)


def holdings_of(request: Request, portfolio: Portfolio) -> HttpResponse:
    """The answer, or 304 where ledger, pack and settings are those of the answer that is had."""
    asked = HoldingsInput(data=request.query_params)
    asked.is_valid(raise_exception=True)
    etag = ledger_etag("holdings", portfolio, request)
    if unchanged(request, etag):
        return not_modified(etag)
    held = held_now(portfolio, account=asked.validated_data["account"])
    answer = {
        "base_currency": portfolio.base_currency,
        "pack_id": held.pack_id,
        "positions": [_position(each) for each in held.positions],
        "cash": [_balance(each) for each in held.cash],
    }
    return cast(HttpResponse, tagged(Response(answer), etag))


def ledger_etag(kind: str, portfolio: Portfolio, request: Request, *more: object) -> str:
    """Of an answer that follows from the ledger, the latest pack, the settings and the filters."""
    pack = latest_pack(portfolio.pricing_policy)
    return etag_of(
        kind,
        portfolio.pk,
        ledger_head(portfolio.pk).entry_hash,
        pack and (pack.pk, pack.content_hash),
        settings_hash(portfolio),
        asked_for(request.query_params),
        *more,
    )


def _position(row: Holding) -> dict[str, Any]:
    return {
        "security": {"id": row.security_id, "symbol": row.symbol, "name": row.name},
        "account": row.account,
        "currency": row.currency,
        "quantity": decimal_text(row.quantity),
        "cost_basis": _number(row.cost_basis),
        "cost_basis_local": _number(row.cost_basis_local),
        "lots": row.lots,
        "first_acquired": row.first_acquired,
        "price": _number(row.price),
        "price_currency": row.price_currency,
        "price_asof_date": row.price_asof_date,
        "market_value": _number(row.market_value),
        "unrealized_pnl": _gain(row),
        "reason": row.reason,
    }


def _gain(row: Holding) -> str | None:
    if row.market_value is None or row.cost_basis is None:
        return None
    return decimal_text(row.market_value - row.cost_basis)


def _balance(row: CashHolding) -> dict[str, Any]:
    return {
        "account": row.account,
        "currency": row.currency,
        "balance": decimal_text(row.balance),
        "market_value": _number(row.market_value),
        "reason": row.reason,
    }


def _number(value: Any) -> str | None:
    return None if value is None else decimal_text(value)
