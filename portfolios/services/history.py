"""Keeping the daily values in step with ledger and packs, from the first day that changed."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction

from portfolios.models import HistoryState, Portfolio, PortfolioDailyValue
from portfolios.selectors.booked import Booked, book_ledger
from portfolios.selectors.history import (
    derived_history,
    settings_fingerprint,
    stored_packs,
)
from portfolios.selectors.ledger import first_date


@transaction.atomic
def rebuild_history(portfolio_id: UUID, from_date: date | None = None) -> int:
    """Value every live pack's day from `from_date` on (None: all). Returns the rows written.

    Days before it whose pack was replaced meanwhile are done again too, so the outcome does not
    depend on what is asked for. The portfolio's row is locked: a trade in flight waits.
    """
    portfolio = Portfolio.objects.select_for_update().get(pk=portfolio_id)
    return refresh_history(portfolio, book_ledger(portfolio), from_date=from_date)


def refresh_history(portfolio: Portfolio, booked: Booked, *, from_date: date | None) -> int:
    """`rebuild_history` for callers that hold the lock and have booked the ledger."""
    start = _first_changed(portfolio, booked, from_date)
    rows = derived_history(portfolio, booked, start)
    outdated = PortfolioDailyValue.objects.filter(portfolio=portfolio)
    if start is not None:
        outdated = outdated.filter(asof_date__gte=start)
    outdated.delete()
    PortfolioDailyValue.objects.bulk_create(rows, batch_size=1000)
    HistoryState.objects.update_or_create(
        portfolio=portfolio,
        defaults={
            "ledger_seq": booked.seq,
            "ledger_commit_hash": booked.ledger_commit_hash,
            "settings_hash": settings_fingerprint(portfolio),
        },
    )
    return len(rows)


def _first_changed(portfolio: Portfolio, booked: Booked, asked: date | None) -> date | None:
    """The earliest day to do: what was asked, or a day whose pack is another one now."""
    state = HistoryState.objects.filter(portfolio=portfolio).first()
    if asked is None or state is None or state.settings_hash != settings_fingerprint(portfolio):
        return None
    began = first_date(booked.book.accepted)
    live = {day: pack for day, pack in booked.market.packs.items() if began and day >= began}
    stored = stored_packs(portfolio.pk)
    moved = [day for day in live.keys() | stored.keys() if live.get(day) != stored.get(day)]
    return min([asked, *moved])
