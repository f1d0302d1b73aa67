"""Which cost method holds where and when: the portfolio's own, and its changes from a day on."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date

from portfolios.calc.booking.queues import Queue
from portfolios.calc.entries import BookingSettings, CostMethod, MethodChange, SecurityKey


class Methods:
    """The methods of a portfolio; `only` is the one there is when nothing ever changes."""

    def __init__(self, settings: BookingSettings, cost_places: int) -> None:
        self._default = settings.cost_method
        self._places = cost_places
        self._changes: dict[tuple[SecurityKey | None, str | None], list[MethodChange]] = {}
        for change in sorted(settings.method_changes, key=lambda change: change.effective_from):
            self._changes.setdefault((change.security, change.account), []).append(change)
        self._days = _days(settings.method_changes)
        self.only = None if self._days else settings.cost_method

    def on(self, day: date, security: SecurityKey | None, account: str | None) -> CostMethod:
        """The method of a day: the most particular change wins, then the latest."""
        for scope in ((security, account), (security, None), (None, account), (None, None)):
            known = self._changes.get(scope, ())
            past = bisect_right(known, day, key=lambda change: change.effective_from)
            if past:
                return known[past - 1].cost_method
        return self._default

    def keep_up(self, queue: Queue, day: date, security: SecurityKey, account: str | None) -> None:
        """Bring a queue to the method of a day, stepping over every change since it was touched.

        A change to AVERAGE pools what is open on its own day, a change away from it leaves each
        lot at the average cost of that day, also where nothing was traded in between.
        """
        while queue.changes < len(self._days) and self._days[queue.changes] <= day:
            self._follow(queue, self.on(self._days[queue.changes], security, account))
            queue.changes += 1
        self._follow(queue, self.on(day, security, account))

    def _follow(self, queue: Queue, method: CostMethod) -> None:
        if method is CostMethod.AVERAGE:
            if not queue.pooled:
                queue.pool()
        elif queue.pooled:
            queue.unpool(self._places)


def _days(changes: Iterable[MethodChange]) -> tuple[date, ...]:
    return tuple(sorted({change.effective_from for change in changes}))
