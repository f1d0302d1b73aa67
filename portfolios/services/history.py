"""Keeping the daily values in step with ledger and packs, from the first day that changed.

`HistoryState` names the ledger head that the values follow from. Whatever was written after its
number is not in them yet: the first day of these entries is where they are behind. So nothing has
to be marked, nothing can be forgotten, and a reader sees by the head alone whether they hold.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from market.selectors import packs_since
from portfolios.models import HistoryState, Portfolio, PortfolioDailyValue
from portfolios.selectors.booked import Booked, book_ledger
from portfolios.selectors.history import (
    derived_history,
    settings_fingerprint,
    stored_packs,
    untouched_since,
)
from portfolios.selectors.ledger import Head, first_date, first_day_after, ledger_head
from portfolios.signals import history_behind

LONG = 5_000  # entries; a longer ledger is not booked whole while its writer waits


@transaction.atomic
def rebuild_history(portfolio_id: UUID, from_date: date | None = None) -> int:
    """Value every live pack's day from `from_date` on (None: all). Returns the rows written.

    Days before it whose pack was replaced meanwhile are done again too, so the outcome does not
    depend on what is asked for. The portfolio's row is locked: a trade in flight waits.
    """
    portfolio = Portfolio.objects.select_for_update().get(pk=portfolio_id)
    return refresh_history(portfolio, book_ledger(portfolio), from_date=from_date)


def follow_ledger(portfolio: Portfolio, before: Head, head: Head, first_day: date | None) -> None:
    """Bring the daily values from one head to the next, for whoever holds the lock.

    `first_day` is the earliest that the entries between them touch; None is every day. Where no
    pack values it or a later one, the values are the same at both heads. A ledger of up to 5,000
    entries is valued at once. A longer one stays behind, and whoever listens to `history_behind`
    is told.
    """
    if _moved_on(portfolio, before, head, first_day):
        return
    if head.seq <= LONG:
        refresh_history(portfolio, book_ledger(portfolio), from_date=date.max)
    else:
        history_behind.send(sender=Portfolio, portfolio_id=portfolio.pk)


def _moved_on(portfolio: Portfolio, before: Head, head: Head, first_day: date | None) -> bool:
    """Whether the values of one head are those of the next too, and are called so now."""
    if before.seq:
        as_before = untouched_since(portfolio, before, first_day)
        return bool(as_before.update(**_known(portfolio, head)))
    if packs_since(portfolio.pricing_policy, first_day or date.min).exists():
        return False
    _note(portfolio, head)
    return True


def catch_up_history(portfolio_id: UUID) -> int:
    """Value a ledger that is behind, up to the head that it has now. Returns the rows written.

    It is booked without the lock, since that takes long, and writers go on meanwhile. The values
    are then written as those of the head that was booked, unless somebody was faster.
    """
    portfolio = Portfolio.objects.get(pk=portfolio_id)
    booked = book_ledger(portfolio, upto_seq=ledger_head(portfolio_id).seq)
    with transaction.atomic():
        portfolio = Portfolio.objects.select_for_update().get(pk=portfolio_id)
        state = HistoryState.objects.filter(portfolio=portfolio).first()
        if state is not None and state.ledger_seq >= booked.seq:
            return 0
        return refresh_history(portfolio, booked, from_date=date.max)


def refresh_history(portfolio: Portfolio, booked: Booked, *, from_date: date | None) -> int:
    """`rebuild_history` for callers that hold the lock and have booked the ledger."""
    start = _first_changed(portfolio, booked, from_date)
    rows = derived_history(portfolio, booked, start)
    outdated = PortfolioDailyValue.objects.filter(portfolio=portfolio)
    if start is not None:
        outdated = outdated.filter(asof_date__gte=start)
    outdated.delete()
    PortfolioDailyValue.objects.bulk_create(rows, batch_size=1000)
    _note(portfolio, Head(booked.seq, booked.ledger_commit_hash))
    return len(rows)


def _note(portfolio: Portfolio, head: Head) -> None:
    """The portfolio is locked, so nobody makes the row meanwhile."""
    known = _known(portfolio, head)
    if not HistoryState.objects.filter(portfolio=portfolio).update(**known):
        HistoryState.objects.create(portfolio=portfolio, **known)


def _known(portfolio: Portfolio, head: Head) -> dict[str, Any]:
    return {
        "ledger_seq": head.seq,
        "ledger_commit_hash": head.entry_hash,
        "settings_hash": settings_fingerprint(portfolio),
        "built_at": timezone.now(),
    }


def _first_changed(portfolio: Portfolio, booked: Booked, asked: date | None) -> date | None:
    """The earliest day to do: what was asked, what was written since, or a day whose pack is
    another one now. None is all of history."""
    state = HistoryState.objects.filter(portfolio=portfolio).first()
    if asked is None or state is None or state.settings_hash != settings_fingerprint(portfolio):
        return None
    written = first_day_after(portfolio.pk, state.ledger_seq)
    if written is None:
        return None
    began = first_date(booked.book.accepted)
    live = {day: pack for day, pack in booked.market.packs.items() if began and day >= began}
    stored = stored_packs(portfolio.pk)
    moved = [day for day in live.keys() | stored.keys() if live.get(day) != stored.get(day)]
    return min([asked, written, *moved])
