"""Answering a question: a pattern, its inputs and a frozen context become a result with a trace.

    run_hash = sha256(pattern id, version and definition, inputs, fingerprint, engine version)

A complete run is a pure function of these, so one that is stored is served as it is. The runner
knows no domain, no database and no user: capabilities come from the registry, results go to a
store. Of those who ask the same question at the same moment one computes, the others wait.
"""

from collections.abc import Mapping
from dataclasses import replace
from time import perf_counter
from typing import Any, Final
from uuid import UUID, uuid4, uuid5

from patterns import ENGINE_VERSION, library
from patterns.canonical import content_hash, text_hash
from patterns.context import Context
from patterns.exceptions import RunCancelled
from patterns.inputs import validate_inputs
from patterns.outcomes import Outcome, joined, sources_of, states_of
from patterns.plan import Plan, plan_for
from patterns.runs import MemoryStore, ResultStore, RunResult, RunState, StoredStep
from patterns.spec import PatternSpec
from patterns.steps import outcomes_of

__all__ = ["MemoryStore", "ResultStore", "RunResult", "StoredStep", "run", "run_hash_of"]

_RUNS: Final = UUID("0b2a0f64-6f0e-5d0c-9a57-6d8b1d7c2f10")


def run(
    pattern: PatternSpec | str,
    inputs: Mapping[str, Any],
    ctx: Context,
    store: ResultStore | None = None,
) -> RunResult:
    """Answer a pattern; from the store when the same question was answered completely before.

    Raises InputsInvalid, PatternUnknown and PatternInvalid, each with every mistake, and RunBusy
    when somebody else computes the same for too long. RunCancelled keeps the steps that were
    finished. A step that fails raises nothing: it is in `errors`, and what did not need it is in
    `result`.
    """
    started = perf_counter()
    plan = plan_for(library.get_pattern(pattern) if isinstance(pattern, str) else pattern)
    values = validate_inputs(plan.spec, inputs)
    run_hash = run_hash_of(plan, values, ctx)
    store = store if store is not None else MemoryStore()
    stored = store.get_run(run_hash) or _of_another(run_hash, store)
    if stored is not None:
        return _served(stored, started)
    try:
        computed = _computed(plan, values, run_hash, ctx, store, started)
    except RunCancelled:
        store.finish(ctx)
        raise
    store.put_run(computed, ctx)
    store.finish(ctx)
    return computed


def kept(
    pattern: PatternSpec, inputs: Mapping[str, Any], ctx: Context, store: ResultStore
) -> RunResult | None:
    """The complete answer that is kept; None where there is none. Raises as `run` does."""
    started = perf_counter()
    plan = plan_for(pattern)
    found = store.get_run(run_hash_of(plan, validate_inputs(plan.spec, inputs), ctx))
    return None if found is None else _served(found, started)


def _of_another(run_hash: str, store: ResultStore) -> RunResult | None:
    """What somebody else stored while we waited for them. None: it is ours to compute."""
    store.alone(run_hash)
    return store.get_run(run_hash)


def run_hash_of(plan: Plan, values: Mapping[str, Any], ctx: Context) -> str:
    """The hash of a question. `values` are canonical, as `validate_inputs` returns them."""
    return content_hash(
        {
            "pattern": plan.spec.id,
            "version": plan.spec.version,
            "definition": plan.definition,
            "inputs": values,
            "fingerprint": ctx.fingerprint(),
            "engine": ENGINE_VERSION,
        }
    )


def _computed(
    plan: Plan,
    values: dict[str, Any],
    run_hash: str,
    ctx: Context,
    store: ResultStore,
    started: float,
) -> RunResult:
    outcomes = outcomes_of(plan, values, ctx, store, outermost=True)
    state = _state(plan, outcomes)
    result_text = joined({name: outcomes[name] for name in plan.spec.outputs})
    return RunResult(
        # The same complete answer has the same id wherever it is computed.
        run_id=uuid5(_RUNS, run_hash) if state == "complete" else uuid4(),
        pattern_id=plan.spec.id,
        pattern_version=plan.spec.version,
        inputs=values,
        run_hash=run_hash,
        result_text=result_text,
        result_hash=text_hash(result_text),
        trace=_trace(plan, outcomes, run_hash, ctx, started),
        errors=[error for each in outcomes.values() for error in each.failures()],
        state=state,
        engine_version=ENGINE_VERSION,
    )


def _state(plan: Plan, outcomes: Mapping[str, Outcome]) -> RunState:
    if not any(True for outcome in outcomes.values() for _ in outcome.failures()):
        return "complete"
    served = any(outcomes[name].state == "done" for name in plan.spec.outputs)
    return "partial" if served else "failed"


def _trace(
    plan: Plan, outcomes: Mapping[str, Outcome], run_hash: str, ctx: Context, started: float
) -> dict[str, Any]:
    steps = [outcome.trace() for outcome in outcomes.values()]
    return {
        "pattern_id": plan.spec.id,
        "version": plan.spec.version,
        "run_hash": run_hash,
        "engine_version": ENGINE_VERSION,
        "pack_id": ctx.pricing_pack_id,
        "pack_hash": ctx.pack_hash,
        "history_hash": ctx.history_hash,
        "ledger_commit_hash": ctx.ledger_commit_hash,
        "settings_hash": ctx.settings_hash,
        "asof_date": None if ctx.asof_date is None else str(ctx.asof_date),
        "base_currency": ctx.base_currency,
        "steps": steps,
        "sources": sources_of(steps),
        "states": states_of(steps),
        "cache_hits": sum(step["cache_hit"] for step in steps),
        "duration_ms": round((perf_counter() - started) * 1000, 3),
    }


def _served(stored: RunResult, started: float) -> RunResult:
    """A stored answer: nothing was computed now, and its trace says so. The record stays."""
    steps = [_from_store(step) for step in stored.trace["steps"]]
    trace = stored.trace | {
        "steps": steps,
        "cache_hits": sum(step["cache_hit"] for step in steps),
        "served_from": str(stored.run_id),
        "computed_in_ms": stored.trace["duration_ms"],
        "duration_ms": round((perf_counter() - started) * 1000, 3),
    }
    return replace(stored, trace=trace, cached=True)


def _from_store(step: dict[str, Any]) -> dict[str, Any]:
    within = {"steps": [_from_store(each) for each in step["steps"]]} if "steps" in step else {}
    return step | within | {"cache_hit": step["state"] == "done", "duration_ms": 0.0}
