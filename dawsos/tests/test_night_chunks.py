"""A stage over portfolios is done in chunks, by one worker or by many, with the same outcome."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import OperationalError, connection
from django.db.models.functions import Now

from accounts.identity import as_service
from dawsos.management.night_progress import bar
from dawsos.models import NightlyRun, StageAttempt, StageChunk, StageFailure, StageRun
from dawsos.night import chain
from dawsos.night.chunks import chunk_size
from dawsos.night.outcomes import Failed, Outcome, Part, Totals
from dawsos.night.runner import run_all
from dawsos.night.stages import STAGES, FannedStage, conclude_metrics, conclude_reconciliation
from market.selectors import pack_health
from portfolios.models import Lot, MonthlyValues, Portfolio, PortfolioDailyValue
from portfolios.services import run_import
from portfolios.tests.factories import PortfolioFactory, change_values
from portfolios.tests.world import FRI, LEDGER, make_market

RECONCILE, METRICS = 1, 2


def make_portfolios(count: int) -> list[Portfolio]:
    """`count` portfolios with the ledger of the small world, in the order of their ids."""
    made = []
    for number in range(1, count + 1):
        portfolio = PortfolioFactory.create(pk=UUID(int=number))
        run_import(
            portfolio_id=portfolio.pk,
            content=LEDGER.encode(),
            filename="ledger.csv",
            by=portfolio.owner,
        )
        made.append(portfolio)
    return made


@pytest.fixture
def three(market: None, settings: Any) -> list[Portfolio]:
    """Three portfolios, two to a chunk."""
    settings.NIGHT_CHUNK = 2
    return make_portfolios(3)


def upto(run: NightlyRun, position: int) -> StageRun:
    """Run everything before a stage, and split that stage."""
    while not run.stages.filter(position=position, split_at__isnull=False).exists():
        assert chain.advance(run.pk) is not None
    return run.stages.get(position=position)


def with_metrics(work: Any) -> tuple[object, ...]:
    stage = FannedStage(
        "compute_daily_metrics",
        lambda run: [UUID(int=n) for n in (3, 1, 2)],
        work,
        conclude_metrics,
    )
    return (*STAGES[:METRICS], stage, *STAGES[METRICS + 1 :])


def chunk_states(stage: StageRun) -> list[str]:
    return list(stage.chunks.values_list("state", flat=True))


def test_portfolios_are_split_in_the_order_of_their_ids(three: list[Portfolio]) -> None:
    stage = upto(chain.start(FRI, "ECB"), RECONCILE)
    parts = list(stage.chunks.values_list("number", "portfolio_ids"))
    assert parts == [(1, [UUID(int=1), UUID(int=2)]), (2, [UUID(int=3)])]


@pytest.mark.parametrize(
    ("portfolios", "workers", "size"),
    [
        (10, 2, 50),  # fifty at least
        (1000, 2, 250),  # two chunks for each worker
        (1001, 2, 251),
        (1000, 4, 125),
        (100_000, 4, 1250),  # and no more
    ],
)
def test_chunks_are_as_large_as_their_number_and_the_workers_make_them(
    settings: Any, portfolios: int, workers: int, size: int
) -> None:
    settings.NIGHT_WORKERS = workers
    assert chunk_size(portfolios) == size


def test_inside_a_transaction_nobody_is_called_to_help(
    three: list[Portfolio], settings: Any
) -> None:
    """Another process would see nothing of what it holds."""
    settings.NIGHT_WORKERS = 4
    assert run_all(chain.start(FRI, "ECB")).state == "done"
    assert StageAttempt.objects.values("worker").distinct().order_by().count() == 1


def test_each_step_says_how_many_workers_it_made_room_for(three: list[Portfolio]) -> None:
    """build_pack makes room for one, the split for two, a chunk for none, the last for one."""
    run = chain.start(FRI, "ECB")
    steps = [chain.advance(run.pk) for _ in range(4)]
    assert [(step.stage.stage, step.openings) for step in steps if step is not None] == [
        ("build_pack", 1),
        ("reconcile_ledger", 2),
        ("reconcile_ledger", 0),
        ("reconcile_ledger", 1),
    ]


def test_a_stage_of_chunks_adds_up_what_they_did(three: list[Portfolio]) -> None:
    run = run_all(chain.start(FRI, "ECB"))
    stage = run.stages.get(position=METRICS)
    assert (run.state, stage.counts) == ("done", {"portfolios": 3, "rows": 3, "failed": 0})
    assert stage.message == "3 daily values for 3 portfolios."


def test_without_a_portfolio_the_night_is_done_all_the_same(market: None) -> None:
    run = run_all(chain.start(FRI, "ECB"))
    assert run.state == "done"
    assert run.stages.get(position=METRICS).message == "0 daily values for 0 portfolios."


def test_a_break_is_found_wherever_it_is_and_the_other_chunks_are_done(
    three: list[Portfolio],
) -> None:
    """The first portfolio contradicts its ledger; the other chunk is compared all the same."""
    Lot.objects.filter(portfolio=three[0], security__symbol="ACME").update(quantity_open=14)
    run = run_all(chain.start(FRI, "ECB"))
    stage = run.stages.get(position=RECONCILE)
    assert (run.state, stage.state, chunk_states(stage)) == ("failed", "failed", ["done", "done"])
    assert stage.message.startswith("1 reconciliation breaks in 1 of 3 portfolios")
    assert run.stages.get(position=METRICS).state == "pending"
    assert not pack_health(pack_id=run.pack_id)["is_fresh"]


def test_a_wrong_value_of_an_earlier_day_stops_the_night(three: list[Portfolio]) -> None:
    """The import has valued all days; the second portfolio's Friday is a dollar too high."""
    rows = PortfolioDailyValue.objects.filter(portfolio=three[1], asof_date=FRI)
    assert change_values(rows, total_value=Decimal(1199)) == 1
    run = run_all(chain.start(FRI, "ECB"))
    (failure,) = StageFailure.objects.filter(stage_run__run=run)
    assert (failure.code, failure.portfolio_id) == ("RECONCILIATION_BREAK", three[1].pk)
    assert "1,199.00 CAD" in failure.message and "1,198.00 CAD" in failure.message
    assert run.stages.get(position=METRICS).state == "pending"


