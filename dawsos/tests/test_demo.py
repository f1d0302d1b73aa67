"""The demo, built whole: what it promises to show, and that it is the same everywhere."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client

from accounts.identity import as_service, as_user
from accounts.models import User
from dawsos.demo.build import fill_demo
from dawsos.demo.portfolios import (
    DEMO_PASSWORD,
    HOME_BIAS,
    LEDGER_DEMO,
    LEDGERS,
    OWNER,
    DemoPortfolio,
)
from dawsos.demo.stopwatch import Stopwatch
from dawsos.demo.summary import demo_summary
from dawsos.tests.walking import Walk, holding_pages, some, unasked
from market.models import PricingPack
from market.selectors import pack_health
from patterns.models import PatternRun, StepResult
from portfolios.models import Lot, MonthlyValues
from portfolios.services import rebuild_projections
from portfolios.services.runs import Execution, execute

# Each test is a savepoint inside the module's transaction.
pytestmark = pytest.mark.django_db

Summary = dict[str, Any]
WALKED = ("", "holdings/", "performance/", "attribution/", "actions/")


@pytest.fixture(scope="module")
def summary(django_db_setup: None, django_db_blocker: Any) -> Iterator[Summary]:
    """The demo in one transaction that is rolled back when the module is done."""
    with django_db_blocker.unblock(), transaction.atomic():
        watch = Stopwatch(say=lambda _line: None)
        fill_demo(watch)
        yield demo_summary("http://127.0.0.1:8000/", watch)
        transaction.set_rollback(True)


def overview(demo: DemoPortfolio, **asked: Any) -> Execution:
    with as_service("tests"):
        owner = User.objects.get(email=OWNER.email)
    with as_user(owner.pk):
        inputs = {"portfolio_id": str(demo.id)}
        return execute(
            user=owner,
            pattern_id="portfolio_overview",
            inputs=inputs,
            correlation_id=uuid4().hex,
            **asked,
        )


def test_the_summary_names_all_that_a_visitor_needs(summary: Summary) -> None:
    assert {login["role"] for login in summary["logins"]} == {"ADMIN", "MANAGER", "USER", "VIEWER"}
    assert all(login["password"] == DEMO_PASSWORD for login in summary["logins"])
    assert [p["id"] for p in summary["portfolios"]] == [str(LEDGER_DEMO.id), str(HOME_BIAS.id)]
    assert {p["asof_date"] for p in summary["portfolios"]} == {"2013-02-28"}


def test_two_names_without_a_price_make_the_total_partial(summary: Summary) -> None:
    valued = overview(HOME_BIAS).run.result["valued_positions"]
    total = valued["total_value"]
    assert (total["state"], set(total["missing"])) == ("partial", {"RY", "XIU"})
    assert total["coverage"] == pytest.approx(1 / 3)  # AAPL of AAPL, RY and XIU
    prices = {row["symbol"]: row["price"] for row in valued["positions"]}
    assert prices["RY"]["state"] == prices["XIU"]["state"] == "withheld"
    assert "value" not in prices["RY"] or prices["RY"]["value"] is None


def test_returns_of_a_partial_portfolio_are_withheld_and_say_why(summary: Summary) -> None:
    figures = overview(HOME_BIAS).run.result["perf_metrics"]
    for name in ("twr_ytd", "volatility", "sharpe_ratio", "max_drawdown"):
        assert figures[name]["state"] == "withheld"
        assert "RY" in figures[name]["reason"] or "RY" in figures[name].get("missing", ())


def test_a_late_close_made_a_second_revision_and_both_still_answer(summary: Summary) -> None:
    first = overview(LEDGER_DEMO, pack_id="2013-02-27-ECB-r1").run
    second = overview(LEDGER_DEMO, pack_id="2013-02-27-ECB-r2").run
    price = {
        run.trace["pack_id"]: next(
            row["price"]
            for row in run.result["valued_positions"]["positions"]
            if row["symbol"] == "GOOG"
        )
        for run in (first, second)
    }
    # GOOG closed at 790.13 on the 26th and at 799.78 on the 27th.
    carried, arrived = price["2013-02-27-ECB-r1"], price["2013-02-27-ECB-r2"]
    assert (carried["value"], carried["state"], carried["asof_date"]) == (
        "790.13",
        "stale",
        "2013-02-26",
    )
    assert (arrived["value"], arrived["state"]) == ("799.78", "exact")


def test_the_close_that_has_not_arrived_is_carried_and_flagged(summary: Summary) -> None:
    rows = overview(LEDGER_DEMO).run.result["valued_positions"]["positions"]
    stale = {row["symbol"]: row["price"]["asof_date"] for row in rows if row["state"] == "stale"}
    assert stale == {"IBM": "2013-02-27"}


def test_every_pack_of_the_demo_is_fresh(summary: Summary) -> None:
    with as_service("tests"):
        live = PricingPack.objects.filter(superseded_by__isnull=True)
        assert not live.exclude(freshness__state="fresh").exists()
        assert pack_health()["status"] == "fresh"


def test_every_figure_of_every_page_follows_from_the_rows_that_made_it(summary: Summary) -> None:
    with as_service("tests"):
        owner = User.objects.get(email=OWNER.email)
    client = Client()
    client.force_login(owner)
    walk = Walk(owner, client)
    pages = ["/", "/?currency=EUR", "/portfolios/", "/data-health/"]
    for demo in (HOME_BIAS, LEDGER_DEMO):
        pages.append(f"/portfolios/{demo.id}/data-health/")
        pages += [f"/portfolios/{demo.id}/{name}" for name in WALKED]
        pages += holding_pages(client, demo.id)
    for page in pages:
        walk.page(page)
    bare = {page: found for page in pages if (found := unasked(client, page))}

    assert walk.wrong == []
    # A holding's price leads to its row; an inbox and the ratio of a split, to their entries.
    assert [
        page for page in bare if "/holdings/" not in page[:-1] and "/actions/" not in page
    ] == []
    assert walk.figures > 500
    for address in some(sorted(walk.leaves), 60):
        answer = client.get(address, follow=True)
        assert answer.status_code == 200, address
        _, _, place = address.partition("#")
        assert not place or f'id="{place}"' in answer.content.decode(), address


def test_computed_again_from_nothing_the_bytes_are_the_same(summary: Summary) -> None:
    before = {p["id"]: p["overview_hash"] for p in summary["portfolios"]}
    with as_service("tests"):
        StepResult.objects.all().delete()
        PatternRun.objects.all().delete()
        MonthlyValues.objects.all().delete()
        Lot.objects.all().delete()
        for demo in (LEDGER_DEMO, HOME_BIAS):
            rebuild_projections(demo.id)
    runs = {str(demo.id): overview(demo).run for demo in (LEDGER_DEMO, HOME_BIAS)}
    assert not any(run.cached for run in runs.values())
    assert {pk: run.result_hash for pk, run in runs.items()} == before


def test_building_it_twice_changes_nothing(summary: Summary) -> None:
    watch = Stopwatch(say=lambda _line: None)
    fill_demo(watch)
    again = demo_summary(summary["address"], watch)
    assert again["portfolios"] == summary["portfolios"]


def test_another_machine_says_the_same(summary: Summary) -> None:
    """The hashes were written down on one machine, and every other must find them again.

    They witness that bytes agree, not that numbers are right: the arithmetic is proven by hand
    in the tests of each calculation. Whoever changes a figure on purpose writes them anew with
    `tools/write_witness.py`.
    """
    written = json.loads((LEDGERS / "witness.json").read_text())
    names = ("pack_hash", "ledger_commit_hash", "overview_hash")
    assert written == {p["id"]: {name: p[name] for name in names} for p in summary["portfolios"]}
