"""Every number of the dashboard and of data health is asked why, and follows from what is below it.

Alice has Savings of `portfolios.tests.world`, 1,198.00 CAD, and 100 EUR at 1.50.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from dawsos.tests.walking import Walk, unasked
from patterns.explanation import Explanation, breach
from portfolios.models import Portfolio
from portfolios.tests.factories import PortfolioFactory, append, deposit, trade
from portfolios.tests.world import FRI, listing

pytestmark = pytest.mark.django_db

Browser = Callable[[User], Client]


@pytest.fixture
def euros(euros: Portfolio, traded: Portfolio, alice: User) -> Portfolio:
    """Beside them two shares that nobody prices, in the first portfolio."""
    append(traded, alice, trade("BUY", listing("DARK"), "2", "5", FRI))
    return euros


def asked(client: Client, address: str, **line: str) -> Explanation:
    """The explanation of the one number of a page that is asked with these words."""
    html = client.get(address).content.decode()
    links = [unescape(it) for it in re.findall(r'href="([^"]+)" data-why', html)]
    (link,) = [
        it for it in links if all(f"{key}={word}&" in f"{it}&" for key, word in line.items())
    ]
    root = client.get(link).context["root"]
    assert isinstance(root, Explanation)
    assert [said for node in root.walk(20) if (said := breach(node))] == []
    return root


@pytest.mark.parametrize("page", ["/", "/?currency=EUR", "/?asof=2013-02-07", "/data-health/"])
def test_every_number_is_asked_and_follows(
    browser: Browser, euros: Portfolio, alice: User, page: str
) -> None:
    client = browser(alice)
    walk = Walk(alice, client)

    assert walk.page(page) > 4
    assert walk.wrong == []
    assert unasked(client, page) == []
    for address in walk.leaves:
        assert client.get(address, follow=True).status_code == 200, address


def test_of_one_portfolio_too(browser: Browser, euros: Portfolio, alice: User) -> None:
    client = browser(alice)
    walk = Walk(alice, client)
    page = reverse("portfolio-data-health", args=[euros.pk])

    assert walk.page(page) > 4
    assert walk.wrong == []


def test_the_sum_opens_into_values_and_rates(
    browser: Browser, euros: Portfolio, alice: User
) -> None:
    """1,188.00 CAD, as 10 went into what has no price, and 100 EUR × 1.50."""
    root = asked(browser(alice), "/", figure="total")
    assert root.value == Decimal("1338.00")
    found = {child.label: child for child in root.children}
    assert {name: child.value for name, child in found.items()} == {
        "Euros": Decimal("150.00"),
        "Savings": Decimal("1188.00"),
    }
    (exact,) = found["Euros"].children
    assert [child.value for child in exact.children] == [100, Decimal("1.5")]


def test_who_is_left_out_is_named(browser: Browser, euros: Portfolio, alice: User) -> None:
    yen = PortfolioFactory.create(name="Yen", owner=alice, base_currency="JPY")
    append(yen, alice, deposit("100", currency="JPY"))
    root = asked(browser(alice), "/", figure="total")
    assert root.state == "partial"
    (left,) = [child for child in root.children if child.value is None]
    assert left.label == "Yen"
    assert "no rate" in left.reason or left.reason


def test_a_share_opens_down_to_entries_closes_and_rates(
    browser: Browser, euros: Portfolio, alice: User
) -> None:
    """In dollars are 15 ACME at 12 and 360 of cash, at 1.20."""
    root = asked(browser(alice), "/", figure="currency", label="USD", measure="weight")
    part, whole = root.children
    assert part.value == Decimal("648")
    assert whole.value == Decimal("1338")
    kinds = {node.source.kind for node in root.walk() if node.source}
    assert kinds >= {"entry", "price", "rate"}


def test_a_count_names_each(browser: Browser, euros: Portfolio, alice: User) -> None:
    client = browser(alice)
    assert [child.label for child in asked(client, "/", figure="unpriced").children] == [
        "DARK in Savings"
    ]
    withheld = asked(client, "/data-health/", figure="withheld")
    assert [child.label for child in withheld.children] == [
        "DARK in Savings: No price source is connected"
    ]


@pytest.mark.parametrize(
    "address",
    [
        "/why/",
        "/why/?figure=nobody",
        "/why/?figure=currency&label=XXX",
        "/why/?figure=total&asof=x",
        "/why/?figure=total&at=99",
        "/data-health/why/?figure=nobody",
        "/data-health/why/?figure=exact&policy=NOBODY",
        "/data-health/why/?figure=nobody&policy=ECB",
    ],
)
def test_what_is_no_figure_is_not_found(
    browser: Browser, traded: Portfolio, alice: User, address: str
) -> None:
    assert browser(alice).get(address).status_code == 404


def test_a_stranger_learns_nothing(browser: Browser, traded: Portfolio, charlie: User) -> None:
    client = browser(charlie)
    door = reverse("portfolio-data-health-why", args=[traded.pk])
    assert client.get(door, {"figure": "priced"}).status_code == 404
    total = client.get(reverse("dashboard-why"), {"figure": "total"})
    assert total.context["root"].value is None
