"""Resuming a failed night from a page or a program: noted, and worked through elsewhere."""

from __future__ import annotations

from threading import Thread

from django.conf import settings
from django.db import connection, transaction

from accounts.models import User
from accounts.permissions import Permission, require
from accounts.services import record
from dawsos.models import NightlyRun
from dawsos.night import chain
from dawsos.night.pages import NightNotFound
from dawsos.night.runner import run_all
from dawsos.tasks import advance_night
from patterns.exceptions import DawsError


class NightNotFailed(DawsError):
    code = "BUSINESS_4041"
    http_status = 409
    suggestion = "Only a night that has failed is resumed; a running one goes on by itself."


def resume_night(run_id: int, by: User) -> NightlyRun:
    """Give what failed its attempts back and call a worker. Administrators only.

    Raises PermissionDenied, NightNotFound, NightNotFailed.
    """
    require(by, Permission.RESUME_NIGHTS)
    run = chain.find(run_id)
    if run is None:
        raise NightNotFound(f"There is no night {run_id}.")
    if run.state != NightlyRun.State.FAILED:
        raise NightNotFailed(f"The night of {run.asof_date} has not failed: it is {run.state}.")
    chain.resume(run)
    record(
        action="night.resume",
        by=by,
        resource_type="nightly_run",
        resource_id=run.pk,
        details={"asof_date": run.asof_date.isoformat()},
    )
    transaction.on_commit(lambda: _call(run.pk))
    run.state = NightlyRun.State.RUNNING
    return run


def _call(run_id: int) -> None:
    """A worker by message; without a broker a thread, so that no page waits for a night."""
    if settings.CELERY_TASK_ALWAYS_EAGER:
        Thread(target=_work, args=[run_id], name=f"night-{run_id}", daemon=True).start()
    else:
        advance_night.delay(run_id)


def _work(run_id: int) -> None:
    try:
        run_all(chain.night(run_id))
    finally:
        connection.close()
