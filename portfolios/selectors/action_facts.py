"""What is known of the corporate actions of a portfolio's securities, as one context sees it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from market.models import CorporateAction
from market.selectors.actions import live_actions
from portfolios.models import Transaction


def facts_of_portfolio(portfolio_id: UUID) -> list[list[object]]:
    """Every fact of everything the ledger names. It goes into the settings hash of a run that asks
    for actions, so that a fact that is mended makes another run."""
    named = Transaction.objects.filter(portfolio_id=portfolio_id, security__isnull=False)
    securities = set(named.order_by().values_list("security_id", flat=True).distinct())
    return [
        [
            fact.security.key,
            fact.action_type,
            fact.announcement_date,
            fact.ex_date,
            fact.pay_date,
            fact.amount,
            fact.currency,
            fact.withholding_tax_rate,
            fact.new_shares,
            fact.old_shares,
            fact.to_security.key if fact.to_security else None,
            fact.price,
            fact.to_price,
        ]
        for fact in live_actions(securities)
    ]


def upcoming_facts(security_ids: set[UUID], after: date, upto: date) -> list[CorporateAction]:
    """Facts whose ex-date lies after a day, up to another, and that were known on the first: one
    that says when it was announced is left out before that day."""
    return [
        fact
        for fact in live_actions(security_ids, upto=upto)
        if fact.ex_date > after and (fact.announcement_date or after) <= after
    ]
