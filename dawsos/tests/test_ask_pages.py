"""A number of a page that is no run leads to the same figure of a run, or says it differs."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from dawsos.night import chain
from dawsos.night.runner import run_all
from portfolios.models import Portfolio
from portfolios.tests.factories import append, trade
from portfolios.tests.world import FRI, listing

pytestmark = pytest.mark.django_db

Browser = Callable[[User], Client]
ELSEWHERE = "The page that led here shows"


def links(client: Client, address: str, figure: str) -> list[str]:
    """Where the numbers of one kind on a page are asked why."""
    html = client.get(address).content.decode()
    return [
        unescape(link)
        for link in re.findall(r'href="([^"]+)" data-why', html)
        if f"figure={figure}&" in unescape(link)
    ]


def shown(client: Client, address: str) -> str:
    return re.sub(r"\s+", " ", client.get(address, follow=True).content.decode())


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        ("quantity_open", "Buy of 2013-02-04"),
        ("unit_cost", "cost in its currency / quantity"),
        ("cost_basis_local", "Buy of 2013-02-04"),
        ("fx_rate", "entry 3"),
        ("cost_basis", "rounded once"),
        ("market_value", "quantity × price × rate"),
        ("unrealized_pnl", "worth − cost"),
    ],
)
def test_a_lot_opens_too(
    browser: Browser, traded: Portfolio, alice: User, figure: str, said: str
) -> None:
    client = browser(alice)
    page = reverse("portfolios:holding", args=[traded.pk, listing("ACME").pk])
    (lot,) = links(client, page, figure)
    html = shown(client, lot)

    assert said in html
    assert ELSEWHERE not in html


def test_the_dashboard_and_the_list_lead_to_the_overview_s_figures(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    run_all(chain.start(FRI, "ECB"))
    client = browser(alice)
    for page in (reverse("home"), reverse("portfolios:list")):
        (link,) = links(client, page, "total_value")
        html = shown(client, link)
        assert "sum of positions and cash" in html.lower()
        assert ELSEWHERE not in html


def test_what_stands_elsewhere_is_said(browser: Browser, traded: Portfolio, alice: User) -> None:
    door = reverse("portfolios:ask", args=[traded.pk])
    html = shown(browser(alice), f"{door}?figure=total_value&shown=1000")
    assert f"{ELSEWHERE} 1000" in html  # it is 1,198.00


@pytest.mark.parametrize("query", ["", "?figure=nobody", "?figure=weight", "?figure=x&lot=x"])
def test_what_is_no_figure_is_not_found(
    browser: Browser, traded: Portfolio, alice: User, query: str
) -> None:
    door = reverse("portfolios:ask", args=[traded.pk])
    assert browser(alice).get(door + query).status_code == 404


def test_a_stranger_asks_nothing(browser: Browser, traded: Portfolio, charlie: User) -> None:
    door = reverse("portfolios:ask", args=[traded.pk])
    assert browser(charlie).get(door, {"figure": "total_value"}).status_code == 404


def test_a_short_lot_opens_with_what_is_owed(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    """16 of 15 sold: one is owed, brought 13 dollars, and is worth −12 at 1.20: −14.40."""
    traded.allow_short = True
    traded.save()
    append(traded, alice, trade("SELL", listing("ACME"), "16", "13", FRI))
    client = browser(alice)
    page = reverse("portfolios:holding", args=[traded.pk, listing("ACME").pk])
    (worth,) = links(client, page, "market_value")
    html = shown(client, worth)

    assert "Owed of lot" in html
    assert ELSEWHERE not in html
