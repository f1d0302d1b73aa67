"""What does not agree between ledger, projections and statements, and what to do about each."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthenticatedRequest
from accounts.permissions import Permission
from portfolios.selectors import resolve_portfolio
from portfolios.selectors.open_items import reconciliation_items
from portfolios.selectors.provenance import provenance_now
from portfolios.services.reconciling import accept_difference, recheck
from portfolios.views.shell import can_write


@login_required
@require_safe
def reconciliation(request: AuthenticatedRequest, portfolio_id: UUID) -> HttpResponse:
    """Open differences first, then what was accepted and what agrees again."""
    portfolio = resolve_portfolio(request.user, portfolio_id)
    context = {
        "portfolio": portfolio,
        "items": reconciliation_items(portfolio.pk),
        "provenance": provenance_now(portfolio),
        "can_write": can_write(request, portfolio),
    }
    return render(request, "portfolios/reconciliation/page.html", context)


@login_required
@require_POST
def check(request: AuthenticatedRequest, portfolio_id: UUID) -> HttpResponse:
    """Compare now instead of tonight."""
    portfolio = resolve_portfolio(request.user, portfolio_id, Permission.WRITE_TRADES)
    found = recheck(portfolio_id=portfolio.pk, by=request.user)
    count = found.open_items
    said = f"{count} difference{'' if count == 1 else 's'} open" if count else "Everything agrees"
    left_out = " ".join(filter(None, [found.unvalued, *found.unchecked]))
    rest = f" Not compared: {left_out}" if left_out else ""
    messages.success(request, f"{said}. Stated balances looked at: {found.checked}.{rest}")
    return redirect("portfolios:reconciliation", portfolio.pk)


@login_required
@require_POST
def accept(request: AuthenticatedRequest, portfolio_id: UUID, item_id: int) -> HttpResponse:
    """Let a statement's difference stay, with a reason."""
    portfolio = resolve_portfolio(request.user, portfolio_id, Permission.WRITE_TRADES)
    accept_difference(
        portfolio_id=portfolio.pk,
        item_id=item_id,
        reason=request.POST.get("reason", ""),
        by=request.user,
    )
    messages.success(request, "Accepted. It opens again when either side changes.")
    return redirect("portfolios:reconciliation", portfolio.pk)
