"""Making a portfolio: its settings are checked together, its owner becomes its first member.
A setting that changes later does so in its own verb, audited."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError

from accounts.identity import as_service
from accounts.models import User
from accounts.permissions import Permission, require
from accounts.services import found_membership, record
from portfolios.exceptions import PortfolioInvalid
from portfolios.formats.currencies import CURRENCIES
from portfolios.models import Portfolio
from portfolios.selectors.access import resolve_portfolio

# Settings that calculations do not honour yet are refused, never quietly ignored.
SUPPORTED: dict[str, tuple[object, str]] = {
    "cash_tracked": (True, "A ledger without cash cannot be valued yet."),
    "flow_timing": ("in_start_out_end", "Only in_start_out_end is computed yet."),
}


def create_portfolio(
    *,
    by: User,
    name: str,
    base_currency: str,
    owner: User | None = None,
    portfolio_id: UUID | None = None,
    description: str = "",
    default_asof_date: date | None = None,
    **policy: Any,
) -> Portfolio:
    """A new, empty portfolio of `owner`, or of `by`. Further keywords are policy settings.

    Raises PermissionDenied below MANAGER, PortfolioInvalid with every mistake.
    """
    require(by, Permission.MANAGE_PORTFOLIOS)
    portfolio = Portfolio(
        id=portfolio_id or uuid4(),
        name=name.strip(),
        description=description,
        base_currency=base_currency,
        owner=owner or by,
        default_asof_date=default_asof_date,
        **policy,
    )
    with as_service("create a portfolio"):
        # One owner's portfolios are made one after the other, so that a name sent twice is seen.
        User.objects.select_for_update().get(pk=portfolio.owner.pk)
        _refuse_mistakes(portfolio)
        found_membership(user=portfolio.owner, portfolio_id=portfolio.pk, by=by)
        portfolio.save(force_insert=True)
        record(
            action="portfolio_created",
            by=by,
            resource_type="portfolio",
            resource_id=portfolio.pk,
            portfolio_id=portfolio.pk,
            details={"name": portfolio.name, **portfolio.policy_settings()},
        )
    return portfolio


def set_loss_rule(*, portfolio_id: UUID, rule: str, by: User, reason: str = "") -> Portfolio:
    """Which law defers the portfolio's losses: "US", "CA" or "" for none. Audited, no rebuild:
    deferrals are read beside the book, whose figures stay.

    Raises PortfolioNotFound, PermissionDenied, PortfolioInvalid.
    """
    resolve_portfolio(by, portfolio_id, Permission.MANAGE_PORTFOLIOS)
    if rule not in Portfolio.LossRule.values:
        known = ", ".join(choice or "none" for choice in Portfolio.LossRule.values)
        mistakes = {"loss_rule": [f"{rule!r} is no loss rule; choose {known}."]}
        raise _invalid("The loss rule cannot be set.", mistakes)
    with as_service("set a loss rule"):
        portfolio = Portfolio.objects.select_for_update().get(pk=portfolio_id)
        before, portfolio.loss_rule = portfolio.loss_rule, rule
        if before != rule:
            portfolio.save(update_fields=["loss_rule"])
            record(
                action="loss_rule_set",
                by=by,
                resource_type="portfolio",
                resource_id=portfolio.pk,
                portfolio_id=portfolio.pk,
                details={"from": before, "to": rule, "reason": reason},
            )
    return portfolio


def _refuse_mistakes(portfolio: Portfolio) -> None:
    mistakes: dict[str, list[str]] = {}
    try:
        portfolio.full_clean()
    except ValidationError as error:
        mistakes |= error.message_dict
    if portfolio.base_currency not in CURRENCIES:
        mistakes["base_currency"] = ["This is not an active ISO 4217 currency."]
    for field, (supported, sentence) in SUPPORTED.items():
        if getattr(portfolio, field) != supported:
            mistakes.setdefault(field, []).append(sentence)
    if mistakes:
        raise _invalid("The portfolio cannot be created.", mistakes)


def _invalid(message: str, mistakes: dict[str, list[str]]) -> PortfolioInvalid:
    return PortfolioInvalid(
        message,
        suggestion="Mend the fields named in details.errors.",
        details={
            "reason": "portfolio_invalid",
            "errors": [
                {"column": field, "message": sentence}
                for field, sentences in mistakes.items()
                for sentence in sentences
            ],
        },
    )
