"""Breakers: five unexpected failures in a row open an agent for a minute; then one call decides."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.identity import as_service
from accounts.models import AuditEvent, User
from accounts.tests.factories import UserFactory
from patterns import runner
from patterns.exceptions import AgentOpen
from patterns.models import BreakerState
from patterns.runner import RunResult
from patterns.selectors import agents
from patterns.services import DatabaseBreakers, DatabaseStore, reset_breaker
from patterns.tests.inventions import BASKET_STEP, Shop, context, pattern

EXPLODE = pattern({"as": "explode", "capability": "shop.explode"})
REFUSE = pattern({"as": "refuse", "capability": "shop.refuse"})
BASKET = pattern(BASKET_STEP)


def ask(spec: Any, size: int = 4) -> RunResult:
    """As any worker would: a store of its own, nothing remembered."""
    inputs = {"size": size}
    return runner.run(spec, inputs, context(portfolio_id=None), DatabaseStore())


def fail(times: int) -> None:
    for _ in range(times):
        assert ask(EXPLODE).errors[0]["code"] == "SYSTEM_5003"


def a_minute_later() -> None:
    BreakerState.objects.update(opened_at=F("opened_at") - timedelta(seconds=60))


pytestmark = pytest.mark.django_db


def test_five_failures_in_a_row_open_the_agent(shop: Shop) -> None:
    fail(4)
    assert BreakerState.objects.get().opened_at is None
    fail(1)
    run = ask(EXPLODE)
    assert (run.state, run.errors[0]["code"]) == ("failed", "SYSTEM_5008")
    assert run.errors[0]["details"]["agent"] == "keeper"
    assert 0 < run.errors[0]["details"]["retry_after_seconds"] <= 60
    assert shop.calls == ["explode"] * 5
    assert BreakerState.objects.get().failures == 5  # failing fast is no sixth failure


def test_a_success_between_begins_the_count_anew(shop: Shop) -> None:
    fail(4)
    ask(BASKET)
    fail(4)
    assert ask(EXPLODE).errors[0]["code"] == "SYSTEM_5003"
    assert ask(EXPLODE).errors[0]["code"] == "SYSTEM_5008"


def test_a_callers_mistakes_never_count(shop: Shop) -> None:
    for _ in range(6):
        assert ask(REFUSE).errors[0]["code"] == "BUSINESS_4009"
    assert not BreakerState.objects.exists()


def test_what_is_stored_is_served_while_the_agent_is_open(shop: Shop) -> None:
    stored = ask(BASKET)
    fail(5)
    assert ask(BASKET).result_text == stored.result_text
    assert ask(BASKET, size=5).errors[0]["code"] == "SYSTEM_5008"


def test_five_failures_in_one_run_spare_the_sixth(shop: Shop) -> None:
    steps = [{"as": f"step_{number}", "capability": "shop.explode"} for number in range(6)]
    codes = [error["code"] for error in ask(pattern(*steps)).errors]
    assert codes == ["SYSTEM_5003"] * 5 + ["SYSTEM_5008"]


def test_after_a_minute_a_trial_that_succeeds_closes_it(shop: Shop) -> None:
    fail(5)
    a_minute_later()
    assert agents()[0].state == "trial"
    assert ask(BASKET).state == "complete"
    assert (agents()[0].state, agents()[0].failures) == ("closed", 0)


def test_a_trial_that_fails_opens_it_for_another_minute(shop: Shop) -> None:
    fail(5)
    a_minute_later()
    assert ask(EXPLODE).errors[0]["code"] == "SYSTEM_5003"
    assert ask(BASKET).errors[0]["code"] == "SYSTEM_5008"
    assert (agents()[0].state, agents()[0].failures) == ("open", 6)


def test_a_success_costs_no_write(shop: Shop) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        ask(BASKET)
    about = [each["sql"] for each in asked.captured_queries if "breakerstate" in each["sql"]]
    assert len(about) == 1
    assert about[0].startswith("SELECT")


def test_the_page_says_nothing_that_only_the_log_may_know(shop: Shop) -> None:
    fail(1)
    assert agents()[0].last_error == "ZeroDivisionError: an internal error."
    assert (agents()[0].last_capability, agents()[0].last_correlation_id) == (
        "shop.explode",
        "tests",
    )


def test_a_reset_forgets(shop: Shop) -> None:
    fail(5)
    assert reset_breaker("keeper")
    assert not reset_breaker("keeper")
    assert ask(BASKET).state == "complete"


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_wins_the_trial(shop: Shop) -> None:
    """All six look after the minute; each keeps its transaction open until all have asked."""
    with as_service("tests"):
        fail(5)
        a_minute_later()
    asked = Barrier(6)

    def worker(_number: int) -> bool:
        try:
            with as_service("tests"):
                try:
                    DatabaseBreakers().admit("keeper")
                except AgentOpen:
                    return False
                else:
                    return True
                finally:
                    asked.wait(20)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(worker, range(6))) == [False] * 5 + [True]


@pytest.mark.django_db(transaction=True)
def test_failures_of_two_workers_at_once_are_both_counted(shop: Shop) -> None:
    together = Barrier(2)

    def worker(_number: int) -> None:
        try:
            together.wait(20)
            with as_service("tests"):
                fail(1)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(worker, range(2)))
    with as_service("tests"):
        assert BreakerState.objects.get().failures == 2


@pytest.fixture
def admin(db: None) -> User:
    return UserFactory.create(email="admin@example.org", role="ADMIN")


def test_an_administrator_resets_and_it_is_audited(
    shop: Shop, browser: Callable[[User], Client], admin: User
) -> None:
    fail(5)
    page = browser(admin).get("/agents/").content.decode()
    assert "ZeroDivisionError" in page
    assert "Open," in page
    assert browser(admin).post("/agents/keeper/reset/").status_code == 302
    event = AuditEvent.objects.get(action="agent_reset")
    assert (event.actor_id, event.resource_id) == (admin.pk, "keeper")
    assert event.details == {"state": "open", "failures": 5}
    assert "Called" in browser(admin).get("/agents/").content.decode()


def test_who_may_look_and_who_may_reset(shop: Shop, browser: Callable[[User], Client]) -> None:
    fail(1)
    user, manager = UserFactory.create(role="USER"), UserFactory.create(role="MANAGER")
    assert browser(user).get("/agents/").status_code == 403
    assert browser(user).get("/api/v1/agents/").status_code == 403
    assert "/agents/keeper/reset/" not in browser(manager).get("/agents/").content.decode()
    assert browser(manager).post("/agents/keeper/reset/").status_code == 403
    assert browser(manager).post("/api/v1/agents/keeper/reset/").status_code == 403
    assert BreakerState.objects.get().failures == 1


def test_programs_see_and_reset(shop: Shop, browser: Callable[[User], Client], admin: User) -> None:
    fail(5)
    row = browser(admin).get("/api/v1/agents/").json()["agents"][0]
    assert (row["agent"], row["state"], row["failures"]) == ("keeper", "open", 5)
    assert browser(admin).post("/api/v1/agents/keeper/reset/").json() == {
        "agent": "keeper",
        "reset": True,
    }
    assert browser(admin).post("/api/v1/agents/nobody/reset/").status_code == 404
