"""The booking policies of a portfolio by a program: what holds, since when, and a change."""

from __future__ import annotations

from datetime import date
from typing import Any, cast
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.idempotency import idempotent
from accounts.models import User
from accounts.permissions import Permission
from market.selectors import security_by_id
from portfolios.models import CostMethodChange, Portfolio
from portfolios.selectors import resolve_portfolio
from portfolios.services import set_loss_rule
from portfolios.services.cost_methods import change_cost_method
from portfolios.services.policies import set_booking_policies

WHY = 300


class PoliciesInput(serializers.Serializer[Any]):
    """Policies that hold for every entry there is; what is left out stays."""

    lot_scope = serializers.ChoiceField(Portfolio.LotScope.choices, required=False)
    fees_in_cost = serializers.BooleanField(required=False)
    taxes_in_cost = serializers.BooleanField(required=False)
    allow_short = serializers.BooleanField(required=False)
    reason = serializers.CharField(max_length=WHY)


class LossRuleInput(serializers.Serializer[Any]):
    rule = serializers.ChoiceField(Portfolio.LossRule.choices, allow_blank=True)
    reason = serializers.CharField(max_length=WHY)


class CostMethodInput(serializers.Serializer[Any]):
    """Another method from a day on, in one account and of one security if they are named."""

    method = serializers.ChoiceField(Portfolio.CostMethod.choices)
    effective_from = serializers.DateField()
    account = serializers.CharField(max_length=64, required=False, default="", allow_blank=True)
    security_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    reason = serializers.CharField(max_length=WHY)

    def validate_effective_from(self, value: date) -> date:
        if value < date(1900, 1, 1):
            raise serializers.ValidationError("This day is before 1900.")
        return value


SETTINGS_OUTPUT = inline_serializer(
    name="PortfolioSettings",
    fields={
        "policy": serializers.DictField(),
        "cost_methods": serializers.ListField(child=serializers.DictField()),
        "benchmark_id": serializers.UUIDField(allow_null=True),
    },
)
REFUSED = OpenApiResponse(description="The ledger cannot be booked so; nothing was changed")


@extend_schema(responses={200: SETTINGS_OUTPUT})
@api_view(["GET"])
def settings(request: Request, portfolio_id: UUID) -> Response:
    """Every policy of the portfolio, and the changes of its cost method, the latest first."""
    return Response(_document(resolve_portfolio(cast(User, request.user), portfolio_id)))


@extend_schema(request=PoliciesInput, responses={200: SETTINGS_OUTPUT, 422: REFUSED})
@api_view(["PUT"])
@idempotent
def policies(request: Request, portfolio_id: UUID) -> Response:
    """Set booking policies; the whole ledger is booked again under them."""
    said = _said(request, PoliciesInput)
    reason = said.pop("reason")
    portfolio = set_booking_policies(
        portfolio_id=portfolio_id, policies=said, by=cast(User, request.user), reason=reason
    )
    return Response(_document(portfolio))


@extend_schema(request=LossRuleInput, responses={200: SETTINGS_OUTPUT})
@api_view(["PUT"])
@idempotent
def loss_rule(request: Request, portfolio_id: UUID) -> Response:
    """Choose the law that defers losses, or none. No booked figure changes."""
    said = _said(request, LossRuleInput)
    by = cast(User, request.user)
    return Response(_document(set_loss_rule(portfolio_id=portfolio_id, by=by, **said)))


@extend_schema(request=CostMethodInput, responses={201: SETTINGS_OUTPUT, 422: REFUSED})
@api_view(["POST"])
@idempotent
def cost_method(request: Request, portfolio_id: UUID) -> Response:
    """Relieve lots by another method from a day on."""
    by = cast(User, request.user)
    portfolio = resolve_portfolio(by, portfolio_id, Permission.MANAGE_PORTFOLIOS)
    said = _said(request, CostMethodInput)
    if said["security_id"] is not None:
        security_by_id(said["security_id"])
    change_cost_method(portfolio_id=portfolio.pk, by=by, **said)
    return Response(_document(portfolio), status=201)


def _said(request: Request, body: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    given = body(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def _document(portfolio: Portfolio) -> dict[str, Any]:
    changes = CostMethodChange.objects.filter(portfolio=portfolio).select_related("security")
    return {
        "policy": portfolio.policy_settings(),
        "cost_methods": [
            {
                "effective_from": change.effective_from,
                "method": change.cost_method,
                "account": change.account,
                "symbol": change.security and change.security.symbol,
                "reason": change.reason,
            }
            for change in changes.order_by("-effective_from", "-pk")
        ],
        "benchmark_id": portfolio.benchmark_id,
    }
