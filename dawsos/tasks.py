"""Wake-up calls. PostgreSQL owns what must happen; a message lost or doubled changes nothing."""

from __future__ import annotations

from celery import current_app, shared_task
from django.conf import settings
from django.db import transaction

from dawsos.night import chain
from dawsos.night.calendar import due_night
from dawsos.night.runner import run_all
from dawsos.running.pruning import prune
from market.calc.policies import DEFAULT_POLICY


@shared_task
def start_night() -> str:
    """Start the chain of the last finished session, unless the sources ended before it."""
    due = due_night(DEFAULT_POLICY)
    if due.asof is None:
        return due.reason
    run = chain.start(due.asof, DEFAULT_POLICY)
    _wake(run.pk)
    return f"night of {due.asof} started"


@shared_task
def advance_night(run_id: int) -> str:
    """Do one piece of a night, then call as many workers as it made room for."""
    if current_app.conf.task_always_eager:
        return _in_this_process(run_id)
    step = chain.advance(run_id)
    if step is None:
        return "nothing to claim"
    _wake(run_id, step.openings)
    return f"{step.stage.stage}: {step.stage.state}"


@shared_task
def sweep_nights() -> int:
    """Take back what lost workers held, and wake every night that is not finished; returns how
    many. A night that is due and whose start was lost is started; one whose sources failed is begun
    again after a rest."""
    due = due_night(DEFAULT_POLICY)
    if due.asof is not None:
        chain.start(due.asof, DEFAULT_POLICY)
    chain.ask_sources_again()
    unfinished = chain.unfinished()
    for run_id in unfinished:
        chain.reclaim(run_id)
        _wake(run_id, chain.openings(run_id))
    return len(unfinished)


@shared_task
def prune_runs() -> str:
    """Forget stored answers beyond the installation's limits."""
    return prune(keep_days=settings.RUNS_KEEP_DAYS, keep_mb=settings.RUNS_KEEP_MB).sentence


def _wake(run_id: int, workers: int = 1) -> None:
    for _ in range(workers):
        transaction.on_commit(lambda: advance_night.delay(run_id))


def _in_this_process(run_id: int) -> str:
    """Without a broker there is nobody to call, and a chain of calls would only grow."""
    run = run_all(chain.night(run_id))
    return f"night of {run.asof_date}: {run.state}"
