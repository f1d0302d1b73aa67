"""The books of a plan: the ledger without the file's entries, and with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cache, partial

from market.formats.csv_records import Limits
from portfolios.calc.booking.parts import joined, parts
from portfolios.calc.entries import Entry, Problem
from portfolios.calc.lots import Book
from portfolios.exceptions import ImportRefused
from portfolios.formats.contract import Source
from portfolios.models import Portfolio
from portfolios.selectors.booked import book_entries, rates_ahead
from portfolios.selectors.ledger import to_entries
from portfolios.selectors.market_view import MarketView
from portfolios.services.checks import booking_faults
from portfolios.services.import_choices import Choices
from portfolios.services.import_plan import Plan, Unbooked, in_order, look
from portfolios.services.ledger import LONG_BATCH

PART = 14_000  # entries that are booked before the lots of them are written


def plan_import(
    portfolio: Portfolio, source: Source, choices: Choices, *, today: date, limits: Limits
) -> Plan:
    """Parse, name the securities, find duplicates, book: every mistake of every step together."""
    return book_plan(portfolio, look(portfolio, source, choices, today=today, limits=limits))


def book_plan(portfolio: Portfolio, unbooked: Unbooked) -> Plan:
    """The plan with the books before and after, and what booking refuses.

    A problem with a security of which some row could not be read may be the missing row's
    doing, so it is not reported beside that row's own mistake.
    """
    plan, rows = unbooked.plan, unbooked.rows
    if rows is None:
        return plan
    known = to_entries(rows, portfolio.base_currency)
    added = plan.compared.entries(known, portfolio.base_currency)
    settings, every = unbooked.settings, [*known, *added]
    _, before = book_entries(portfolio, known, settings=settings)
    _, after = book_entries(portfolio, every, settings=settings)
    light = _lighter(after)
    plan = replace(plan, before=_lighter(before), make_after=lambda: light)
    return _judged(plan, light.problems, known, added)


def _lighter(book: Book) -> Book:
    """Without its entries: they would be as heavy as all the rest of it."""
    return replace(book, accepted=())


def _judged(
    plan: Plan, problems: Sequence[Problem], known: Sequence[Entry], added: Sequence[Entry]
) -> Plan:
    """The plan with what booking refuses among its mistakes."""
    if not problems:
        return plan
    every = (*known, *added)
    symbols, wrong = plan.symbols, {problem.seq for problem in problems}
    drafts = {e.seq: d for e, d in zip(added, plan.fresh, strict=True) if e.seq in wrong}
    traded = {entry.seq: symbols.get(entry.security) for entry in every if entry.seq in wrong}
    traded |= {seq: draft.symbol for seq, draft in drafts.items()}
    doubtful = {*(plan.parsed.unread or ()), *(each.name.symbol for each in plan.unknown)}
    sure = [p for p in problems if not doubtful or traded.get(p.seq) not in doubtful]
    return in_order(replace(plan, errors=(*plan.errors, *booking_faults(sure, drafts))))


class Booking:
    """A plan and its books, made when they are first asked for: of a long file that begins a
    ledger when its entries are on their way to the database. ImportRefused is raised then."""

    def __init__(self, portfolio: Portfolio, unbooked: Unbooked) -> None:
        self.plan = unbooked.plan
        self.begins_ledger = unbooked.begins_ledger
        self._portfolio, self._unbooked = portfolio, unbooked
        self._is_booked = False
        self._market: MarketView | None = None
        if len(self.plan.fresh) <= LONG_BATCH or not self.begins_ledger:
            self.book()
        else:
            # A question about a rate would wait until all entries are written.
            named = ((draft.currency, draft.to_currency) for draft in self.plan.fresh)
            self._market = rates_ahead(portfolio, {code for pair in named for code in pair if code})

    @property
    def is_ahead(self) -> bool:
        """Whether the entries may be written before they are booked."""
        return not self._is_booked

    def book(self) -> Plan:
        """The plan with its books, which is free of mistakes."""
        if not self._is_booked:
            self.plan = book_plan(self._portfolio, self._unbooked)
            self._is_booked = True
        return self._sound()

    def books_of_all(self) -> Iterator[Book]:
        """The book of a ledger that begins with these entries, part by part: whoever writes the
        first has them written while the next is booked. Mistakes are told behind the last."""
        if self._is_booked and self.plan.after is not None:
            yield self.plan.after
            return
        portfolio, settings, market = self._portfolio, self._unbooked.settings, self._market
        added = self.plan.compared.entries((), portfolio.base_currency)
        books: list[Book] = []
        for part in parts(added, at_least=PART):
            _, book = book_entries(portfolio, part, settings=settings, market=market)
            books.append(_lighter(book))
            yield books[-1]
        _, nothing = book_entries(portfolio, (), settings=settings, market=market)
        whole = cache(partial(joined, books, added))
        problems = whole().problems if any(book.problems for book in books) else ()
        plan = replace(self.plan, before=nothing, make_after=whole)
        self.plan = _judged(plan, problems, (), added)
        self._is_booked = True
        self._sound()

    def _sound(self) -> Plan:
        if self.plan.errors:
            raise ImportRefused([fault.as_dict() for fault in self.plan.errors])
        return self.plan
