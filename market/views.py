"""Pages of the market: the list of pricing packs, and one page for each."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from market.selectors.pages import PackPage, pack_list, pack_page


@login_required
@require_safe
def packs(request: HttpRequest) -> HttpResponse:
    """All packs, the newest first; HTMX gets the rows alone."""
    asked = request.GET.get("page", "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1
    htmx = request.headers.get("HX-Request") == "true"
    template = "market/packs/_rows.html" if htmx else "market/packs/page.html"
    response = render(request, template, {"page": pack_list(number)})
    response["Vary"] = "HX-Request"
    return response


@login_required
@require_safe
def pack(request: HttpRequest, pack_id: str) -> HttpResponse:
    """One pack: identity, lineage, sources, every price and rate, and what is missing."""
    shown = pack_page(pack_id)
    context = {"shown": shown, "provenance": _provenance(shown)}
    return render(request, "market/pack/page.html", context)


def _provenance(shown: PackPage) -> dict[str, Any]:
    """The strip and the banner speak of the pack on the page, not of the latest one."""
    pack, successor = shown.pack, shown.successor
    return {
        "pack_id": pack.pk,
        "pack_hash": pack.content_hash,
        "pack_url": reverse("market:pack", args=[pack.pk]),
        "asof_date": pack.asof_date,
        "freshness": shown.health["status"],
        "restated": successor
        and {
            "pack_id": successor.pk,
            "pack_url": reverse("market:pack", args=[successor.pk]),
            "reason": successor.reason,
        },
    }
