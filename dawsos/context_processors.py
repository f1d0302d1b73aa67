"""What the shell of every page needs: is this the demo, and on which pack does the house stand."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from accounts.permissions import Permission, has
from accounts.writing import current
from market.calc.policies import DEFAULT_POLICY
from market.selectors import health_of, latest_pack
from portfolios.selectors.access import portfolio_names
from portfolios.selectors.provenance import Provenance, pack_url

ASOF_PAGES = frozenset(
    {
        "home",
        "portfolios:overview",
        "portfolios:performance",
        "portfolios:holdings",
        "portfolios:attribution",
        "portfolios:holding",
        "portfolios:actions",
    }
)


# Pages whose figures can be told in another currency than the portfolio's own.
CURRENCY_PAGES = frozenset(
    {
        "portfolios:overview",
        "portfolios:performance",
        "portfolios:holdings",
        "portfolios:attribution",
        "portfolios:holding",
    }
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """A view that knows its own run brings its own ``provenance``, and this one is never asked."""
    return {
        "demo": settings.DEMO,
        "may_export": isinstance(request.user, User) and has(request.user, Permission.EXPORT_DATA),
        "provenance": SimpleLazyObject(_house),
        "asof_kept": _kept(request, ASOF_PAGES, {"asof", "pack"}),
        "currency_kept": _kept(request, CURRENCY_PAGES, {"currency"}),
        "writing": str(current()),  # what is kept of a page is kept for who reads so
        "palette_links": cache(lambda: _portfolios(request)),
    }


def _kept(
    request: HttpRequest, pages: frozenset[str], replaced: set[str]
) -> list[tuple[str, str]] | None:
    """What the address says beside what a picker replaces, on pages that have it; None on others.
    A pack that was named belongs to its own day, and a page number to its own list."""
    match = request.resolver_match
    if match is None or match.view_name not in pages:
        return None
    return [
        (name, value)
        for name, values in request.GET.lists()
        if name not in replaced | {"page"}
        for value in values
    ]


NAMED = 100  # portfolios that every page carries; search asks for the others when it is opened


def _portfolios(request: HttpRequest) -> list[dict[str, str]]:
    """Where search and palette lead besides the page's own links."""
    if not isinstance(request.user, User):
        return []
    return [
        {"label": name, "url": reverse("portfolios:overview", args=[pk]), "hint": currency}
        for pk, name, currency in portfolio_names(request.user, NAMED)
    ]


def _house() -> Provenance | None:
    pack = latest_pack(DEFAULT_POLICY)
    if pack is None:
        return None
    return Provenance(
        pack_id=pack.pk,
        pack_hash=pack.content_hash,
        pack_url=pack_url(pack.pk),
        ledger_commit_hash=None,
        asof_date=pack.asof_date,
        freshness=health_of(pack, latest=False)["status"],
    )
