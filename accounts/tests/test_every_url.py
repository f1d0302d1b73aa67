"""Every address of the site asks for a login, but for a short list."""

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.conf import settings
from django.contrib.admindocs.views import simplify_regex
from django.shortcuts import resolve_url
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

pytestmark = pytest.mark.django_db

OPEN_TO_ALL = {
    "/login/",
    "/api/auth/login",
    "/api/auth/refresh",
    "/health",
    "/health/pack",
    "/metrics",
    "/api/schema/",
    "/api/docs/",
    "/admin/login/",
    "/admin/logout/",  # leads nobody to the admin's login
}

SAMPLES = {
    "int": "1",
    "uuid": str(UUID(int=1)),
    "str": "x",
    "slug": "x",
    "path": "x/y",
    "ledger_seq": "1",
}


def addresses(resolver: URLResolver, prefix: str = "/") -> Iterator[str]:
    for entry in resolver.url_patterns:
        here = prefix + sample(str(entry.pattern))
        if isinstance(entry, URLResolver):
            yield from addresses(entry, here)
        elif isinstance(entry, URLPattern):
            yield here


def sample(route: str) -> str:
    """The route with something in place of every parameter."""
    if route.startswith("^") or "(?P" in route:
        route = simplify_regex(route).lstrip("/")
    return re.sub(r"<(?:(\w+):)?\w+>", lambda m: SAMPLES.get(m[1] or "str", "x"), route)


def is_closed(address: str, method: str) -> bool:
    client = Client(raise_request_exception=False)
    response = getattr(client, method)(address)
    if response.status_code == 302:
        to_login = (resolve_url(settings.LOGIN_URL), "/admin/login/")
        return response["Location"].startswith(to_login)
    return response.status_code in {401, 403, 405}


def test_the_walk_finds_the_pages() -> None:
    assert {"/profile/", "/admin/accounts/user/add/"} <= set(addresses(get_resolver()))


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_gets_nowhere(method: str) -> None:
    closed = set(addresses(get_resolver())) - OPEN_TO_ALL
    assert sorted(address for address in closed if not is_closed(address, method)) == []
