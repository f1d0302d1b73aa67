"""Benchmarks by a program: what there is, a new one, and which one a portfolio has."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.idempotency import idempotent
from accounts.models import User
from market.selectors.benchmarks import BenchmarkDefinition, benchmark_definitions
from market.services.benchmarks import REBALANCING, define_benchmark
from portfolios.services.benchmark_choice import choose_benchmark


class MemberField(serializers.Serializer[Any]):
    security_id = serializers.UUIDField()
    weight = serializers.DecimalField(
        max_digits=12, decimal_places=10, required=False, allow_null=True, default=None
    )


class BenchmarkInput(serializers.Serializer[Any]):
    """Weights are fractions that sum to 1; without any, all members share equally."""

    name = serializers.CharField(max_length=200)
    members = serializers.ListField(child=MemberField(), min_length=1, max_length=50)
    rebalancing = serializers.ChoiceField(REBALANCING, default="never")


class MemberOutput(serializers.Serializer[Any]):
    security_id = serializers.UUIDField()
    symbol = serializers.CharField()
    exchange = serializers.CharField()
    weight = serializers.CharField(allow_null=True)


class BenchmarkOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.CharField()
    rebalancing = serializers.CharField()
    members = MemberOutput(many=True)


class ChoiceInput(serializers.Serializer[Any]):
    benchmark_id = serializers.UUIDField(allow_null=True)
    reason = serializers.CharField(max_length=300)


class ChoiceOutput(serializers.Serializer[Any]):
    benchmark_id = serializers.UUIDField(allow_null=True)


@extend_schema(methods=["GET"], responses={200: BenchmarkOutput(many=True)})
@extend_schema(
    methods=["POST"],
    request=BenchmarkInput,
    responses={
        201: BenchmarkOutput,
        403: OpenApiResponse(description="The role does not allow it"),
        422: OpenApiResponse(description="Every mistake is in details.errors"),
    },
)
@api_view(["GET", "POST"])
@idempotent
def benchmarks(request: Request) -> Response:
    """Every benchmark, or a new one."""
    if request.method == "GET":
        return Response([_document(one) for one in benchmark_definitions()])
    body = BenchmarkInput(data=request.data)
    body.is_valid(raise_exception=True)
    said: dict[str, Any] = body.validated_data
    made = define_benchmark(
        name=said["name"],
        members={one["security_id"]: one["weight"] for one in said["members"]},
        rebalancing=said["rebalancing"],
        by=cast(User, request.user),
    )
    found = next(one for one in benchmark_definitions() if one.id == made.pk)
    return Response(_document(found), status=201)


@extend_schema(
    request=ChoiceInput,
    responses={
        200: ChoiceOutput,
        403: OpenApiResponse(description="Role or membership does not allow it"),
        404: OpenApiResponse(description="No such portfolio for this user, or no such benchmark"),
        422: OpenApiResponse(description="Every mistake is in details.errors"),
    },
)
@api_view(["PUT"])
@idempotent
def choice(request: Request, portfolio_id: UUID) -> Response:
    """Compare a portfolio with a benchmark, or with none."""
    body = ChoiceInput(data=request.data)
    body.is_valid(raise_exception=True)
    said: dict[str, Any] = body.validated_data
    portfolio = choose_benchmark(
        portfolio_id=portfolio_id,
        benchmark_id=said["benchmark_id"],
        by=cast(User, request.user),
        reason=said["reason"],
    )
    return Response({"benchmark_id": portfolio.benchmark_id})


def _document(one: BenchmarkDefinition) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "kind": one.kind,
        "rebalancing": one.rebalancing,
        "members": [
            {
                "security_id": member.security.pk,
                "symbol": member.security.symbol,
                "exchange": member.security.exchange,
                "weight": None if member.weight is None else f"{member.weight.normalize():f}",
            }
            for member in one.members
        ],
    }
