"""Wake-up calls. PostgreSQL owns what must happen; a message lost or doubled changes nothing."""

from __future__ import annotations

from celery import shared_task
from django.db import transaction

from dawsos.night import chain
from dawsos.night.calendar import due_night
from market.calc.policies import DEFAULT_POLICY


@shared_task
def start_night() -> str:
    """Start the chain of the last finished session, unless the sources ended before it."""
    due = due_night(DEFAULT_POLICY)
    if due.asof is None:
        return due.reason
    run = chain.start(due.asof, DEFAULT_POLICY)
    transaction.on_commit(lambda: advance_night.delay(run.pk))
    return f"night of {due.asof} started"


@shared_task
def advance_night(run_id: int) -> str:
    """Run one stage, then ask for the next one."""
    stage = chain.advance(run_id)
    if stage is None:
        return "nothing to claim"
    if stage.state == stage.State.DONE:
        transaction.on_commit(lambda: advance_night.delay(run_id))
    return f"{stage.stage}: {stage.state}"


@shared_task
def sweep_nights() -> int:
    """Wake every night whose stage waits or whose worker died; returns how many."""
    waiting = chain.stranded()
    for run_id in waiting:
        advance_night.delay(run_id)
    return len(waiting)
