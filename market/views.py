"""Pages of the market: pricing packs, the policies they follow, and what waits in quarantine."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthenticatedRequest
from accounts.permissions import Permission, has, require
from market.selectors import policies
from market.selectors.pages import PackPage, pack_list, pack_page
from market.selectors.quarantine import quarantine_page, waiting_count
from market.services import accept_observation, reject_observation

MOST = 2**63 - 1  # ids fit the column, or no row has them


@login_required
@require_safe
def packs(request: AuthenticatedRequest) -> HttpResponse:
    """All packs, the newest first; HTMX gets the rows alone."""
    number = _page(request)
    htmx = request.headers.get("HX-Request") == "true"
    template = "market/packs/_rows.html" if htmx else "market/packs/page.html"
    context = {
        "page": pack_list(number),
        "held": waiting_count(),
        "can_restate": has(request.user, Permission.MANAGE_PORTFOLIOS),
    }
    response = render(request, template, context)
    response["Vary"] = "HX-Request"
    return response


@login_required
@require_safe
def pack(request: HttpRequest, pack_id: str) -> HttpResponse:
    """One pack: identity, lineage, sources, every price and rate, and what is missing."""
    shown = pack_page(pack_id)
    context = {"shown": shown, "provenance": _provenance(shown)}
    return render(request, "market/pack/page.html", context)


@login_required
@require_safe
def policy_list(request: HttpRequest) -> HttpResponse:
    """Every policy that packs are built by, as its file says."""
    return render(request, "market/policies/page.html", {"policies": policies().values()})


@login_required
@require_safe
def quarantine(request: AuthenticatedRequest) -> HttpResponse:
    """What waits for a person, and what was decided last."""
    require(request.user, Permission.READ_PORTFOLIOS)
    context = {
        "page": quarantine_page(_page(request)),
        "can_decide": has(request.user, Permission.MANAGE_PORTFOLIOS),
    }
    return render(request, "market/quarantine/page.html", context)


@login_required
@require_POST
def decide(request: AuthenticatedRequest, item_id: int) -> HttpResponse:
    """Accept or reject one observation, with a reason."""
    accepted = request.POST.get("decision") == "accept"
    verb = accept_observation if accepted else reject_observation
    item = verb(min(item_id, MOST), request.POST.get("reason", ""), request.user)
    what = f"{item.value} {item.unit} of {item.subject} for {item.observed_on}"
    known = "accepted and known from now on" if accepted else "rejected"
    messages.success(request, f"{what} is {known}.")
    return redirect("market:quarantine")


def _page(request: HttpRequest) -> int:
    asked = request.GET.get("page", "1")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1


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
            "report_url": f"{reverse('market:pack', args=[successor.pk])}restatement/",
        },
    }
