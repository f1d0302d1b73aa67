"""Keeping runs and step results in the database.

Rows are written once; whoever comes second leaves what is there (ON CONFLICT DO NOTHING). Steps
are written with the run that needed them, in one statement and in the order of their keys, so two
runs that share steps never wait for each other crosswise.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from django.conf import settings
from django.db import OperationalError, connection, transaction

from patterns.breakers import Breakers
from patterns.context import Context
from patterns.exceptions import OverBudget
from patterns.models import PatternRun
from patterns.runs import RunResult, StoredStep
from patterns.selectors import complete_run, step_result, step_results
from patterns.services.breakers import DatabaseBreakers
from patterns.services.onlookers import Onlooker
from patterns.services.points import Points
from patterns.services.turns import take_turn

QUERY_CANCELED: Final = "57014"
SHORT_MS: Final = 1000  # a limit below this is put back at once
_TIMEOUT: Final = (
    "SELECT current_setting('statement_timeout'), set_config('statement_timeout', %s, true)"
)

_STEP: Final = "(%s, %s, %s, %s, %s, %s, now())"
_KEEP: Final = """
    INSERT INTO patterns_stepresult
        (key, capability, version, portfolio_id, value_text, meta, created_at)
    VALUES {lines} ON CONFLICT DO NOTHING
"""


def statement_timeout(value: str) -> str:
    """How long a statement may take from now on in this transaction; what it was before."""
    with connection.cursor() as cursor:
        cursor.execute(_TIMEOUT, [value])
        return str(cursor.fetchone()[0])


class DatabaseStore:
    """The runner's store over PatternRun and StepResult, under the caller's own identity.

    One store serves one run: it remembers the steps of the run until the run itself is kept.
    """

    def __init__(self, onlooker: Onlooker | None = None) -> None:
        self.fresh: dict[str, StoredStep] = {}
        self.seen: dict[str, StoredStep | None] = {}
        self.in_a_run = False  # which ends with `finish`
        self.limits: list[str] = []  # of a statement: as it was, and as it is where it is another
        self.points = Points()
        self.breakers: Breakers = DatabaseBreakers(on_trial=self.points.asked)
        self.budget_ms: int | None = settings.PATTERN_STEP_BUDGET_MS
        self.onlooker = onlooker

    def entering(self, position: int) -> None:
        """Where somebody looks on, they see it, and may have cancelled."""
        if self.onlooker is not None:
            self.points.asked()
            self.onlooker.entering(position)

    def get_run(self, run_hash: str) -> RunResult | None:
        return complete_run(run_hash)

    def put_run(self, run: RunResult, ctx: Context) -> None:
        self.points.leave()
        record_run(run, ctx)

    def finish(self, ctx: Context) -> None:
        self.points.leave()
        self._limit(None)
        record_steps(self.fresh.values(), ctx)
        self.fresh = {}
        self.breakers.settle()

    def look_ahead(self, keys: Sequence[str]) -> None:
        self.in_a_run = True
        found = step_results(keys)
        self.seen = {key: found.get(key) for key in keys}

    def get_step(self, key: str) -> StoredStep | None:
        if key in self.fresh:
            return self.fresh[key]
        return self.seen[key] if key in self.seen else step_result(key)

    def put_step(self, step: StoredStep, ctx: Context) -> None:
        self.fresh.setdefault(step.key, step)

    def alone(self, run_hash: str) -> None:
        take_turn(run_hash, self.onlooker.look if self.onlooker else None)

    @contextmanager
    def isolated(self, budget_ms: int | None = None) -> Iterator[None]:
        """A savepoint: a query that fails inside a step does not abort the others. One that was
        interrupted says whether by its budget or by who cancelled the run.

        What a statement may take is said before the savepoint, so that a rollback leaves it, and
        within a run stays for the next step, which mostly may take as long."""
        self._limit(None if budget_ms is None else f"{budget_ms}ms")
        try:
            with self.points.back_to() if self.in_a_run else transaction.atomic():
                yield
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != QUERY_CANCELED:
                raise
            if self.onlooker is not None:
                self.onlooker.look_now()
            raise OverBudget(
                f"A query took longer than the {budget_ms or 0:,} ms that were left.",
                details={"reason": "over_budget", "budget_ms": budget_ms},
            ) from None
        finally:
            if not self.in_a_run or (budget_ms is not None and budget_ms < SHORT_MS):
                self._limit(None)

    def _limit(self, wanted: str | None) -> None:
        """Let a statement take so long from now on; None: as long as before the run."""
        now = self.limits[-1] if self.limits else None
        if wanted is None and self.limits:
            wanted = self.limits[0]
        if wanted is not None and wanted != now:
            self.points.asked()
            before = statement_timeout(wanted)
            self.limits = [self.limits[0] if self.limits else before, wanted]


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


def record_steps(steps: Iterable[StoredStep], ctx: Context) -> None:
    """All in one statement of plain values. The ORM would send each column as an array, and the
    driver looks at every character of a text in an array: longer than a step may take."""
    rows = [
        (
            step.key,
            step.capability,
            step.version,
            ctx.portfolio_id,
            step.value_text,
            json.dumps(dict(step.meta)),
        )
        for step in sorted(steps, key=lambda step: step.key)
    ]
    if not rows:
        return
    lines = ", ".join([_STEP] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(_KEEP.format(lines=lines), [value for row in rows for value in row])
