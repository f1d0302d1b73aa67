"""Keeping the daily values in step with ledger and packs, from the first day that changed.

`HistoryState` names the ledger head that the values follow from. Whatever was written after its
number is not in them yet: the first day of these entries is where they are behind. So nothing has
to be marked, nothing can be forgotten, and a reader sees by the head alone whether they hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from market.selectors import packs_since
from portfolios.models import HistoryState, Portfolio
from portfolios.selectors.booked import Booked, book_ledger
from portfolios.selectors.history import derived_history, settings_fingerprint
from portfolios.selectors.kept_days import Stand, continue_days
from portfolios.selectors.kept_ledgers import kept_ledger
from portfolios.selectors.ledger import Head, first_day_after, ledger_head
from portfolios.selectors.stored_days import HistoryDay, current_days, stored_packs
from portfolios.services.month_rows import end_values, forget_values, put_values
from portfolios.signals import history_behind

MOVE_ON = """
    UPDATE portfolios_historystate
    SET ledger_seq = %(head)s, ledger_commit_hash = %(hash)s, built_at = %(now)s
    WHERE portfolio_id = %(portfolio)s AND ledger_commit_hash = %(before)s
        AND settings_hash = %(settings)s
        AND NOT EXISTS (
            SELECT FROM market_pricingpack
            WHERE policy = %(policy)s AND sealed_at IS NOT NULL AND asof_date >= %(start)s
        )
        AND NOT EXISTS (
            SELECT FROM portfolios_monthlyvalues
            WHERE portfolio_id = %(portfolio)s AND month >= date_trunc('month', %(start)s::date)
                AND month + (days[cardinality(days)] - 1) >= %(start)s
        )
"""
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
        refresh_history(portfolio, kept_ledger(portfolio), from_date=date.max)
    else:
        history_behind.send(sender=Portfolio, portfolio_id=portfolio.pk)


def _moved_on(portfolio: Portfolio, before: Head, head: Head, first_day: date | None) -> bool:
    """Whether the values of one head are those of the next too, and are called so now."""
    if before.seq:
        return _follows(portfolio, before, head, first_day or date.min)
    if packs_since(portfolio.pricing_policy, first_day or date.min).exists():
        return False
    _note(portfolio, head)
    return True


def _follows(portfolio: Portfolio, before: Head, head: Head, start: date) -> bool:
    """Call the values of one head those of the next, under the settings of now, if they are and no
    sealed pack or stored value is of that day or later."""
    known: dict[str, Any] = {"head": head.seq, "hash": head.entry_hash, "before": before.entry_hash}
    known |= {"settings": settings_fingerprint(portfolio), "now": timezone.now()}
    known |= {"portfolio": portfolio.pk, "policy": portfolio.pricing_policy, "start": start}
    with connection.cursor() as cursor:
        cursor.execute(MOVE_ON, known)
        return bool(cursor.rowcount)


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
    """`rebuild_history` for callers that hold the lock and have booked the ledger.

    Rows of the same ledger on another pack are ended, not overwritten: they stay beside the new
    ones. What followed from another ledger, or was asked for from the beginning, is replaced.
    """
    head = booked.market.market_head
    written = None if from_date is None else _written_since(portfolio)
    moved = None if written is None else _first_moved(portfolio, booked)
    start = None if written is None else min(filter(None, (from_date, written, moved)))
    rows = derived_history(booked, start)
    new = rows if written is None else [row for row in rows if row.asof_date >= written]
    gone: set[date] = set()
    if start is not None and written is not None and start < written:
        same_ledger = [row for row in rows if row.asof_date < written]
        beside, gone = _beside(portfolio, same_ledger, head, start, written, moved)
        new = beside + new
    if written != date.max:
        forget_values([portfolio.pk], written or date.min)
    put_values(portfolio.pk, portfolio.base_currency, new, gone=gone)
    if written is not None and start == written:
        _continue_kept(portfolio, booked, rows)
    _note(portfolio, Head(booked.seq, booked.ledger_commit_hash))
    return len(rows)


def _continue_kept(portfolio: Portfolio, booked: Booked, rows: Sequence[HistoryDay]) -> None:
    """Whoever asks next finds the history of the new head where that of the old one was kept."""
    before = HistoryState.objects.get(portfolio=portfolio)
    old = Stand(
        portfolio.pk,
        before.ledger_commit_hash,
        settings_fingerprint(portfolio),
        portfolio.pricing_policy,
        booked.market.market_head,
    )
    continue_days(old, old._replace(ledger_commit_hash=booked.ledger_commit_hash), rows)


def _beside(
    portfolio: Portfolio,
    rows: Sequence[HistoryDay],
    head: int,
    start: date,
    end: date,
    moved: date | None,
) -> tuple[list[HistoryDay], set[date]]:
    """The rows of days from `start` to before `end` that are other than stored, and the days whose
    stored values they replace. These are kept as ended at the head. One that no restatement
    explains is not: from the first day on whose pack is another one, a restatement does."""
    stored = current_days(portfolio.pk, start, end)
    before = {row.asof_date: row for row in stored if row.asof_date < end}
    same = {row.asof_date for row in rows if _same(before.get(row.asof_date), row)}
    gone = before.keys() - same
    explained = [day for day in gone if day >= (moved or date.max)]
    if explained:
        end_values(portfolio.pk, explained, head)
    return [row for row in rows if row.asof_date not in same], gone


def _same(stored: HistoryDay | None, row: HistoryDay) -> bool:
    return stored is not None and stored._replace(from_head=row.from_head) == row


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


def _written_since(portfolio: Portfolio) -> date | None:
    """The earliest day of what was written since the values were made; `date.max` is nothing,
    None everything: there are no values yet, or they were made under other settings."""
    state = HistoryState.objects.filter(portfolio=portfolio).first()
    if state is None or state.settings_hash != settings_fingerprint(portfolio):
        return None
    return first_day_after(portfolio.pk, state.ledger_seq)


def _first_moved(portfolio: Portfolio, booked: Booked) -> date | None:
    """The earliest day whose pack is another one than its value stands on; None when none is."""
    began = booked.book.began
    live = {day: pack for day, pack in booked.market.packs.items() if began and day >= began}
    stored = stored_packs(portfolio.pk)
    if live == stored:
        return None
    moved = (day for day in live.keys() | stored.keys() if live.get(day) != stored.get(day))
    return min(moved, default=None)
