"""The steps of a plan: condition, arguments, capability or pattern, and how each ended.

A step ends `done`, `skipped` or `failed`. Errors of our own family and arguments that a
capability refuses become structured errors. Anything else is a defect of ours: it is logged with
the correlation id, and the reader is told no more than that.
"""

import logging
from collections.abc import Mapping
from contextlib import suppress
from time import perf_counter
from typing import Any

from pydantic import BaseModel, ValidationError

from patterns import ENGINE_VERSION, conditions, references
from patterns.breakers import Failure, is_unexpected
from patterns.canonical import canonical_json, content_hash
from patterns.context import Context
from patterns.exceptions import ArgumentsInvalid, DawsError, OutputInvalid, RunCancelled
from patterns.inputs import validate_inputs
from patterns.outcomes import (
    Outcome,
    dependency_failed,
    joined,
    sources_of,
    states_of,
    structured,
)
from patterns.plan import CapabilityStep, PatternStep, Plan, PlannedStep
from patterns.provenance import provenance
from patterns.registry import Capability
from patterns.runs import ResultStore, StoredStep

_log = logging.getLogger(__name__)


def outcomes_of(
    plan: Plan,
    values: Mapping[str, Any],
    ctx: Context,
    store: ResultStore,
    only: frozenset[str] | None = None,
    *,
    outermost: bool = False,
) -> dict[str, Outcome]:
    """Run the steps of a plan in their order, all of them or some with all that they need.

    The store hears of the steps of the outermost plan, for whoever looks on.
    """
    namespace = surroundings(values, ctx)
    outcomes: dict[str, Outcome] = {}
    if outermost:
        store.look_ahead(_keys_ahead(plan, namespace, ctx))
    for position, step in enumerate(plan.steps):
        if only is not None and step.id not in only:
            continue
        if outermost:
            store.entering(position)
        outcome = outcome_of(step, outcomes, namespace, ctx, store)
        outcomes[step.id] = outcome
        if step.id in plan.read and (outcome.state == "done" or step.optional):
            namespace[step.id] = outcome.readable
    return outcomes


def _keys_ahead(plan: Plan, namespace: Mapping[str, Any], ctx: Context) -> list[str]:
    """The keys of the steps that run whatever the others find."""
    keys = []
    for step in plan.steps:
        if isinstance(step, CapabilityStep) and not step.needs and step.when is None:
            with suppress(DawsError):  # the step itself will say so
                keys.append(_key_of(step.capability, arguments_of(step, namespace), ctx))
    return keys


def surroundings(values: Mapping[str, Any], ctx: Context) -> dict[str, Any]:
    """What a step may read before any other step has run."""
    circumstances = ctx.fingerprint() | {"pricing_pack_id": ctx.pricing_pack_id}
    said = {name: None if each is None else str(each) for name, each in circumstances.items()}
    return {"inputs": values, "ctx": said}


def outcome_of(
    step: PlannedStep,
    before: Mapping[str, Outcome],
    namespace: Mapping[str, Any],
    ctx: Context,
    store: ResultStore,
) -> Outcome:
    """Run a step whose needs have all ended."""
    started = perf_counter()
    try:
        if failed := _unmet(step, before, "failed"):
            return _failed(step, dependency_failed(step.id, failed), started)
        if absent := _unmet(step, before, "skipped"):
            return Outcome(step=step, state="skipped", note=f"{', '.join(absent)} was skipped.")
        if step.when is not None and not conditions.holds(step.when, namespace):
            return Outcome(step=step, state="skipped", note=f"Not asked for: {step.when_text}.")
        if isinstance(step, PatternStep):
            return _within(step, namespace, ctx, store, started)
        args = arguments_of(step, namespace)
        stored, hit = _result(step, args, ctx, store)
    except RunCancelled:
        raise
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


def _unmet(step: PlannedStep, before: Mapping[str, Outcome], state: str) -> dict[str, Outcome]:
    """What the step reads and is not there, by its path; null is there, for optional ones."""
    found: dict[str, Outcome] = {}
    for name, output in step.reads:
        outcome = before[name]
        if outcome.state == "done" and output:
            inner = outcome.at(output)
            if inner.state == state and not (inner.step.optional or outcome.step.optional):
                found[f"{name}.{output}"] = inner
        elif outcome.state == state and not outcome.step.optional:
            found[name] = outcome
    return found


