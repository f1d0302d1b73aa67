"""Ledgers that this process has read and booked, for whoever asks about them next.

What a ledger says up to its newest entry never changes, nor does what it amounts to under the same
settings at the same market head. A few are kept, bounded by their entries. Before anything is
looked up, the newest entry is asked for under the caller's own identity: of a foreign ledger
row-level security shows none, and an entry appended meanwhile is another newest one. Checks that
look for broken rows read the rows themselves (`booked.book_ledger`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from threading import Lock
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

from portfolios.calc.booking import book
from portfolios.calc.booking.turning_days import turning_days
from portfolios.calc.entries import BookingSettings, CostFx, Entry
from portfolios.calc.lots import Book
from portfolios.models import Portfolio, Transaction
from portfolios.selectors.booked import Booked, market_of, told_in
from portfolios.selectors.ledger import booking_settings
from portfolios.selectors.stored_entries import StoredEntries, stored_entries

MOST_ENTRIES: Final = 20_000  # of all ledgers together: about 1 kB each, and their books as much
MOST_BOOKS: Final = 4  # of one ledger: days apart, settings, market heads

T = TypeVar("T")


class Newest(NamedTuple):
    """The entry that a ledger ended with. Its hash covers all entries before it; an entry that was
    rolled back and written again has another row."""

    row_id: int
    seq: int
    entry_hash: str


@dataclass(frozen=True, eq=False)
class Ledger:
    """Entries with their rows, and some books of them."""

    stored: StoredEntries
    books: OrderedDict[Hashable, Book] = field(default_factory=OrderedDict)


class Shelf:
    """The ledgers used last, up to a number of entries. Threads share it."""

    def __init__(self, most: int = MOST_ENTRIES) -> None:
        self.most = most
        self._ledgers: OrderedDict[Hashable, Ledger] = OrderedDict()
        self._lock = Lock()

    @property
    def size(self) -> int:
        """How many entries are kept."""
        return sum(len(each.stored.entries) for each in self._ledgers.values())

    def ledger(self, key: Hashable, read: Callable[[], StoredEntries]) -> Ledger:
        """The kept one, else the one that is read now. Reading is not locked: two who ask at once
        read twice, and agree."""
        found = self._taken(self._ledgers, key)
        if found is not None:
            return found
        found = Ledger(read())
        if len(found.stored.entries) > self.most:
            return found
        found = self._put(self._ledgers, key, found)
        with self._lock:
            while self.size > self.most:
                self._ledgers.popitem(last=False)
        return found

    def book(self, ledger: Ledger, key: Hashable, make: Callable[[], Book]) -> Book:
        """The kept book of a ledger, else the one that is made now."""
        found = self._taken(ledger.books, key)
        if found is None:
            found = self._put(ledger.books, key, make())
            with self._lock:
                while len(ledger.books) > MOST_BOOKS:
                    ledger.books.popitem(last=False)
        return found

    def clear(self) -> None:
        """As in a process that has just started."""
        with self._lock:
            self._ledgers.clear()

    def _taken(self, kept: OrderedDict[Hashable, T], key: Hashable) -> T | None:
        with self._lock:
            if key not in kept:
                return None
            kept.move_to_end(key)
            return kept[key]

    def _put(self, kept: OrderedDict[Hashable, T], key: Hashable, value: T) -> T:
        with self._lock:
            return kept.setdefault(key, value)


SHELF: Final = Shelf()


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
    ledger = SHELF.ledger(
        (portfolio.pk, newest, base), lambda: stored_entries(portfolio, newest.seq)
    )
    entries = ledger.stored.entries
    market = market_of(portfolio, entries, asof, market_head)
    until = _until(entries, settings, asof)
    rates = market.rates_on
    found = SHELF.book(
        ledger,
        (until, settings, portfolio.pricing_policy, market.market_head),
        lambda: _made(book(entries, settings, rates, asof=until)),
    )
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


def _until(entries: Sequence[Entry], settings: BookingSettings, asof: date | None) -> date | None:
    """The last day up to `asof` on which the book becomes another: its neighbours share it."""
    if asof is None or settings.cost_fx is CostFx.CURRENT:
        return asof
    days = turning_days(entries, settings)
    at = bisect_right(days, asof)
    return days[at - 1] if at else date.min


def _made(found: Book) -> Book:
    """A book that will be read often: its postings are made once."""
    return replace(found, journal=tuple(found.journal))
