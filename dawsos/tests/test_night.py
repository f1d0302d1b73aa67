"""The night: idempotent, stopped by what it must not pass, never run twice at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.models.functions import Now
from psycopg import Connection, OperationalError

from accounts.models import AuditEvent, User
from dawsos.celery import app
from dawsos.models import NightlyRun, StageAttempt, StageRun
from dawsos.night import chain, claims
from dawsos.night.calendar import due_night
from dawsos.night.outcomes import Outcome
from dawsos.night.runner import run_all
from dawsos.night.stages import STAGES, Stage, StageFailed, mark_pack_fresh
from dawsos.tasks import advance_night, prune_runs, start_night, sweep_nights
from market.models import PricingPack
from market.selectors import pack_health
from portfolios.models import CashBalance, Lot, Portfolio, PortfolioDailyValue, ReconciliationResult
from portfolios.selectors.projected import stored_lots
from portfolios.tests.factories import BalanceAssertionFactory
from portfolios.tests.world import FRI

pytestmark = pytest.mark.django_db

TAKE_LOCK = "SELECT pg_try_advisory_lock(hashtextextended('dawsos.night stagerun ' || %s, 0))"
ALL_STAGES = [
    "build_pack",
    "reconcile_ledger",
    "compute_daily_metrics",
    "prewarm_factors",
    "prewarm_ratings",
    "mark_pack_fresh",
    "evaluate_alerts",
]


def states(run: NightlyRun) -> dict[str, str]:
    return dict(run.stages.values_list("stage", "state"))


def test_the_chain_ends_with_a_fresh_pack(traded: Portfolio) -> None:
    run = run_all(chain.start(FRI, "ECB"))
    assert [stage.name for stage in STAGES] == ALL_STAGES
    assert states(run) == dict.fromkeys(ALL_STAGES, "done")
    assert (run.state, run.pack_id) == ("done", "2013-02-08-ECB-r1")
    assert pack_health(pack_id=run.pack_id)["is_fresh"]


def test_a_second_run_changes_nothing(traded: Portfolio) -> None:
    run_all(chain.start(FRI, "ECB"))
    before = list(StageRun.objects.values()), list(PortfolioDailyValue.objects.values())
    run_all(chain.start(FRI, "ECB"))
    after = list(StageRun.objects.values()), list(PortfolioDailyValue.objects.values())
    assert after == before


def test_stages_without_work_say_so(traded: Portfolio) -> None:
    run = run_all(chain.start(FRI, "ECB"))
    said = dict(run.stages.values_list("stage", "message"))
    for stage in ("prewarm_factors", "prewarm_ratings", "evaluate_alerts"):
        assert said[stage].startswith("Nothing to do: no ")


def test_a_reconciliation_break_stops_before_metrics(traded: Portfolio) -> None:
    Lot.objects.filter(security__symbol="ACME").update(cost_basis_local=1)
    run = run_all(chain.start(FRI, "ECB"))
    assert run.state == "failed"
    assert states(run)["reconcile_ledger"] == "failed"
    assert states(run)["compute_daily_metrics"] == "pending"
    assert "1 reconciliation breaks in 1 of 1 portfolios" in chain.failure(run)
    failure = run.stages.get(stage="reconcile_ledger").failures.get()
    assert (failure.portfolio_id, failure.code) == (traded.pk, "RECONCILIATION_BREAK")
    assert "should be" in failure.message
    assert pack_health(pack_id=run.pack_id)["status"] == "error"


def test_a_ledger_from_before_balances_were_stored_does_not_stop_the_night(
    traded: Portfolio, caplog: pytest.LogCaptureFixture
) -> None:
    """Its table of balances is empty, as it is after an upgrade; the night fills it and says so."""
    before = stored_lots(traded.pk)
    CashBalance.objects.all().delete()
    run = run_all(chain.start(FRI, "ECB"))
    message = run.stages.get(stage="reconcile_ledger").message
    assert (run.state, stored_lots(traded.pk)) == ("done", before)
    assert "1 had no stored balances yet; they were built." in message
    assert f"Portfolio {traded.pk} had no stored balances" in caplog.text


def test_what_stopped_the_night_is_kept_for_its_page(traded: Portfolio) -> None:
    Lot.objects.filter(security__symbol="ACME").update(quantity_open=14)
    run_all(chain.start(FRI, "ECB"))
    item = ReconciliationResult.objects.get()
    assert (item.code, item.state, item.expected, item.actual) == (
        "QUANTITY_MISMATCH",
        "open",
        15,
        14,
    )


def test_a_statement_that_differs_is_a_warning_and_an_open_item(traded: Portfolio) -> None:
    """The ledger has 300 CAD on Friday."""
    BalanceAssertionFactory.create(portfolio=traded, asof_date=FRI, amount=310)
    run = run_all(chain.start(FRI, "ECB"))
    stage = run.stages.get(stage="reconcile_ledger")
    assert (run.state, stage.counts["assertions"], stage.counts["open_items"]) == ("done", 1, 1)
    assert "Warning: 1 balances of statements differ." in stage.message
    assert ReconciliationResult.objects.get().state == "open"


def test_a_pack_whose_chain_is_not_done_is_not_marked_fresh(traded: Portfolio) -> None:
    run = chain.start(FRI, "ECB")
    with pytest.raises(StageFailed, match="build_pack, reconcile_ledger"):
        mark_pack_fresh(run)


def test_a_mended_night_resumes_where_it_stopped(traded: Portfolio) -> None:
    lot = Lot.objects.get(security__symbol="ACME")
    Lot.objects.filter(pk=lot.pk).update(cost_basis_local=1)
    run = run_all(chain.start(FRI, "ECB"))
    Lot.objects.filter(pk=lot.pk).update(cost_basis_local=lot.cost_basis_local)
    chain.resume(run)
    assert run_all(run).state == "done"
    assert run.stages.get(stage="build_pack").attempts == 1


@contextmanager
def elsewhere(stage: StageRun) -> Iterator[None]:
    """Another process is at a stage. It gives the lock back itself: a connection that closes does
    so a moment later."""
    found = connection.get_connection_params()
    params = {name: found[name] for name in ("dbname", "user", "host", "port") if name in found}
    with Connection.connect(**params, autocommit=True) as worker:
        assert worker.execute(TAKE_LOCK, [f"{stage.pk} {stage.fence}"]).fetchone() == (True,)
        yield
        worker.execute("SELECT pg_advisory_unlock_all()")


def taken(run: NightlyRun, **facts: object) -> StageRun:
    """The first stage, claimed once by somebody."""
    given = {"state": "running", "lease_until": Now() + claims.lease(), "attempts": 1, "fence": 1}
    run.stages.filter(position=0).update(**(given | facts))
    return run.stages.get(position=0)


def first_stage(run: NightlyRun) -> tuple[str, int, int]:
    stage = run.stages.get(position=0)
    return stage.state, stage.fence, stage.attempts


def with_first(work: Callable[[NightlyRun], Outcome]) -> tuple[object, ...]:
    return (Stage("build_pack", work), *STAGES[1:])


def test_a_stage_with_a_worker_is_nobody_elses(traded: Portfolio) -> None:
    run = chain.start(FRI, "ECB")
    with elsewhere(taken(run)):
        assert chain.advance(run.pk) is None
        assert run_all(run).state == "running"
    assert run_all(run).state == "done"


def test_a_worker_that_died_is_replaced_at_once(traded: Portfolio) -> None:
    run = chain.start(FRI, "ECB")
    taken(run)
    assert chain.advance(run.pk) is not None
    assert first_stage(run) == ("done", 2, 2)


def test_every_attempt_is_kept_with_its_clock(traded: Portfolio) -> None:
    run = chain.start(FRI, "ECB")
    stage = taken(run)
    stage.history.create(fence=1, worker="gone", started_at=Now())
    chain.advance(run.pk)
    results = list(stage.history.values_list("fence", "result", "message"))
    assert results == [
        (1, "lost", "its worker was lost"),
        (2, "done", "2013-02-08-ECB-r1 is sealed already and is kept."),
    ]
    assert not stage.history.filter(ended_at=None).exists()


def test_the_lock_is_given_back_after_a_failure(
    traded: Portfolio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(run: NightlyRun) -> Outcome:
        raise OSError("the disk is full")

    monkeypatch.setattr(chain, "STAGES", with_first(faulty))
    run = chain.start(FRI, "ECB")
    chain.advance(run.pk)
    with elsewhere(run.stages.get(position=0)):
        pass


def test_an_expired_lease_is_taken_over(traded: Portfolio) -> None:
    run = chain.start(FRI, "ECB")
    stage = taken(run, lease_until=Now() - claims.lease())
    assert chain.unfinished() == [run.pk]
    # It hangs, and its session is ended: what it has locked would stop its successor.
    with pytest.raises(OperationalError, match="terminating connection"), elsewhere(stage):
        chain.advance(run.pk)
    assert first_stage(run) == ("done", 2, 2)


def test_a_late_worker_is_refused_by_the_fence(
    traded: Portfolio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overslept(run: NightlyRun) -> Outcome:
        run.stages.filter(position=0).update(fence=9)  # a successor has claimed the stage
        Portfolio.objects.update(description="written by the late worker")
        return Outcome("too late")

    monkeypatch.setattr(chain, "STAGES", with_first(overslept))
    run = chain.start(FRI, "ECB")
    assert chain.advance(run.pk) is None
    traded.refresh_from_db()
    assert traded.description == ""
    assert run.stages.get(position=0).state == "running"


def test_what_a_late_worker_found_does_not_stop_its_successor(
    traded: Portfolio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overslept(run: NightlyRun) -> Outcome:
        run.stages.filter(position=0).update(fence=9)
        return Outcome("a finding", stops=True)

    monkeypatch.setattr(chain, "STAGES", with_first(overslept))
    run = chain.start(FRI, "ECB")
    assert chain.advance(run.pk) is None
    run.refresh_from_db()
    assert run.state == "running"


def test_a_stage_that_dies_silently_is_given_up_after_three_times(
    traded: Portfolio, caplog: pytest.LogCaptureFixture
) -> None:
    """The operator is told, in the log and in the audit trail; yesterday's pack stays fresh."""
    run = chain.start(FRI, "ECB")
    taken(run, attempts=3)
    assert chain.advance(run.pk) is None
    run.refresh_from_db()
    assert run.state == "failed"
    assert "died 3 times" in run.stages.get(position=0).message
    assert "The night of 2013-02-08 has failed at build_pack" in caplog.text
    assert AuditEvent.objects.get(action="night.failed").details["stage"] == "build_pack"
    assert pack_health(pack_id="2013-02-07-ECB-r1")["is_fresh"]


