"""The pages of a portfolio, as a browser gets them."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from portfolios.models import Portfolio
from portfolios.tests.factories import PortfolioFactory, append, deposit

pytestmark = pytest.mark.django_db

Browser = Callable[[User], Client]


def page(name: str, portfolio: Portfolio) -> str:
    return reverse(f"portfolios:{name}", args=[portfolio.pk])


def test_the_list_shows_value_and_day(browser: Browser, traded: Portfolio, alice: User) -> None:
    html = browser(alice).get("/portfolios/").content.decode()
    assert traded.name in html
    assert "1,198.00" in html  # Friday, see portfolios.tests.world


def test_the_list_of_a_stranger_is_empty(
    browser: Browser, traded: Portfolio, charlie: User
) -> None:
    assert traded.name not in browser(charlie).get("/portfolios/").content.decode()


def test_the_overview_shows_figures_and_what_they_stand_on(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    html = browser(alice).get(page("overview", traded), {"asof": "2013-02-06"}).content.decode()
    assert "1,040.80" in html  # Wednesday
    assert "2013-02-06-ECB-r1" in html


@pytest.mark.parametrize("name", ["overview", "transactions", "import"])
def test_a_foreign_portfolio_looks_like_none(
    browser: Browser, traded: Portfolio, charlie: User, name: str
) -> None:
    client = browser(charlie)
    foreign = client.get(page(name, traded), headers={"X-Request-ID": "same"})
    missing = client.get(page(name, PortfolioFactory.build()), headers={"X-Request-ID": "same"})
    assert foreign.status_code == missing.status_code == 404
    assert without_token(foreign.content) == without_token(missing.content)


def test_a_narrow_screen_leads_from_the_overview_to_every_page(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    """The bar at its foot hides the rarer pages (`nav-item--minor`); its menu has them all."""
    html = browser(alice).get(page("overview", traded)).content.decode()
    bar = html[html.index('class="nav-side"') : html.index("</nav>")]
    shown = re.findall(r'<a class="nav-item ?"[^>]* href="([^"]+)"', bar)
    pages = (
        "overview attribution holdings transactions actions reconciliation import settings".split()
    )
    assert {page(name, traded) for name in pages} <= set(shown)
    menu = bar[bar.index("<details") : bar.index("</details>")]
    assert page("settings", traded) in menu and "<summary" in menu


def without_token(html: bytes) -> bytes:
    """The log-out form's token is masked anew in every answer."""
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]*"', b"", html)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"asof": "2013-02-30"}, 422),
        ({"lookback_days": "1"}, 422),
        ({"lookback_days": "1e9"}, 422),
        ({"asof": "1999-12-31"}, 404),
        ({"pack": "2013-02-08-ECB-r9"}, 404),
    ],
)
def test_what_cannot_be_shown_is_said(
    browser: Browser, traded: Portfolio, alice: User, asked: dict[str, str], status: int
) -> None:
    assert browser(alice).get(page("overview", traded), asked).status_code == status


