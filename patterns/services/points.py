"""The savepoints of a run: where it goes back to when a step fails.

A savepoint for each step, and its end, were two messages a step, and most steps ask the database
nothing: what they need another one has read. So a savepoint stands until something was asked after
it, the next step that begins then sets one of its own, and the run ends them all with one message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction


class Points:
    """Of one run, inside one transaction. Steps only read, so that going back loses nothing."""

    def __init__(self) -> None:
        self._set: list[str] = []
        self._is_clean = False  # nothing was asked since the last

    def asked(self) -> None:
        """Something was said to the database that going back must not undo."""
        self._is_clean = False

    @contextmanager
    def back_to(self) -> Iterator[None]:
        """Whatever is raised inside leaves the transaction as it was before."""
        if not connection.in_atomic_block:
            with transaction.atomic():
                yield
            return
        if not self._is_clean:
            self._set.append(transaction.savepoint())
            self._is_clean = True
        try:
            with connection.execute_wrapper(self._notes):
                yield
        except BaseException:
            transaction.set_rollback(False)  # an inner block may have left it to this one
            transaction.savepoint_rollback(self._set[-1])
            self._is_clean = True
            raise

    def leave(self) -> None:
        """The run has asked all it asks: what is written now is not of one of its steps."""
        if self._set:
            transaction.savepoint_commit(self._set[0])
            self._set, self._is_clean = [], False

    def _notes(self, execute: Callable[..., Any], *asked: Any) -> Any:
        self._is_clean = False
        return execute(*asked)
