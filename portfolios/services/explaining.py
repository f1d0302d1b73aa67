"""Asking a past run why, under the caller's own rights."""

from __future__ import annotations

from uuid import UUID

from accounts.identity import seen_by
from accounts.models import User
from patterns.explaining import explain
from patterns.explanation import Explanation
from patterns.services import DatabaseStore
from portfolios.selectors.runs import PastRun, context_of, past_run


def ask_why(
    *, user: User, run_id: UUID, path: str, correlation_id: str
) -> tuple[PastRun, Explanation]:
    """The explanation of a figure of a run.

    Raises RunNotFound, PortfolioNotFound, PermissionDenied, FigureUnknown, NotExplained.
    """
    past = past_run(user, run_id)
    with seen_by(user.pk):
        ctx = context_of(user, past, correlation_id)
        return past, explain(past.run, ctx, path, store=DatabaseStore())
