"""The pages and the API of the nights: who sees what, what moves, and who may resume."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db.models.functions import Now
from django.test import Client

from accounts.models import AuditEvent, User
from accounts.tests.factories import UserFactory
from dawsos.models import NightlyRun, StageFailure, StageRun
from dawsos.night import chain
from dawsos.night.clock import span
from dawsos.night.pages import chart_of, last_nights, night_page
from dawsos.night.runner import run_all
from portfolios.models import Lot, Portfolio
from portfolios.tests.world import FRI, THU

pytestmark = pytest.mark.django_db

Browser = Callable[[User], Client]
STRANGER = UUID(int=99)


@pytest.fixture
def admin(db: None) -> User:
    return UserFactory.create(email="admin@example.org", role="ADMIN")


@pytest.fixture
def done(traded: Portfolio) -> NightlyRun:
    return run_all(chain.start(FRI, "ECB"))


@pytest.fixture
def failed(traded: Portfolio) -> NightlyRun:
    Lot.objects.filter(security__symbol="ACME").update(quantity_open=14)
    return run_all(chain.start(FRI, "ECB"))


@pytest.mark.parametrize("address", ["/nights/", "/nights/{}/", "/api/v1/nights/"])
def test_managers_and_administrators_see_the_nights(
    browser: Browser, done: NightlyRun, alice: User, bob: User, admin: User, address: str
) -> None:
    """Alice is a MANAGER, Bob a USER."""
    path = address.format(done.pk)
    statuses = [browser(user).get(path).status_code for user in (alice, admin, bob)]
    assert statuses == [200, 200, 403]


def test_a_night_that_does_not_exist_is_not_found(browser: Browser, alice: User) -> None:
    for path in ("/nights/4711/", "/api/v1/nights/4711/"):
        assert browser(alice).get(path).status_code == 404


def test_without_a_night_the_page_says_so(browser: Browser, alice: User) -> None:
    assert b"No night has run yet" in browser(alice).get("/nights/").content


def test_the_list_and_its_chart_hold_every_stage(
    browser: Browser, done: NightlyRun, alice: User
) -> None:
    run_all(chain.start(THU, "ECB"))
    page = browser(alice).get("/nights/").content.decode()
    for label in ("Build pack", "Reconcile ledger", "Mark pack fresh", "Run at another time"):
        assert label in page
    chart = chart_of(last_nights())
    assert chart["categories"] == ["2013-02-07", "2013-02-08"]
    assert chart["series"][0]["label"] == "Whole night"


@pytest.mark.parametrize(
    ("fresh", "words"),
    [
        # The deadline is 00:15 in New York, in winter 05:15 UTC.
        (datetime(2013, 2, 9, 5, 5, 2, tzinfo=UTC), "9 min 58 s to spare"),
        (datetime(2013, 2, 9, 5, 17, 0, tzinfo=UTC), "2 min 0 s late"),
    ],
)
def test_a_night_is_held_against_its_deadline(
    done: NightlyRun, fresh: datetime, words: str
) -> None:
    NightlyRun.objects.update(started_at=fresh - timedelta(seconds=2))
    StageRun.objects.filter(stage="mark_pack_fresh").update(ended_at=fresh)
    (night,) = last_nights()
    assert night.punctuality.words == words
    assert f"{night.punctuality.deadline:%H:%M %Z}" == "00:15 EST"


def test_a_running_night_is_asked_for_again_and_a_done_one_is_not(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    run = chain.start(FRI, "ECB")
    client = browser(alice)
    assert 'hx-trigger="every 2s"' in client.get(f"/nights/{run.pk}/").content.decode()
    chain.advance(run.pk)
    chain.advance(run.pk)
    moved = client.get(f"/nights/{run.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in moved
    assert "0 of 1" in moved
    run_all(run)
    assert "hx-trigger" not in client.get(f"/nights/{run.pk}/").content.decode()


def test_the_reason_of_a_failure_is_for_members(
    browser: Browser, failed: NightlyRun, alice: User, admin: User, traded: Portfolio
) -> None:
    """Alice owns the portfolio. The administrator sees that one failed, and how it is called."""
    StageFailure.objects.create(
        stage_run=failed.stages.get(position=2),
        portfolio_id=STRANGER,
        code="NOT_COMPUTED",
        message="secret of a stranger",
    )
    own, foreign = night_page(failed.pk, alice).failures
    assert (own.name, own.code) == ("Savings", "RECONCILIATION_BREAK")
    assert "lots hold 14" in own.message or "14" in own.message
    assert (foreign.portfolio_id, foreign.name, foreign.message) == (STRANGER, "", "")
    page = browser(alice).get(f"/nights/{failed.pk}/").content.decode()
    assert "secret of a stranger" not in page and str(STRANGER) in page
    told = browser(admin).get(f"/api/v1/nights/{failed.pk}/").json()["failures"]
    assert [each["message"] for each in told] == [None, None]


def test_the_api_gives_stages_and_what_they_counted(
    browser: Browser, done: NightlyRun, alice: User
) -> None:
    (night,) = browser(alice).get("/api/v1/nights/").json()["nights"]
    assert (night["asof_date"], night["state"], night["seconds_to_spare"]) == (
        "2013-02-08",
        "done",
        None,
    )
    metrics = night["stages"][2]
    assert (metrics["chunks"], metrics["chunks_done"], metrics["attempts"]) == (1, 1, 2)
    assert metrics["counts"] == {"portfolios": 1, "rows": 1, "failed": 0}


def test_only_an_administrator_resumes_and_only_what_has_failed(
    browser: Browser, failed: NightlyRun, alice: User, admin: User
) -> None:
    path = f"/nights/{failed.pk}/resume/"
    assert b"Resume</button>" not in browser(alice).get(f"/nights/{failed.pk}/").content
    assert b"Resume</button>" in browser(admin).get(f"/nights/{failed.pk}/").content
    assert browser(alice).post(path).status_code == 403
    assert browser(admin).post(path).status_code == 302
    failed.refresh_from_db()
    assert failed.state == "running"
    assert AuditEvent.objects.get(action="night.resume").actor_id == admin.pk
    answer: Any = browser(admin).post(f"/api/v1{path}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "BUSINESS_4041")


def test_the_attempts_of_a_night_are_told(browser: Browser, traded: Portfolio, alice: User) -> None:
    run = chain.start(FRI, "ECB")
    run.stages.filter(position=0).update(state="running", attempts=1, fence=1, lease_until=Now())
    run.stages.get(position=0).history.create(fence=1, worker="host 1", started_at=Now())
    run_all(run)
    page = browser(alice).get(f"/nights/{run.pk}/").content.decode()
    assert "Worker lost" in page and "its worker was lost" in page


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(hours=2, minutes=5), "2 h 5 min"),
        (timedelta(minutes=9, seconds=58), "9 min 58 s"),
        (timedelta(seconds=0.42), "0.4 s"),
    ],
)
def test_spans_are_told_in_two_units(length: timedelta, words: str) -> None:
    assert span(length) == words
