"""Helpers for a night without a broker: processes of this machine that take chunks beside us.

They are forked, and claim, hold and finish chunks as any other worker does; nothing is handed to
them but the night's number. What they leave undone, killed or sent away, waits for whoever looks
next. PostgreSQL works for each in a process of its own, so one computes while the other is asked.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait
from types import FrameType
from typing import Any

from django.conf import settings
from django.db import connection

from dawsos.night.handover import GRACE_SECONDS, HandOver, passed_on_to, until_asked_to_leave

PAUSE = 0.05
LINGER_SECONDS = 1.0  # from the end of a stage to the chunks of the next
WAIT_SECONDS = GRACE_SECONDS + 5.0
Work = Callable[[], bool]
_log = logging.getLogger(__name__)


def may_be_called() -> bool:
    """Whether this process may have helpers: a fork copies one thread of several with the locks
    that the others hold, and sees nothing of what an open transaction has written."""
    return (
        sys.platform == "linux"
        and settings.NIGHT_WORKERS > 1
        and threading.active_count() == 1
        and not multiprocessing.current_process().daemon
        and not connection.in_atomic_block
    )


class Crew:
    """Helpers that are at work, each doing one piece after another."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._helpers: list[Any] = []

    def call(self, pieces: int) -> None:
        """See to it that there are as many helpers as pieces, and no more than are allowed."""
        missing = min(settings.NIGHT_WORKERS - 1, pieces) - len(self._at_work())
        if missing <= 0 or not may_be_called():
            return
        # Neither must speak through the other's socket, nor hold it open when the other has died.
        connection.close()
        try:
            for _ in range(missing):
                self._call()
        except OSError as error:
            _log.warning("The night goes on without another helper: %s", error)

    def _call(self) -> None:
        helper = multiprocessing.get_context("fork").Process(
            target=_help, args=(self._work, os.getpid()), name="night helper"
        )
        helper.start()
        self._helpers.append(helper)
        passed_on_to.add(int(helper.pid or 0))

    def pause(self) -> bool:
        """Wait a moment for helpers to get on; False when there is none."""
        helpers = self._at_work()
        if helpers:
            wait([helper.sentinel for helper in helpers], timeout=PAUSE)
        return bool(helpers)

    def send_home(self, number: int) -> None:
        """SIGTERM lets them end the piece at hand, SIGINT does not."""
        helpers = self._at_work()
        for helper in helpers:
            os.kill(helper.pid, number)
        deadline = time.monotonic() + WAIT_SECONDS
        for helper in helpers:
            helper.join(max(0.0, deadline - time.monotonic()))
            if helper.is_alive():
                helper.kill()
        self._at_work()

    def _at_work(self) -> list[Any]:
        """Those that have ended are taken leave of, by which the number of a process is free."""
        for helper in self._helpers:
            if not helper.is_alive():
                passed_on_to.discard(helper.pid)
                helper.join()
                if helper.exitcode:
                    _log.warning("A helper of the night has ended with %s.", helper.exitcode)
        self._helpers = [helper for helper in self._helpers if helper.exitcode is None]
        return self._helpers


@contextmanager
def crew(work: Work) -> Iterator[Crew]:
    """Nobody is left behind: they end with us, and at once when we are broken off."""
    ours = Crew(work)
    try:
        yield ours
    except BaseException:
        ours.send_home(signal.SIGINT)
        raise
    ours.send_home(signal.SIGTERM)


def _help(work: Work, caller: int) -> None:
    """What a helper does: pieces, until there has been none for a while, it is asked to leave, or
    whoever has called it is gone."""
    passed_on_to.clear()
    signal.signal(signal.SIGINT, _let_go)
    try:
        with until_asked_to_leave() as asked_to_leave:
            idle_since = time.monotonic()
            while not asked_to_leave() and os.getppid() == caller:
                if work():
                    idle_since = time.monotonic()
                elif time.monotonic() - idle_since > LINGER_SECONDS:
                    break
                else:
                    time.sleep(PAUSE)
    except HandOver:
        pass
    finally:
        connection.close()


def _let_go(_signal: int, _frame: FrameType | None) -> None:
    raise HandOver
