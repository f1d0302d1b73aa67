"""Leaving politely: a worker that is asked to go ends its piece of work, or lets go of it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

GRACE_SECONDS = 20.0  # whoever sent the signal waits for thirty
passed_on_to: set[int] = set()  # processes that are asked with us


class HandOver(BaseException):
    """Raised inside a piece of work that takes too long for a worker that must go.

    Not an `Exception`: nothing on the way may take it for a failure of the work.
    """


@contextmanager
def until_asked_to_leave(grace: float = GRACE_SECONDS) -> Iterator[Callable[[], bool]]:
    """Gives a question: were we asked to leave? SIGTERM asks. Work that is still going on after
    `grace` seconds is broken off by HandOver. In the main thread only, as signals are."""
    asked = False

    def ask(_signal: int, _frame: FrameType | None) -> None:
        nonlocal asked
        asked = True
        for pid in passed_on_to:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        signal.setitimer(signal.ITIMER_REAL, grace)

    def insist(_signal: int, _frame: FrameType | None) -> None:
        raise HandOver

    before = {
        signal.SIGTERM: signal.signal(signal.SIGTERM, ask),
        signal.SIGALRM: signal.signal(signal.SIGALRM, insist),
    }
    try:
        yield lambda: asked
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)
