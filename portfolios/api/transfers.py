"""Moving shares or cash between two portfolios of the caller's, by a program."""

from __future__ import annotations

from datetime import date
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
from portfolios.api.effects import DRY_RUN, EFFECT_OUTPUT, REFUSED, effect_document, is_asked
from portfolios.selectors import resolve_portfolio
from portfolios.services.rehearsal import rehearse
from portfolios.services.transfers import Transferred, transfer_cash, transfer_in_kind

EITHER = "Send security_id and quantity, or amount and currency."


class TransferInput(serializers.Serializer[Any]):
    """Shares (`security_id`, `quantity`) or cash (`amount`, `currency`), never both."""

    to_portfolio_id = serializers.UUIDField()
    date = serializers.DateField()
    account = serializers.CharField(max_length=64, default="main")
    to_account = serializers.CharField(max_length=64, default="main")
    security_id = serializers.UUIDField(required=False)
    quantity = serializers.DecimalField(
        max_digits=28, decimal_places=10, min_value=0, required=False
    )
    amount = serializers.DecimalField(max_digits=28, decimal_places=10, min_value=0, required=False)
    currency = serializers.CharField(max_length=3, min_length=3, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        given = set(attrs) & {"security_id", "quantity", "amount", "currency"}
        if given not in ({"security_id", "quantity"}, {"amount", "currency"}):
            raise serializers.ValidationError(EITHER)
        if attrs["date"] < date(1900, 1, 1):
            raise serializers.ValidationError({"date": ["This day is before 1900."]})
        return attrs


TRANSFER_OUTPUT = inline_serializer(
    name="TransferOutput",
    fields={
        "link_id": serializers.CharField(),
        "leaving": serializers.DictField(),
        "arriving": serializers.DictField(),
    },
)


@extend_schema(
    parameters=[DRY_RUN],
    request=TransferInput,
    responses={200: EFFECT_OUTPUT, 201: TRANSFER_OUTPUT, 422: REFUSED},
)
@api_view(["POST"])
@idempotent
def transfer(request: Request, portfolio_id: UUID) -> Response:
    """Both sides at once, linked; lots travel with cost and day, and nothing is realised."""
    user = cast(User, request.user)
    portfolio = resolve_portfolio(user, portfolio_id, Permission.WRITE_TRADES)
    body = TransferInput(data=request.data)
    body.is_valid(raise_exception=True)
    said = body.validated_data

    def move() -> Transferred:
        return _moved(portfolio.pk, said, user)

    if is_asked(request, "dry_run"):
        effect = rehearse(portfolio.pk, lambda: move().leaving, by=user)
        return Response(effect_document(effect))
    done = move()
    sides = {"leaving": done.leaving, "arriving": done.arriving}
    answer: dict[str, Any] = {"link_id": done.link_id}
    for name, side in sides.items():
        answer[name] = {
            "first_seq": side.first_seq,
            "last_seq": side.last_seq,
            "ledger_commit_hash": side.ledger_commit_hash,
        }
    return Response(answer, status=201)


def _moved(source_id: UUID, said: dict[str, Any], user: User) -> Transferred:
    common = {
        "source_id": source_id,
        "target_id": said["to_portfolio_id"],
        "day": said["date"],
        "by": user,
        "account": said["account"],
        "to_account": said["to_account"],
    }
    if "security_id" in said:
        return transfer_in_kind(
            security_id=said["security_id"], quantity=said["quantity"], **common
        )
    return transfer_cash(amount=said["amount"], currency=said["currency"].upper(), **common)
