"""What the runner itself costs, and whether steps in threads would be quicker. Needs a built demo.

`served` is a complete run from the store, `steps` the same run put together from stored steps,
`context` what every question reads before it. `own` is what is left of the wall clock when the
time in the database is taken off; the median of the rounds.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from accounts.identity import as_service, as_user
from accounts.models import User
from patterns import library, runner
from patterns.context import Context
from patterns.inputs import validate_inputs
from patterns.plan import CapabilityStep, Plan, plan_for
from patterns.services import DatabaseStore
from patterns.spec import PatternSpec
from patterns.steps import arguments_of, outcomes_of, surroundings
from portfolios.models import Portfolio
from portfolios.selectors import build_context

ROUNDS = 200
COLD = 5
NOTHING: dict[str, Any] = {}


class Forgetful(DatabaseStore):
    """A store in which no run is known, only steps; it keeps nothing."""

    def get_run(self, run_hash: str) -> None:
        return None

    def put_run(self, run: Any, ctx: Context) -> None: ...

    def alone(self, run_hash: str) -> None: ...


class Blank(Forgetful):
    """A store that knows nothing at all."""

    def get_step(self, key: str) -> None:
        return None

    def finish(self, ctx: Context) -> None: ...


def measure() -> list[list[dict[str, object]]]:
    with as_service("benchmark"):
        user = User.objects.get(email="owner@dawsos.example")
        portfolio = Portfolio.objects.get(name="Ledger demo")
    overheads, threads = [], []
    for spec in library.built_in().patterns():
        if set(spec.inputs) & {"security_id"}:
            continue
        with as_user(user.pk):
            overheads += list(_overheads(spec, user, portfolio))
        threads.append(_threads(spec, user, portfolio))
    return [overheads, threads]


def _overheads(spec: PatternSpec, user: User, portfolio: Portfolio) -> Iterator[dict[str, object]]:
    values = validate_inputs(spec, {"portfolio_id": str(portfolio.pk)})
    ctx = _context(spec, user, portfolio)
    runner.run(spec, values, ctx, DatabaseStore())
    cases: dict[str, Callable[[], object]] = {
        "served": lambda: runner.run(spec, values, ctx, DatabaseStore()),
        "steps": lambda: runner.run(spec, values, ctx, Forgetful()),
        "context": lambda: _context(spec, user, portfolio),
    }
    for name, work in cases.items():
        yield {"pattern": spec.id, "case": name, **_timed(work)}


def _timed(work: Callable[[], object]) -> dict[str, object]:
    wall, own, cpu, statements = [], [], [], 0
    for _ in range(ROUNDS):
        began, worked = time.perf_counter(), time.thread_time()
        with _database() as spent:
            work()
        took = time.perf_counter() - began
        wall.append(took)
        own.append(took - sum(spent))
        cpu.append(time.thread_time() - worked)
        statements = len(spent)
    return {
        "wall_ms": round(statistics.median(wall) * 1000, 3),
        "own_ms": round(statistics.median(own) * 1000, 3),
        "cpu_ms": round(statistics.median(cpu) * 1000, 3),
        "statements": statements,
    }


@contextmanager
def _database() -> Iterator[list[float]]:
    spent: list[float] = []

    def timed(execute: Any, *args: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(*args)
        finally:
            spent.append(time.perf_counter() - began)

    with connection.execute_wrapper(timed):
        yield spent


def _threads(spec: PatternSpec, user: User, portfolio: Portfolio) -> dict[str, object]:
    """The steps that need no other, computed one after another and in two threads."""
    plan = plan_for(spec)
    values = validate_inputs(spec, {"portfolio_id": str(portfolio.pk)})
    free = [step for step in plan.steps if isinstance(step, CapabilityStep) and not step.needs]

    def one(step: CapabilityStep, ctx: Context) -> None:
        step.capability.function(ctx, arguments_of(step, surroundings(values, ctx)))

    def some(steps: list[CapabilityStep]) -> None:
        try:
            with as_user(user.pk):
                ctx = _context(spec, user, portfolio)
                for step in steps:
                    one(step, ctx)
        finally:
            connection.close()

    def together() -> None:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(some, [free[::2], free[1::2]]))

    alone_s, waited = _cold(lambda: some(free)), _waiting(plan, values, spec, user, portfolio)
    return {
        "pattern": spec.id,
        "free_steps": len(free),
        "one_thread_ms": round(alone_s * 1000, 1),
        "two_threads_ms": round(_cold(together) * 1000, 1),
        "waiting_for_database": f"{waited:.0%}",
    }


def _cold(work: Callable[[], None]) -> float:
    took = []
    for _ in range(COLD):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def _waiting(
    plan: Plan, values: dict[str, Any], spec: PatternSpec, user: User, portfolio: Portfolio
) -> float:
    """The share of a cold run that is spent in the database, where another thread could work."""
    shares = []
    for _ in range(COLD):
        with as_user(user.pk), transaction.atomic():
            ctx = _context(spec, user, portfolio)
            began = time.perf_counter()
            with _database() as spent:
                outcomes_of(plan, values, ctx, Blank())
            shares.append(sum(spent) / (time.perf_counter() - began))
    return statistics.median(shares)


def _context(spec: PatternSpec, user: User, portfolio: Portfolio) -> Context:
    return build_context(
        user=user,
        portfolio_id=portfolio.pk,
        correlation_id="benchmark",
        with_benchmark="benchmark_id" in spec.inputs,
    )
