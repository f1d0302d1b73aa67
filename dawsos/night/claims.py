"""Claiming work, ending it, and taking it back from workers that are gone.

A claim is one conditional update: it raises the fence and sets the lease, on the database's
clock. Whatever the work writes is committed together with its end, and only while the fence is
still ours.
"""

from __future__ import annotations

import datetime as dt
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db.models import BooleanField, DateTimeField, ExpressionWrapper, F, Func, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest, Now

from accounts.identity import as_service
from dawsos.models import Leased, StageAttempt, StageChunk, StageRun
from dawsos.night import presence
from dawsos.night.presence import Work
from patterns.exceptions import DawsError

ATTEMPTS = 3
CLAIMS = 30  # however each of them ended: what brings the server down must not do so for ever
State = Leased.State
Result = StageAttempt.Result


class LostLease(DawsError):
    """Another worker took the work over; what we computed is thrown away."""

    code = "SYSTEM_5004"
    suggestion = "Nothing to do: the worker that took the stage over finishes it."


def lease() -> dt.timedelta:
    return dt.timedelta(seconds=settings.NIGHT_LEASE_SECONDS)


@contextmanager
def claimed(work: Work) -> Iterator[Work | None]:
    """The work as ours, or None when it is not to be had. Outside of any transaction of its own,
    so that others see at once that it is taken."""
    mine = _claim(work)
    try:
        yield mine
    finally:
        if mine is not None:
            presence.give_back(mine)


def _claim(work: Work) -> Work | None:
    with as_service("night"):
        free = _rows(work).filter(pk=work.pk, state=State.PENDING, attempts__lt=ATTEMPTS)
        won = free.update(
            state=State.RUNNING,
            fence=F("fence") + 1,
            attempts=F("attempts") + 1,
            lease_until=Now() + lease(),
            started_at=Coalesce("started_at", Now()),
            ended_at=None,
            message="",
        )
        if not won:
            return None
        mine = _rows(work).get(pk=work.pk)
        presence.take(mine)
        StageAttempt.objects.create(
            **_of(mine),
            fence=mine.fence,
            started_at=Now(),
            worker=f"{socket.gethostname()[:60]} {os.getpid()}",
        )
        return mine


def finish(mine: Work, *, counts: Mapping[str, int], message: str) -> None:
    """The work is done. Raises LostLease, which rolls back what it wrote, when it is not ours."""
    _end(mine, State.DONE, Result.DONE, message, counts=dict(counts))


def fail(mine: Work, message: str, *, counts: Mapping[str, int] | None = None) -> None:
    """The work has failed for good."""
    given: dict[str, Any] = {} if counts is None else {"counts": dict(counts)}
    _end(mine, State.FAILED, Result.FAILED, message, **given)


def put_back(mine: Work, message: str) -> None:
    """An attempt has failed; the next one may not."""
    _end(mine, State.PENDING, Result.FAILED, message, **_given_back(mine))


def is_spent(mine: Work) -> bool:
    """Whether the attempt that has just failed was the last."""
    return mine.attempts >= ATTEMPTS and not _given_back(mine)


def _given_back(mine: Work) -> dict[str, Any]:
    """An attempt does not count when the database was started anew under it: that is no fault of
    the work, and may happen often in one night."""
    started = Func(function="pg_postmaster_start_time", output_field=DateTimeField())
    ours = StageAttempt.objects.filter(**_of(mine), fence=mine.fence, started_at__lt=started)
    return {"attempts": mine.attempts - 1} if mine.fence < CLAIMS and ours.exists() else {}


def hand_over(mine: Work) -> None:
    """We were asked to leave: the next worker has as many attempts as we had."""
    said = "handed over by a worker that was asked to leave"
    _end(mine, State.PENDING, Result.HANDED_OVER, said, attempts=Greatest(F("attempts") - 1, 0))


def take_back(run_id: int) -> list[Work]:
    """Work whose worker died, or holds it for longer than its lease, waits again; the list of
    what has used up its attempts and has failed instead."""
    failed: list[Work] = []
    with as_service("night"):
        for work in _held(run_id):
            gone = presence.is_gone(work)
            if not gone and not work.overdue:  # type: ignore[union-attr]
                continue
            if not gone:
                presence.end(work)
            failed += [work] if _lose(work) else []
    return failed


def _held(run_id: int) -> Iterator[Work]:
    overdue = ExpressionWrapper(Q(lease_until__lt=Now()), output_field=BooleanField())
    held = {"state": State.RUNNING, "lease_until__isnull": False}
    stages = StageRun.objects.filter(run_id=run_id, **held)
    chunks = StageChunk.objects.filter(stage_run__run_id=run_id, **held)
    yield from stages.annotate(overdue=overdue)
    yield from chunks.annotate(overdue=overdue).select_related("stage_run").defer("portfolio_ids")


def _lose(work: Work) -> bool:
    """True when it has failed by this."""
    given = _given_back(work)
    spent = work.attempts >= ATTEMPTS and not given
    said = f"died {work.attempts} times without an error" if spent else "its worker was lost"
    # Since we looked it may have been split, which gives the lease back and ends nothing.
    still_leased = _rows(work).filter(lease_until__isnull=False)
    try:
        state = State.FAILED if spent else State.PENDING
        _end(work, state, Result.LOST, said, among=still_leased, **given)
    except LostLease:
        return False  # it ended, or somebody else has taken it back
    return spent


def _end(
    work: Work,
    state: str,
    result: str,
    message: str,
    *,
    among: QuerySet[Work] | None = None,
    **fields: Any,
) -> None:
    ended = None if state == State.PENDING else Now()
    rows = _rows(work) if among is None else among
    ours = rows.filter(pk=work.pk, fence=work.fence, state=State.RUNNING)
    done = ours.update(state=state, message=message, lease_until=None, ended_at=ended, **fields)
    if not done:
        raise LostLease(f"{work} was taken over by another worker.")
    StageAttempt.objects.filter(**_of(work), fence=work.fence).update(
        ended_at=Now(), result=result, message=message
    )


def _rows(work: Work) -> QuerySet[Work]:
    return type(work)._default_manager.all()


def _of(work: Work) -> dict[str, object]:
    if isinstance(work, StageChunk):
        return {"stage_run_id": work.stage_run_id, "chunk": work}
    return {"stage_run": work, "chunk": None}
