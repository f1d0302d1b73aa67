"""Making a portfolio: its settings are checked together, its owner becomes its first member."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError

from accounts.identity import as_service
from accounts.models import User
from accounts.permissions import Permission, require
from accounts.services import found_membership, record
from portfolios.calc.booking import ORDERS
from portfolios.exceptions import PortfolioInvalid
from portfolios.formats.currencies import CURRENCIES
from portfolios.models import Portfolio

# Settings that calculations do not honour yet are refused, never quietly ignored.
SUPPORTED: dict[str, tuple[object, str]] = {
    "allow_short": (False, "Short positions cannot be booked yet."),
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


def _refuse_mistakes(portfolio: Portfolio) -> None:
    mistakes: dict[str, list[str]] = {}
    try:
        portfolio.full_clean()
    except ValidationError as error:
        mistakes |= error.message_dict
    if portfolio.base_currency not in CURRENCIES:
        mistakes["base_currency"] = ["This is not an active ISO 4217 currency."]
    if portfolio.cost_method not in ORDERS:
        mistakes["cost_method"] = [f"Only {', '.join(ORDERS)} can be booked."]
    for field, (supported, sentence) in SUPPORTED.items():
        if getattr(portfolio, field) != supported:
            mistakes.setdefault(field, []).append(sentence)
    if mistakes:
        raise PortfolioInvalid(
            "The portfolio cannot be created.",
            suggestion="Mend the fields named in details.errors.",
            details={
                "reason": "portfolio_invalid",
                "errors": [
                    {"column": field, "message": message}
                    for field, messages in mistakes.items()
                    for message in messages
                ],
            },
        )
