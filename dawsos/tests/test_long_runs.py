"""Runs that take long: the database stops a query over budget; a run is seen and cancelled."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client

from accounts.identity import as_service
from accounts.models import User
from accounts.tests.factories import UserFactory
from patterns import registry, runner
from patterns.context import Context
from patterns.exceptions import RunCancelled
from patterns.models import BreakerState, PatternRun, StepResult
from patterns.services import (
    DatabaseStore,
    Onlooker,
    cancel_run,
    onlookers,
    step_reached,
    ticket_of,
)
from patterns.tests.inventions import (
    BASKET_STEP,
    SHARE_STEP,
    Label,
    NothingAsked,
    Shop,
    context,
    pattern,
)
from portfolios.models import Portfolio

LONG: dict[str, Any] = {"as": "long", "capability": "shop.long"}
Browser = Callable[[User], Client]


def declared(function: Any) -> Any:
    told = registry.describe(function, name="shop.long", version="1", agent="keeper")
    return registry.temporarily(told)


def asleep(ctx: Context, args: NothingAsked) -> Label:
    """A query that would take ten seconds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(10)")
    return Label(text="awake")


@pytest.mark.django_db
def test_the_database_stops_a_query_over_budget_and_the_others_go_on(shop: Shop) -> None:
    spec = pattern({**LONG, "budget_ms": 50}, BASKET_STEP)
    with declared(asleep):
        run = runner.run(spec, {}, context(portfolio_id=None), DatabaseStore())
    assert (run.state, list(run.result)) == ("partial", ["basket"])
    assert (run.errors[0]["step"], run.errors[0]["code"]) == ("long", "SYSTEM_5009")
    assert not BreakerState.objects.exists()  # the agent's basket came after it
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


@pytest.mark.django_db
def test_the_installation_has_a_budget_for_who_says_none(shop: Shop, settings: Any) -> None:
    settings.PATTERN_STEP_BUDGET_MS = 50
    with declared(asleep):
        run = runner.run(pattern(LONG), {}, context(portfolio_id=None), DatabaseStore())
    assert run.errors[0]["code"] == "SYSTEM_5009"
    assert BreakerState.objects.get().failures == 1  # a timeout speaks against its agent


@pytest.mark.django_db(transaction=True)
def test_a_run_is_seen_at_its_step_and_cancelled_from_outside(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onlookers, "PATIENCE", 0.0)
    monkeypatch.setattr(onlookers, "PAUSE", 0.0)
    ticket = ticket_of(1, uuid4())

    def waits(ctx: Context, args: NothingAsked) -> Label:
        """Goes on until nobody waits."""
        while True:
            ctx.deadline.check()

    def worker() -> None:
        try:
            with as_service("tests"):
                onlooker = Onlooker(ticket)
                ctx = context(portfolio_id=None)
                ctx.deadline.watch = onlooker.look
                spec = pattern(BASKET_STEP, SHARE_STEP, {**LONG, "when": "{{share}} != null"})
                with pytest.raises(RunCancelled):
                    runner.run(spec, {}, ctx, DatabaseStore(onlooker))
        finally:
            connection.close()

    with declared(waits), ThreadPoolExecutor(1) as pool:
        running = pool.submit(worker)
        while step_reached(ticket) != 2:
            assert not running.done(), running.result()
        with as_service("tests"):
            cancel_run(ticket)
        running.result(30)
    assert step_reached(ticket) is None
    with as_service("tests"):
        assert sorted(StepResult.objects.values_list("capability", flat=True)) == [
            "shop.basket",
            "shop.share",
        ]
        assert not PatternRun.objects.exists()


