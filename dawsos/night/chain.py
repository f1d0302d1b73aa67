"""Claiming and running the stages of a night.

Whoever works at a night holds its lock, which ends with their connection: a stage that runs while
nobody holds the lock has lost its worker and is taken over at once. A worker that hangs keeps the
lock; its stage is taken over when the lease has run out. A claim is one conditional update, sets
the lease and raises the fence. The stage's output and its ``done`` are committed together, and
only while the fence is still ours, so a late worker cannot commit over its successor.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.identity import as_service
from dawsos.models import NightlyRun, StageRun
from dawsos.night.presence import sole_worker
from dawsos.night.stages import STAGES, Outcome, Stage
from market.services import mark_error
from patterns.exceptions import DawsError

LEASE = dt.timedelta(minutes=10)
ATTEMPTS = 3

Progress = Callable[[StageRun], None]


class LostLease(DawsError):
    """Another worker took the stage over; what we computed is thrown away."""

    code = "SYSTEM_5004"
    suggestion = "Nothing to do: the worker that took the stage over finishes it."


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


def advance(run_id: int) -> StageRun | None:
    """Run the next stage of a night, if there is one and nobody else is at it."""
    with sole_worker(run_id) as alone:
        claimed = _claim(run_id, alone=alone)
        return None if claimed is None else _work(claimed)


def _work(claimed: StageRun) -> StageRun | None:
    stage = STAGES[claimed.position]
    try:
        _run(stage, claimed)
    except LostLease:
        return None
    except DawsError as error:
        _record_failure(claimed, error.message, final=True)
    except Exception as error:
        # Any other failure may pass: the stage goes back to pending until its attempts are spent.
        _record_failure(claimed, f"{type(error).__name__}: {error}", final=False)
        raise
    with as_service("night"):
        return StageRun.objects.get(pk=claimed.pk)


def run_all(run: NightlyRun, progress: Progress | None = None) -> NightlyRun:
    """Run what is left of a night in this process."""
    while (stage := advance(run.pk)) is not None:
        if progress:
            progress(stage)
        if stage.state == StageRun.State.FAILED:
            break
    with as_service("night"):
        run.refresh_from_db()
    return run


def failure(run: NightlyRun) -> str:
    """Which stage of a failed night failed, and why; empty for any other night."""
    with as_service("night"):
        stage = run.stages.filter(state=StageRun.State.FAILED).first()
    return f"{stage.stage}: {stage.message}" if stage else ""


def resume(run: NightlyRun) -> None:
    """Give failed stages their attempts back; done stages are left alone."""
    with as_service("night"):
        run.stages.filter(state=StageRun.State.FAILED).update(
            state=StageRun.State.PENDING, attempts=0, message=""
        )
        NightlyRun.objects.filter(pk=run.pk, state=NightlyRun.State.FAILED).update(
            state=NightlyRun.State.RUNNING, ended_at=None
        )


def stranded() -> list[int]:
    """Nights to wake: all that are not finished. Whoever finds a worker there leaves politely."""
    with as_service("night"):
        running = NightlyRun.objects.filter(state=NightlyRun.State.RUNNING)
        return list(running.values_list("pk", flat=True))


def _claim(run_id: int, *, alone: bool) -> StageRun | None:
    with as_service("night"):
        current = StageRun.objects.filter(run_id=run_id).exclude(state=StageRun.State.DONE).first()
        if current is None:
            return None
        free = Q(state=StageRun.State.RUNNING, lease_until__lt=Now())
        if alone:
            free = Q(state__in=(StageRun.State.PENDING, StageRun.State.RUNNING))
        if current.attempts >= ATTEMPTS and StageRun.objects.filter(free, pk=current.pk).exists():
            # The worker died each time without a word; a fourth try would die as well.
            _give_up(current, f"died {current.attempts} times without an error")
            return None
        won = StageRun.objects.filter(free, pk=current.pk, attempts__lt=ATTEMPTS).update(
            state=StageRun.State.RUNNING,
            fence=F("fence") + 1,
            attempts=F("attempts") + 1,
            lease_until=Now() + LEASE,
            started_at=Now(),
            message="",
        )
        return StageRun.objects.select_related("run").get(pk=current.pk) if won else None


def _run(stage: Stage, claimed: StageRun) -> None:
    with as_service("night"):
        outcome = stage.work(claimed.run)
        if outcome.stops:
            _give_up(claimed, outcome.message)
        else:
            _finish(claimed, outcome)


def _finish(claimed: StageRun, outcome: Outcome) -> None:
    ours = StageRun.objects.filter(
        pk=claimed.pk, fence=claimed.fence, state=StageRun.State.RUNNING
    ).update(
        state=StageRun.State.DONE,
        ended_at=Now(),
        lease_until=None,
        counts=outcome.counts,
        message=outcome.message,
    )
    if not ours:
        raise LostLease(f"{claimed.stage} was taken over by another worker.")
    if claimed.position == len(STAGES) - 1:
        NightlyRun.objects.filter(pk=claimed.run_id).update(
            state=NightlyRun.State.DONE, ended_at=Now()
        )


def _record_failure(claimed: StageRun, message: str, *, final: bool) -> None:
    with as_service("night"):
        if final or claimed.attempts >= ATTEMPTS:
            _give_up(claimed, message)
            return
        StageRun.objects.filter(pk=claimed.pk, fence=claimed.fence).update(
            state=StageRun.State.PENDING, message=message, lease_until=None
        )


def _give_up(claimed: StageRun, message: str) -> None:
    """The stage and its night have failed; the pack says why and never becomes fresh."""
    given_up = StageRun.objects.filter(pk=claimed.pk, fence=claimed.fence).update(
        state=StageRun.State.FAILED, message=message, ended_at=Now(), lease_until=None
    )
    if not given_up:
        return
    NightlyRun.objects.filter(pk=claimed.run_id).update(
        state=NightlyRun.State.FAILED, ended_at=Now()
    )
    pack_id = NightlyRun.objects.values_list("pack_id", flat=True).get(pk=claimed.run_id)
    if pack_id:
        mark_error(pack_id, message)
