"""Corporate actions posted as entries, dismissed with a reason, and both taken back.

Nothing is edited. What is posted names its action; what is undone is reversed, and the inbox
proposes it again because the ledger no longer shows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.identity import as_user
from accounts.models import User
from accounts.permissions import Permission, has_on
from accounts.services import record
from market.models import CorporateAction
from portfolios.calc.entitlement import payout
from portfolios.exceptions import ActionNotProposed, EntriesRefused
from portfolios.formats.draft import Draft
from portfolios.models import ActionDecision, Portfolio
from portfolios.selectors.access import membership_role, resolve_portfolio, visible_portfolios
from portfolios.selectors.actions import RATIO, Proposal, proposal_of, standing_entries
from portfolios.services.ledger import (
    Appended,
    lock_ledger,
    reverse_entries,
    write_entries,
)

Type = CorporateAction.Type
ENTRY_TYPE = {
    Type.DIVIDEND: "DIVIDEND",
    Type.SPLIT: "SPLIT",
    Type.REVERSE_SPLIT: "REVERSE_SPLIT",
    Type.STOCK_DIVIDEND: "STOCK_DIVIDEND",
    Type.SPINOFF: "SPINOFF",
    Type.MERGER: "MERGER",
    Type.RETURN_OF_CAPITAL: "RETURN_OF_CAPITAL",
    Type.SYMBOL_CHANGE: "SYMBOL_CHANGE",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the holder says beyond the fact: what was withheld, when it paid, how it is taxed.

    `withholding_rate` is a fraction of 1. A `fraction_price` says that the broker holds no
    fractions and paid for them at that price.
    """

    withholding_rate: Decimal | None = None
    pay_date: date | None = None
    jurisdiction: str = ""
    treatment: str = ""
    fraction_price: Decimal | None = None
    note: str = ""


@dataclass(slots=True)
class Everywhere:
    """Where an action was posted, and where it could not be and why."""

    posted: list[tuple[Portfolio, Appended]] = field(default_factory=list)
    refused: list[tuple[Portfolio, str]] = field(default_factory=list)


def confirm_action(
    *, portfolio_id: UUID, action_id: UUID, terms: Terms, by: User, today: date
) -> Appended:
    """Post the entries of a proposed action, one batch, one audit event and one decision.

    Raises PortfolioNotFound, PermissionDenied, ActionNotProposed for what is booked already, was
    dismissed, was not held or is not due, and EntriesRefused with every mistake.
    """
    with _deciding(portfolio_id, by) as portfolio:
        proposal = proposal_of(portfolio, action_id, today=today)
        if proposal is None or not proposal.is_due:
            raise ActionNotProposed(action_id)
        drafts = list(drafts_of(proposal, terms))
        written = write_entries(
            portfolio, drafts, by=by, source="corporate_action", corporate_action_id=action_id
        )
        _decide(portfolio, action_id, ActionDecision.State.CONFIRMED, by, terms.note)
        return written


def confirm_everywhere(*, action_id: UUID, terms: Terms, by: User, today: date) -> Everywhere:
    """Post an action in every portfolio of the caller's that may be managed and held it.

    Each portfolio is posted whole or left alone, and a refusal in one does not stop the others.
    """
    done = Everywhere()
    for portfolio in visible_portfolios(by):
        role = membership_role(by, portfolio.pk)
        if not has_on(by, role, Permission.MANAGE_PORTFOLIOS):
            continue
        try:
            written = confirm_action(
                portfolio_id=portfolio.pk, action_id=action_id, terms=terms, by=by, today=today
            )
        except ActionNotProposed:
            continue  # not held here, or booked already
        except EntriesRefused as refused:
            done.refused.append((portfolio, refused.message))
        else:
            done.posted.append((portfolio, written))
    return done


def dismiss_action(
    *, portfolio_id: UUID, action_id: UUID, by: User, reason: str, today: date
) -> None:
    """Propose an action no more. Raises ActionNotProposed when it is not proposed now."""
    with _deciding(portfolio_id, by) as portfolio:
        if proposal_of(portfolio, action_id, today=today) is None:
            raise ActionNotProposed(action_id)
        _decide(portfolio, action_id, ActionDecision.State.DISMISSED, by, reason)


