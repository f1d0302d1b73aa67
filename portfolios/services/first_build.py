"""Balances that were never stored, because the ledger is older than their table.

A version that keeps a new projection meets ledgers that have none of it. Their projections are
built when first needed: before the next entry, which moves balances by a difference, or in the
night, which would take an empty table for a contradiction. Nobody has to call anything.
"""

from __future__ import annotations

import logging
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from portfolios.models import CashBalance, Portfolio, Transaction
from portfolios.services.projections import Rebuilt, rebuild_projections

_log = logging.getLogger(__name__)


def build_unbuilt(portfolio_id: UUID) -> Rebuilt | None:
    """Build a portfolio's projections if it has no balance although its entries moved money, and
    say so in the log. None, after one short question, for every ledger that has a balance.

    The portfolio's row is locked only where there is something to build.
    """
    return _build(portfolio_id) if _is_unbuilt(portfolio_id) else None


@transaction.atomic
def _build(portfolio_id: UUID) -> Rebuilt | None:
    Portfolio.objects.select_for_update().get(pk=portfolio_id)
    if not _is_unbuilt(portfolio_id):
        return None  # somebody else did, meanwhile
    built = rebuild_projections(portfolio_id)
    if not built.differences:
        return None  # all that came in went out again
    _log.warning(
        "Portfolio %s had no stored balances: %d lots and its cash were built from the ledger, "
        "%d rows are other now.",
        portfolio_id,
        built.lots,
        len(built.differences),
    )
    return built


def _is_unbuilt(portfolio_id: UUID) -> bool:
    """Whether money is left by what the entries say of it, yet there is no row of it."""
    if CashBalance.objects.filter(portfolio_id=portfolio_id).exists():
        return False
    standing = Transaction.objects.filter(
        portfolio_id=portfolio_id, reverses__isnull=True, reversed_by__isnull=True
    )
    places = standing.order_by().values("account", "cash_account", "currency")
    return places.annotate(left=Sum("net_amount")).exclude(left=0).exists()
