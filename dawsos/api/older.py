"""The paths that clients knew before /api/v1/. The same code answers; only the address differs.

A client that names no portfolio means its only one. One with several must say which.
"""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request

from accounts.models import User
from dawsos.api.execute import EXECUTE_OUTPUT
from dawsos.api.patterns import ADDRESS, OVERVIEW, asked_of
from patterns.exceptions import DawsError
from portfolios.api.holdings import HOLDINGS_OUTPUT, holdings_of
from portfolios.api.ledger import ENTRIES_OUTPUT, FILTERS, transactions_of
from portfolios.models import Portfolio
from portfolios.selectors import resolve_portfolio, visible_portfolios

WHICH = OpenApiParameter(
    "portfolio_id", OpenApiTypes.UUID, description="May be left out by who has one portfolio"
)


class PortfolioUnnamed(DawsError):
    """A path without a portfolio, from somebody who does not have exactly one."""

    code = "VALIDATION_2001"
    http_status = 422
    suggestion = "Send portfolio_id; /api/v1/portfolios/ lists yours."


class WhichInput(serializers.Serializer[Any]):
    portfolio_id = serializers.UUIDField(required=False, default=None)


@extend_schema(parameters=ADDRESS, responses={200: EXECUTE_OUTPUT})
@api_view(["GET"])
def metrics(request: Request, portfolio_id: UUID) -> HttpResponse:
    """The figures of a portfolio: its overview, with every figure's state."""
    return asked_of(request, portfolio_id, OVERVIEW)


@extend_schema(parameters=[WHICH, *ADDRESS], responses={200: EXECUTE_OUTPUT})
@api_view(["GET"])
def portfolio(request: Request) -> HttpResponse:
    """The overview of a portfolio."""
    return asked_of(request, _meant(request).pk, OVERVIEW)


@extend_schema(
    parameters=[WHICH, OpenApiParameter("account", OpenApiTypes.STR)],
    responses={200: HOLDINGS_OUTPUT},
)
@api_view(["GET"])
def holdings(request: Request) -> HttpResponse:
    """Positions and balances as the newest entry leaves them."""
    return holdings_of(request, _meant(request))


@extend_schema(
    parameters=[WHICH, *(OpenApiParameter(name, OpenApiTypes.STR) for name in FILTERS)],
    responses={200: ENTRIES_OUTPUT},
)
@api_view(["GET"])
def transactions(request: Request) -> HttpResponse:
    """A stretch of the ledger, newest first."""
    return transactions_of(request, _meant(request))


def _meant(request: Request) -> Portfolio:
    user = cast(User, request.user)
    said = WhichInput(data=request.query_params)
    said.is_valid(raise_exception=True)
    asked = said.validated_data["portfolio_id"]
    if asked is not None:
        return resolve_portfolio(user, asked)
    mine = list(visible_portfolios(user)[:2])
    if len(mine) != 1:
        raise PortfolioUnnamed(
            "Which portfolio is meant?", details={"reason": "portfolio_id_required"}
        )
    return resolve_portfolio(user, mine[0].pk)
