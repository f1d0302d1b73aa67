"""What a portfolio's page is made from, and whether all of it is still as it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from accounts.identity import Identity, ask_as
from market.selectors import latest_pack
from patterns.context import Context
from patterns.runs import RunResult
from portfolios.models import Portfolio, Transaction

_STAMP: Final = "SELECT portfolios_page_stamp(%s, %s, %s, %s::text[], %s::uuid[], %s, %s, %s)"


@dataclass(frozen=True, slots=True)
class Footing:
    """The rows that a page of a stored run is made from, besides those of its reader.

    `packs` are the run's own and its policy's newest, whose freshness the strip tells;
    `benchmarks` says that the page lists all of them, `benchmark_id` beside which it is.
    """

    user_id: int
    portfolio_id: UUID
    packs: tuple[str, ...]
    securities: tuple[UUID, ...]
    run_id: UUID
    benchmarks: bool = False
    benchmark_id: UUID | None = None


def footing_of(
    portfolio: Portfolio, run: RunResult, ctx: Context, *, benchmarks: bool = False
) -> Footing | None:
    """None where a page must be made each time: its run was computed now, or is not complete."""
    if not run.cached or run.state != "complete" or ctx.pricing_pack_id is None:
        return None
    newest = latest_pack(portfolio.pricing_policy)
    named = {ctx.pricing_pack_id} | ({newest.pk} if newest else set())
    traded = Transaction.objects.filter(portfolio=portfolio, security__isnull=False)
    return Footing(
        user_id=int(ctx.user_id or 0),
        portfolio_id=portfolio.pk,
        packs=tuple(sorted(named)),
        securities=tuple(
            traded.order_by("security_id").values_list("security_id", flat=True).distinct()
        ),
        run_id=run.run_id,
        benchmarks=benchmarks,
        benchmark_id=ctx.benchmark_id,
    )


def page_stamp(session_key: str, footing: Footing) -> str | None:
    """The version of everything that a page is made from, as its reader sees it; None where the
    session has ended. Equal stamps mean an equal page. One question, in one message."""
    row = ask_as(
        Identity("user", footing.user_id),
        _STAMP,
        [
            session_key,
            footing.user_id,
            footing.portfolio_id,
            list(footing.packs),
            list(footing.securities),
            footing.run_id,
            footing.benchmarks,
            footing.benchmark_id,
        ],
    )
    return None if row is None else row[0]
