"""Computing a past run again, and comparing the bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.identity import as_service, seen_by
from accounts.models import User
from patterns import ENGINE_VERSION, runner
from patterns.comparing import differing
from patterns.library import of_version
from patterns.models import PatternRun
from patterns.runs import MemoryStore
from patterns.selectors import result_of
from portfolios.exceptions import RunNotFound
from portfolios.models import Portfolio
from portfolios.selectors.runs import PastRun, frozen_context, past_run

SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """A run computed anew. `changed` names what determines a run and is another today: then other
    bytes are no wonder. `differences` are (path, stored, computed), the first of them."""

    run_id: UUID
    pattern_id: str
    stored_hash: str
    computed_hash: str
    changed: tuple[str, ...]
    differences: tuple[tuple[str, object, object], ...]
    more: int

    @property
    def is_same(self) -> bool:
        return self.stored_hash == self.computed_hash

    @property
    def sentence(self) -> str:
        if self.is_same:
            return f"The same bytes again: {self.computed_hash}."
        count = len(self.differences) + self.more
        why = f" Changed since: {', '.join(self.changed)}." if self.changed else ""
        return f"{count} value{'' if count == 1 else 's'} came out otherwise.{why}"

    def as_dict(self) -> dict[str, Any]:
        return {
            "run_id": str(self.run_id),
            "pattern_id": self.pattern_id,
            "same": self.is_same,
            "stored_hash": self.stored_hash,
            "computed_hash": self.computed_hash,
            "changed": list(self.changed),
            "differences": [
                {"path": path, "stored": stored, "computed": computed}
                for path, stored, computed in self.differences
            ],
            "more": self.more,
            "sentence": self.sentence,
        }


def replay_for(user: User, run_id: UUID, correlation_id: str) -> Replayed:
    """Replay a run that the user may see. Nothing is stored. Raises RunNotFound."""
    past = past_run(user, run_id)
    with seen_by(user.pk):
        return _replayed(past, correlation_id)


def replay_any(run_id: UUID, correlation_id: str) -> Replayed:
    """The same for whoever operates the installation. Raises RunNotFound."""
    with as_service("replay a run"):
        row = PatternRun.objects.filter(pk=run_id).first()
        if row is None:
            raise RunNotFound
        portfolio = row.portfolio_id and Portfolio.objects.filter(pk=row.portfolio_id).first()
        return _replayed(PastRun(row, result_of(row), portfolio or None), correlation_id)


def _replayed(past: PastRun, correlation_id: str) -> Replayed:
    pattern = of_version(past.row.pattern_id, past.row.pattern_version)
    ctx = frozen_context(past, correlation_id)
    computed = runner.run(pattern, past.run.inputs, ctx, store=MemoryStore())
    found = (
        []
        if computed.result_hash == past.run.result_hash
        else differing(past.run.result, computed.result)
    )
    now = {
        "pattern version": (pattern.version, past.run.pattern_version),
        "engine version": (ENGINE_VERSION, past.run.engine_version),
        "run hash (a capability or a setting)": (computed.run_hash, past.run.run_hash),
    }
    return Replayed(
        run_id=past.run.run_id,
        pattern_id=past.run.pattern_id,
        stored_hash=past.run.result_hash,
        computed_hash=computed.result_hash,
        changed=tuple(name for name, (today, then) in now.items() if today != then),
        differences=tuple(found[:SHOWN]),
        more=max(0, len(found) - SHOWN),
    )
