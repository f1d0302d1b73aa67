"""No page asks the database more often when there is more to show."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Membership, User
from accounts.tests.factories import UserFactory
from dawsos.models import NightlyRun
from dawsos.night import chain
from dawsos.night.runner import run_all
from dawsos.tests.routes import POSTED, ROUTES
from market.calc.events import ActionFacts
from market.models import CorporateAction
from market.services import record_actions
from market.services.benchmarks import define_benchmark
from patterns.models import PatternRun
from portfolios.models import ImportRun, PendingUpload, Portfolio
from portfolios.services import run_import
from portfolios.tests.factories import PortfolioFactory, append, deposit, trade
from portfolios.tests.restated import NEW, late_close, restate
from portfolios.tests.world import FRI, THU, WED, listing

pytestmark = pytest.mark.django_db

Browser = Callable[[User], Client]

# Session, user and identity; portfolio and rights; pack and head of the strip; and the page's own.
BOUND = 32
# One books what it undoes, and takes it back, to show the effect; the other computes each portfolio
# of the house beside what it was, one after the other, which is what a restatement is asked for.
LARGER = {"portfolios:reverse_entry": 80, "portfolios:restatement": 60}
A_PORTFOLIO_AT_A_TIME = {"portfolios:restatement": 4}
ADDED = 6  # of everything
# For nobody who is logged in, for programs, or streamed after the answer has begun.
ELSEWHERE = {"accounts:login", "health", "health-pack", "portfolios:export"}


@dataclass(frozen=True)
class House:
    """What the addresses of the pages name."""

    portfolio: Portfolio
    run: PatternRun
    other_run: PatternRun
    action: CorporateAction
    upload: PendingUpload
    night: NightlyRun

    def address(self, name: str) -> str:
        asked = {
            "portfolios:ask": "?figure=total_value",
            "dashboard-why": "?figure=total",
            "data-health-why": "?figure=priced",
            "portfolio-data-health-why": "?figure=priced",
            "portfolios:why": "?path=valued_positions.total_value",
        }.get(name, "")
        if name == "portfolios:compare":
            asked = f"?with={self.other_run.pk}"
        if name == "portfolios:choose-runs":
            asked = f"?run={self.run.pk}&run={self.other_run.pk}"
        if name == "pattern":
            asked = f"?portfolio_id={self.portfolio.pk}"
        if name in {"portfolios:listings", "destinations"}:
            asked = "?q=ac"
        return reverse(name, kwargs=self.named(name)) + asked

    def named(self, name: str) -> dict[str, Any]:
        imported = ImportRun.objects.order_by("pk").first()
        everything: dict[str, Any] = {
            "portfolio_id": self.portfolio.pk,
            "seq": 4,
            "upload_id": self.upload.pk,
            "security_id": listing("ACME").pk,
            "action_id": self.action.pk,
            "pack_id": NEW,
            "panel_id": "holdings_table",
            "name": "returns.1",
            "slug": "returns",
            "golden": "s03_twr",
            "pattern_id": "portfolio_overview",
            "run_id": self.run.pk,
            "ticket": self.run.pk,
            "agent": "analyst",
            "item_id": 1,
            "token_id": self.run.pk,
            "version": "1",
        }
        if name.startswith("night"):
            everything["run_id"] = self.night.pk
        if name.startswith("portfolios:import"):
            everything["run_id"] = imported.pk if imported else 0
        return {key: everything[key] for key in ROUTES[name]}


PAGES = sorted(ROUTES.keys() - POSTED - ELSEWHERE)


@pytest.fixture
def reader(db: None) -> User:
    """Sees every page: an administrator, and an owner."""
    return UserFactory.create(email="reader@example.org", role="ADMIN")


@pytest.fixture
def house(browser: Browser, traded: Portfolio, reader: User) -> House:
    Membership.objects.create(user=reader, portfolio_id=traded.pk, role="owner")
    night = run_all(chain.start(FRI, "ECB"))
    late_close()
    restate()
    client = browser(reader)
    overview = reverse("portfolios:overview", args=[traded.pk])
    for asked in ({}, {"asof": "2013-02-07"}):
        assert client.get(overview, asked).status_code == 200
    file = SimpleUploadedFile(
        "a.csv", b"date,type,gross_amount,currency\n2013-02-08,DEPOSIT,5,CAD\n"
    )
    client.post(reverse("portfolios:import", args=[traded.pk]), {"file": file})
    later, earlier = PatternRun.objects.filter(pattern_id="portfolio_overview").newest_first()[:2]
    return House(
        portfolio=traded,
        run=earlier,
        other_run=later,
        action=announced(WED),
        upload=PendingUpload.objects.get(),
        night=night,
    )


def announced(day: Any) -> CorporateAction:
    fact = ActionFacts(
        symbol="ACME",
        exchange="XNAS",
        action_type="dividend",
        ex_date=day,
        source="tape",
        amount=Decimal("0.50"),
        currency="USD",
    )
    record_actions([fact])
    return CorporateAction.objects.get(ex_date=day)


def grow(house: House, reader: User, client: Client) -> None:
    """More of everything that a page might walk along."""
    portfolio, acme = house.portfolio, listing("ACME")
    maple = listing("MAPLE")
    for number in range(ADDED):
        append(
            portfolio,
            reader,
            deposit("900"),
            trade("BUY", acme, "3", str(8 + number), THU),
            trade("BUY", maple, "3", str(8 + number), THU),
            trade("SELL", acme, "1", str(9 + number), FRI),
        )
        other = PortfolioFactory.create(name=f"Another {number}", owner=reader)
        ledger = (
            f"date,type,gross_amount,currency\n2013-02-0{number % 4 + 4},DEPOSIT,1{number},CAD\n"
        )
        for into in (other, portfolio):
            run_import(portfolio_id=into.pk, content=ledger.encode(), filename="x.csv", by=reader)
        define_benchmark(name=f"B {number}", members={acme.pk: None, maple.pk: None}, by=reader)
        overview = reverse("portfolios:overview", args=[portfolio.pk])
        client.get(overview, {"lookback_days": 3 + number})
    announced(THU)
    announced(FRI)
    run_all(chain.start(THU, "ECB"))


def questions(house: House, client: Client) -> dict[str, int]:
    """How often each page asks the database when it is asked for the second time."""
    found = {}
    refused = {}
    for name in PAGES:
        address = house.address(name)
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(address, headers={"Authorization": "none"})  # never a kept page
        if answer.status_code not in {200, 204, 302}:
            refused[address] = answer.status_code
        found[name] = len(asked)
    assert refused == {}
    return found


def test_every_page_asks_a_bounded_number_of_times(
    browser: Browser, house: House, reader: User
) -> None:
    client = browser(reader)
    few = questions(house, client)
    grow(house, reader, client)
    many = questions(house, client)
    over = {name: n for name, n in many.items() if n > LARGER.get(name, BOUND)}
    assert over == {}
    # A savepoint more or less is no walk along rows.
    grown = {
        name: (few[name], many[name])
        for name in PAGES
        if many[name] > few[name] + 3 + A_PORTFOLIO_AT_A_TIME.get(name, 0) * ADDED
    }
    assert grown == {}


def test_whoever_only_looks_changes_nothing(browser: Browser, house: House, reader: User) -> None:
    client = browser(reader)
    answers = {name: client.get(house.address(name)).status_code for name in POSTED}
    assert set(answers.values()) == {405}, answers
