"""Pages of the market: the list of pricing packs, and one page for each."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from market.selectors.pages import pack_list, pack_page


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
    return render(request, "market/pack/page.html", {"shown": pack_page(pack_id)})
