"""What every page of a portfolio shows around its own matter."""

from __future__ import annotations

from accounts.http import AuthenticatedRequest
from accounts.permissions import Permission, has_on
from market.exceptions import PackNotFound
from portfolios.models import Portfolio
from portfolios.selectors import build_context
from portfolios.selectors.access import membership_role
from portfolios.selectors.provenance import Provenance, provenance


def provenance_of(request: AuthenticatedRequest, portfolio: Portfolio) -> Provenance | None:
    """None before the first pack: a ledger can be read and filled without any price."""
    try:
        ctx = build_context(
            user=request.user,
            portfolio_id=portfolio.pk,
            correlation_id=request.correlation_id,
        )
    except PackNotFound:
        return None
    return provenance(ctx)


def can_write(request: AuthenticatedRequest, portfolio: Portfolio) -> bool:
    role = membership_role(request.user, portfolio.pk)
    return has_on(request.user, role, Permission.WRITE_TRADES)


def rights_on(request: AuthenticatedRequest, portfolio: Portfolio) -> dict[str, bool]:
    """can_write and can_export, by one question."""
    role = membership_role(request.user, portfolio.pk)
    return {
        "can_write": has_on(request.user, role, Permission.WRITE_TRADES),
        "can_export": has_on(request.user, role, Permission.EXPORT_DATA),
    }