def reopen_action(*, portfolio_id: UUID, action_id: UUID, by: User, reason: str) -> Appended | None:
    """Take a decision back: entries that stand for it are reversed, and it is proposed again.

    Raises ActionNotProposed when nothing was decided, and EntriesRefused when later entries
    stand on what was posted.
    """
    with _deciding(portfolio_id, by) as portfolio:
        kept = ActionDecision.objects.filter(portfolio=portfolio, corporate_action=action_id)
        if not kept.exclude(state=ActionDecision.State.REOPENED).exists():
            raise ActionNotProposed(action_id)
        targets = standing_entries(portfolio, [action_id])
        undone = reverse_entries(portfolio, targets, by=by, reason=reason) if targets else None
        _decide(portfolio, action_id, ActionDecision.State.REOPENED, by, reason)
        return undone


@contextmanager
def _deciding(portfolio_id: UUID, by: User) -> Iterator[Portfolio]:
    with_rights = resolve_portfolio(by, portfolio_id, Permission.WRITE_TRADES)
    with as_user(by.pk), transaction.atomic():
        yield lock_ledger(with_rights.pk)


def _decide(portfolio: Portfolio, action_id: UUID, state: str, by: User, reason: str) -> None:
    ActionDecision.objects.update_or_create(
        portfolio=portfolio,
        corporate_action_id=action_id,
        defaults={"state": state, "reason": reason[:500], "decided_by": by},
    )
    record(
        action="decide_corporate_action",
        by=by,
        resource_type="corporate_action",
        resource_id=action_id,
        portfolio_id=portfolio.pk,
        details={"state": str(state), "reason": reason[:500]},
    )


def drafts_of(proposal: Proposal, terms: Terms) -> Iterator[Draft]:
    """The entries that an action amounts to: a dividend for each account that held, else one
    entry, because what happens to a share happens to it in every account."""
    fact = proposal.action
    common: dict[str, Any] = {
        "entry_type": ENTRY_TYPE[Type(fact.action_type)],
        "transaction_date": fact.ex_date,
        "security_id": fact.security_id,
        "to_security_id": fact.to_security_id,
        "currency": fact.currency or fact.security.currency,
        "jurisdiction": terms.jurisdiction,
        "treatment": terms.treatment,
        "narration": terms.note,
    }
    if fact.action_type == Type.DIVIDEND:
        yield from _dividends(proposal, terms, common)
        return
    returns = fact.action_type == Type.RETURN_OF_CAPITAL
    yield Draft(
        **common,
        account=next(iter(proposal.held)),
        quantity=proposal.quantity if returns else None,
        new_shares=fact.new_shares,
        old_shares=fact.old_shares,
        price=_price(fact, terms),
        to_price=fact.to_price,
        cost_fraction=fact.cost_fraction,
    )


def _price(fact: CorporateAction, terms: Terms) -> Decimal | None:
    """What the one price of an entry means depends on its type (calc.entries.Entry)."""
    if fact.action_type == Type.RETURN_OF_CAPITAL:
        return fact.amount
    return terms.fraction_price if fact.action_type in RATIO else fact.price


def _dividends(proposal: Proposal, terms: Terms, common: dict[str, Any]) -> Iterator[Draft]:
    fact = proposal.action
    rate = terms.withholding_rate or Decimal(0)
    pay_date = terms.pay_date or fact.pay_date
    for account, quantity in proposal.held.items():
        pays = payout(quantity, fact.amount or Decimal(0), rate, common["currency"])
        yield Draft(
            **common,
            account=account,
            quantity=quantity,
            price=fact.amount,
            gross_amount=pays.gross,
            taxes=pays.withholding or Decimal(0),
            ex_date=fact.ex_date,
            pay_date=pay_date,
            estimated_reason="" if pay_date else "pay_date_unknown",
        )
