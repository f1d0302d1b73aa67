"""Working through a night in this process."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

from accounts.identity import as_service
from dawsos.models import NightlyRun
from dawsos.night.chain import Step, advance, advance_chunks, is_open, openings
from dawsos.night.crew import crew

PATIENCE_SECONDS = 120.0
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0

Progress = Callable[[Step], None]
Found = TypeVar("Found")
_log = logging.getLogger(__name__)


def run_all(
    run: NightlyRun,
    progress: Progress | None = None,
    *,
    asked_to_leave: Callable[[], bool] = lambda: False,
) -> NightlyRun:
    """Do what is left of a night, until it is done, has failed, others are at the rest of it, or
    we are asked to leave. Chunks are shared with helpers, where these may be called. A database
    that is away is waited for, two minutes at most."""
    with crew(lambda: _patiently(lambda: advance_chunks(run.pk)) is not None) as helpers:
        helpers.call(_patiently(lambda: openings(run.pk)) - 1)
        while not asked_to_leave():
            step = _patiently(lambda: advance(run.pk))
            if step is None and not (_patiently(lambda: is_open(run.pk)) and helpers.pause()):
                break
            if step is not None:
                helpers.call(step.openings - 1)
            if step is not None and progress:
                progress(step)
    return _patiently(lambda: _as_it_stands(run))


def _as_it_stands(run: NightlyRun) -> NightlyRun:
    with as_service("night"):
        run.refresh_from_db()
    return run


def _patiently(work: Callable[[], Found]) -> Found:
    deadline, pause = time.monotonic() + PATIENCE_SECONDS, FIRST_PAUSE
    while True:
        try:
            return work()
        except (OperationalError, InterfaceError) as error:
            if connection.in_atomic_block or time.monotonic() + pause > deadline:
                raise
            _log.warning("The night waits for the database: %s", error)
            connection.close()
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
