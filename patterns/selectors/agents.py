"""How the agents fare."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from patterns import registry
from patterns.breakers import OPEN_SECONDS, Breaker
from patterns.models import BreakerState


def known_breakers(*agents: str) -> dict[str, Breaker]:
    """The breakers of the agents that failed lately, of all or of some; one query."""
    rows = BreakerState.objects.troubled().with_age()
    return {row.agent: _breaker(row) for row in (rows.filter(pk__in=agents) if agents else rows)}


@dataclass(frozen=True, kw_only=True)
class AgentRow:
    """An agent as its page shows it. `trial`: its minute is over, the next call decides."""

    agent: str
    capabilities: tuple[str, ...]
    state: Literal["closed", "open", "trial"]
    failures: int
    seconds_left: int
    opened_at: datetime | None
    last_error: str
    last_capability: str
    last_correlation_id: str
    last_failed_at: datetime | None


def agents() -> list[AgentRow]:
    """Every agent of the installation, the troubled ones first."""
    offered: dict[str, list[str]] = {}
    for name in registry.names():
        offered.setdefault(registry.get(name).agent, []).append(name)
    known = {row.agent: row for row in BreakerState.objects.with_age()}
    rows = [
        _agent(name, tuple(offered.get(name, ())), known.get(name))
        for name in sorted(offered.keys() | known.keys())
    ]
    return sorted(rows, key=lambda row: (row.state == "closed", not row.failures))


def _agent(name: str, capabilities: tuple[str, ...], row: BreakerState | None) -> AgentRow:
    row = row or BreakerState(agent=name)
    breaker = _breaker(row)
    waiting = breaker.seconds_left > 0
    return AgentRow(
        agent=name,
        capabilities=capabilities,
        state="closed" if not breaker.is_open else "open" if waiting else "trial",
        failures=breaker.failures,
        seconds_left=round(breaker.seconds_left),
        opened_at=row.opened_at,
        last_error=row.last_error,
        last_capability=row.last_capability,
        last_correlation_id=row.last_correlation_id,
        last_failed_at=row.last_failed_at,
    )


def _breaker(row: BreakerState) -> Breaker:
    """Of a row that was read with its age, which a new one does not have."""
    age = getattr(row, "open_for", None)
    left = 0.0 if age is None else OPEN_SECONDS - age.total_seconds()
    return Breaker(row.failures, row.opened_at is not None, max(0.0, left))
