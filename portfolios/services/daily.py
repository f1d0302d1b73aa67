"""The daily values of many portfolios: one more day, or the whole history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from market.selectors import pack_by_id
from portfolios.services.history import rebuild_history
from portfolios.services.outcomes import DayOutcome, PortfolioFailure, in_order, isolated


def compute_day(portfolio_ids: Sequence[UUID], pack_id: str) -> DayOutcome:
    """Value the pack's day, and what is behind before it, for portfolios priced by its policy.

    Run twice it writes the same rows. A portfolio that fails keeps what it had.
    Raises PackNotFound.
    """
    return _each(portfolio_ids, pack_by_id(pack_id).asof_date)


def rebuild_all(portfolio_ids: Sequence[UUID]) -> DayOutcome:
    """Value every day of the portfolios' history anew, from ledger and packs."""
    return _each(portfolio_ids, None)


def _each(portfolio_ids: Sequence[UUID], start: date | None) -> DayOutcome:
    asked = in_order(portfolio_ids)
    failures: list[PortfolioFailure] = []
    rows = 0
    for portfolio_id in asked:
        with isolated(portfolio_id, failures):
            rows += rebuild_history(portfolio_id, from_date=start)
    return DayOutcome(len(asked), rows, one_by_one=len(asked), failures=tuple(failures))
