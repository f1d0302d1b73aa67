"""The breakers of all agents, kept in the database so that every worker sees the same.

Read once a run, and only when a step must really be computed. Written at the end of a run, and
only when something failed or recovered: an agent that works costs no write. The trial is a lock
of the transaction, so a worker that dies on trial gives it back.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from django.db import connection

from patterns.breakers import FAILURES, Breaker, Failure, agent_open
from patterns.canonical import text_hash
from patterns.models import BreakerState
from patterns.selectors import known_breakers
from patterns.services.turns import lock_key

_TRY: Final = "SELECT pg_try_advisory_xact_lock(%s)"

# In one statement, so that two workers that fail at once are counted twice.
_FAIL: Final = """
    INSERT INTO patterns_breakerstate AS known
        (agent, failures, opened_at, last_error, last_capability, last_correlation_id,
         last_failed_at)
    VALUES (%(agent)s, %(count)s, CASE WHEN %(count)s >= %(limit)s THEN clock_timestamp() END,
            %(error)s, %(capability)s, %(correlation)s, clock_timestamp())
    ON CONFLICT (agent) DO UPDATE SET
        failures = CASE WHEN %(fresh)s THEN 0 ELSE known.failures END + excluded.failures,
        opened_at = CASE
            WHEN CASE WHEN %(fresh)s THEN 0 ELSE known.failures END + excluded.failures < %(limit)s
                THEN NULL
            WHEN %(trial)s OR known.opened_at IS NULL THEN clock_timestamp()
            ELSE known.opened_at END,
        last_error = excluded.last_error,
        last_capability = excluded.last_capability,
        last_correlation_id = excluded.last_correlation_id,
        last_failed_at = excluded.last_failed_at
"""


@dataclass
class _Watched:
    """One agent in one run: what was known before, and what happened since."""

    breaker: Breaker
    was_troubled: bool = False
    on_trial: bool = False
    recovered: bool = False
    failures: list[Failure] = field(default_factory=list)  # since the last success


class DatabaseBreakers:
    """One run's view of the breakers, under the caller's own identity."""

    def __init__(self, on_trial: Callable[[], None] = lambda: None) -> None:
        """on_trial is called when the transaction has taken the lock of a trial."""
        self._watched: dict[str, _Watched] | None = None
        self._on_trial = on_trial

    def admit(self, agent: str) -> None:
        watched = self._of(agent)
        if not watched.breaker.is_open:
            return
        if watched.breaker.seconds_left > 0:
            raise agent_open(agent, watched.breaker.seconds_left)
        if not _take_trial(agent):
            raise agent_open(agent, 0)
        self._on_trial()
        # Another worker's trial may have ended between our look and our lock.
        watched.breaker = known_breakers(agent).get(agent, Breaker())
        if watched.breaker.is_open and watched.breaker.seconds_left > 0:
            raise agent_open(agent, watched.breaker.seconds_left)
        watched.on_trial = watched.breaker.is_open

    def succeeded(self, agent: str) -> None:
        watched = self._of(agent)
        watched.recovered = watched.was_troubled or watched.recovered
        watched.failures.clear()
        watched.breaker.succeed()

    def failed(self, agent: str, failure: Failure) -> None:
        watched = self._of(agent)
        watched.failures.append(failure)
        watched.breaker.fail()

    def settle(self) -> None:
        for agent, watched in sorted((self._watched or {}).items()):
            if watched.failures:
                _record(agent, watched)
            elif watched.recovered:
                _close(agent, on_trial=watched.on_trial)
        self._watched = None

    def _of(self, agent: str) -> _Watched:
        if self._watched is None:
            self._watched = {
                name: _Watched(found, True) for name, found in known_breakers().items()
            }
        return self._watched.setdefault(agent, _Watched(Breaker()))


def reset_breaker(agent: str) -> bool:
    """Close an agent's breaker now; whether there was anything to forget."""
    troubled = BreakerState.objects.troubled().filter(pk=agent)
    return troubled.update(failures=0, opened_at=None) > 0


def _take_trial(agent: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_TRY, [lock_key(text_hash(f"patterns.breaker {agent}"))])
        return bool(cursor.fetchone()[0])


def _record(agent: str, watched: _Watched) -> None:
    last = watched.failures[-1]
    with connection.cursor() as cursor:
        cursor.execute(
            _FAIL,
            {
                "agent": agent,
                "count": len(watched.failures),
                "limit": FAILURES,
                "fresh": watched.recovered,
                "trial": watched.on_trial,
                "error": last.sentence,
                "capability": last.capability,
                "correlation": last.correlation_id,
            },
        )


def _close(agent: str, *, on_trial: bool) -> None:
    """A call that began before another worker's opened the breaker does not close it."""
    rows = BreakerState.objects.filter(pk=agent)
    (rows if on_trial else rows.filter(opened_at=None)).update(failures=0, opened_at=None)
