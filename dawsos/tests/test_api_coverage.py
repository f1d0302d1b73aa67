"""Everything a page shows is at an address of the API, and every write there has its guards."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from drf_spectacular.generators import SchemaGenerator

from accounts import services
from accounts.models import User
from accounts.scopes import Scope
from portfolios.models import Portfolio

Browser = Callable[[User], Client]
V1 = "/api/v1/"

# The page by its name, and the address that answers the same.
SHOWN = {
    "accounts:profile": "/api/auth/me",
    "market:packs": "packs/",
    "market:pack": "packs/{pack_id}/",
    "market:policies": "packs/policies/",
    "market:quarantine": "quarantine/",
    "market:decide": "quarantine/{item_id}/accept/",
    "methods:index": "methods/",
    "methods:page": "methods/{slug}/",
    "methods:fixtures": "methods/fixtures/{golden}/",
    "portfolios:benchmarks": "benchmarks/",
    "portfolios:list": "portfolios/",
    "portfolios:new": "portfolios/",
    "portfolios:overview": "portfolios/{portfolio_id}/patterns/{pattern_id}/",
    "portfolios:attribution": "portfolios/{portfolio_id}/patterns/{pattern_id}/",
    "portfolios:performance": "portfolios/{portfolio_id}/patterns/{pattern_id}/",
    "portfolios:export": "portfolios/{portfolio_id}/export/{file_format}/",
    "portfolios:transactions": "portfolios/{portfolio_id}/transactions/",
    "portfolios:new_entry": "portfolios/{portfolio_id}/transactions/",
    "portfolios:entry": "portfolios/{portfolio_id}/transactions/{seq}/",
    "portfolios:amend_entry": "portfolios/{portfolio_id}/transactions/{seq}/correct/",
    "portfolios:reverse_entry": "portfolios/{portfolio_id}/transactions/{seq}/reverse/",
    "portfolios:import": "portfolios/{portfolio_id}/imports/",
    "portfolios:import-runs": "portfolios/{portfolio_id}/imports/",
    "portfolios:import-run": "portfolios/{portfolio_id}/imports/{run_id}/",
    "portfolios:import-undo": "portfolios/{portfolio_id}/imports/{run_id}/undo/",
    "portfolios:holdings": "portfolios/{portfolio_id}/holdings/",
    "portfolios:holding": "portfolios/{portfolio_id}/lots/",
    "portfolios:actions": "portfolios/{portfolio_id}/actions/",
    "portfolios:action": "portfolios/{portfolio_id}/actions/{action_id}/confirm/",
    "portfolios:dismiss_action": "portfolios/{portfolio_id}/actions/{action_id}/dismiss/",
    "portfolios:reopen_action": "portfolios/{portfolio_id}/actions/{action_id}/reopen/",
    "portfolios:settings": "portfolios/{portfolio_id}/settings/",
    "portfolios:transfer": "portfolios/{portfolio_id}/transfers/",
    "portfolios:listings": "securities/",
    "portfolios:reconciliation": "portfolios/{portfolio_id}/reconciliation/",
    "portfolios:reconciliation-check": "portfolios/{portfolio_id}/reconciliation/check/",
    "portfolios:reconciliation-accept": (
        "portfolios/{portfolio_id}/reconciliation/{item_id}/accept/"
    ),
    "portfolios:security": "securities/{security_id}/",
    "portfolios:runs": "runs/",
    "portfolios:run": "runs/{run_id}/",
    "portfolios:why": "runs/{run_id}/why/",
    "portfolios:replay": "runs/{run_id}/replay/",
    "portfolios:compare": "runs/{run_id}/compare/",
    "portfolios:restate": "packs/restate/",
    "portfolios:restatement": "packs/{pack_id}/restatement/",
    "capabilities": "capabilities/",
    "nights": "nights/",
    "night": "nights/{run_id}/",
    "night-resume": "nights/{run_id}/resume/",
    "patterns": "patterns/",
    "pattern": "patterns/{pattern_id}/",
    "pattern-upload": "patterns/upload/",
    "pattern-progress": "tickets/{ticket}/",
    "pattern-cancel": "tickets/{ticket}/cancel/",
    "pattern-withdraw": "patterns/{pattern_id}/withdraw/",
    "pattern-serve": "patterns/{pattern_id}/serve/{version}/",
    "data-health": "data-health/",
    "portfolio-data-health": "portfolios/{portfolio_id}/data-health/",
    "agents": "agents/",
    "agent-reset": "agents/{agent}/reset/",
}
# What has none, and why.
PAGES_ONLY = {
    "home": "leads to the list",
    "portfolio-attention": "where to click; differences, actions and weak prices have addresses",
    "accounts:login": "programs log in at /api/auth/login",
    "accounts:logout": "programs log out at /api/auth/logout",
    "accounts:password_change": "a password is a person's business, not a program's",
    "accounts:create_token": "a token that could make tokens would never end",
    "accounts:revoke_token": "the same page",
    "methods:rule": "leads to a method's page; the rules are listed with it",
    "portfolios:import-step": "the wizard; one request of the API answers all its questions",
    "portfolios:import-sample": "the wizard",
    "portfolios:import-progress": "the wizard",
    "portfolios:ask": "leads to a run's figure, which is at runs/{run_id}/why/, or to a disposal",
    "dashboard-why": "adds up what runs explain, each at runs/{run_id}/why/",
    "data-health-why": "names one by one what data-health/ lists",
    "portfolio-data-health-why": "the same of one portfolio",
    "portfolios:choose-runs": "leads to the page that compares two runs",
    "panel-gallery": "samples of panels: nothing of anybody's",
    "panel-sample-report": "a sample that the gallery frames",
    "portfolios:panel-csv": "a file of a panel of a run, whose result is at runs/{run_id}/",
    "destinations": "where the palette leads to: addresses of pages",
    "pattern-schema": "JSON already",
    "schema": "the description of the API",
    "api-docs": "the description of the API",
    "health": "JSON already",
    "health-pack": "JSON already",
    "execute": "JSON already",
}
# Posted, though they only ask, or take back what was asked.
QUESTIONS = {
    "/v1/execute",
    "/api/patterns/execute",
    f"{V1}evaluate/",
    f"{V1}runs/{{run_id}}/replay/",
    f"{V1}tickets/{{ticket}}/cancel/",
}


def names(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, str]]:
    """Every name with its space, and the route."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            for name, route in names(entry, inner):
                yield name, f"{entry.pattern}{route}"
        elif isinstance(entry, URLPattern) and entry.name:
            yield f"{space}{entry.name}", str(entry.pattern)


