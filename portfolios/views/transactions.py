"""The ledger of a portfolio as a page, and each of its entries."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedRequest
from portfolios.forms import TransactionsForm
from portfolios.selectors import TransactionFilter, resolve_portfolio, transactions_page
from portfolios.selectors.entry_page import entry_page
from portfolios.selectors.provenance import provenance_now
from portfolios.selectors.transactions import LedgerPage
from portfolios.views.shell import can_write, rights_on


@login_required
@require_safe
def transactions(request: AuthenticatedRequest, portfolio_id: UUID) -> HttpResponse:
    """The ledger, newest first, filtered, a stretch at a time."""
    portfolio = resolve_portfolio(request.user, portfolio_id)
    form = TransactionsForm(request.GET)
    valid = form.is_valid()
    wanted = form.wanted() if valid else TransactionFilter()
    page = transactions_page(
        portfolio.pk,
        wanted,
        before=form.cleaned_data.get("before"),
        after=form.cleaned_data.get("after"),
    )
    context = {
        "portfolio": portfolio,
        "form": form,
        "page": page,
        "filtered": not wanted.is_empty,
        "show_accounts": _shows_accounts(page, wanted),
        **rights_on(request, portfolio),
    }
    if request.htmx:  # the fragment leaves the frame of the page alone
        template = "_rows"
    else:
        template = "page"
        context["provenance"] = provenance_now(portfolio, page.head)
    status = 200 if valid else 422
    return render(request, f"portfolios/transactions/{template}.html", context, status=status)


@login_required
@require_safe
def entry(request: AuthenticatedRequest, portfolio_id: UUID, seq: int) -> HttpResponse:
    """One entry: what it says, where it came from, what it did."""
    portfolio = resolve_portfolio(request.user, portfolio_id)
    context = {
        "portfolio": portfolio,
        "shown": entry_page(portfolio.pk, seq),
        "provenance": provenance_now(portfolio),
        "can_write": can_write(request, portfolio),
    }
    return render(request, "portfolios/entry/page.html", context)


def _shows_accounts(page: LedgerPage, wanted: TransactionFilter) -> bool:
    """A column that says `main` in every row says nothing."""
    return bool(wanted.account) or page.accounts not in (frozenset(), frozenset({"main"}))
