"""Portfolios by a program: the list, a new one, and what one of them stands on now."""

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
from portfolios.forms.portfolio import BASE_CURRENCIES
from portfolios.models import Portfolio
from portfolios.selectors import resolve_portfolio
from portfolios.selectors.access import role_on
from portfolios.selectors.cards import PortfolioCard, portfolio_cards
from portfolios.selectors.provenance import provenance_now
from portfolios.services import create_portfolio


class PortfolioInput(serializers.Serializer[Any]):
    """A new, empty portfolio. Its other settings start at the adopted conventions."""

    name = serializers.CharField(max_length=120)
    base_currency = serializers.ChoiceField(BASE_CURRENCIES)
    description = serializers.CharField(
        max_length=500, required=False, default="", allow_blank=True
    )


CARD = inline_serializer(
    name="PortfolioCard",
    fields={
        "id": serializers.UUIDField(),
        "name": serializers.CharField(),
        "description": serializers.CharField(),
        "base_currency": serializers.CharField(),
        "asof_date": serializers.DateField(allow_null=True),
        "total_value": serializers.DictField(),
        "twr_1d": serializers.DictField(),
        "state": serializers.CharField(),
    },
)
PORTFOLIOS_OUTPUT = inline_serializer(
    name="PortfoliosOutput", fields={"portfolios": serializers.ListField(child=CARD)}
)
PORTFOLIO_OUTPUT = inline_serializer(
    name="PortfolioOutput",
    fields={
        "id": serializers.UUIDField(),
        "name": serializers.CharField(),
        "description": serializers.CharField(),
        "base_currency": serializers.CharField(),
        "default_asof_date": serializers.DateField(allow_null=True),
        "benchmark_id": serializers.UUIDField(allow_null=True),
        "pricing_policy": serializers.CharField(),
        "membership": serializers.CharField(allow_null=True),
        "policy": serializers.DictField(),
        "provenance": serializers.DictField(allow_null=True),
    },
)


@extend_schema(methods=["GET"], responses={200: PORTFOLIOS_OUTPUT})
@extend_schema(
    methods=["POST"],
    request=PortfolioInput,
    responses={201: PORTFOLIO_OUTPUT, 422: OpenApiResponse(description="Every mistake at once")},
)
@api_view(["GET", "POST"])
@idempotent
def portfolios(request: Request) -> Response:
    """Every portfolio that is open to you with its value, or a new one of your own."""
    user = cast(User, request.user)
    if request.method == "GET":
        return Response({"portfolios": [_card(each) for each in portfolio_cards(user)]})
    body = PortfolioInput(data=request.data)
    body.is_valid(raise_exception=True)
    made = create_portfolio(by=user, **body.validated_data)
    return Response(_document(user, made), status=201)


@extend_schema(responses={200: PORTFOLIO_OUTPUT})
@api_view(["GET"])
def portfolio(request: Request, portfolio_id: UUID) -> Response:
    """A portfolio: its settings, your membership, and the pack and ledger that it stands on."""
    user = cast(User, request.user)
    return Response(_document(user, resolve_portfolio(user, portfolio_id)))


def provenance_document(portfolio: Portfolio) -> dict[str, Any] | None:
    """Pack, ledger head and day; None before the first pack."""
    stands = provenance_now(portfolio)
    if stands is None:
        return None
    return {
        "pack_id": stands.pack_id,
        "pack_hash": stands.pack_hash,
        "ledger_commit_hash": stands.ledger_commit_hash,
        "asof_date": stands.asof_date,
        "freshness": stands.freshness,
    }


def _card(card: PortfolioCard) -> dict[str, Any]:
    return {
        "id": card.id,
        "name": card.name,
        "description": card.description,
        "base_currency": card.base_currency,
        "asof_date": card.asof_date,
        "total_value": card.total_value.model_dump(mode="json"),
        "twr_1d": card.twr_1d.model_dump(mode="json"),
        "state": card.state,
    }


def _document(user: User, portfolio: Portfolio) -> dict[str, Any]:
    return {
        "id": portfolio.pk,
        "name": portfolio.name,
        "description": portfolio.description,
        "base_currency": portfolio.base_currency,
        "default_asof_date": portfolio.default_asof_date,
        "benchmark_id": portfolio.benchmark_id,
        "pricing_policy": portfolio.pricing_policy,
        "membership": role_on(user, portfolio),
        "policy": portfolio.policy_settings(),
        "provenance": provenance_document(portfolio),
    }
