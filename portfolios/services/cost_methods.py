"""Changing the cost method: from a day on, with a reason, and never for what was sold before."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import Max

from accounts.identity import as_user
from accounts.models import User
from accounts.permissions import Permission
from accounts.services import record
from portfolios.exceptions import CostMethodRefused
from portfolios.models import CostMethodChange, EntryType, LotClosure, Portfolio, Transaction
from portfolios.selectors.access import resolve_portfolio
from portfolios.services.booking import rebook
from portfolios.services.ledger import lock_ledger

# These relieve lots in the method's order too, and leave no closure.
MOVES = (EntryType.TRANSFER, EntryType.TRANSFER_OUT)


def change_cost_method(
    *,
    portfolio_id: UUID,
    method: str,
    effective_from: date,
    reason: str,
    by: User,
    account: str = "",
    security_id: UUID | None = None,
) -> CostMethodChange:
    """Relieve lots by another method from a day on, in an account, of a security, or everywhere.

    Raises PortfolioNotFound, PermissionDenied, and CostMethodRefused for an unknown method, a
    missing reason, or a day on or before a disposal that would come out otherwise.
    """
    with_rights = resolve_portfolio(by, portfolio_id, Permission.WRITE_TRADES)
    with as_user(by.pk):
        portfolio = lock_ledger(with_rights.pk)
        _refuse_mistakes(method, reason)
        _refuse_retroactive(portfolio, effective_from, account, security_id)
        change = CostMethodChange.objects.create(
            portfolio=portfolio,
            account=account,
            security_id=security_id,
            cost_method=method,
            effective_from=effective_from,
            reason=reason.strip()[:500],
            created_by=by,
        )
        _audit(change, by)
        rebook(portfolio, account=account, security_id=security_id)
    return change


def _refuse_mistakes(method: str, reason: str) -> None:
    if method not in Portfolio.CostMethod.values:
        known = ", ".join(Portfolio.CostMethod.values)
        raise CostMethodRefused(f"{method[:20]!r} is no cost method.", f"Choose one of {known}.")
    if not reason.strip():
        raise CostMethodRefused("The change has no reason.", "Say why the method changes.")


def _refuse_retroactive(
    portfolio: Portfolio, effective_from: date, account: str, security_id: UUID | None
) -> None:
    scope = (account, security_id)
    that_day = CostMethodChange.objects.filter(portfolio=portfolio, effective_from=effective_from)
    if scope in that_day.values_list("account", "security_id"):
        said = f"The method changes on {effective_from} already."
        raise CostMethodRefused(said, "Choose another day.")
    latest = _latest_disposal(portfolio, account, security_id)
    if latest is not None and effective_from <= latest:
        said = f"Lots were relieved on {latest}, by the method that held then."
        raise CostMethodRefused(said, f"Let the change begin after {latest}.")


def _latest_disposal(portfolio: Portfolio, account: str, security_id: UUID | None) -> date | None:
    closures = LotClosure.objects.filter(portfolio=portfolio)
    moves = Transaction.objects.filter(
        portfolio=portfolio, entry_type__in=MOVES, reversed_by__isnull=True
    )
    if account:
        closures = closures.filter(close_entry__account=account)
        moves = moves.filter(account=account)
    if security_id is not None:
        closures = closures.filter(lot__security=security_id)
        moves = moves.filter(security=security_id)
    days = (
        closures.aggregate(latest=Max("close_date"))["latest"],
        moves.aggregate(latest=Max("transaction_date"))["latest"],
    )
    return max((day for day in days if day is not None), default=None)


def _audit(change: CostMethodChange, by: User) -> None:
    record(
        action="change_cost_method",
        by=by,
        resource_type="cost_method_change",
        resource_id=change.pk,
        portfolio_id=change.portfolio_id,
        details={
            "cost_method": change.cost_method,
            "effective_from": change.effective_from.isoformat(),
            "account": change.account,
            "security": None if change.security_id is None else str(change.security_id),
            "reason": change.reason,
        },
    )
