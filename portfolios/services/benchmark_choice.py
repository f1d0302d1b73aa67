"""What a portfolio is compared with."""

from __future__ import annotations

from uuid import UUID

from accounts.identity import as_service
from accounts.models import User
from accounts.permissions import Permission
from accounts.services import record
from market.exceptions import BenchmarkNotFound
from market.models import Benchmark
from portfolios.models import Portfolio
from portfolios.selectors.access import resolve_portfolio


def choose_benchmark(
    *, portfolio_id: UUID, benchmark_id: UUID | None, by: User, reason: str
) -> Portfolio:
    """Compare a portfolio with a benchmark from now on, or with none. Audited; no figure of the
    portfolio itself changes.

    Raises PortfolioNotFound, PermissionDenied, BenchmarkNotFound.
    """
    resolve_portfolio(by, portfolio_id, Permission.MANAGE_PORTFOLIOS)
    with as_service("choose a benchmark"):
        chosen = None
        if benchmark_id is not None:
            chosen = Benchmark.objects.filter(pk=benchmark_id).first()
            if chosen is None:
                raise BenchmarkNotFound("There is no such benchmark.")
        known = Portfolio.objects.select_related("benchmark")
        portfolio = known.select_for_update(of=("self",)).get(pk=portfolio_id)
        before, portfolio.benchmark = portfolio.benchmark, chosen
        if before != chosen:
            portfolio.save(update_fields=["benchmark"])
            record(
                action="benchmark_chosen",
                by=by,
                resource_type="portfolio",
                resource_id=portfolio.pk,
                portfolio_id=portfolio.pk,
                details={
                    "from": before.name if before else None,
                    "to": chosen.name if chosen else None,
                    "reason": reason,
                },
            )
    return portfolio
