"""One step: its condition, its arguments, its capability, and what it leaves in the trace.

A step ends `done`, `skipped` or `failed`. Errors of our own family and arguments that a
capability refuses become structured errors. Anything else is a defect of ours: it is logged with
the correlation id, and the reader is told no more than that.
"""

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from time import perf_counter
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from patterns import ENGINE_VERSION, conditions, references
from patterns.breakers import Failure, is_unexpected
from patterns.canonical import content_hash, encoded, plain
from patterns.context import Context
from patterns.exceptions import (
    ArgumentsInvalid,
    DawsError,
    DependencyFailed,
    NotCanonical,
    OutputInvalid,
)
from patterns.plan import PlannedStep
from patterns.registry import Capability
from patterns.results import STATES
from patterns.runs import ResultStore, StoredStep

StepState = Literal["done", "skipped", "failed"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    step: PlannedStep
    state: StepState
    value_text: str = ""
    error: dict[str, Any] | None = None
    note: str = ""
    duration_ms: float = 0.0
    cache_hit: bool = False
    meta: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def value(self) -> Any:
        """The canonical value, the same whether it was computed now or found in the store."""
        return json.loads(self.value_text)

    def trace(self) -> dict[str, Any]:
        found = self.step.capability
        entry: dict[str, Any] = {
            "as": self.step.id,
            "capability": found.name,
            "agent": found.agent,
            "version": found.version,
            "state": self.state,
            "duration_ms": self.duration_ms,
            "cache_hit": self.cache_hit,
            "sources": list(self.meta.get("sources", ())),
            "states": dict(self.meta.get("states", {})),
            "asof_dates": list(self.meta.get("asof_dates", ())),
        }
        if self.error is not None:
            entry["error"] = self.error
        if self.note:
            entry["note"] = self.note
        return entry


def outcome_of(
    step: PlannedStep,
    before: Mapping[str, Outcome],
    namespace: Mapping[str, Any],
    ctx: Context,
    store: ResultStore,
) -> Outcome:
    """Run a step whose needs have all ended."""
    started = perf_counter()
    needs = [before[name] for name in step.needs]
    try:
        if failed := [need for need in needs if need.state == "failed"]:
            return _failed(step, _dependency_failed(step, failed), started)
        if absent := [need.step.id for need in needs if need.state == "skipped"]:
            return Outcome(step=step, state="skipped", note=f"{', '.join(absent)} was skipped.")
        if step.when is not None and not conditions.holds(step.when, namespace):
            return Outcome(step=step, state="skipped", note=f"Not asked for: {step.when_text}.")
        args = arguments_of(step, namespace)
        stored, hit = _result(step.capability, args, ctx, store)
    except DawsError as error:
        return _failed(step, error, started)
    except Exception:  # noqa: BLE001 - the one place where a defect becomes a structured error
        _log.exception("step %s of run %s broke", step.id, ctx.correlation_id)
        return _failed(step, _defect(step, ctx), started)
    return Outcome(
        step=step,
        state="done",
        value_text=stored.value_text,
        duration_ms=_milliseconds(started),
        cache_hit=hit,
        meta=stored.meta,
    )


def arguments_of(step: PlannedStep, namespace: Mapping[str, Any]) -> BaseModel:
    """The typed arguments of a step. Raises ArgumentsInvalid with every mistake."""
    found = references.resolved(step.args, namespace)
    try:
        return step.capability.input_type.model_validate(found)
    except ValidationError as error:
        mistakes = [
            {"field": ".".join(map(str, each["loc"])), "message": each["msg"]}
            for each in error.errors(include_url=False, include_input=False)
        ]
        fields = ", ".join(mistake["field"] or "the whole" for mistake in mistakes)
        raise ArgumentsInvalid(
            f"{step.capability.name} refuses its arguments: {fields}.",
            suggestion="Mend the inputs that these arguments are taken from.",
            details={"reason": "arguments_invalid", "errors": mistakes},
        ) from None


def _result(
    capability: Capability, args: BaseModel, ctx: Context, store: ResultStore
) -> tuple[StoredStep, bool]:
    key = content_hash(
        {
            "capability": capability.name,
            "version": capability.version,
            "args": args,
            "fingerprint": ctx.fingerprint(),
            "engine": ENGINE_VERSION,
        }
    )
    with store.isolated():
        stored = store.get_step(key)
    if stored is not None:
        return stored, True
    store.breakers.admit(capability.agent)
    try:
        with store.isolated():
            fresh = _computed(capability, args, ctx, key)
    except Exception as error:
        if is_unexpected(error):
            store.breakers.failed(capability.agent, _failure(capability, error, ctx))
        raise
    store.breakers.succeeded(capability.agent)
    store.put_step(fresh, ctx)
    return fresh, False


def _computed(capability: Capability, args: BaseModel, ctx: Context, key: str) -> StoredStep:
    value = capability.function(ctx, args)
    if not isinstance(value, capability.output_type):
        raise OutputInvalid(
            f"{capability.name} returned a {type(value).__name__}.",
            details={"reason": "output_invalid", "expected": capability.output_type.__name__},
        )
    found = plain(value)
    return StoredStep(
        key=key,
        capability=capability.name,
        version=capability.version,
        value_text=encoded(found),
        meta=provenance(found),
    )


def _failure(capability: Capability, error: Exception, ctx: Context) -> Failure:
    """Of a defect its kind alone: its text may hold what only the log may know."""
    defect = f"{type(error).__name__}: an internal error."
    sentence = error.message if isinstance(error, DawsError) else defect
    return Failure(capability.name, sentence, ctx.correlation_id)


def provenance(value: Any) -> dict[str, Any]:
    """What the figures of a value stand on: sources, states, first and last as-of date."""
    states: dict[str, int] = {}
    dates: list[str] = []
    for each in _mappings(value):
        state = each.get("state")
        if state in STATES:
            states[state] = states.get(state, 0) + 1
        asof = each.get("asof_date")
        if isinstance(asof, str):
            dates.append(asof)
    sources = value.get("sources", []) if isinstance(value, dict) else []
    return {
        "sources": sources if isinstance(sources, list) else [sources],
        "states": states,
        "asof_dates": [min(dates), max(dates)] if dates else [],
    }


def _mappings(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from _mappings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _mappings(item)


def _failed(step: PlannedStep, error: DawsError, started: float) -> Outcome:
    structured = {
        "step": step.id,
        "code": error.code,
        "message": error.message,
        "suggestion": error.suggestion,
        "details": _details(error),
    }
    return Outcome(step=step, state="failed", error=structured, duration_ms=_milliseconds(started))


def _details(error: DawsError) -> dict[str, Any]:
    try:
        found: dict[str, Any] = plain(error.details)
    except NotCanonical:
        return {name: str(value) for name, value in error.details.items()}
    return found


def _dependency_failed(step: PlannedStep, failed: list[Outcome]) -> DependencyFailed:
    causes = [need.step.id for need in failed]
    roots = [need.error["message"] for need in failed if need.error]
    return DependencyFailed(
        f"{step.id} needs {', '.join(causes)}, which failed: {' '.join(roots)}",
        suggestion="Mend the step it depends on.",
        details={"reason": "dependency_failed", "depends_on": causes},
    )


def _defect(step: PlannedStep, ctx: Context) -> DawsError:
    return DawsError(
        f"{step.id} could not be computed because of an internal error.",
        suggestion="Quote the correlation id to whoever operates this installation.",
        details={"reason": "internal", "correlation_id": ctx.correlation_id},
    )


def _milliseconds(started: float) -> float:
    return round((perf_counter() - started) * 1000, 3)
