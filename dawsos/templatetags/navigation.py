"""The navigation of every page: what there is, in the order of the product, for this reader.

{% navigation %}  reads `portfolio` and `can_write` of the page's context
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import NoReverseMatch, reverse

from accounts.permissions import Permission, has
from dawsos.context_processors import ASOF_PAGES, CURRENCY_PAGES

register = template.Library()


@dataclass(frozen=True, slots=True)
class Item:
    """One link. `on_phone`: in the bar at the foot of a narrow screen, which has room for four;
    `key`: the letter that follows g."""

    label: str
    url: str
    icon: str
    hint: str
    current: bool
    on_phone: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the product. `views` are those it is the current one of, besides its own."""

    view: str
    label: str
    icon: str
    views: tuple[str, ...] = ()
    on_phone: bool = False
    key: str = ""
    right: Permission | None = None


SOUND = {"asof": re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII), "currency": re.compile("[A-Z]{3}")}
IMPORTS = ("portfolios:import-step", "portfolios:import-runs", "portfolios:import-run")
PORTFOLIO = (
    Place("portfolios:overview", "Overview", "overview", on_phone=True, key="o"),
    Place(
        "portfolios:holdings", "Holdings", "pack", ("portfolios:holding",), on_phone=True, key="h"
    ),
    Place(
        "portfolios:transactions",
        "Transactions",
        "ledger",
        ("portfolios:entry", "portfolios:new_entry"),
        on_phone=True,
        key="t",
    ),
    Place("portfolios:performance", "Performance", "performance", key="f"),
    Place("portfolios:actions", "Corporate actions", "restated", ("portfolios:action",), key="c"),
    Place("portfolios:reconciliation", "Reconciliation", "check"),
    Place("portfolios:import", "Import", "import", IMPORTS, key="i", right=Permission.WRITE_TRADES),
)
ANALYSIS = (Place("portfolios:attribution", "Attribution", "waterfall", key="a"),)
SETTINGS = (Place("portfolios:settings", "Settings", "key", key="s"),)
INTELLIGENCE = (
    Place(
        "market:packs",
        "Market data",
        "pack",
        (
            "market:pack",
            "market:policies",
            "market:quarantine",
            "portfolios:restate",
            "portfolios:restatement",
        ),
        key="m",
    ),
    Place("portfolios:benchmarks", "Benchmarks", "overview", key="b"),
)
OPERATIONS = (
    Place("nights", "Nights", "moon", ("night",), key="n", right=Permission.READ_NIGHTS),
    Place("data-health", "Data health", "stale", ("portfolio-data-health",), key="q"),
    Place(
        "portfolios:runs",
        "Runs",
        "chain",
        ("portfolios:run", "portfolios:compare", "portfolios:why"),
        key="r",
    ),
    Place("patterns", "Patterns", "waterfall", ("pattern", "pattern-upload"), key="x"),
    Place("agents", "Agents", "beaker", right=Permission.READ_AGENTS),
    Place("methods:index", "Methods", "ledger", ("methods:page",)),
    Place("capabilities", "Capabilities", "info"),
)


@register.inclusion_tag("_components/navigation.html", takes_context=True)
def navigation(context: template.Context) -> dict[str, Any]:
    """Groups without an item are left out. What a role may not open is not shown."""
    request = context["request"]
    portfolio: Any = context.get("portfolio")
    match = request.resolver_match
    here = match.view_name if match else ""
    home = (
        Place("home", "Dashboard", "dashboard", on_phone=True, key="d"),
        Place(
            "portfolios:list", "Portfolios", "briefcase", ("portfolios:new",), not portfolio, "p"
        ),
    )

    carried = _carried(request) if portfolio else {}

    def items(places: tuple[Place, ...], *, own: bool = False) -> tuple[Item, ...]:
        if own and not portfolio:
            return ()
        arguments = [portfolio.id] if own else []
        return tuple(
            Item(
                place.label,
                address + (_query(place.view, carried) if own else ""),
                place.icon,
                portfolio.name if own else "Page",
                here == place.view or here in place.views,
                place.on_phone,
                place.key,
            )
            for place in places
            if _open(place, request.user, context) and (address := _address(place.view, arguments))
        )

    data = items(tuple(it for it in OPERATIONS if it.view == "data-health"))
    groups = (
        Group("Portfolio", items(home)),
        Group(portfolio.name if portfolio else "", items(PORTFOLIO, own=True)),
        Group("Analysis", items(ANALYSIS, own=True)),
        Group("Intelligence", items(INTELLIGENCE)),
        Group("Operations", items(OPERATIONS) + items(SETTINGS, own=True) + _admin(request.user)),
    )
    return {
        "groups": [group for group in groups if group.items],
        "home_url": _address("home", []) or "/",
        "data_health": data[0] if data else None,
        "inside": bool(portfolio),
    }


def _carried(request: Any) -> dict[str, str]:
    """The day and the currency that the address asks for: the next page is asked for them too."""
    found = {name: request.GET.get(name, "") for name in ("asof", "currency")}
    return {name: value for name, value in found.items() if SOUND[name].fullmatch(value)}


def _query(view: str, carried: dict[str, str]) -> str:
    """What of it a page understands."""
    pages = {"asof": ASOF_PAGES, "currency": CURRENCY_PAGES}
    kept = {name: value for name, value in carried.items() if view in pages[name]}
    return f"?{urlencode(kept)}" if kept else ""


def _address(view: str, arguments: list[Any]) -> str:
    """Where a page is; "" where the site does not have it."""
    try:
        return reverse(view, args=arguments)
    except NoReverseMatch:
        return ""


def _open(place: Place, user: Any, context: template.Context) -> bool:
    if place.right is None:
        return True
    if place.right is Permission.WRITE_TRADES:
        return bool(context.get("can_write"))
    return has(user, place.right)


def _admin(user: Any) -> tuple[Item, ...]:
    if getattr(user, "role", "") != "ADMIN":
        return ()
    return (Item("Administration", reverse("admin:index"), "admin", "Page", current=False),)
