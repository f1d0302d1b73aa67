"""Questions about what was answered before."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from patterns.models import PatternRun, StepResult
from patterns.runs import RunResult, RunState, StoredStep


def complete_run(run_hash: str) -> RunResult | None:
    """The stored answer to a question, in one query; never a partial or failed one."""
    row = PatternRun.objects.complete().of_hash(run_hash).first()
    return None if row is None else result_of(row)


def run_by_id(run_id: UUID) -> RunResult | None:
    """A past run as it was, failed ones included."""
    row = PatternRun.objects.filter(pk=run_id).first()
    return None if row is None else result_of(row)


def recent_runs(portfolio_id: UUID | None, limit: int = 50) -> list[PatternRun]:
    """The newest runs of a portfolio, without their results."""
    runs = PatternRun.objects.filter(portfolio_id=portfolio_id).newest_first()
    return list(runs.defer("result_text", "trace")[:limit])


def step_result(key: str) -> StoredStep | None:
    return step_results([key]).get(key)


def step_results(keys: Sequence[str]) -> dict[str, StoredStep]:
    """Those of the steps that are stored, by key, in one query."""
    return {
        row.key: StoredStep(
            key=row.key,
            capability=row.capability,
            version=row.version,
            value_text=row.value_text,
            meta=row.meta,
        )
        for row in StepResult.objects.filter(pk__in=keys)
    }


def result_of(row: PatternRun) -> RunResult:
    return RunResult(
        run_id=row.id,
        pattern_id=row.pattern_id,
        pattern_version=row.pattern_version,
        inputs=row.inputs,
        run_hash=row.run_hash,
        result_text=row.result_text,
        result_hash=row.result_hash,
        trace=row.trace,
        errors=row.errors,
        state=cast("RunState", row.state),
        engine_version=row.engine_version,
    )
