"""Many ledgers held against their projections in one go."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from portfolios.selectors.verification import ledger_breaks
from portfolios.services.first_build import build_unbuilt
from portfolios.services.outcomes import (
    NOTHING_RECONCILED,
    BulkReconciled,
    PortfolioFailure,
    in_order,
    isolated,
)
from portfolios.services.projections import projection_breaks
from portfolios.services.reconciling import reconcile_portfolio


def reconcile_bulk(
    portfolio_ids: Sequence[UUID], pack_id: str, *, full: bool = False
) -> BulkReconciled:
    """Chains verify, stored lots and cash equal what the ledger says, statements are compared.

    `full` replays every ledger entry by entry. `pack_id` is the night's. Differences are kept as
    `reconcile_portfolio` keeps them.
    """
    del pack_id, full  # every ledger is replayed
    failures: list[PortfolioFailure] = []
    found = NOTHING_RECONCILED
    for portfolio_id in in_order(portfolio_ids):
        with isolated(portfolio_id, failures):
            found += _replayed(portfolio_id)
    return found + BulkReconciled(len(failures), 0, 0, 0, 0, 0, (), tuple(failures))


def _replayed(portfolio_id: UUID) -> BulkReconciled:
    built = build_unbuilt(portfolio_id) is not None
    found = reconcile_portfolio(portfolio_id)
    breaks = ledger_breaks(portfolio_id)
    breaks += projection_breaks(portfolio_id) or found.contradictions
    return BulkReconciled(
        portfolios=1,
        replayed=1,
        built=int(built),
        assertions=found.checked,
        unchecked=len(found.unchecked),
        open_items=found.open_items,
        breaks=tuple(breaks),
    )
