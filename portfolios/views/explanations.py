"""An explanation as a page, or alone for the drawer; wherever its root comes from."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode

from accounts.http import AuthenticatedRequest
from patterns.exceptions import FigureUnknown
from patterns.explanation import Explanation, shown_half
from patterns.why_tree import WhyNode, path_to, place_of, why_tree

ALL: Final = 2_000
WITHIN: Final = frozenset({"at", "all", "shown"})  # of an address: where one is inside the tree


def show_tree(
    request: AuthenticatedRequest, root: Explanation, around: Mapping[str, Any]
) -> HttpResponse:
    """The part of a tree that the address asks for; HTMX gets it without the page around it.

    Raises FigureUnknown where the tree has no such part.
    """
    place = place_of(request.GET.get("at", ""))
    width = {"width": ALL} if "all" in request.GET else {}
    tree = None if place is None else why_tree(root, place, **width)
    if tree is None or place is None:
        raise FigureUnknown("This explanation has no such part.")
    context = {
        "root": root,
        "tree": tree,
        "above": path_to(root, place),
        "asks": _address(request),
        "everything": bool(width),
        "shown": _differs(tree, request.GET.get("shown", "")),
    }
    if request.htmx:
        response = render(request, "portfolios/why/_tree.html", context)
    else:
        response = render(request, "portfolios/why/page.html", {**around, **context})
    response["Vary"] = "HX-Request"
    return response


def _address(request: AuthenticatedRequest) -> str:
    """Of the root; where a part is stands behind it."""
    asked = {name: str(value) for name, value in request.GET.items() if name not in WITHIN}
    return f"{request.path}?{urlencode(asked)}"


def _differs(tree: WhyNode, shown: str) -> Decimal | None:
    """What a page that led here showed, where this is not the same to the displayed decimal."""
    try:
        value = Decimal(shown) if len(shown) < 60 else None
    except InvalidOperation:
        return None
    if value is None or not value.is_finite() or not tree.raw:
        return None
    half = shown_half(tree.unit, tree.currency)
    return value if abs(value - Decimal(tree.raw)) > 2 * half else None
