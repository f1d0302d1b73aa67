"""The switch of the currency: an address reproduces the page, and says in what it is told."""

import re

import pytest
from django.test import Client

from accounts.models import User
from dawsos.tests.test_pages import Browser, page
from portfolios.models import Portfolio

pytestmark = pytest.mark.django_db
PAGES = ["overview", "performance", "attribution"]


def shown(client: Client, portfolio: Portfolio, name: str = "overview", **asked: str) -> str:
    return client.get(page(name, portfolio), asked).content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_the_address_says_the_currency_and_the_strip_offers_the_others(
    browser: Browser, traded: Portfolio, alice: User, name: str
) -> None:
    html = shown(browser(alice), traded, name, currency="EUR")
    picker = html[html.index('id="currency-picker"') :].partition("</select>")[0]

    assert re.findall(r'<option value="(\w*)"( selected)?>', picker) == [
        ("", ""),
        ("EUR", " selected"),
        ("USD", ""),
    ]
    assert "Told in EUR" in html and "The books are kept in CAD." in html
    assert 'href="/methods/valuation/#rule-11"' in html


def test_the_overview_is_told_in_euros(browser: Browser, traded: Portfolio, alice: User) -> None:
    """1,198 CAD at 1.50 CAD a euro."""
    euros = shown(browser(alice), traded, currency="EUR")
    own = shown(browser(alice), traded)

    assert "798.67" in euros and "1,198.00" not in euros
    assert "1,198.00" in own and "Told in" not in own


def test_pages_of_the_portfolio_hand_day_and_currency_on(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    html = shown(browser(alice), traded, asof="2013-02-06", currency="EUR")
    bar = html[html.index('class="nav-side"') : html.index('class="menu nav-more"')]
    links = re.findall(rf'href="/portfolios/{traded.pk}/(\w*)/?([^"]*)"', bar)
    asked = {name: query.removeprefix("?") for name, query in links}

    both = "asof=2013-02-06&amp;currency=EUR"
    assert asked["performance"] == asked["attribution"] == both
    assert asked["actions"] == "asof=2013-02-06"  # told in no other currency
    assert asked["transactions"] == asked["settings"] == ""


def test_what_is_no_day_is_not_handed_on(browser: Browser, traded: Portfolio, alice: User) -> None:
    html = shown(browser(alice), traded, asof="<b>", currency="eur")

    assert f'href="{page("performance", traded)}"' in html


@pytest.mark.parametrize(("code", "said"), [
    ("JPY", "has no rate from CAD to &#x27;JPY&#x27;. Ask for one of CAD, EUR, USD."),
    ("euro", "A currency is three capital letters"),
])  # fmt: skip
def test_a_currency_without_a_rate_is_refused_in_its_place(
    browser: Browser, traded: Portfolio, alice: User, code: str, said: str
) -> None:
    """The figures are in the base currency then, and say so."""
    response = browser(alice).get(page("overview", traded), {"currency": code})
    html = response.content.decode()

    assert response.status_code == 422
    assert said in html and "1,198.00" in html
    assert 'id="currency-picker" aria-invalid="true"' in html


def test_choosing_another_day_keeps_the_currency_and_the_other_way_round(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    html = shown(browser(alice), traded, asof="2013-02-06", currency="EUR", lookback_days="3")
    strip = html[html.index('class="provenance"') : html.index("</section>")]
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', strip)

    assert hidden == [
        ("currency", "EUR"), ("lookback_days", "3"),
        ("asof", "2013-02-06"), ("lookback_days", "3"),
    ]  # fmt: skip
