"""The daily values and figures of many portfolios: one more day, or the whole history.

Most are done at once (`many_histories`). Whoever needs to be booked is done one by one behind
them, each in a savepoint of its own, so that a failure has the name of its portfolio.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction

from market.selectors import pack_by_id
from portfolios.selectors.market_tables import PackDay
from portfolios.services.history import rebuild_history
from portfolios.services.many_columns import planned_for_many
from portfolios.services.many_histories import Done, append_day, measure_left, rebuild_many
from portfolios.services.outcomes import DayOutcome, PortfolioFailure, in_order, isolated

_log = logging.getLogger(__name__)


@transaction.atomic
def compute_day(portfolio_ids: Sequence[UUID], pack_id: str) -> DayOutcome:
    """Value the pack's day, and what is behind before it, for portfolios priced by its policy,
    with the figures and the effects of currencies at its close.

    Run twice it writes the same rows. A portfolio that fails keeps what it had.
    Raises PackNotFound.
    """
    pack = pack_by_id(pack_id)
    asked, day = in_order(portfolio_ids), PackDay(pack.asof_date, pack.pk)
    found = _together(asked, lambda ids: append_day(ids, day))
    return _outcome(asked, found, lambda one: rebuild_history(one, from_date=day.day), day)


@transaction.atomic
def rebuild_all(portfolio_ids: Sequence[UUID]) -> DayOutcome:
    """Value every day of the portfolios' history anew, from ledger and packs."""
    asked = in_order(portfolio_ids)
    return _outcome(asked, _together(asked, rebuild_many), rebuild_history, None)


def _together(ids: Sequence[UUID], work: Callable[[Sequence[UUID]], Done]) -> Done:
    """All at once; where that fails nothing is written and all are left to be done singly, so
    that the one that cannot be done is found."""
    try:
        with transaction.atomic(), planned_for_many():
            return work(ids)
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # noqa: BLE001 - the portfolio at fault is found below
        # Whose mistake it is shows when each is done by itself.
        _log.exception("%d portfolios could not be done at once", len(ids))
        return Done(left=tuple(ids))


def _outcome(
    asked: Sequence[UUID], found: Done, alone: Callable[[UUID], int], day: PackDay | None
) -> DayOutcome:
    """Do one by one whoever is left."""
    failures: list[PortfolioFailure] = []
    rows, done = found.rows, []
    for portfolio_id in in_order(found.left):
        with isolated(portfolio_id, failures):
            rows += alone(portfolio_id)
            done.append(portfolio_id)
    if done:
        measure_left(done, day)
    return DayOutcome(len(asked), rows, found.done, len(found.left), tuple(failures))
