"""A long ledger booked part by part: the first lots can be written while the next are booked.

Entries that cannot touch one another may be booked apart (`groups`). A part is many such groups,
found with less care and in a tenth of the time: all entries of some securities, in whatever
account. Securities that become one another stay together; cash that belongs to none is as one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from operator import attrgetter
from typing import Any

from portfolios.calc.booking.ledger import journal_key
from portfolios.calc.booking.reversals import effective
from portfolios.calc.entries import ZERO, Entry, SecurityKey
from portfolios.calc.lots import CLOSE_SEQ, Book, Closure, Income, Lot, Posting
from portfolios.calc.records import Records, Row


def parts(entries: Sequence[Entry], *, at_least: int) -> Iterator[list[Entry]]:
    """A ledger that reverses nothing, in parts of at least so many entries; the last may be
    shorter. Each keeps the order of its entries."""
    of_security: dict[SecurityKey | None, list[Entry]] = {}
    for entry in entries:
        of_security.setdefault(entry.security, []).append(entry)
    become = {
        key for e in entries if e.to_security is not None for key in (e.security, e.to_security)
    }
    gathered = [of_security.pop(key, []) for key in become]
    for some in of_security.values():
        if sum(map(len, gathered)) >= at_least:
            yield _in_order(gathered)
            gathered = []
        gathered.append(some)
    if any(gathered):
        yield _in_order(gathered)


def joined(books: Sequence[Book], entries: Iterable[Entry]) -> Book:
    """The book of a ledger from those of its parts, every record in its place. Nothing of it is
    reversed. The parts may have been relieved of their `accepted`."""
    if len(books) == 1:
        return books[0]
    standing, _ = effective(entries)
    place = {entry.seq: number for number, entry in enumerate(standing)}
    day = {entry.seq: entry.transaction_date for entry in standing}
    journal = _rows(book.journal for book in books)
    is_by_entry = all(row[0] == day[row[1]] for row in journal)
    journal.sort(key=_by(place, 1) if is_by_entry else journal_key)
    lots, closures = _rows(book.lots for book in books), _rows(book.closures for book in books)
    income = _rows(book.income for book in books)
    return Book(
        base_currency=books[0].base_currency,
        lots=Records(Lot.of, sorted(lots, key=lambda lot: place[lot.open_seq])),
        closures=Records(Closure._make, sorted(closures, key=_by(place, CLOSE_SEQ))),
        cash=_sums(book.cash for book in books),
        receivables=(),  # these are for a day that somebody asks for
        income=Records(Income._make, sorted(income, key=_by(place, 0))),
        accepted=sorted(_all(b.accepted for b in books), key=lambda e: place[e.seq]),
        journal=Records(Posting.of_row, journal),
        problems=tuple(sorted(_all(b.problems for b in books), key=lambda p: place[p.seq])),
    )


_all = chain.from_iterable


def _in_order(some: Iterable[Sequence[Entry]]) -> list[Entry]:
    return sorted(_all(some), key=attrgetter("seq"))


def _rows(records: Iterable[Any]) -> list[Any]:
    return list(_all(each.rows for each in records))


def _by(place: Mapping[int, int], field: int) -> Callable[[Row], int]:
    return lambda row: place[row[field]]


def _sums(amounts: Iterable[Mapping[tuple[str, str], Any]]) -> dict[tuple[str, str], Any]:
    total: dict[tuple[str, str], Any] = {}
    for each in amounts:
        for key, amount in each.items():
            total[key] = total.get(key, ZERO) + amount
    return total
