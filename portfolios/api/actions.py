"""Corporate actions by a program: what is proposed, what was decided, and both ways back."""

from __future__ import annotations

from datetime import UTC, date, datetime
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
from patterns.canonical import decimal_text
from portfolios.api.effects import (
    DRY_RUN,
    EFFECT_OUTPUT,
    REFUSED,
    WRITTEN_OUTPUT,
    written_document,
    written_or_effect,
)
from portfolios.exceptions import ActionNotProposed
from portfolios.models import Jurisdiction, Treatment
from portfolios.selectors import resolve_portfolio
from portfolios.selectors.actions import Decided, Proposal, decided, proposal_of, proposals
from portfolios.services import Appended
from portfolios.services.actions import Terms, confirm_action, dismiss_action, reopen_action


class TermsInput(serializers.Serializer[Any]):
    """What the facts leave open. Rates are fractions: 0.15 is 15 percent."""

    withholding_rate = serializers.DecimalField(
        max_digits=11, decimal_places=10, min_value=0, max_value=1, required=False, default=None
    )
    pay_date = serializers.DateField(required=False, default=None)
    jurisdiction = serializers.ChoiceField(
        Jurisdiction.choices, required=False, default="", allow_blank=True
    )
    treatment = serializers.ChoiceField(
        Treatment.choices, required=False, default="", allow_blank=True
    )
    fraction_price = serializers.DecimalField(
        max_digits=28, decimal_places=10, min_value=0, required=False, default=None
    )
    note = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class ActionReasonInput(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300)


PROPOSAL = inline_serializer(
    name="ActionProposal",
    fields={
        "id": serializers.UUIDField(),
        "type": serializers.CharField(),
        "security": serializers.DictField(),
        "ex_date": serializers.DateField(),
        "pay_date": serializers.DateField(allow_null=True),
        "amount": serializers.CharField(allow_null=True),
        "currency": serializers.CharField(),
        "new_shares": serializers.CharField(allow_null=True),
        "old_shares": serializers.CharField(allow_null=True),
        "held": serializers.DictField(child=serializers.CharField()),
        "quantity": serializers.CharField(),
        "withholding_rate": serializers.CharField(allow_null=True),
        "becomes": serializers.CharField(allow_null=True),
        "is_due": serializers.BooleanField(),
        "is_urgent": serializers.BooleanField(),
        "needs_choice": serializers.BooleanField(),
    },
)
ACTIONS_OUTPUT = inline_serializer(
    name="ActionsOutput",
    fields={
        "proposed": serializers.ListField(child=PROPOSAL),
        "decided": serializers.ListField(child=serializers.DictField()),
    },
)
STATE_OUTPUT = inline_serializer(
    name="ActionStateOutput",
    fields={
        "id": serializers.UUIDField(),
        "state": serializers.CharField(),
        "reversed_by": serializers.DictField(allow_null=True),
    },
)
NOT_PROPOSED = OpenApiResponse(description="This action is not proposed to this portfolio")


@extend_schema(responses={200: ACTIONS_OUTPUT})
@api_view(["GET"])
def inbox(request: Request, portfolio_id: UUID) -> Response:
    """Proposed actions by ex-date, and what was decided before, the newest first."""
    portfolio = resolve_portfolio(cast(User, request.user), portfolio_id)
    return Response(
        {
            "proposed": [_proposal(each) for each in proposals(portfolio, today=_today())],
            "decided": [_decision(each) for each in decided(portfolio)],
        }
    )


@extend_schema(responses={200: PROPOSAL, 409: NOT_PROPOSED})
@api_view(["GET"])
def action(request: Request, portfolio_id: UUID, action_id: UUID) -> Response:
    """One proposal."""
    portfolio = resolve_portfolio(cast(User, request.user), portfolio_id)
    proposal = proposal_of(portfolio, action_id, today=_today())
    if proposal is None:
        raise ActionNotProposed(action_id)
    return Response(_proposal(proposal))


@extend_schema(
    parameters=[DRY_RUN],
    request=TermsInput,
    responses={200: EFFECT_OUTPUT, 201: WRITTEN_OUTPUT, 409: NOT_PROPOSED, 422: REFUSED},
)
@api_view(["POST"])
@idempotent
def confirm(request: Request, portfolio_id: UUID, action_id: UUID) -> Response:
    """Post the entries of a proposed action."""
    user = cast(User, request.user)
    portfolio = resolve_portfolio(user, portfolio_id, Permission.WRITE_TRADES)
    body = TermsInput(data=request.data)
    body.is_valid(raise_exception=True)
    terms = Terms(**body.validated_data)

    def post() -> Appended:
        return confirm_action(
            portfolio_id=portfolio.pk, action_id=action_id, terms=terms, by=user, today=_today()
        )

    return written_or_effect(request, portfolio, post, by=user)


@extend_schema(request=ActionReasonInput, responses={200: STATE_OUTPUT, 409: NOT_PROPOSED})
@api_view(["POST"])
@idempotent
def dismiss(request: Request, portfolio_id: UUID, action_id: UUID) -> Response:
    """Propose it no more; the reason is kept."""
    dismiss_action(
        portfolio_id=portfolio_id,
        action_id=action_id,
        by=cast(User, request.user),
        reason=_reason(request),
        today=_today(),
    )
    return Response({"id": action_id, "state": "dismissed", "reversed_by": None})


@extend_schema(
    request=ActionReasonInput, responses={200: STATE_OUTPUT, 409: NOT_PROPOSED, 422: REFUSED}
)
@api_view(["POST"])
@idempotent
def reopen(request: Request, portfolio_id: UUID, action_id: UUID) -> Response:
    """Take a decision back: its entries are reversed, and it is proposed again."""
    undone = reopen_action(
        portfolio_id=portfolio_id,
        action_id=action_id,
        by=cast(User, request.user),
        reason=_reason(request),
    )
    told = None if undone is None else written_document(undone)
    return Response({"id": action_id, "state": "proposed", "reversed_by": told})


def _reason(request: Request) -> str:
    body = ActionReasonInput(data=request.data)
    body.is_valid(raise_exception=True)
    return str(body.validated_data["reason"])


def _proposal(proposal: Proposal) -> dict[str, Any]:
    fact = proposal.action
    return {
        "id": fact.pk,
        "type": fact.action_type,
        "security": {"id": fact.security_id, "symbol": fact.security.symbol},
        "ex_date": fact.ex_date,
        "pay_date": fact.pay_date,
        "amount": _number(fact.amount),
        "currency": fact.currency,
        "new_shares": _number(fact.new_shares),
        "old_shares": _number(fact.old_shares),
        "held": {name: decimal_text(held) for name, held in proposal.held.items()},
        "quantity": decimal_text(proposal.quantity),
        "withholding_rate": _number(proposal.rate),
        "becomes": _number(proposal.becomes),
        "is_due": proposal.is_due,
        "is_urgent": proposal.is_urgent,
        "needs_choice": proposal.needs_choice,
    }


def _decision(row: Decided) -> dict[str, Any]:
    decision = row.decision
    return {
        "id": decision.corporate_action_id,
        "type": decision.corporate_action.action_type,
        "symbol": decision.corporate_action.security.symbol,
        "ex_date": decision.corporate_action.ex_date,
        "state": decision.state,
        "reason": decision.reason,
        "at": decision.at,
        "entries": [entry.seq for entry in row.entries],
        "mended": row.mended,
    }


def _number(value: Any) -> str | None:
    return None if value is None else decimal_text(value)


def _today() -> date:
    return datetime.now(tz=UTC).date()