def sleeping() -> bool:
    """Whether a session of this database is in the query that would take ten seconds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE state = 'active'"
            " AND query = 'SELECT pg_sleep(10)' AND datname = current_database())"
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_cancelling_interrupts_the_statement_that_a_run_waits_for(shop: Shop) -> None:
    """The database would sleep for ten seconds; nobody waits that long."""
    ticket = ticket_of(1, uuid4())

    def worker() -> float:
        try:
            with as_service("tests"):
                spec, store = pattern(BASKET_STEP, LONG), DatabaseStore(Onlooker(ticket))
                began = monotonic()
                with pytest.raises(RunCancelled):
                    runner.run(spec, {}, context(portfolio_id=None), store)
                return monotonic() - began
        finally:
            connection.close()

    with declared(asleep), ThreadPoolExecutor(1) as pool:
        running = pool.submit(worker)
        while not sleeping():
            assert not running.done(), running.result()
        with as_service("tests"):
            cancel_run(ticket)
        assert running.result(30) < 5
    with as_service("tests"):
        assert StepResult.objects.get().capability == "shop.basket"
        assert not PatternRun.objects.exists()


@pytest.mark.django_db
def test_who_looks_on_a_query_over_budget_is_told_of_the_budget(shop: Shop) -> None:
    with declared(asleep):
        store = DatabaseStore(Onlooker(ticket_of(1, uuid4())))
        run = runner.run(pattern({**LONG, "budget_ms": 50}), {}, context(portfolio_id=None), store)
    assert run.errors[0]["code"] == "SYSTEM_5009"


def test_nobody_else_can_name_a_ticket() -> None:
    ticket = UUID(int=7)
    assert ticket_of(1, ticket) == ticket_of(1, ticket)
    assert ticket_of(1, ticket) != ticket_of(2, ticket)


NAVIGATES = {"Sec-Fetch-Mode": "navigate"}


@pytest.mark.django_db
def test_a_browser_waits_with_a_ticket_only_for_what_is_not_known(
    browser: Browser, alice: User, traded: Portfolio
) -> None:
    client = browser(alice)
    page = client.get("/patterns/portfolio_overview/", headers=NAVIGATES).content.decode()
    assert "Computing for the first time" in page
    assert 'aria-busy="true" id="panel-holdings_table"' in page  # its place is kept
    assert "figure__value" not in page
    assert not PatternRun.objects.exists()
    address = re.search(r'hx-get="(/patterns/portfolio_overview/\?ticket=[0-9a-f-]{36})"', page)
    assert address is not None
    answer = client.get(address[1], headers={"HX-Request": "true"}).content.decode()
    assert "Computing for the first time" not in answer
    assert 'class="panels"' in answer and "is being computed" not in answer
    again = client.get("/patterns/portfolio_overview/", headers=NAVIGATES).content.decode()
    assert "Computing for the first time" not in again


@pytest.mark.django_db
def test_a_ticket_that_was_cancelled_before_computes_nothing_more(
    browser: Browser, alice: User, traded: Portfolio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onlookers, "PATIENCE", 0.0)
    client, ticket = browser(alice), uuid4()
    said = client.post(f"/patterns/portfolio_overview/cancel/{ticket}/").content.decode()
    assert "Cancelled" in said
    page = client.get(f"/patterns/portfolio_overview/?ticket={ticket}").content.decode()
    assert "the steps that were finished are kept" in page
    body = {
        "pattern_id": "portfolio_overview",
        "inputs": {"portfolio_id": str(traded.pk)},
        "require_fresh": False,
        "ticket": str(ticket),
    }
    answer = client.post("/v1/execute", body, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "BUSINESS_4050")


@pytest.mark.django_db
def test_progress_says_the_step_and_programs_see_it_too(
    browser: Browser, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = uuid4()
    Onlooker(ticket_of(alice.pk, ticket)).entering(1)  # in this test's own transaction
    page = browser(alice).get(f"/patterns/portfolio_overview/progress/{ticket}/").content.decode()
    assert "Step 2 of" in page
    assert browser(alice).get(f"/api/v1/tickets/{ticket}/").json() == {"step": 1}
    stranger = UserFactory.create()
    assert browser(stranger).get(f"/api/v1/tickets/{ticket}/").json() == {"step": None}
    assert browser(alice).post(f"/api/v1/tickets/{ticket}/cancel/").status_code == 202
