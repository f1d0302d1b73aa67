"""Asking a question: inputs are checked, the context is frozen, the pattern is run and stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.models import User
from patterns import library, runner
from patterns.context import Context
from patterns.inputs import validate_inputs
from patterns.runner import RunResult
from patterns.selectors import sync_library
from patterns.services import DatabaseStore, Onlooker, ticket_of
from patterns.spec import PatternSpec
from portfolios.selectors import build_context


@dataclass(frozen=True)
class Execution:
    """A run and the frozen context that it stands on."""

    run: RunResult
    context: Context


def execute(
    *,
    user: User,
    pattern_id: str,
    inputs: Mapping[str, Any],
    asof: dt.date | None = None,
    pack_id: str | None = None,
    correlation_id: str,
    before_run: Callable[[Context], None] | None = None,
    ticket: UUID | None = None,
) -> Execution:
    """Run a pattern for ``user``, as of a day and a pack; ``before_run`` may refuse the context.

    Every door (page, API, command, PDF) comes through here, so all of them show the same run. By
    a ``ticket`` that the user made up the run can be looked at and cancelled while it goes on.
    """
    asked = _asked(user, pattern_id, inputs, asof, pack_id, correlation_id)
    if before_run is not None:
        before_run(asked.context)
    onlooker = Onlooker(ticket_of(user.pk, ticket)) if ticket else None
    asked.context.deadline.watch = onlooker.look if onlooker else None
    store = DatabaseStore(onlooker)
    return Execution(runner.run(asked.pattern, asked.values, asked.context, store), asked.context)


def look_up(
    *,
    user: User,
    pattern_id: str,
    inputs: Mapping[str, Any],
    asof: dt.date | None = None,
    pack_id: str | None = None,
    correlation_id: str,
) -> Execution | None:
    """What `execute` would answer without computing anything; None where it would have to."""
    ctx, run = look_at(
        user=user,
        pattern_id=pattern_id,
        inputs=inputs,
        asof=asof,
        pack_id=pack_id,
        correlation_id=correlation_id,
    )
    return None if run is None else Execution(run, ctx)


def look_at(
    *,
    user: User,
    pattern_id: str,
    inputs: Mapping[str, Any],
    asof: dt.date | None = None,
    pack_id: str | None = None,
    correlation_id: str,
) -> tuple[Context, RunResult | None]:
    """What a question stands on, and its answer where that is stored."""
    asked = _asked(user, pattern_id, inputs, asof, pack_id, correlation_id)
    run = runner.kept(asked.pattern, asked.values, asked.context, DatabaseStore())
    return asked.context, run


@dataclass(frozen=True)
class _Question:
    pattern: PatternSpec
    values: dict[str, Any]
    context: Context


def _asked(
    user: User,
    pattern_id: str,
    inputs: Mapping[str, Any],
    asof: dt.date | None,
    pack_id: str | None,
    correlation_id: str,
) -> _Question:
    sync_library()
    pattern = library.get_pattern(pattern_id)
    values = validate_inputs(pattern, inputs)
    portfolio_id, benchmark_id = values.get("portfolio_id"), values.get("benchmark_id")
    ctx = build_context(
        user=user,
        portfolio_id=UUID(str(portfolio_id)) if portfolio_id else None,
        asof=asof,
        pack_id=pack_id,
        correlation_id=correlation_id,
        with_benchmark="benchmark_id" in pattern.inputs,
        benchmark_id=UUID(str(benchmark_id)) if benchmark_id else None,
        with_actions="days_ahead" in pattern.inputs,
        currency=values.get("currency") if "currency" in pattern.inputs else None,
    )
    return _Question(pattern, values, ctx)
