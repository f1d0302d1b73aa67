"""Past runs, and the frozen context that each of them stood on."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from accounts.identity import seen_by
from accounts.models import User
from patterns.context import Context
from patterns.library import of_version
from patterns.models import PatternRun
from patterns.runs import RunResult
from patterns.selectors import result_of
from portfolios.exceptions import RunNotFound
from portfolios.models import Portfolio, Transaction
from portfolios.selectors.access import resolve_portfolio


@dataclass(frozen=True)
class PastRun:
    """A stored run; `portfolio` is None for one that is public."""

    row: PatternRun
    run: RunResult
    portfolio: Portfolio | None


def past_run(user: User, run_id: UUID) -> PastRun:
    """A run that the user may see. Raises RunNotFound, the same for foreign and unknown ids."""
    with seen_by(user.pk):
        row = PatternRun.objects.filter(pk=run_id).first()
    if row is None:
        raise RunNotFound
    portfolio = resolve_portfolio(user, row.portfolio_id) if row.portfolio_id else None
    return PastRun(row, result_of(row), portfolio)


def context_of(user: User, past: PastRun, correlation_id: str) -> Context:
    """The context of a past run, from what was stored with it, as the user may read it."""
    with seen_by(user.pk):
        return frozen_context(past, correlation_id)


def frozen_context(past: PastRun, correlation_id: str) -> Context:
    """`context_of` under the identity of the moment."""
    row = past.row
    newest = Transaction.objects.filter(entry_hash=row.ledger_commit_hash or "")
    head = newest.filter(portfolio_id=row.portfolio_id) if row.portfolio_id else newest.none()
    return Context(
        user_id=row.user_id,
        portfolio_id=row.portfolio_id,
        pricing_pack_id=row.pack_id,
        pack_hash=row.pack_hash,
        history_hash=row.history_hash,
        market_head=row.market_head,
        ledger_commit_hash=row.ledger_commit_hash,
        ledger_seq=head.values_list("seq", flat=True).first() or 0,
        settings_hash=row.settings_hash,
        asof_date=row.asof_date,
        base_currency=past.run.trace.get("base_currency"),
        benchmark_id=_benchmark_of(past),
        correlation_id=correlation_id,
    )


def comparable_runs(past: PastRun, limit: int = 20) -> list[PatternRun]:
    """The newest other runs of the pattern that the reader may see, without their results."""
    others = PatternRun.objects.filter(pattern_id=past.row.pattern_id).exclude(pk=past.row.pk)
    return list(others.complete().newest_first().defer("result_text", "trace")[:limit])


def _benchmark_of(past: PastRun) -> UUID | None:
    """What the run compared with: what was asked for, else the portfolio's own."""
    if (
        past.portfolio is None
        or "benchmark_id" not in of_version(past.row.pattern_id, past.row.pattern_version).inputs
    ):
        return None
    asked = past.row.inputs.get("benchmark_id")
    return UUID(str(asked)) if asked else past.portfolio.benchmark_id
