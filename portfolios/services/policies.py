"""The booking policies of a portfolio that are set for the whole of it, past and future."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from accounts.identity import as_service
from accounts.models import User
from accounts.permissions import Permission
from accounts.services import record
from portfolios.exceptions import EntriesRefused, PortfolioInvalid
from portfolios.models import Portfolio
from portfolios.selectors.access import resolve_portfolio
from portfolios.selectors.booked import book_ledger
from portfolios.services.booking import rebook
from portfolios.services.checks import booking_faults
from portfolios.services.ledger import lock_ledger

POLICIES = ("lot_scope", "fees_in_cost", "taxes_in_cost", "allow_short")
"""They hold for every entry: a change books the whole ledger again."""


def set_booking_policies(
    *, portfolio_id: UUID, policies: Mapping[str, object], by: User, reason: str
) -> Portfolio:
    """Set some of `POLICIES` and book the ledger again under them, or refuse and change nothing.

    Raises PortfolioNotFound, PermissionDenied, PortfolioInvalid for an unknown policy or value,
    and EntriesRefused when the ledger cannot be booked under them: shorts that exist already.
    """
    resolve_portfolio(by, portfolio_id, Permission.MANAGE_PORTFOLIOS)
    if unknown := policies.keys() - set(POLICIES):
        raise PortfolioInvalid(f"No such policy: {', '.join(sorted(unknown))}.")
    with as_service("set booking policies"):
        portfolio = lock_ledger(portfolio_id)
        before = {name: getattr(portfolio, name) for name in policies}
        changed = {name: value for name, value in policies.items() if value != before[name]}
        if not changed:
            return portfolio
        for name, value in changed.items():
            setattr(portfolio, name, value)
        if faults := booking_faults(book_ledger(portfolio).book.problems, {}):
            raise EntriesRefused([fault.as_dict() for fault in faults])
        portfolio.save(update_fields=list(changed))
        rebook(portfolio)
        record(
            action="booking_policies_set",
            by=by,
            resource_type="portfolio",
            resource_id=portfolio.pk,
            portfolio_id=portfolio.pk,
            details={
                "from": {name: before[name] for name in changed},
                "to": dict(changed),
                "reason": reason,
            },
        )
    return portfolio
