"""A stage over portfolios: split once into chunks, worked at by anybody, gathered at the end.

A chunk is of fifty portfolios at least, so that a worker that is lost costs little and progress is
seen, and of 1,250 at most: bulk work pays with many at a time, and memory grows with them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, Now

from dawsos.models import Leased, StageChunk, StageFailure, StageRun
from dawsos.night.claims import LostLease
from dawsos.night.outcomes import Part, Totals
from portfolios.selectors.copied import array_of

State = Leased.State
LEAST, MOST = 50, 1250  # portfolios in a chunk
EACH = 2  # chunks for a worker, where neither bound says otherwise


@dataclass(frozen=True)
class Counted:
    """How far a stage's chunks are."""

    total: int
    finished: int
    waiting: int


def split(mine: StageRun, portfolio_ids: Sequence[UUID]) -> int:
    """Make the chunks of a stage that we hold; from now on they are claimed instead of it."""
    ours = StageRun.objects.filter(pk=mine.pk, fence=mine.fence, state=State.RUNNING)
    if not ours.update(split_at=Now(), lease_until=None):
        raise LostLease(f"{mine} was taken over by another worker.")
    ids = sorted(set(portfolio_ids), key=attrgetter("int"))
    size = chunk_size(len(ids))
    parts = [ids[first : first + size] for first in range(0, len(ids), size)]
    StageChunk.objects.bulk_create(
        StageChunk(stage_run=mine, number=number, portfolio_ids=_written(part))
        for number, part in enumerate(parts, start=1)
    )
    return len(parts)


def _written(ids: Sequence[UUID]) -> RawSQL:
    """An array of ids as one text: a list is quoted id by id, while every worker waits."""
    return RawSQL("%s::uuid[]", [array_of(ids)])


def chunk_size(portfolios: int) -> int:
    """How many portfolios a chunk is of: as set, else so that each worker has a few chunks."""
    if settings.NIGHT_CHUNK:
        return int(settings.NIGHT_CHUNK)
    share = -(-portfolios // (settings.NIGHT_WORKERS * EACH))
    return min(max(share, LEAST), MOST)


def waiting(stage: StageRun) -> QuerySet[StageChunk]:
    """To be claimed: which portfolios these are is asked by whoever has one."""
    return StageChunk.objects.filter(stage_run=stage, state=State.PENDING).defer("portfolio_ids")


def counted(stage: StageRun) -> Counted:
    states = Counter(StageChunk.objects.filter(stage_run=stage).values_list("state", flat=True))
    return Counted(states.total(), states[State.DONE] + states[State.FAILED], states[State.PENDING])


def keep_failures(chunk: StageChunk, part: Part) -> None:
    """The failures of a chunk's portfolios, in place of those of an earlier attempt."""
    if chunk.fence > 1:
        stage = StageFailure.objects.filter(stage_run=chunk.stage_run_id)
        stage.filter(portfolio_id__in=chunk.portfolio_ids).delete()
    StageFailure.objects.bulk_create(
        StageFailure(
            stage_run_id=chunk.stage_run_id,
            portfolio_id=failure.portfolio_id,
            code=failure.code,
            message=failure.message,
        )
        for failure in part.failures
    )


def totals(stage: StageRun) -> Totals:
    """What all chunks came to, added up."""
    counts: Counter[str] = Counter()
    portfolios, dead = 0, []
    size = Coalesce("portfolio_ids__len", 0)
    for chunk in (
        StageChunk.objects.filter(stage_run=stage).defer("portfolio_ids").annotate(of=size)
    ):
        counts.update(chunk.counts)
        portfolios += chunk.of
        if chunk.state == State.FAILED:
            dead.append(f"chunk {chunk.number}: {chunk.message}")
    failed = Counter(StageFailure.objects.filter(stage_run=stage).values_list("code", flat=True))
    return Totals(portfolios, dict(counts), dict(failed), tuple(dead))


def reopen(stage: StageRun) -> None:
    """What failed in a split stage waits again; what was done without a failure is kept."""
    failed = StageFailure.objects.filter(stage_run=stage)
    hit = set(failed.values_list("portfolio_id", flat=True))
    again = [
        chunk.pk
        for chunk in StageChunk.objects.filter(stage_run=stage)
        if chunk.state != State.DONE or hit.intersection(chunk.portfolio_ids)
    ]
    StageChunk.objects.filter(pk__in=again).update(
        state=State.PENDING, attempts=0, message="", ended_at=None, counts={}
    )
    failed.delete()
