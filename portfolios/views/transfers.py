"""Moving shares or cash between two portfolios of the same reader."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.http import AuthenticatedRequest
from accounts.identity import as_user
from accounts.permissions import Permission, has_on
from accounts.selectors import membership_roles
from portfolios.exceptions import EntriesRefused
from portfolios.forms.transfer import TransferForm
from portfolios.models import Portfolio
from portfolios.selectors import resolve_portfolio, visible_portfolios
from portfolios.selectors.provenance import provenance_now
from portfolios.services.ledger import lock_ledgers
from portfolios.services.rehearsal import preview_token, rehearse
from portfolios.services.transfers import Transferred, transfer_cash, transfer_in_kind

Move = Callable[[], Transferred]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def transfer(request: AuthenticatedRequest, portfolio_id: UUID) -> HttpResponse:
    """Preview what leaves, then write both sides at once."""
    portfolio = resolve_portfolio(request.user, portfolio_id, Permission.WRITE_TRADES)
    others = _others(request, portfolio)
    form = TransferForm(others, request.POST or None)
    context: dict[str, Any] = {"portfolio": portfolio, "form": form, "others": others}
    if form.is_valid():
        try:
            done = _moved_or_previewed(request, portfolio, form, context)
        except EntriesRefused as refused:
            context["refused"] = refused
        else:
            if done is not None:
                messages.success(request, "Both sides are written, and linked.")
                return redirect("portfolios:entry", portfolio.pk, done.leaving.last_seq)
    context |= {"provenance": provenance_now(portfolio), "can_write": True}
    status = 422 if form.errors or "refused" in context else 200
    return render(request, "portfolios/transfer/page.html", context, status=status)


def _moved_or_previewed(
    request: AuthenticatedRequest, portfolio: Portfolio, form: TransferForm, context: dict[str, Any]
) -> Transferred | None:
    move = _move(request, portfolio, form)
    said = sorted((name, str(value)) for name, value in form.cleaned_data.items())
    if "write" in request.POST:
        with as_user(request.user.pk):
            # Both locks first, in the order that every transfer takes them.
            lock_ledgers([portfolio.pk, UUID(form.cleaned_data["target"])])
            if request.POST.get("previewed") == preview_token(portfolio.pk, said):
                return move()
        context["outdated"] = True
    context["effect"] = rehearse(portfolio.pk, lambda: move().leaving, by=request.user)
    context["token"] = preview_token(portfolio.pk, said)
    return None


def _move(request: AuthenticatedRequest, portfolio: Portfolio, form: TransferForm) -> Move:
    said = form.cleaned_data
    common = {
        "source_id": portfolio.pk,
        "target_id": UUID(said["target"]),
        "day": said["day"],
        "by": request.user,
        "account": said["account"],
        "to_account": said["to_account"],
    }
    if said["security"] is not None:
        return lambda: transfer_in_kind(
            security_id=said["security"].pk, quantity=said["quantity"], **common
        )
    currency = said["currency"] or portfolio.base_currency
    return lambda: transfer_cash(amount=said["amount"], currency=currency, **common)


def _others(request: AuthenticatedRequest, portfolio: Portfolio) -> list[Portfolio]:
    """Where one may write too."""
    roles = membership_roles(request.user)
    return [
        other
        for other in visible_portfolios(request.user).exclude(pk=portfolio.pk)
        if has_on(request.user, roles.get(other.pk), Permission.WRITE_TRADES)
    ]
