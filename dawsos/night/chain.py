"""Running the stages of a night, one after another; a stage over portfolios chunk by chunk.

Any number of workers may call `advance` at once: each call does one piece of work, or none when
others are at all there is. Nothing is remembered outside the rows, so a night continues wherever
its last worker stopped.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from django.db import InterfaceError, OperationalError, connection
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from accounts.identity import as_service
from accounts.services import record
from dawsos.models import NightlyRun, StageChunk, StageRun
from dawsos.night import chunks, claims
from dawsos.night.claims import ATTEMPTS, LostLease, State
from dawsos.night.handover import HandOver
from dawsos.night.outcomes import Outcome
from dawsos.night.stages import STAGES, FannedStage, Stage
from market.services import mark_error
from patterns.exceptions import DawsError

_log = logging.getLogger(__name__)
SOURCES_REST = dt.timedelta(minutes=15)  # before a source that failed is asked again
SOURCES_WAITED_FOR = dt.timedelta(days=1)  # since the night began


@dataclass(frozen=True)
class Step:
    """One piece of work that was done: a stage, the splitting of one, or a chunk of one."""

    stage: StageRun
    chunk: StageChunk | None = None

    openings: int = 0  # how many workers this piece made room for


def start(asof: dt.date, policy: str) -> NightlyRun:
    """The night of ``asof``, with all its stages. Two callers at once get the same one."""
    with as_service("night"):
        run, _ = NightlyRun.objects.get_or_create(asof_date=asof, policy=policy)
        StageRun.objects.bulk_create(
            [
                StageRun(run=run, position=place, stage=stage.name)
                for place, stage in enumerate(STAGES)
            ],
            ignore_conflicts=True,
        )
    return run


def night(run_id: int) -> NightlyRun:
    with as_service("night"):
        return NightlyRun.objects.get(pk=run_id)


def find(run_id: int) -> NightlyRun | None:
    with as_service("night"):
        return NightlyRun.objects.filter(pk=run_id).first()


def unfinished() -> list[int]:
    """Nights to wake: all that are not finished. Whoever finds a worker there leaves politely."""
    with as_service("night"):
        running = NightlyRun.objects.filter(state=NightlyRun.State.RUNNING)
        return list(running.order_by("asof_date").values_list("pk", flat=True))


def openings(run_id: int) -> int:
    """How many workers a night has room for now; none while others are at all there is."""
    stage = _current(run_id)
    if stage is None:
        return 0
    if stage.split_at is None:
        return int(stage.state == State.PENDING)
    with as_service("night"):
        counted = chunks.counted(stage)
    return counted.waiting or int(counted.finished == counted.total)


def advance(run_id: int) -> Step | None:
    """Do the next piece of a night, if there is one and nobody else is at it."""
    reclaim(run_id)
    stage = _current(run_id)
    if stage is None:
        return None
    return _advance_stage(stage) if stage.split_at is None else _advance_chunks(stage)


def advance_chunks(run_id: int) -> Step | None:
    """`advance` for whoever is there for the chunks alone: a stage that is not split is left."""
    stage = _current(run_id)
    return None if stage is None or stage.split_at is None else _advance_chunks(stage)


def is_open(run_id: int) -> bool:
    """Whether a night goes on: neither done nor failed."""
    return _current(run_id) is not None


def reclaim(run_id: int) -> None:
    """Let the work of lost workers wait again; a stage that has used up its attempts fails."""
    for work in claims.take_back(run_id):
        if isinstance(work, StageRun):
            _stop_night(work, f"died {work.attempts} times without an error")


def failure(run: NightlyRun) -> str:
    """Which stage of a failed night failed, and why; empty for any other night."""
    with as_service("night"):
        stage = run.stages.filter(state=State.FAILED).first()
    return f"{stage.stage}: {stage.message}" if stage else ""


def ask_sources_again() -> list[int]:
    """Begin nights again whose sources were silent or talked nonsense, so that no pack was sealed:
    a quarter of an hour after they failed, for a day, unless a later night has begun."""
    with as_service("night"):
        later = NightlyRun.objects.filter(
            policy=OuterRef("policy"), asof_date__gt=OuterRef("asof_date")
        )
        silent = NightlyRun.objects.filter(
            ~Exists(later),
            state=NightlyRun.State.FAILED,
            pack_id="",
            ended_at__lt=Now() - SOURCES_REST,
            started_at__gt=Now() - SOURCES_WAITED_FOR,
        )
        runs = list(silent)
    for run in runs:
        resume(run)
    return [run.pk for run in runs]


def resume(run: NightlyRun) -> None:
    """Give failed stages and chunks their attempts back; what is done is left alone."""
    with as_service("night"):
        for stage in run.stages.filter(state=State.FAILED):
            if stage.split_at is not None:
                chunks.reopen(stage)
            stage.state = State.PENDING if stage.split_at is None else State.RUNNING
            stage.attempts, stage.message, stage.ended_at = 0, "", None
            stage.save(update_fields=["state", "attempts", "message", "ended_at"])
        NightlyRun.objects.filter(pk=run.pk, state=NightlyRun.State.FAILED).update(
            state=NightlyRun.State.RUNNING, ended_at=None
        )


def _current(run_id: int) -> StageRun | None:
    """The first stage that is not done; None at the end of the night, and where it failed."""
    with as_service("night"):
        stages = StageRun.objects.select_related("run").filter(run_id=run_id)
        stage = stages.exclude(state=State.DONE).first()
    return stage if stage is not None and stage.state != State.FAILED else None


def _advance_stage(stage: StageRun) -> Step | None:
    with claims.claimed(stage) as mine:
        if not isinstance(mine, StageRun):
            return None
        mine.run = stage.run
        done = _attempt(mine, lambda: _run_stage(STAGES[mine.position], mine))
    return _step(stage) if done else None


def _advance_chunks(stage: StageRun) -> Step | None:
    """One chunk of a split stage; whoever comes after the last one gathers them."""
    with as_service("night"):
        open_chunks = list(chunks.waiting(stage))
    for chunk in open_chunks:
        with claims.claimed(chunk) as mine:
            if not isinstance(mine, StageChunk):
                continue
            done = _attempt(mine, partial(_run_chunk, stage, mine))
        _gather(stage)
        return _step(stage, mine) if done else None
    return _step(stage) if _gather(stage) else None


def _attempt(mine: StageRun | StageChunk, work: Callable[[], None]) -> bool:
    """Do the work and note how it ended; False when somebody else has taken it over."""
    try:
        work()
    except LostLease:
        return False
    except HandOver:
        _note(lambda: claims.hand_over(mine))
        raise
    except DawsError as error:
        said = error.message
        _note(lambda: _fail(mine, said))
    except Exception as error:  # noqa: BLE001 - logged, noted, tried again
        # Any other failure may pass: the work waits again until its attempts are spent.
        _log.exception("%s has failed, attempt %s of %s", mine, mine.attempts, ATTEMPTS)
        if isinstance(error, (OperationalError, InterfaceError)) and not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        said = f"{type(error).__name__}: {error}".strip()
        _note(lambda: _put_back(mine, said))
    return True


def _put_back(mine: StageRun | StageChunk, said: str) -> None:
    if claims.is_spent(mine):
        _fail(mine, said)
    else:
        claims.put_back(mine, said)


def _run_stage(spec: Stage | FannedStage, mine: StageRun) -> None:
    with as_service("night"):
        if isinstance(spec, FannedStage):
            chunks.split(mine, spec.portfolios(mine.run))
        else:
            _conclude(mine, spec.work(mine.run))


def _run_chunk(stage: StageRun, mine: StageChunk) -> None:
    spec = STAGES[stage.position]
    if not isinstance(spec, FannedStage):
        raise TypeError(f"{stage} has chunks, and is not a stage over portfolios.")
    with as_service("night"):
        part = spec.work(stage.run, mine.portfolio_ids)
        chunks.keep_failures(mine, part)
        claims.finish(mine, counts=part.counts, message="")


def _gather(stage: StageRun) -> bool:
    """Conclude a split stage whose chunks have all ended. Of those who come at once, one does."""
    spec = STAGES[stage.position]
    with as_service("night"):
        locked = StageRun.objects.select_for_update().select_related("run").get(pk=stage.pk)
        counted = chunks.counted(locked)
        if locked.state != State.RUNNING or counted.finished < counted.total:
            return False
        totals = chunks.totals(locked)
        if totals.dead:
            said = f"{len(totals.dead)} of {counted.total} chunks failed; {totals.dead[0]}"
            outcome = Outcome(said, dict(totals.counts), stops=True)
        elif isinstance(spec, FannedStage):
            outcome = spec.conclude(totals)
        else:
            raise TypeError(f"{stage} has chunks, and is not a stage over portfolios.")
        _conclude(locked, outcome)
    return True


def _conclude(mine: StageRun, outcome: Outcome) -> None:
    if outcome.stops:
        _fail(mine, outcome.message, outcome.counts)
        return
    claims.finish(mine, counts=outcome.counts, message=outcome.message)
    if mine.position == len(STAGES) - 1:
        NightlyRun.objects.filter(pk=mine.run_id).update(
            state=NightlyRun.State.DONE, ended_at=Now()
        )


def _fail(mine: StageRun | StageChunk, message: str, counts: dict[str, int] | None = None) -> None:
    """The work has failed for good; with a stage fails its night."""
    claims.fail(mine, message, counts=counts)
    if isinstance(mine, StageRun):
        _stop_night(mine, message)


def _stop_night(stage: StageRun, message: str) -> None:
    """The pack says why and never becomes fresh; yesterday's stays in service; who runs the house
    is told in the log and in the audit trail."""
    with as_service("night"):
        NightlyRun.objects.filter(pk=stage.run_id).update(
            state=NightlyRun.State.FAILED, ended_at=Now()
        )
        run = NightlyRun.objects.get(pk=stage.run_id)
        if run.pack_id:
            mark_error(run.pack_id, message)
        details = {"asof_date": run.asof_date.isoformat(), "stage": stage.stage, "message": message}
        record(
            action="night.failed",
            by=None,
            resource_type="nightly_run",
            resource_id=run.pk,
            details=details,
        )
    _log.error("The night of %s has failed at %s: %s", run.asof_date, stage.stage, message)


def _note(end: Callable[[], None]) -> None:
    """Write down how an attempt ended, unless somebody else has taken the work over."""
    with suppress(LostLease), as_service("night"):
        end()


def _step(stage: StageRun, chunk: StageChunk | None = None) -> Step:
    """What was done, and how many workers it made room for: the first of a next stage, or one for
    each chunk when there are any now. A chunk that is done makes no room, since each was called
    for when they were made."""
    with as_service("night"):
        now = StageRun.objects.select_related("run").get(pk=stage.pk)
    made_room = now.state == State.DONE or (now.state == State.RUNNING and chunk is None)
    return Step(now, chunk, openings(now.run_id) if made_room else 0)
