"""Pricing packs and their policies by a program."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast

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

from accounts.models import User
from accounts.permissions import Permission, require
from market.models import PricingPack
from market.selectors.pages import GapRow, PackPage, ValueRow, pack_list, pack_page
from market.selectors.policies import policies as every_policy


class PageInput(serializers.Serializer[Any]):
    page = serializers.IntegerField(required=False, default=1, min_value=1, max_value=10**6)


PACKS_OUTPUT = inline_serializer(
    name="PacksOutput",
    fields={
        "packs": serializers.ListField(child=serializers.DictField()),
        "page": serializers.IntegerField(),
        "pages": serializers.IntegerField(),
        "total": serializers.IntegerField(),
    },
)
PACK_OUTPUT = inline_serializer(
    name="PackOutput",
    fields={
        "id": serializers.CharField(),
        "asof_date": serializers.DateField(),
        "policy": serializers.CharField(),
        "revision": serializers.IntegerField(),
        "content_hash": serializers.CharField(),
        "sealed_at": serializers.DateTimeField(allow_null=True),
        "supersedes": serializers.CharField(allow_null=True),
        "superseded_by": serializers.CharField(allow_null=True),
        "reason": serializers.CharField(),
        "sources": serializers.ListField(),
        "coverage": serializers.DictField(),
        "prices": serializers.ListField(child=serializers.DictField()),
        "rates": serializers.ListField(child=serializers.DictField()),
        "gaps": serializers.ListField(child=serializers.DictField()),
        "health": serializers.DictField(),
    },
)


@extend_schema(
    parameters=[OpenApiParameter("page", OpenApiTypes.INT)], responses={200: PACKS_OUTPUT}
)
@api_view(["GET"])
def packs(request: Request) -> Response:
    """All packs, the newest day first. A page beyond the last is answered with the last."""
    require(cast("User", request.user), Permission.READ_PORTFOLIOS)
    asked = PageInput(data=request.query_params)
    asked.is_valid(raise_exception=True)
    found = pack_list(asked.validated_data["page"])
    return Response(
        {
            "packs": [_row(pack) for pack in found.rows],
            "page": found.page,
            "pages": found.pages,
            "total": found.total,
        }
    )


@extend_schema(responses={200: PACK_OUTPUT})
@api_view(["GET"])
def pack(request: Request, pack_id: str) -> HttpResponse:
    """One pack: identity, lineage, sources, every price and rate, and what is missing."""
    require(cast("User", request.user), Permission.READ_PORTFOLIOS)
    return Response(_document(pack_page(pack_id)))


@extend_schema(responses={200: OpenApiResponse(OpenApiTypes.OBJECT, description="By name")})
@api_view(["GET"])
def policies(request: Request) -> Response:
    """Every policy that packs are built by, as its file says."""
    require(cast("User", request.user), Permission.READ_PORTFOLIOS)
    return Response({"policies": {name: asdict(each) for name, each in every_policy().items()}})


def _row(pack: PricingPack) -> dict[str, Any]:
    successor = getattr(pack, "superseded_by", None)
    return {
        "id": pack.pk,
        "asof_date": pack.asof_date,
        "policy": pack.policy,
        "revision": pack.revision,
        "content_hash": pack.content_hash,
        "sealed_at": pack.sealed_at,
        "superseded_by": successor and successor.pk,
    }


def _document(page: PackPage) -> dict[str, Any]:
    pack = page.pack
    return {
        "id": pack.pk,
        "asof_date": pack.asof_date,
        "policy": pack.policy,
        "revision": pack.revision,
        "content_hash": pack.content_hash,
        "sealed_at": pack.sealed_at,
        "supersedes": pack.supersedes_id,
        "superseded_by": page.successor and page.successor.pk,
        "reason": pack.reason,
        "sources": pack.sources,
        "coverage": pack.coverage,
        "prices": [_value(row) for row in page.prices],
        "rates": [_value(row) for row in page.rates],
        "gaps": [_value(row) for row in page.gaps],
        "health": page.health,
    }


def _value(row: ValueRow | GapRow) -> dict[str, Any]:
    """A row without its place on the page."""
    return {name: value for name, value in asdict(row).items() if name != "row_id"}
