"""How a step ended, and what it leaves in the trace."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from patterns.canonical import canonical_json, plain
from patterns.exceptions import DawsError, DependencyFailed, NotCanonical
from patterns.plan import PatternStep, PlannedStep
from patterns.references import ABSENT

StepState = Literal["done", "skipped", "failed"]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """`inner` are the steps of a pattern within the pattern."""

    step: PlannedStep
    state: StepState
    value_text: str = ""
    error: dict[str, Any] | None = None
    note: str = ""
    duration_ms: float = 0.0
    cache_hit: bool = False
    meta: Mapping[str, Any] = field(default_factory=dict)
    inner: Mapping[str, "Outcome"] = field(default_factory=dict)

    @cached_property
    def value(self) -> Any:
        """The canonical value, the same whether it was computed now or found in the store."""
        return json.loads(self.value_text)

    @property
    def readable(self) -> Any:
        """What later steps see. An optional step without a result is read as null."""
        if self.state != "done":
            return ABSENT
        if not isinstance(self.step, PatternStep):
            return self.value
        outputs = ((name, self.inner[name]) for name in self.step.plan.spec.outputs)
        return {
            name: found.readable
            for name, found in outputs
            if found.state == "done" or found.step.optional or self.step.optional
        }

    def at(self, output: str) -> "Outcome":
        """Of a pattern within the pattern the step that gives an output; else this one."""
        return self.inner.get(output, self)

    def failures(self, above: str = "") -> Iterator[dict[str, Any]]:
        """The errors of this step and of those within it, each with the path of its step."""
        name = f"{above}{self.step.id}"
        if self.error is not None:
            yield self.error | {"step": name}
        for outcome in self.inner.values():
            yield from outcome.failures(f"{name}.")

    def trace(self) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "as": self.step.id,
            **_who(self.step),
            "state": self.state,
            "duration_ms": self.duration_ms,
            "cache_hit": self.cache_hit,
            "sources": list(self.meta.get("sources", ())),
            "states": dict(self.meta.get("states", {})),
            "asof_dates": list(self.meta.get("asof_dates", ())),
        }
        if self.step.optional:
            entry["optional"] = True
        if isinstance(self.step, PatternStep):
            entry["steps"] = [outcome.trace() for outcome in self.inner.values()]
        if self.error is not None:
            entry["error"] = self.error
        if self.note:
            entry["note"] = self.note
        return entry


def _who(step: PlannedStep) -> dict[str, str]:
    if isinstance(step, PatternStep):
        spec = step.plan.spec
        return {"capability": "", "agent": "", "pattern": spec.id, "version": spec.version}
    found = step.capability
    return {"capability": found.name, "agent": found.agent, "version": found.version}


def joined(outputs: Mapping[str, Outcome]) -> str:
    """The canonical object of all outputs that are there, from texts that are canonical already."""
    parts = [
        f"{canonical_json(name)}:{outputs[name].value_text}"
        for name in sorted(outputs)
        if outputs[name].state == "done"
    ]
    return "{" + ",".join(parts) + "}"


def states_of(metas: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    states: dict[str, int] = {}
    for meta in metas:
        for state, number in meta.get("states", {}).items():
            states[state] = states.get(state, 0) + number
    return states


def sources_of(metas: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Every source once, in the order of their canonical texts."""
    sources = {
        canonical_json(source): source for meta in metas for source in meta.get("sources", ())
    }
    return [sources[text] for text in sorted(sources)]


def structured(step: str, error: DawsError) -> dict[str, Any]:
    return {
        "step": step,
        "code": error.code,
        "message": error.message,
        "suggestion": error.suggestion,
        "details": _details(error),
    }


def _details(error: DawsError) -> dict[str, Any]:
    try:
        found: dict[str, Any] = plain(error.details)
    except NotCanonical:
        return {name: str(value) for name, value in error.details.items()}
    return found


def dependency_failed(step: str, failed: Mapping[str, Outcome]) -> DependencyFailed:
    roots = [
        error["message"] for outcome in failed.values() for error in list(outcome.failures())[:3]
    ]
    return DependencyFailed(
        f"{step} needs {', '.join(failed)}, which failed: {' '.join(roots)}",
        suggestion="Mend the step it depends on.",
        details={"reason": "dependency_failed", "depends_on": list(failed)},
    )
