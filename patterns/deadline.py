"""When the step that is running must have ended, and whether anybody still waits for it.

A step's budget ends its SQL by itself: the database stops a statement that takes too long. A long
calculation in Python is stopped by nobody, so it asks now and then: `ctx.deadline.check()`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from patterns.exceptions import OverBudget


class Deadline:
    """One for each context; the runner sets it before every step."""

    def __init__(self) -> None:
        self._ends_at: float | None = None
        self._budget_ms = 0
        self.watch: Callable[[], None] | None = None  # raises when nobody waits any more

    @contextmanager
    def within(self, budget_ms: int | None) -> Iterator[None]:
        """A budget inside the one that holds already: the earlier end counts."""
        before = (self._ends_at, self._budget_ms)
        if budget_ms is not None:
            ends_at = monotonic() + budget_ms / 1000
            if self._ends_at is None or ends_at < self._ends_at:
                self._ends_at, self._budget_ms = ends_at, budget_ms
        try:
            yield
        finally:
            self._ends_at, self._budget_ms = before

    @property
    def remaining_ms(self) -> int | None:
        """What is left, at least a millisecond; None without a budget."""
        if self._ends_at is None:
            return None
        return max(1, round((self._ends_at - monotonic()) * 1000))

    @property
    def is_over(self) -> bool:
        return self._ends_at is not None and monotonic() > self._ends_at

    def check(self) -> None:
        """Raises OverBudget, and RunCancelled where the run was."""
        if self.is_over:
            raise self.over()
        if self.watch is not None:
            self.watch()

    def over(self) -> OverBudget:
        return OverBudget(
            f"It took longer than its {self._budget_ms:,} ms.",
            details={"reason": "over_budget", "budget_ms": self._budget_ms},
        )
