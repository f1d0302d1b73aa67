"""Keeping runs and step results in the database.

Rows are written once. Two processes that answer the same question at the same time compute the
same row, so whoever comes second leaves what is there (ON CONFLICT DO NOTHING, no lock).
"""

from contextlib import AbstractContextManager
from typing import Any

from django.db import transaction

from patterns.context import Context
from patterns.models import PatternRun, StepResult
from patterns.runs import RunResult, StoredStep
from patterns.selectors import complete_run, step_result


class DatabaseStore:
    """The runner's store over PatternRun and StepResult, under the caller's own identity."""

    def get_run(self, run_hash: str) -> RunResult | None:
        return complete_run(run_hash)

    def put_run(self, run: RunResult, ctx: Context) -> None:
        record_run(run, ctx)

    def get_step(self, key: str) -> StoredStep | None:
        return step_result(key)

    def put_step(self, step: StoredStep, ctx: Context) -> None:
        record_step(step, ctx)

    def isolated(self) -> AbstractContextManager[Any]:
        """A savepoint: a query that fails inside a step does not abort the others."""
        return transaction.atomic()


def record_run(run: RunResult, ctx: Context) -> None:
    """Keep a run, failed ones too. A complete run that is there already stays as it is."""
    row = PatternRun(
        id=run.run_id,
        pattern_id=run.pattern_id,
        pattern_version=run.pattern_version,
        inputs=run.inputs,
        portfolio_id=ctx.portfolio_id,
        user_id=ctx.user_id,
        pack_id=ctx.pricing_pack_id,
        pack_hash=ctx.pack_hash,
        history_hash=ctx.history_hash,
        market_head=ctx.market_head,
        ledger_commit_hash=ctx.ledger_commit_hash,
        settings_hash=ctx.settings_hash,
        asof_date=ctx.asof_date,
        run_hash=run.run_hash,
        result_text=run.result_text,
        result_hash=run.result_hash,
        trace=run.trace,
        errors=run.errors,
        state=run.state,
        engine_version=run.engine_version,
    )
    PatternRun.objects.bulk_create([row], ignore_conflicts=True)


def record_step(step: StoredStep, ctx: Context) -> None:
    row = StepResult(
        key=step.key,
        capability=step.capability,
        version=step.version,
        portfolio_id=ctx.portfolio_id,
        value_text=step.value_text,
        meta=dict(step.meta),
    )
    StepResult.objects.bulk_create([row], ignore_conflicts=True)
