"""The doors from a sum or a count of the pages that span portfolios to why it is so."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedRequest
from dawsos.dashboard.pages import Dashboard, dashboard
from dawsos.dashboard.why_counts import holdings_counted, of_health, of_policy
from dawsos.dashboard.why_together import CUTS, WhyTogether
from patterns.exceptions import FigureUnknown
from patterns.explanation import Explanation
from portfolios.forms.dashboard import DashboardForm
from portfolios.selectors import resolve_portfolio
from portfolios.selectors.data_health import data_health
from portfolios.views.explanations import show_tree

NO_SUCH = "This page has no such figure."


@login_required
@require_safe
def of_dashboard(request: AuthenticatedRequest) -> HttpResponse:
    """A sum, a share or a count of the dashboard, as of the day and in the currency of the page."""
    form = DashboardForm(request.GET)
    if not form.is_valid():
        raise FigureUnknown(NO_SUCH)
    said = form.cleaned_data
    page = dashboard(request.user, asof=said["asof"], currency=said["currency"])
    root = _of_dashboard(request, page)
    if root is None:
        raise FigureUnknown(NO_SUCH)
    return show_tree(request, root, {"led_from": {"url": reverse("home"), "label": "Dashboard"}})


def _of_dashboard(request: AuthenticatedRequest, page: Dashboard) -> Explanation | None:
    asked = request.GET.get("figure", "")
    together = WhyTogether(request.user, page, request.correlation_id)
    if asked == "total":
        return together.total()
    if asked in CUTS:
        label = request.GET.get("label", "")
        of_weight = request.GET.get("measure") == "weight"
        return together.weight_of(asked, label) if of_weight else together.worth_of(asked, label)
    counted = {
        "exact": ("holdings that are priced on their day", page.data.exact),
        "carried": ("holdings that are priced by an older day", page.data.carried),
        "unpriced": ("holdings without a price", page.data.unpriced),
    }
    return holdings_counted(*counted[asked]) if asked in counted else None


@login_required
@require_safe
def of_data_health(request: AuthenticatedRequest, portfolio_id: UUID | None = None) -> HttpResponse:
    """A count of data health, of one portfolio or of all that are open to the reader."""
    portfolio = resolve_portfolio(request.user, portfolio_id) if portfolio_id else None
    health = data_health(request.user, portfolio_id)
    asked, policy = request.GET.get("figure", ""), request.GET.get("policy")
    if policy is None:
        root = of_health(health, asked)
    else:
        each = next((it for it in health.policies if it.policy == policy), None)
        root = None if each is None else of_policy(each, asked)
    if root is None:
        raise FigureUnknown(NO_SUCH)
    page = "portfolio-data-health" if portfolio else "data-health"
    led_from = {
        "url": reverse(page, args=[portfolio_id] if portfolio else []),
        "label": "Data health",
    }
    return show_tree(request, root, {"led_from": led_from, "portfolio": portfolio})