# Long before this server was started, so it was started anew under the attempt.
EARLIER = datetime(2013, 2, 8, tzinfo=UTC)


def third_attempt(run: NightlyRun, fence: int) -> StageRun:
    """The first stage in its last attempt, claimed in `EARLIER`."""
    stage = taken(run, attempts=3, fence=fence)
    StageAttempt.objects.create(stage_run=stage, fence=fence, started_at=EARLIER)
    return stage


def test_an_attempt_under_which_the_database_was_restarted_does_not_count(
    traded: Portfolio,
) -> None:
    run = chain.start(FRI, "ECB")
    third_attempt(run, fence=7)
    chain.reclaim(run.pk)  # whoever comes next finds that the worker is gone
    assert first_stage(run) == ("pending", 7, 2)
    chain._put_back(third_attempt(run, fence=8), "the connection is lost")  # it says so itself
    assert first_stage(run) == ("pending", 8, 2)


def test_what_brings_the_database_down_each_time_is_given_up_too(traded: Portfolio) -> None:
    run = chain.start(FRI, "ECB")
    third_attempt(run, fence=claims.CLAIMS)
    chain.reclaim(run.pk)
    assert first_stage(run) == ("failed", claims.CLAIMS, 3)


def test_a_passing_fault_is_tried_again(traded: Portfolio, monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(run: NightlyRun) -> Outcome:
        raise OSError("the disk is full")

    monkeypatch.setattr(chain, "STAGES", with_first(faulty))
    run = chain.start(FRI, "ECB")
    for expected in (("pending", 1, 1), ("pending", 2, 2), ("failed", 3, 3)):
        chain.advance(run.pk)
        assert first_stage(run) == expected
    assert chain.failure(run) == "build_pack: OSError: the disk is full"
    assert run_all(run).state == "failed"


def test_tasks_run_the_same_chain(traded: Portfolio, django_capture_on_commit_callbacks) -> None:
    run = chain.start(FRI, "ECB")
    with django_capture_on_commit_callbacks(execute=True):
        advance_night.delay(run.pk)
    run.refresh_from_db()
    assert run.state == "done"
    assert sweep_nights() == 0


def test_the_clock_wakes_tasks_that_exist() -> None:
    wanted = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert wanted == {prune_runs.name, start_night.name, sweep_nights.name}


def test_after_the_source_has_ended_nothing_is_due(db: None, alice: User) -> None:
    assert due_night("ECB").reason.startswith("The ECB sources end on 2013-03-01;")
    assert start_night().startswith("The ECB sources end")
    assert not NightlyRun.objects.exists() and not PricingPack.objects.exists()
