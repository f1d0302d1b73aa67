"""The frame of every page: navigation, the day in the strip, search."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from dawsos.context_processors import NAMED
from portfolios.models import Portfolio
from portfolios.tests.factories import PortfolioFactory

pytestmark = pytest.mark.django_db

Browser = Callable[[User], Client]


def bar_of(html: str) -> str:
    return html[html.index('class="nav-side"') : html.index('<details class="menu nav-more"')]


def labels(html: str) -> list[str]:
    return re.findall(r"<span>([^<]+)</span></a>", bar_of(html))[1:]  # the brand is first


def test_the_navigation_has_the_order_of_the_product(
    traded: Portfolio, browser: Browser, alice: User
) -> None:
    """Alice is a MANAGER and owns Savings."""
    html = browser(alice).get(f"/portfolios/{traded.pk}/").content.decode()
    assert labels(html) == [
        "Dashboard", "Portfolios",
        "Overview", "Holdings", "Transactions", "Performance", "Corporate actions",
        "Reconciliation", "Import",
        "Attribution",
        "Market data", "Benchmarks",
        "Nights", "Data health", "Runs", "Patterns", "Agents", "Methods", "Capabilities",
        "Settings",
    ]  # fmt: skip


def test_what_a_role_may_not_open_is_not_in_the_navigation(
    traded: Portfolio, browser: Browser, bob_viewer: User
) -> None:
    shown = labels(browser(bob_viewer).get(f"/portfolios/{traded.pk}/").content.decode())
    assert {"Nights", "Agents", "Import"}.isdisjoint(shown)
    assert {"Runs", "Data health", "Settings"} <= set(shown)


def test_outside_a_portfolio_there_is_nothing_of_one(browser: Browser, alice: User) -> None:
    shown = labels(browser(alice).get("/data-health/").content.decode())
    assert shown[:3] == ["Dashboard", "Portfolios", "Market data"]
    assert "Overview" not in shown and "Settings" not in shown


def test_exactly_the_page_one_is_on_is_marked(
    traded: Portfolio, browser: Browser, alice: User
) -> None:
    html = browser(alice).get(f"/portfolios/{traded.pk}/holdings/").content.decode()
    marked = re.findall(r'href="([^"]+)" aria-current="page"', bar_of(html))
    assert marked == [f"/portfolios/{traded.pk}/holdings/"]


@pytest.mark.parametrize("name", ["overview", "performance", "attribution", "actions"])
def test_another_day_keeps_the_rest_of_the_address(
    traded: Portfolio, browser: Browser, alice: User, name: str
) -> None:
    """A named pack belongs to its own day and is not kept."""
    path = reverse(f"portfolios:{name}", args=[traded.pk])
    asked = {"asof": "2013-02-07", "pack": "2013-02-07-ECB-r1", "period": "MTD"}
    html = browser(alice).get(path, asked).content.decode()
    form = html[html.index('<form class="asof-picker"') :]
    form = form[: form.index("</form>")]
    assert 'value="2013-02-07"' in form
    assert re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)"', form) == [
        ("period", "MTD")
    ]


def test_a_page_without_a_day_offers_none(traded: Portfolio, browser: Browser, alice: User) -> None:
    for path in ("/runs/", f"/portfolios/{traded.pk}/settings/", "/packs/"):
        assert "asof-picker" not in browser(alice).get(path).content.decode()


def test_a_day_that_is_none_is_said_beside_its_field(
    traded: Portfolio, browser: Browser, alice: User
) -> None:
    answer = browser(alice).get(f"/portfolios/{traded.pk}/", {"asof": "2013-02-30"})
    assert answer.status_code == 422
    assert "As of is no calendar day" in answer.content.decode()


def test_search_finds_holdings_and_patterns_of_ones_own(
    traded: Portfolio, browser: Browser, alice: User, charlie: User
) -> None:
    found = {it["label"]: it for it in browser(alice).get("/search/").json()["links"]}
    assert found["ACME Acme Inc."]["hint"] == "Savings"
    assert found["ACME Acme Inc."]["url"].startswith(f"/portfolios/{traded.pk}/holdings/")
    assert found["Overview"]["url"] == "/patterns/portfolio_overview/"
    assert "ACME Acme Inc." not in {
        it["label"] for it in browser(charlie).get("/search/").json()["links"]
    }
    assert Client().get("/search/").status_code == 302


def test_a_page_names_some_portfolios_and_search_finds_all(browser: Browser, alice: User) -> None:
    made = [PortfolioFactory.create(name=f"Nest {n:03}", owner=alice) for n in range(NAMED + 1)]
    client = browser(alice)
    page = client.get("/portfolios/").context["palette_links"]()
    found = {it["label"] for it in client.get("/search/").json()["links"]}

    assert len(page) == NAMED
    assert {it.name for it in made} <= found
