"""POST a ledger document, get what an import of it would give. Nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import api_view, parser_classes, permission_classes
from rest_framework.parsers import JSONParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.idempotency import idempotent
from market.formats.csv_records import Limits
from portfolios.formats.evaluation import answers


class LedgerDocumentParser(JSONParser):
    """Hands the bytes on: the document's own reader is as strict, and keeps each number's text."""

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        return stream.read()


class LedgerDocumentInput(serializers.Serializer[Any]):
    """A ledger document; docs/evaluate.md has every field. A list of them is taken too."""

    base_currency = serializers.CharField()
    asof = serializers.DateField()
    period_start = serializers.DateField(required=False)
    policy = serializers.DictField(required=False)
    instruments = serializers.ListField(child=serializers.DictField(), required=False)
    prices = serializers.ListField(child=serializers.DictField(), required=False)
    fx = serializers.ListField(child=serializers.DictField(), required=False)
    corporate_actions = serializers.ListField(child=serializers.DictField(), required=False)
    opening_lots = serializers.ListField(child=serializers.DictField(), required=False)
    transactions = serializers.ListField(child=serializers.DictField(), required=False)


EVALUATE_OUTPUT = inline_serializer(
    name="EvaluateOutput",
    fields={
        "base_currency": serializers.CharField(),
        "asof": serializers.DateField(),
        "positions": serializers.ListField(child=serializers.DictField()),
        "cash": serializers.ListField(child=serializers.DictField()),
        "totals": serializers.DictField(),
        "lots": serializers.DictField(),
        "returns": serializers.DictField(),
        "problems": serializers.ListField(child=serializers.DictField()),
    },
)


@extend_schema(
    request=LedgerDocumentInput,
    responses={
        200: EVALUATE_OUTPUT,
        400: OpenApiResponse(description="The body is not JSON, or JSON that can be read twice"),
        413: OpenApiResponse(description="The body is too large"),
        422: OpenApiResponse(description="The document cannot be evaluated at all"),
    },
)
@api_view(["POST"])
@parser_classes([LedgerDocumentParser])
@permission_classes([IsAuthenticated])
@idempotent
def evaluate_document(request: Request) -> Response:
    """Evaluate a ledger document: positions, cash, lots, totals and returns, nothing stored."""
    body: Any = request.data
    content = body if isinstance(body, bytes) else b""  # an empty body is not parsed at all
    return Response(answers(content, Limits(max_bytes=settings.DATA_UPLOAD_MAX_MEMORY_SIZE)))
