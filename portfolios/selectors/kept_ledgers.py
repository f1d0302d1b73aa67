"""Ledgers that this process has read and booked, for whoever asks about them next.

What a ledger says up to its newest entry never changes, nor does what it amounts to under the same
settings at the same market head. A few are kept, bounded by their entries. Before anything is
looked up, the newest entry is asked for under the caller's own identity: of a foreign ledger
row-level security shows none, and an entry appended meanwhile is another newest one. Checks that
look for broken rows read the rows themselves (`booked.book_ledger`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from portfolios.calc.booking import book
from portfolios.calc.booking.turning_days import turning_days
from portfolios.calc.entries import BookingSettings, CostFx, Entry
from portfolios.calc.lots import Book
from portfolios.models import Portfolio, Transaction
from portfolios.selectors.booked import Booked, market_of, told_in
from portfolios.selectors.bounded import Bounded
from portfolios.selectors.ledger import booking_settings
from portfolios.selectors.stored_entries import (
    StoredEntries,
    continued_entries,
    stored_entries,
)

MOST_ENTRIES: Final = 20_000  # of all ledgers together: about 1 kB each, and their books as much
MOST_BOOKS: Final = 4  # of one ledger: days apart, settings, market heads


class Newest(NamedTuple):
    """The entry that a ledger ended with. Its hash covers all entries before it; an entry that was
    rolled back and written again has another row."""

    row_id: int
    seq: int
    entry_hash: str


class Key(NamedTuple):
    """A ledger, and what its amounts are read in."""

    portfolio_id: UUID
    newest: Newest
    base_currency: str


@dataclass(frozen=True, eq=False)
class Ledger:
    """Entries with their rows, and some books of them."""

    stored: StoredEntries
    books: Bounded[Hashable, Book] = field(default_factory=lambda: Bounded(MOST_BOOKS, _one))


def _one(_book: Book) -> int:
    return 1


def _entries_of(ledger: Ledger) -> int:
    return len(ledger.stored.entries)


SHELF: Final[Bounded[Key, Ledger]] = Bounded(MOST_ENTRIES, _entries_of)


def kept_ledger(
    portfolio: Portfolio,
    *,
    upto_seq: int | None = None,
    asof: date | None = None,
    market_head: int | None = None,
    currency: str | None = None,
) -> Booked:
    """What `booked.book_ledger` answers, from memory where somebody has asked before."""
    newest = newest_entry(portfolio.pk, upto_seq)
    base, settings = portfolio.base_currency, booking_settings(portfolio)
    key = Key(portfolio.pk, newest, base)
    ledger = SHELF.get(key) or SHELF.put(key, Ledger(_read(portfolio, key)))
    entries = ledger.stored.entries
    market = market_of(portfolio, entries, asof, market_head)
    until, rates = _until(entries, settings, asof), market.rates_on
    stands = until, settings, portfolio.pricing_policy, market.market_head
    found = ledger.books.get(stands)
    if found is None:
        found = ledger.books.put(stands, _made(book(entries, settings, rates, asof=until)))
    if currency not in {None, base}:
        market, found = told_in(settings, market, found, str(currency))
    return Booked(entries, found, market, newest.seq, newest.entry_hash, rates, ledger.stored.ids)


def newest_entry(portfolio_id: UUID, upto_seq: int | None = None) -> Newest:
    """The last entry of a ledger that the caller may see, or the last up to a number."""
    rows = Transaction.objects.filter(portfolio_id=portfolio_id)
    if upto_seq is not None:
        rows = rows.filter(seq__lte=upto_seq)
    newest = rows.order_by("-seq").values_list("pk", "seq", "entry_hash").first()
    return Newest(*newest) if newest else Newest(0, 0, "")


def _read(portfolio: Portfolio, key: Key) -> StoredEntries:
    """The entries up to the newest: only the last of them, where those before are kept."""
    shorter = _prefix_of(key)
    if shorter is not None and newest_entry(portfolio.pk, shorter.newest.seq) == shorter.newest:
        known = SHELF.pop(shorter)
        if known is not None:
            return continued_entries(portfolio, known.stored, key.newest.seq)
    return stored_entries(portfolio, key.newest.seq)


def _prefix_of(key: Key) -> Key | None:
    """The longest kept ledger of the portfolio that ends before another one."""
    shorter = [
        each
        for each in SHELF.in_order()
        if (each.portfolio_id, each.base_currency) == (key.portfolio_id, key.base_currency)
        and 0 < each.newest.seq < key.newest.seq
    ]
    return max(shorter, key=lambda each: each.newest.seq, default=None)


def _until(entries: Sequence[Entry], settings: BookingSettings, asof: date | None) -> date | None:
    """The last day up to `asof` on which the book becomes another: its neighbours share it."""
    if settings.cost_fx is CostFx.CURRENT or (asof is None and settings.method_changes):
        return asof
    days = turning_days(entries, settings)
    at = bisect_right(days, asof or date.max)
    return days[at - 1] if at else date.min


def _made(found: Book) -> Book:
    """A book that will be read often: its postings are made once."""
    return replace(found, journal=tuple(found.journal))
