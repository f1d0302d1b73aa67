"""The ledger of a portfolio as a page."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedRequest
from portfolios.forms import TransactionsForm
from portfolios.selectors import resolve_portfolio, transactions_page
from portfolios.selectors.transactions import TransactionFilter
from portfolios.views.shell import can_write, provenance_of


@login_required
@require_safe
def transactions(request: AuthenticatedRequest, portfolio_id: UUID) -> HttpResponse:
    """The ledger, newest first, filtered and paged."""
    portfolio = resolve_portfolio(request.user, portfolio_id)
    form = TransactionsForm(request.GET)
    wanted = form.wanted() if form.is_valid() else TransactionFilter()
    page = form.cleaned_data.get("page") or 1
    context = {
        "portfolio": portfolio,
        "form": form,
        "page_obj": transactions_page(portfolio.pk, wanted, page=page),
        "provenance": provenance_of(request, portfolio),
        "can_write": can_write(request, portfolio),
    }
    template = "_rows" if request.htmx else "page"
    status = 200 if form.is_valid() else 422
    return render(request, f"portfolios/transactions/{template}.html", context, status=status)
