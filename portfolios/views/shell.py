"""What every page of a portfolio shows around its own matter."""

from __future__ import annotations

from accounts.http import AuthenticatedRequest
from accounts.permissions import Permission, has_on
from patterns.context import Context
from patterns.runs import RunResult
from portfolios.models import Portfolio
from portfolios.selectors.access import role_on
from portfolios.selectors.page_stamp import footing_of


def can_write(request: AuthenticatedRequest, portfolio: Portfolio) -> bool:
    return has_on(request.user, role_on(request.user, portfolio), Permission.WRITE_TRADES)


def rights_on(request: AuthenticatedRequest, portfolio: Portfolio) -> dict[str, bool]:
    role = role_on(request.user, portfolio)
    return {
        "can_write": has_on(request.user, role, Permission.WRITE_TRADES),
        "can_export": has_on(request.user, role, Permission.EXPORT_DATA),
    }


def may_keep(
    request: AuthenticatedRequest,
    portfolio: Portfolio,
    run: RunResult,
    ctx: Context,
    *,
    benchmarks: bool = False,
) -> None:
    """Tell the door what a page is made from, so that it may keep the page. Whoever calls this
    says that the page reads nothing else: a test holds the tables it asks against the stamp's."""
    request.footing = footing_of(portfolio, run, ctx, benchmarks=benchmarks)
