"""Where search and palette lead besides the links of the page: asked for once, when opened."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedRequest
from patterns.library import library
from patterns.selectors import sync_library
from portfolios.selectors.access import portfolio_names
from portfolios.selectors.places import MOST, held_listings


@login_required
@require_safe
def destinations(request: AuthenticatedRequest) -> JsonResponse:
    """Portfolios, holdings by symbol and name, and every pattern that is served."""
    sync_library()
    portfolios = [
        {"label": name, "url": reverse("portfolios:overview", args=[pk]), "hint": currency}
        for pk, name, currency in portfolio_names(request.user, MOST)
    ]
    holdings = [
        {
            "label": f"{it.symbol} {it.name}",
            "url": reverse("portfolios:holding", args=[it.portfolio_id, it.security_id]),
            "hint": it.portfolio,
        }
        for it in held_listings(request.user)
    ]
    patterns = [
        {
            "label": spec.name,
            "url": reverse("pattern", args=[spec.id]),
            "hint": "Pattern",
        }
        for spec in library().patterns()
    ]
    return JsonResponse({"links": portfolios + holdings + patterns})
