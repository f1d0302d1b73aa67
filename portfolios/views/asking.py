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
from portfolios.forms.asking import AskForm
from portfolios.selectors import resolve_portfolio
from portfolios.services.asking import Wanted, reach


@login_required
@require_safe
def ask(request: AuthenticatedRequest, portfolio_id: UUID) -> HttpResponse:
    """Leads to the explanation of the same figure in a run; the drawer follows it too."""
    resolve_portfolio(request.user, portfolio_id)
    form = AskForm(request.GET)
    if not form.is_valid():
        raise FigureUnknown("A portfolio has no such figure.")
    found = reach(
        user=request.user,
        portfolio_id=portfolio_id,
        wanted=Wanted(**form.wanted()),
        correlation_id=request.correlation_id,
    )
    said = {"path": found.path, "shown": request.GET.get("shown", "")}
    query = urlencode({name: value for name, value in said.items() if value})
    return redirect(f"{reverse('portfolios:why', args=[found.run_id])}?{query}")
