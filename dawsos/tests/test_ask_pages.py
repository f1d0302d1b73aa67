"""A number of a page that is no run leads to the same figure of a run, or says it differs."""

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from dawsos.night import chain
from dawsos.night.runner import run_all
from patterns.explanation import Explanation, breach
from portfolios.models import Portfolio
from portfolios.tests.factories import append, trade
from portfolios.tests.world import FRI, THU, listing

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
        link, *_ = links(client, page, "total_value")
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


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        ("taken", "Recorded in <a"),
        ("proceeds_local", "Proceeds of 5 of lot 3.1"),
        ("cost_local", "Cost of 5 of lot 3.1"),
        ("realized_pnl", "proceeds − cost, each at its own rate"),
        ("price_pnl", "gain × the rate of the opening, rounded once"),
        ("fx_pnl", "cost × how the rate moved, rounded once"),
        ("cross_pnl", "gain × how the rate moved, rounded once"),
        ("quantity_original", "entry 3"),
    ],
)
def test_what_a_disposal_took_from_a_lot_opens_too(
    browser: Browser, traded: Portfolio, alice: User, figure: str, said: str
) -> None:
    """5 of 20 ACME, bought at 10 dollars at 1.00, were sold at 12 at 1.04."""
    client = browser(alice)
    page = reverse("portfolios:holding", args=[traded.pk, listing("ACME").pk])
    (link,) = links(client, page, figure)
    answer = client.get(link)

    assert said in re.sub(r"\s+", " ", answer.content.decode())
    assert answer.context["shown"] is None
    assert broken_below(answer.context["root"]) == []


def test_a_closed_lot_and_the_page_of_its_entry_are_asked_too(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    append(traded, alice, trade("SELL", listing("ACME"), "15", "12.34", FRI))
    client = browser(alice)
    of_lots = reverse("portfolios:holding", args=[traded.pk, listing("ACME").pk])
    of_entry = reverse("portfolios:entry", args=[traded.pk, 6])
    asked = [
        *links(client, of_lots, "fx_open"),
        *links(client, of_lots, "realized_pnl"),
        *links(client, of_entry, "realized_pnl"),
        *links(client, of_entry, "cross_pnl"),
    ]
    assert len(asked) == 5
    for link in asked:
        answer = client.get(link)
        assert answer.context["shown"] is None, link
        assert broken_below(answer.context["root"]) == []


def test_a_covered_short_opens_into_what_was_owed(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    """16 ACME sold at 13 dollars, one of them short, and covered at 12.01: the rate is one day's,
    so that all of it is price."""
    traded.allow_short = True
    traded.save()
    append(traded, alice, trade("SELL", listing("ACME"), "16", "13", THU))
    append(traded, alice, trade("BUY", listing("ACME"), "1", "12.01", FRI))
    client = browser(alice)
    page = reverse("portfolios:holding", args=[traded.pk, listing("ACME").pk])
    asked = [
        link
        for figure in ("realized_pnl", "price_pnl", "fx_pnl", "cross_pnl")
        for link in links(client, page, figure)
        if "entry=7" in link
    ]
    assert len(asked) == 4
    for link in asked:
        answer = client.get(link)
        assert answer.context["shown"] is None, link
        assert broken_below(answer.context["root"]) == []


@pytest.mark.parametrize("query", ["entry=9", "entry=x", "lot=9.9", "account=nobody"])
def test_what_no_entry_disposed_of_is_not_found(
    browser: Browser, traded: Portfolio, alice: User, query: str
) -> None:
    door = reverse("portfolios:ask", args=[traded.pk])
    asked = f"figure=realized_pnl&security={listing('ACME').pk}&account=main&lot=3.1&{query}"
    assert browser(alice).get(f"{door}?{asked}").status_code == 404


def test_a_lot_began_with_the_shares_that_a_split_made_of_them(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    maple = listing("MAPLE")
    split = replace(
        trade("SPLIT", maple, "1", "1", FRI),
        quantity=None,
        price=None,
        new_shares=Decimal(2),
        old_shares=Decimal(1),
    )
    append(traded, alice, split)
    client = browser(alice)
    page = reverse("portfolios:holding", args=[traded.pk, maple.pk])
    (link,) = links(client, page, "quantity_original")
    root = client.get(link).context["root"]
    assert (root.value, [child.value for child in root.children]) == (20, [10, 2])
    assert broken_below(root) == []


def broken_below(root: Explanation) -> list[str]:
    return [said for node in root.walk(20) if (said := breach(node))]