def test_a_day_after_the_last_pack_is_served_with_a_banner(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    html = browser(alice).get(page("overview", traded), {"asof": "2013-02-12"}).content.decode()
    assert "later sessions have no pack" in html


def test_the_warm_overview_asks_the_database_a_bounded_number_of_times(
    browser: Browser, traded: Portfolio, alice: User, django_assert_max_num_queries: Callable
) -> None:
    client = browser(alice)
    client.get(page("overview", traded))
    # Session, user and identity; portfolio and rights; pack, lineage and head; the stored run;
    # the strip. No number of holdings or days adds one.
    with django_assert_max_num_queries(25):
        client.get(page("overview", traded))


def test_transactions_are_filtered(browser: Browser, traded: Portfolio, alice: User) -> None:
    html = browser(alice).get(page("transactions", traded), {"symbol": "MAPLE"}).content.decode()
    rows = html[html.index("<tbody") :]
    assert "MAPLE" in rows and "ACME" not in rows


def test_a_fragment_is_a_part_of_the_page(browser: Browser, traded: Portfolio, alice: User) -> None:
    fragment = browser(alice).get(page("transactions", traded), headers={"HX-Request": "true"})
    assert b"<html" not in fragment.content and b"ACME" in fragment.content


@pytest.mark.parametrize(
    "asked", [{"start": "2013-02-30"}, {"entry_type": "NONSENSE"}, {"text": "a\0b"}]
)
def test_a_filter_that_means_nothing_is_422(
    browser: Browser, traded: Portfolio, alice: User, asked: dict[str, str]
) -> None:
    assert browser(alice).get(page("transactions", traded), asked).status_code == 422


def test_a_viewer_cannot_import(browser: Browser, traded: Portfolio, bob_viewer: User) -> None:
    assert browser(bob_viewer).get(page("import", traded)).status_code == 403


def test_the_api_page_is_drawn_from_the_schema(browser: Browser, alice: User) -> None:
    html = browser(alice).get("/api/docs/").content.decode()
    assert "/v1/execute" in html
    assert html.count("There is no login, or it has ended") == 1  # as every call may answer
    assert "The pack is still warming" in html  # which few may


def test_health_answers_without_a_login() -> None:
    assert Client().get("/health").json()["status"] == "ok"
    assert Client().get("/health/pack").status_code == 503  # no pack yet, and it says so


def test_a_manager_makes_a_portfolio_and_goes_on_to_import(browser: Browser, alice: User) -> None:
    asked = {"name": "Pension", "base_currency": "EUR", "description": ""}
    response = browser(alice).post("/portfolios/new/", asked)
    made = Portfolio.objects.get(name="Pension")
    assert response["Location"] == page("import", made)
    assert (made.owner_id, made.base_currency) == (alice.pk, "EUR")
    answer = browser(alice).get(page("overview", made))  # no pack yet, and nothing to value
    assert answer.status_code == 200 and b"Three ways to begin" in answer.content


def test_whoever_writes_by_hand_goes_on_to_the_first_entry(browser: Browser, alice: User) -> None:
    asked = {"name": "Pension", "base_currency": "EUR", "description": ""}
    response = browser(alice).post("/portfolios/new/?by=hand", asked)
    assert response["Location"] == page("new_entry", Portfolio.objects.get(name="Pension"))


def test_whoever_may_not_write_is_offered_no_way_to(
    browser: Browser, portfolio: Portfolio, alice: User, bob_viewer: User
) -> None:
    """Savings is empty. Alice owns it; the viewer looks."""
    for path in ("/", page("overview", portfolio)):
        theirs = browser(bob_viewer).get(path).content.decode()
        assert page("import", portfolio) not in theirs and "ledger is empty" in theirs
        own = browser(alice).get(path).content.decode()
        assert page("import", portfolio) in own and page("new_entry", portfolio) in own
        assert "Three ways to begin" in own


def test_entries_without_a_pack_are_not_taken_for_an_empty_ledger(
    browser: Browser, portfolio: Portfolio, alice: User
) -> None:
    append(portfolio, alice, deposit("10"))
    assert browser(alice).get(page("overview", portfolio)).status_code == 404


@pytest.mark.parametrize(
    "asked",
    [
        {"name": "", "base_currency": "EUR"},
        {"name": "Savings", "base_currency": "CAD"},  # alice has one of that name
        {"name": "Pension", "base_currency": "XXX"},
    ],
)
def test_a_portfolio_that_cannot_be_made_says_why(
    browser: Browser, portfolio: Portfolio, alice: User, asked: dict[str, str]
) -> None:
    response = browser(alice).post("/portfolios/new/", asked)
    assert response.status_code == 422
    assert b"errorlist" in response.content


def test_below_manager_nobody_makes_portfolios(browser: Browser, bob: User) -> None:
    assert browser(bob).get("/portfolios/new/").status_code == 403


@pytest.mark.parametrize("name", ["transactions", "import"])
def test_a_ledger_can_be_kept_before_there_is_any_pack(
    browser: Browser, portfolio: Portfolio, alice: User, name: str
) -> None:
    assert browser(alice).get(page(name, portfolio)).status_code == 200
