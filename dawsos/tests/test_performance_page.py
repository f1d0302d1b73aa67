"""The Performance page: which period, which definition, which benchmark, which pack."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import User
from dawsos.methodology import rule_place
from dawsos.tests.conftest import Post
from dawsos.tests.test_pages import Browser, page, without_token
from patterns import library
from portfolios.capabilities.metric_rows import definitions
from portfolios.models import Portfolio
from portfolios.tests.factories import PortfolioFactory
from portfolios.tests.test_benchmarks import make

pytestmark = pytest.mark.django_db


def shown(client: Client, portfolio: Portfolio, **asked: str) -> str:
    response = client.get(page("performance", portfolio), asked)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def asked_by_program(execute: Post, user: User, inputs: dict[str, Any]) -> dict[str, Any]:
    """The packs of the small world are older than their policy's calendar allows."""
    asked = {"pattern_id": "portfolio_performance", "inputs": inputs, "require_fresh": False}
    answer: dict[str, Any] = execute(user, **asked).json()
    return answer


def test_the_page_names_period_method_benchmark_and_pack(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    acme = make({"ACME": "1"})
    html = shown(browser(alice), traded, start="2013-02-04", benchmark=str(acme.pk))

    said = re.sub(r"</?span[^>]*>", "", html)
    assert "Since 2013-02-04: after the close of 2013-02-04, up to 2013-02-08, 4 days" in said
    assert f"{acme.name}: total return, dividends reinvested, in CAD" in html
    assert "inflows at the start of a day, outflows at its end" in html
    assert "2013-02-08-ECB-r1" in html
    assert "19.80" in html and "44.00" in html  # the portfolio and ACME in Canadian dollars


def test_without_a_benchmark_it_says_so_and_where_to_choose_one(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    html = shown(browser(alice), traded)

    assert "No benchmark is chosen." in html
    assert f'href="{page("settings", traded)}">Choose one' in html


def test_the_address_is_the_whole_question(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    """Each period's link keeps the day and the benchmark, and drops a start that it replaces."""
    acme = make({"ACME": "1"})
    asked = {"asof": "2013-02-07", "start": "2013-02-05", "benchmark": str(acme.pk), "hedged": "1"}
    html = shown(browser(alice), traded, **asked)
    link = re.search(r'href="([^"]+)" hx-get="[^"]+"[^>]*>YTD', html)

    assert link is not None
    kept = dict(part.split("=") for part in link[1].partition("?")[2].split("&amp;"))
    assert kept == {
        "asof": "2013-02-07",
        "benchmark": str(acme.pk),
        "hedged": "1",
        "period": "YTD",
    }
    assert 'aria-current="true"' not in html.partition('class="choice__form"')[0]
    assert 'aria-current="true">MTD' in shown(browser(alice), traded, period="MTD")


def test_a_hedge_that_cannot_be_made_is_withheld_with_its_reason(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    acme = make({"ACME": "1"})
    html = shown(browser(alice), traded, benchmark=str(acme.pk), hedged="1")
    assert "No cash rate of CAD is connected." in html


def test_htmx_gets_what_changes_and_nothing_around_it(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    address = page("performance", traded)
    part = browser(alice).get(address, {"period": "MTD"}, headers={"HX-Request": "true"})
    html = part.content.decode()

    assert html.lstrip().startswith('<div id="performance"')
    assert '<nav class="nav-side"' not in html


def test_page_and_program_show_the_same_run(
    browser: Browser, traded: Portfolio, alice: User, execute: Post
) -> None:
    html = shown(browser(alice), traded, period="MTD")
    inputs = {"portfolio_id": str(traded.pk), "period": "MTD"}
    answer = asked_by_program(execute, alice, inputs)

    assert answer["errors"] == []
    assert answer["trace"]["run_hash"] in html
    row = answer["result"]["periods"]["chosen"]
    assert (row["label"], row["twr"]["state"]) == ("Month to date", "partial")


@pytest.mark.parametrize(
    "asked",
    [{"period": "2Y"}, {"start": "2013-02-30"}, {"benchmark": "acme"}, {"asof": "never"}],
)
def test_what_cannot_be_understood_is_said(
    browser: Browser, traded: Portfolio, alice: User, asked: dict[str, str]
) -> None:
    assert browser(alice).get(page("performance", traded), asked).status_code == 422


def test_an_unknown_benchmark_is_said(browser: Browser, traded: Portfolio, alice: User) -> None:
    unknown = "00000000-0000-0000-0000-000000000001"
    assert "There is no such benchmark." in shown(browser(alice), traded, benchmark=unknown)


def test_an_empty_ledger_leads_to_the_import(
    browser: Browser, market: None, portfolio: Portfolio, alice: User
) -> None:
    assert "The ledger is empty" in shown(browser(alice), portfolio)


def test_a_foreign_portfolio_looks_like_none(
    browser: Browser, traded: Portfolio, charlie: User
) -> None:
    client, same = browser(charlie), {"X-Request-ID": "same"}
    foreign = client.get(page("performance", traded), headers=same)
    missing = client.get(page("performance", PortfolioFactory.build()), headers=same)

    assert foreign.status_code == missing.status_code == 404
    assert without_token(foreign.content) == without_token(missing.content)


def test_a_heading_leads_to_its_rule(browser: Browser, traded: Portfolio, alice: User) -> None:
    html = shown(browser(alice), traded)
    for rule in ("returns.3", "returns.6", "returns.7", "returns.8", "returns.14", "risk.2"):
        assert f'href="{reverse("methods:rule", args=[rule])}"' in html


def test_every_definition_that_a_page_links_to_is_written() -> None:
    folder = Path(settings.BASE_DIR) / "patterns" / "library"
    named = set(definitions())
    for pattern in folder.glob("*.json"):
        named |= set(re.findall(r'"definition": "([^"]+\.\d+)"', pattern.read_text("utf-8")))
    assert len(named) > 30
    assert [name for name in sorted(named) if rule_place(name) is None] == []


def test_every_panel_of_the_pattern_has_a_title_and_is_filled(
    traded: Portfolio, alice: User, execute: Post
) -> None:
    answer = asked_by_program(execute, alice, {"portfolio_id": str(traded.pk)})
    spec = library.get_pattern("portfolio_performance")
    assert set(answer["result"]) == set(spec.outputs)
    assert all(panel.title for panel in spec.panels)