def test_a_mended_break_is_compared_again_and_nothing_else(three: list[Portfolio]) -> None:
    lot = Lot.objects.filter(portfolio=three[2], security__symbol="ACME").get()
    Lot.objects.filter(pk=lot.pk).update(quantity_open=14)
    run = run_all(chain.start(FRI, "ECB"))
    Lot.objects.filter(pk=lot.pk).update(quantity_open=lot.quantity_open)
    chain.resume(run)
    assert run_all(run).state == "done"
    stage = run.stages.get(position=RECONCILE)
    assert list(stage.chunks.values_list("fence", flat=True)) == [1, 2]
    assert not stage.failures.exists()


def test_a_portfolio_that_fails_is_listed_and_the_others_are_done(
    three: list[Portfolio], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = STAGES[METRICS]
    assert isinstance(real, FannedStage)

    def second_is_gone(run: NightlyRun, ids: Sequence[UUID]) -> Part:
        gone = UUID(int=99)
        return real.work(run, [gone if pk == UUID(int=2) else pk for pk in ids])

    monkeypatch.setattr(chain, "STAGES", with_metrics(second_is_gone))
    run = run_all(chain.start(FRI, "ECB"))
    failure = StageFailure.objects.get()
    assert (failure.portfolio_id, failure.code) == (UUID(int=99), "NOT_COMPUTED")
    assert "does not exist" in failure.message
    message = run.stages.get(position=METRICS).message
    assert message == "2 daily values for 2 portfolios. 1 failed and keep what they had."
    assert pack_health(pack_id=run.pack_id)["is_fresh"]


def test_a_ledger_that_could_not_be_reconciled_is_left_out_of_the_metrics(
    three: list[Portfolio],
) -> None:
    MonthlyValues.objects.all().delete()
    stage = upto(chain.start(FRI, "ECB"), METRICS)
    StageFailure.objects.create(
        stage_run=stage.run.stages.get(position=RECONCILE),
        portfolio_id=UUID(int=2),
        code="NOT_RECONCILED",
        message="OSError: no",
    )
    run_all(stage.run)
    valued = set(PortfolioDailyValue.objects.values_list("portfolio_id", flat=True))
    assert valued == {UUID(int=1), UUID(int=3)}
    assert stage.failures.get().code == "LEFT_OUT"


def test_when_every_portfolio_fails_it_is_not_theirs_alone() -> None:
    outcome = conclude_metrics(Totals(2, {"rows": 0}, {"NOT_COMPUTED": 2}))
    assert outcome == Outcome("No portfolio could be computed.", {"rows": 0, "failed": 2}, True)


def test_one_ledger_is_told_of_as_one() -> None:
    assert conclude_reconciliation(Totals(1, {"unvalued": 1}, {})).message.startswith(
        "1 ledger replays to the stored lots. 1 has no whole value of an earlier day to compare."
    )


def test_a_poison_chunk_is_given_up_after_three_attempts_and_yesterday_stays(
    three: list[Portfolio], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[UUID] = []

    def poison(run: NightlyRun, ids: Sequence[UUID]) -> Part:
        if UUID(int=1) in ids:
            raise OperationalError("server closed the connection unexpectedly")
        done.extend(ids)
        return Part({"rows": len(ids)})

    monkeypatch.setattr(chain, "STAGES", with_metrics(poison))
    run = run_all(chain.start(FRI, "ECB"))
    stage = run.stages.get(position=METRICS)
    assert list(stage.chunks.values_list("state", "attempts")) == [("failed", 3), ("done", 1)]
    assert done == [UUID(int=3)]
    assert stage.message.startswith("1 of 2 chunks failed; chunk 1: OperationalError: server")
    assert "The night of 2013-02-08 has failed" in caplog.text
    assert pack_health(pack_id=run.pack_id)["status"] == "error"
    assert pack_health(pack_id="2013-02-07-ECB-r1")["is_fresh"]


def test_a_chunk_whose_worker_died_each_time_is_given_up_too(three: list[Portfolio]) -> None:
    stage = upto(chain.start(FRI, "ECB"), METRICS)
    stage.chunks.filter(number=1).update(state="running", attempts=3, fence=3, lease_until=Now())
    run = run_all(stage.run)
    assert run.state == "failed"
    assert "died 3 times without an error" in stage.chunks.get(number=1).message


def test_the_late_commit_of_a_chunk_is_refused(
    three: list[Portfolio], monkeypatch: pytest.MonkeyPatch
) -> None:
    def overslept(run: NightlyRun, ids: Sequence[UUID]) -> Part:
        StageChunk.objects.filter(stage_run__position=METRICS, number=1).update(fence=9)
        Portfolio.objects.update(description="written by the late worker")
        return Part({}, (Failed(ids[0], "NOT_COMPUTED", "too late"),))

    monkeypatch.setattr(chain, "STAGES", with_metrics(overslept))
    stage = upto(chain.start(FRI, "ECB"), METRICS)
    assert chain.advance(stage.run_id) is None
    assert not Portfolio.objects.exclude(description="").exists()
    assert not StageFailure.objects.exists()


def test_an_expired_chunk_waits_again_and_is_counted_as_an_opening(three: list[Portfolio]) -> None:
    stage = upto(chain.start(FRI, "ECB"), METRICS)
    assert chain.openings(stage.run_id) == 2
    stage.chunks.update(state="running", attempts=1, fence=1, lease_until=Now())
    assert chain.openings(stage.run_id) == 0
    chain.reclaim(stage.run_id)
    assert chain.openings(stage.run_id) == 2


def test_what_was_done_when_the_gatherer_died_is_gathered(three: list[Portfolio]) -> None:
    stage = upto(chain.start(FRI, "ECB"), METRICS)
    stage.chunks.update(state="done", ended_at=Now(), counts={"rows": 1})
    assert chain.openings(stage.run_id) == 1
    step = chain.advance(stage.run_id)
    assert step is not None
    assert (step.stage.state, step.stage.counts["rows"]) == ("done", 2)


@pytest.fixture
def many(transactional_db: None, settings: Any) -> list[Portfolio]:
    """Eight portfolios that are committed, one to a chunk."""
    settings.NIGHT_CHUNK = 1
    with as_service("tests"):
        make_market()
        return make_portfolios(8)


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_do_each_chunk_once(many: list[Portfolio]) -> None:
    """Four workers, twenty triggers: each chunk has one attempt, each portfolio one value a day."""
    run = chain.start(FRI, "ECB")
    barrier = Barrier(4)

    def work(_: int) -> int:
        barrier.wait()
        try:
            done = 0
            for _turn in range(5):
                while chain.advance(run.pk) is not None:
                    done += 1
            return done
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(work, range(4)))
    run = run_all(run)  # whoever came first may have left while the last was at it
    with as_service("tests"):
        assert run.state == "done"
        chunk_attempts = StageAttempt.objects.exclude(chunk=None)
        assert chunk_attempts.count() == 16  # two stages of eight
        assert set(chunk_attempts.values_list("result", flat=True)) == {"done"}
        assert PortfolioDailyValue.objects.filter(asof_date=FRI).count() == 8
    assert sum(done) > 0


@pytest.mark.django_db(transaction=True)
def test_two_starts_at_once_make_one_night(many: list[Portfolio]) -> None:
    barrier = Barrier(4)

    def begin(_: int) -> int:
        barrier.wait()
        try:
            return chain.start(FRI, "ECB").pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(begin, range(4)))) == 1
    with as_service("tests"):
        assert StageRun.objects.count() == len(STAGES)


def test_the_bar_shows_the_share_of_chunks_that_is_done() -> None:
    """2 of 4 is half of 24 signs."""
    half = "#" * 12 + " " * 12
    assert bar("reconcile_ledger", 2, 4, 3.4) == (
        f"reconcile_ledger        [{half}] 2 of 4 chunks, 3 s"
    )