def _within(
    step: PatternStep,
    namespace: Mapping[str, Any],
    ctx: Context,
    store: ResultStore,
    started: float,
) -> Outcome:
    """A pattern within the pattern. What of its outputs is there is served, the rest says why."""
    with ctx.deadline.within(step.budget_ms):
        inner = outcomes_of(step.plan, inputs_of(step, namespace), ctx, store)
    outputs = {name: inner[name] for name in step.plan.spec.outputs}
    metas = [outcome.meta for outcome in inner.values()]
    dates = sorted(day for meta in metas for day in meta.get("asof_dates", ()))
    states = {outcome.state for outcome in outputs.values()}
    failed = {name: each for name, each in outputs.items() if each.state == "failed"}
    error = None
    if "done" not in states and failed:
        error = structured(step.id, dependency_failed(step.id, failed))
    return Outcome(
        step=step,
        state="done" if "done" in states else "failed" if failed else "skipped",
        value_text=joined(outputs),
        error=error,
        note="" if states != {"skipped"} else "None of its outputs was asked for.",
        duration_ms=_milliseconds(started),
        cache_hit=all(outcome.cache_hit for outcome in inner.values() if outcome.state == "done"),
        meta={
            "states": states_of(metas),
            "sources": sources_of(metas),
            "asof_dates": [dates[0], dates[-1]] if dates else [],
        },
        inner=inner,
    )


def inputs_of(step: PatternStep, namespace: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs of a pattern within the pattern. Raises InputsInvalid with every mistake."""
    return validate_inputs(step.plan.spec, references.resolved(step.args, namespace))


def arguments_of(step: CapabilityStep, namespace: Mapping[str, Any]) -> BaseModel:
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
    step: CapabilityStep, args: BaseModel, ctx: Context, store: ResultStore
) -> tuple[StoredStep, bool]:
    capability = step.capability
    key = _key_of(capability, args, ctx)
    stored = store.get_step(key)
    if stored is not None:
        return stored, True
    ctx.deadline.check()
    store.breakers.admit(capability.agent)
    try:
        with ctx.deadline.within(step.budget_ms or store.budget_ms):
            with store.isolated(ctx.deadline.remaining_ms):
                fresh = _computed(capability, args, ctx, key)
            _in_time(fresh, ctx, store)
    except Exception as error:
        if is_unexpected(error):
            store.breakers.failed(capability.agent, _failure(capability, error, ctx))
        raise
    store.breakers.succeeded(capability.agent)
    store.put_step(fresh, ctx)
    return fresh, False


def _key_of(capability: Capability, args: BaseModel, ctx: Context) -> str:
    return content_hash(
        {
            "capability": capability.name,
            "version": capability.version,
            "args": args,
            "fingerprint": ctx.fingerprint(),
            "engine": ENGINE_VERSION,
        }
    )


def _in_time(fresh: StoredStep, ctx: Context, store: ResultStore) -> None:
    """What comes too late for this run is there for the next. Raises OverBudget."""
    if ctx.deadline.is_over:
        store.put_step(fresh, ctx)
        raise ctx.deadline.over()


def _computed(capability: Capability, args: BaseModel, ctx: Context, key: str) -> StoredStep:
    value = capability.function(ctx, args)
    if not isinstance(value, capability.output_type):
        raise OutputInvalid(
            f"{capability.name} returned a {type(value).__name__}.",
            details={"reason": "output_invalid", "expected": capability.output_type.__name__},
        )
    return StoredStep(
        key=key,
        capability=capability.name,
        version=capability.version,
        value_text=canonical_json(value),
        meta=provenance(value),
    )


def _failure(capability: Capability, error: Exception, ctx: Context) -> Failure:
    """Of a defect its kind alone: its text may hold what only the log may know."""
    defect = f"{type(error).__name__}: an internal error."
    sentence = error.message if isinstance(error, DawsError) else defect
    return Failure(capability.name, sentence, ctx.correlation_id)


def _failed(step: PlannedStep, error: DawsError, started: float) -> Outcome:
    return Outcome(
        step=step,
        state="failed",
        error=structured(step.id, error),
        duration_ms=_milliseconds(started),
    )


def _defect(step: PlannedStep, ctx: Context) -> DawsError:
    return DawsError(
        f"{step.id} could not be computed because of an internal error.",
        suggestion="Quote the correlation id to whoever operates this installation.",
        details={"reason": "internal", "correlation_id": ctx.correlation_id},
    )


def _milliseconds(started: float) -> float:
    return round((perf_counter() - started) * 1000, 3)
