"""Data health: what is old or missing is named, for one portfolio or all, as a page and as JSON."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from dawsos.models import NightlyRun
from market.models import Price
from market.services import build_pack, mark_fresh
from portfolios.models import Portfolio
from portfolios.selectors.data_health import data_health
from portfolios.services import run_import
from portfolios.tests.factories import (
    PortfolioFactory,
    ReconciliationResultFactory,
    append,
    deposit,
    trade,
)
from portfolios.tests.world import (
    ACME_CLOSES,
    DARK,
    FRI,
    LEDGER,
    MAPLE_CLOSES,
    THU,
    listing,
    make_market,
)

pytestmark = pytest.mark.django_db

Browser = Callable[[User], Client]


@pytest.fixture
def dark(traded: Portfolio, alice: User) -> Portfolio:
    """Savings with one share of a listing that nobody prices."""
    append(traded, alice, trade("BUY", listing(DARK.symbol), "1", "5", FRI))
    return traded


def test_what_has_no_price_is_named_with_its_reason(dark: Portfolio, alice: User) -> None:
    (item,) = data_health(alice).withheld
    assert (item.name, item.kind, item.observed_on) == ("DARK", "price", None)
    assert item.reason == "No price source is connected"
    assert item.portfolio_id == dark.pk


def test_what_is_carried_is_named_with_its_day(alice: User, portfolio: Portfolio) -> None:
    """MAPLE was last seen on Thursday, so Friday's pack carries it."""
    make_market(
        {
            "ACME": ACME_CLOSES,
            "MAPLE": {day: close for day, close in MAPLE_CLOSES.items() if day != FRI},
        }
    )
    run_import(portfolio_id=portfolio.pk, content=LEDGER.encode(), filename="l.csv", by=alice)
    health = data_health(alice)
    assert [(it.name, it.observed_on) for it in health.stale] == [("MAPLE", THU)]
    assert health.withheld == ()
    assert health.priced == 2
    (ecb,) = [it for it in health.policies if it.policy == "ECB"]
    assert (ecb.exact, ecb.carried) == (1, 1)


def test_a_missing_rate_is_withheld_by_its_name(traded: Portfolio, alice: User) -> None:
    """The yen has no rate in any pack of the world."""
    append(traded, alice, deposit("100", FRI, currency="JPY", fx_rate=None))
    found = {(it.kind, it.name, it.state) for it in data_health(alice).weak}
    assert ("rate", "JPY/CAD", "withheld") in found


def test_the_newest_pack_of_each_policy_is_shown(traded: Portfolio, alice: User) -> None:
    (ecb,) = [it for it in data_health(alice).policies if it.policy == "ECB"]
    assert ecb.pack is not None and ecb.pack.pk == "2013-02-08-ECB-r1"
    assert Price.objects.filter(pack=ecb.pack).count() == ecb.exact + ecb.carried == 2
    revised = build_pack(FRI, known_at=datetime(2013, 2, 9, tzinfo=UTC))
    mark_fresh(revised.pk)
    (ecb,) = [it for it in data_health(alice).policies if it.policy == "ECB"]
    assert ecb.pack is not None and ecb.pack.pk == revised.pk


@pytest.mark.parametrize("path", ["/data-health/", "/portfolios/{}/data-health/"])
def test_the_page_names_everything(
    dark: Portfolio, browser: Browser, alice: User, path: str
) -> None:
    ReconciliationResultFactory.create(portfolio=dark)
    html = browser(alice).get(path.format(dark.pk)).content.decode()
    for said in ("DARK", "No price source is connected", "2013-02-08-ECB-r1", "tests"):
        assert said in html


@pytest.mark.parametrize(
    "path",
    [
        "/portfolios/{}/data-health/",
        "/api/v1/portfolios/{}/data-health/",
    ],
)
def test_a_foreign_portfolio_is_not_found(
    dark: Portfolio, browser: Browser, charlie: User, path: str
) -> None:
    assert browser(charlie).get(path.format(dark.pk)).status_code == 404


@pytest.mark.parametrize("path", ["/data-health/", "/portfolios/{}/data-health/"])
def test_the_pages_need_a_login(dark: Portfolio, path: str) -> None:
    assert Client().get(path.format(dark.pk)).status_code == 302


def test_nothing_of_a_stranger_is_told(dark: Portfolio, browser: Browser, charlie: User) -> None:
    told: Any = browser(charlie).get("/api/v1/data-health/").json()
    assert (told["portfolios"], told["withheld"], told["open_differences"]) == ([], [], 0)
    assert Client().get("/api/v1/data-health/").status_code == 401


def test_programs_get_the_same(dark: Portfolio, browser: Browser, alice: User, bob: User) -> None:
    """Alice, a MANAGER, reads nights and agents; Bob, a USER, is told null, not an empty list."""
    ReconciliationResultFactory.create(portfolio=dark)
    NightlyRun.objects.create(asof_date=FRI, policy="ECB", state="failed")
    told: Any = browser(alice).get("/api/v1/data-health/").json()
    (item,) = told["withheld"]
    assert (item["name"], item["reason"]) == ("DARK", "No price source is connected")
    assert told["portfolios"][0]["state"] == "partial"
    assert told["open_differences"] == 1
    assert [night["state"] for night in told["nights"]] == ["failed"]
    assert told["agents_open"] == []
    (ecb,) = [it for it in told["policies"] if it["policy"] == "ECB"]
    assert ecb["pack"]["pack_id"] == "2013-02-08-ECB-r1"
    theirs: Any = browser(bob).get(f"/api/v1/portfolios/{dark.pk}/data-health/").json()
    assert (theirs["nights"], theirs["agents_open"]) == (None, None)


def test_the_number_of_questions_does_not_depend_on_the_number_of_portfolios(
    dark: Portfolio, browser: Browser, alice: User, django_assert_max_num_queries: Callable
) -> None:
    for number in range(4):
        append(PortfolioFactory.create(name=f"More {number}", owner=alice), alice, deposit("10"))
    client = browser(alice)
    client.get("/data-health/")
    # Those of the dashboard, and: the packs of the values, the counts of prices, the agents.
    with django_assert_max_num_queries(23):
        client.get("/data-health/")
