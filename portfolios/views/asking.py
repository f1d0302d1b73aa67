"""The door from a number of a page that is no run to why it is so."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedRequest
from patterns.exceptions import FigureUnknown
from portfolios.capabilities.why.asking_lots import OF_LOTS, WantedOfLot, why_of_lot
from portfolios.forms.asking import AskForm
from portfolios.models import Portfolio
from portfolios.selectors import resolve_portfolio
from portfolios.selectors.provenance import provenance_now
from portfolios.services.asking import Wanted, reach
from portfolios.views.explanations import show_tree
from portfolios.views.shell import can_write


@login_required
@require_safe
def ask(request: AuthenticatedRequest, portfolio_id: UUID) -> HttpResponse:
    """Leads to the explanation of the same figure in a run, which the drawer follows too; what no
    run has, such as a disposal of a lot, is explained here."""
    portfolio = resolve_portfolio(request.user, portfolio_id)
    form = AskForm(request.GET)
    if not form.is_valid():
        raise FigureUnknown("A portfolio has no such figure.")
    if form.cleaned_data["figure"] in OF_LOTS and form.cleaned_data["security"]:
        return _of_lot(request, portfolio, form)
    found = reach(
        user=request.user,
        portfolio_id=portfolio_id,
        wanted=Wanted(**form.wanted()),
        correlation_id=request.correlation_id,
    )
    said = {"path": found.path, "shown": request.GET.get("shown", "")}
    query = urlencode({name: value for name, value in said.items() if value})
    return redirect(f"{reverse('portfolios:why', args=[found.run_id])}?{query}")


def _of_lot(request: AuthenticatedRequest, portfolio: Portfolio, form: AskForm) -> HttpResponse:
    said = form.cleaned_data
    root = why_of_lot(
        user=request.user,
        portfolio_id=portfolio.pk,
        wanted=WantedOfLot(
            figure=said["figure"],
            security_id=said["security"],
            account=said["account"],
            lot=said["lot"],
            entry=said["entry"],
        ),
        correlation_id=request.correlation_id,
    )
    around = {
        "portfolio": portfolio,
        "led_from": {
            "url": reverse("portfolios:holding", args=[portfolio.pk, said["security"]]),
            "label": "Lots",
        },
        "provenance": provenance_now(portfolio),
        "can_write": can_write(request, portfolio),
    }
    return show_tree(request, root, around)
