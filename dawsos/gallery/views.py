"""The gallery of panels: every type, every look."""

from __future__ import annotations

from typing import Final, get_args

from csp.constants import NONE, SELF
from csp.decorators import csp_replace
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from dawsos.gallery.data import ASOF, Look
from dawsos.gallery.samples import LOOKS, long_table, panel_of
from patterns.panel_specs.types import PANEL_TYPES

ROWS: Final = 1_000
SAYS: Final[dict[Look, str]] = {
    "exact": "everything is known",
    "partial": "a part is not known",
    "stale": "a figure is older",
    "estimated": "a figure is a model’s",
    "withheld": "nothing is known, and why",
    "empty": "there is nothing to show",
    "failed": "its step failed",
    "loading": "it is being computed",
}


@login_required
@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """?type=fan has all looks of a type, ?look=withheld all types in a look; else all exact."""
    kind, look = request.GET.get("type", ""), request.GET.get("look", "")
    kinds = [kind] if kind in PANEL_TYPES else list(PANEL_TYPES)
    looks = [each for each in get_args(Look) if each == look] or (
        list(LOOKS) if kind in PANEL_TYPES else [LOOKS[0]]
    )
    panels = [panel_of(each, shown) for each in kinds for shown in looks]
    if kind == "table" and not look:
        panels.append(long_table(ROWS))
    context = {
        "panels": panels,
        "types": list(PANEL_TYPES),
        "looks": SAYS.items(),
        "chosen_type": kind if kind in PANEL_TYPES else "",
        "chosen_look": look if look in LOOKS else "",
        "asof_date": ASOF,
    }
    return render(request, "patterns/gallery/page.html", context)


@login_required
@require_safe
@xframe_options_sameorigin
@csp_replace({"default-src": [NONE], "style-src": [SELF], "frame-ancestors": [SELF]})
def sample_report(request: HttpRequest) -> HttpResponse:
    """What the report viewer of the gallery shows."""
    return render(request, "patterns/gallery/report.html")
