"""What every page of a portfolio shows around its own matter."""

from __future__ import annotations

from accounts.http import AuthenticatedRequest
from accounts.permissions import Permission, has_on
from portfolios.models import Portfolio
from portfolios.selectors.access import role_on


def can_write(request: AuthenticatedRequest, portfolio: Portfolio) -> bool:
    return has_on(request.user, role_on(request.user, portfolio), Permission.WRITE_TRADES)


def rights_on(request: AuthenticatedRequest, portfolio: Portfolio) -> dict[str, bool]:
    role = role_on(request.user, portfolio)
    return {
        "can_write": has_on(request.user, role, Permission.WRITE_TRADES),
        "can_export": has_on(request.user, role, Permission.EXPORT_DATA),
    }