PAGES = sorted(
    name
    for name, route in names(get_resolver())
    if not route.startswith(("api/v1", "api/", "admin"))
)


def schema() -> dict[str, Any]:
    generator: Any = SchemaGenerator
    described: dict[str, Any] = generator().get_schema(request=None, public=True)
    return described


OPERATIONS = [
    (method, path)
    for path, methods in schema()["paths"].items()
    for method in methods
    if not path.startswith("/api/auth/")
]
WRITES = [(method, path) for method, path in OPERATIONS if method != "get"]
UUIDS = {"portfolio_id", "security_id", "action_id", "ticket"}
SAMPLES = {"file_format": "csv", "pack_id": "x", "agent": "x", "slug": "x", "pattern_id": "x"}


def filled(path: str, **known: object) -> str:
    """The path with something in place of every parameter."""

    is_uuid = UUIDS | ({"run_id"} if "/runs/" in path else set())

    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name in known:
            return str(known[name])
        return SAMPLES.get(name) or (str(UUID(int=1)) if name in is_uuid else "1")

    return re.sub(r"\{(\w+)\}", value, path)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_also_an_address_of_the_api_or_says_why_not(name: str) -> None:
    if name in PAGES_ONLY or name == "patterns-execute":
        return
    address = SHOWN[name]
    assert (address if address.startswith("/") else V1 + address) in schema()["paths"]


def test_the_lists_name_no_page_that_is_gone() -> None:
    assert set(SHOWN) | set(PAGES_ONLY) <= set(PAGES) | {"schema", "api-docs", "pattern-schema"}


@pytest.mark.django_db
def test_every_write_takes_a_key(browser: Browser, alice: User) -> None:
    """A key that is none is refused before anything else is looked at."""
    client = browser(alice)
    without = [
        path
        for method, path in WRITES
        if _reason(client, method, filled(path), "no key") != "idempotency_key_invalid"
    ]
    assert without == []


@pytest.mark.django_db
def test_a_token_that_reads_writes_nowhere(shared_portfolio_id: UUID, alice: User) -> None:
    _, text = services.create_api_token(
        user=alice, name="reads", scopes=frozenset({Scope.READ}), days=1
    )
    client = Client(headers={"Authorization": f"Bearer {text}"})
    let_through = {
        path
        for method, path in WRITES
        if _reason(client, method, filled(path, portfolio_id=shared_portfolio_id)) != "scope"
    }
    assert let_through == QUESTIONS


@pytest.mark.django_db
def test_a_foreign_portfolio_is_none(
    browser: Browser, shared_portfolio_id: UUID, charlie: User
) -> None:
    """The same answer as for a portfolio that was never there."""
    client = browser(charlie)
    told_apart = []
    for method, path in OPERATIONS:
        if "{portfolio_id}" not in path:
            continue
        seen = [
            _answer(client, method, filled(path, portfolio_id=portfolio_id))
            for portfolio_id in (shared_portfolio_id, UUID(int=7))
        ]
        if seen[0] != seen[1] or seen[0][0] not in {403, 404, 415, 422}:
            told_apart.append((path, seen))
    assert told_apart == []


def _reason(client: Client, method: str, path: str, key: str | None = None) -> str:
    headers = {"Idempotency-Key": key} if key else {}
    response = getattr(client, method)(path, "{}", content_type="application/json", headers=headers)
    answer = response.json()
    return str(answer.get("error", {}).get("details", {}).get("reason", ""))


def _answer(client: Client, method: str, path: str) -> tuple[int, str]:
    arguments = [] if method == "get" else ["{}"]
    extra = {} if method == "get" else {"content_type": "application/json"}
    response = getattr(client, method)(path, *arguments, **extra)
    return response.status_code, response.json()["error"]["code"]


@pytest.mark.django_db
def test_reads_answer(browser: Browser, traded: Portfolio, alice: User) -> None:
    """Whatever needs no more than a portfolio is there, with a tag, and unchanged the second
    time."""
    client = browser(alice)
    for method, path in OPERATIONS:
        left = set(re.findall(r"\{(\w+)\}", path)) - {"portfolio_id"}
        if method != "get" or left or path.endswith(("/lots/", "/audit/", "/securities/")):
            continue
        address = filled(path, portfolio_id=traded.pk)
        query = {"require_fresh": "false"} if path.startswith("/api/") else {}
        first = client.get(address, query)
        if path in {f"{V1}nights/", f"{V1}agents/"}:
            continue
        assert first.status_code == 200, (path, first.content)
        again = client.get(address, query, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b""), path
        assert again["Cache-Control"] == "no-store"


def test_every_name_of_the_api_can_be_reversed() -> None:
    assert reverse("api:older-portfolio") == "/api/portfolio"
