"""Every page of the site by its name, as the URL configuration lists them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

# Answered to nobody who only looks; 405 says so.
POSTED = {
    "accounts:logout",
    "accounts:create_token",
    "accounts:revoke_token",
    "agent-reset",
    "execute",
    "market:decide",
    "night-resume",
    "pattern-cancel",
    "pattern-serve",
    "pattern-withdraw",
    "portfolios:dismiss_action",
    "portfolios:import-sample",
    "portfolios:import-undo",
    "portfolios:reconciliation-accept",
    "portfolios:reconciliation-check",
    "portfolios:reopen_action",
    "portfolios:replay",
}


def routes(
    resolver: URLResolver | None = None, space: str = "", before: str = ""
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every address but those of the API and of Django's admin, with its parameters."""
    for entry in (resolver or get_resolver()).url_patterns:
        here = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from routes(entry, inner, here)
        elif isinstance(entry, URLPattern) and not here.startswith(("api/", "admin/")):
            yield f"{space}{entry.name}", tuple(entry.pattern.converters)


ROUTES: dict[str, Any] = dict(routes())
