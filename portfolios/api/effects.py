"""What entries would change, for programs that look before they write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from patterns.canonical import decimal_text
from portfolios.api.documents import entry_document
from portfolios.models import Portfolio
from portfolios.services import Appended
from portfolios.services.rehearsal import Change, Effect, rehearse

DRY_RUN = OpenApiParameter(
    "dry_run", OpenApiTypes.BOOL, description="Say what would change, and write nothing."
)
TRUE = frozenset({"1", "true", "yes", ""})

WRITTEN_OUTPUT = inline_serializer(
    name="WrittenOutput",
    fields={
        "first_seq": serializers.IntegerField(),
        "last_seq": serializers.IntegerField(),
        "ledger_commit_hash": serializers.CharField(),
        "entries": serializers.ListField(child=serializers.DictField()),
    },
)
EFFECT_OUTPUT = inline_serializer(
    name="EffectOutput",
    fields={
        "entries": serializers.ListField(child=serializers.DictField()),
        "positions": serializers.ListField(child=serializers.DictField()),
        "cash": serializers.ListField(child=serializers.DictField()),
        "lots": serializers.DictField(),
        "realized_pnl": serializers.CharField(allow_null=True),
    },
)
DONE_ALREADY = OpenApiResponse(description="The entry is reversed already")
REFUSED = OpenApiResponse(description="Nothing was written; every mistake is in details.errors")


def is_asked(request: Request, name: str) -> bool:
    """Whether a flag is in the address, as `?dry_run` or `?dry_run=true`."""
    return request.query_params.get(name, "false").lower() in TRUE


def written_or_effect(
    request: Request, portfolio: Portfolio, act: Callable[[], Appended], *, by: User
) -> Response:
    """201 with the entries, or with `?dry_run=true` 200 with what they would change."""
    if is_asked(request, "dry_run"):
        return Response(effect_document(rehearse(portfolio.pk, act, by=by)))
    return Response(written_document(act()), status=201)


def written_document(done: Appended) -> dict[str, Any]:
    return {
        "first_seq": done.first_seq,
        "last_seq": done.last_seq,
        "ledger_commit_hash": done.ledger_commit_hash,
        "entries": [entry_document(entry) for entry in done.entries],
    }


def effect_document(effect: Effect) -> dict[str, Any]:
    """Shares and cash before and after; lots by their labels."""
    return {
        "entries": [entry_document(entry) for entry in effect.entries],
        "positions": [_change(each, "symbol", "account") for each in effect.positions],
        "cash": [_change(each, "currency", "account") for each in effect.cash],
        "lots": {
            "opened": [lot.label for lot in effect.opened],
            "changed": [after.label for _, after in effect.changed],
            "gone": [lot.label for lot in effect.gone],
            "closed": [item.lot.label for item in effect.closures],
            "reopened": [item.lot.label for item in effect.reopened],
        },
        "realized_pnl": None if effect.realized is None else decimal_text(effect.realized),
    }


def _change(change: Change, what: str, where: str) -> dict[str, Any]:
    return {
        what: change.what,
        where: change.where,
        "before": decimal_text(change.before),
        "after": decimal_text(change.after),
    }
