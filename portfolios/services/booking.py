"""What a batch changes in lots and cash: the groups it touches, booked before and after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from uuid import UUID

from market.formats.faults import Fault
from portfolios.calc.booking.groups import groups
from portfolios.calc.entries import LotScope, Problem
from portfolios.calc.lots import Book
from portfolios.models import Portfolio
from portfolios.selectors.booked import book_groups
from portfolios.selectors.ground import Ground
from portfolios.selectors.ledger import first_day_of
from portfolios.selectors.projected import Projection, cash_of, projected, stored_projection
from portfolios.selectors.stored_entries import stored_entries, touched_groups
from portfolios.services.batches import Batch
from portfolios.services.checks import booking_faults
from portfolios.services.projections import Cash, store, store_cash
from portfolios.services.rows import HandOver


@dataclass(frozen=True, slots=True)
class BookedBatch:
    """What the touched groups paid before, what they amount to after, and every reason not to write
    the batch.

    `ids` are the rows of their stored entries, by number. `first_day` is the earliest day that
    the batch touches; None is every day.
    """

    before: Cash
    after: Projection
    ids: Mapping[int, int]
    faults: Sequence[Fault]
    first_day: date | None


def book_batch(portfolio: Portfolio, batch: Batch, ground: Ground) -> BookedBatch:
    """Book a batch behind the head with the entries that it can touch; nothing is written."""
    after_seq = ground.head.seq
    new = batch.entries(after_seq, portfolio.base_currency)
    touched = touched_groups(portfolio, new, joins=ground.joins)
    # One call for both: they stand on the same settings and packs, which are asked for once.
    both = *touched.before, *touched.after
    books = book_groups(portfolio, both, method_changes=ground.method_changes)
    before = cash_of(islice(books, len(touched.before)))
    after, problems = _gathered(books)
    drafts = enumerate(batch.drafts)
    places = {after_seq + 1 + n: draft for n, draft in drafts if batch.target(n) is None}
    first_day = first_day_of(new, (entry for group in touched.before for entry in group))
    return BookedBatch(before, after, touched.ids, booking_faults(problems, places), first_day)


def project(
    portfolio: Portfolio, booked: BookedBatch, new_ids: Mapping[int, int], hand_over: HandOver
) -> None:
    """Write what the batch changed; `new_ids` are its rows by number."""
    stored = stored_projection(portfolio.pk, booked.ids.values())
    store(portfolio.pk, stored, booked.after, {**booked.ids, **new_ids}, hand_over)
    store_cash(portfolio.pk, booked.before, booked.after.cash)


def _gathered(books: Iterable[Book]) -> tuple[Projection, list[Problem]]:
    projection = Projection()
    problems: list[Problem] = []
    for book in books:
        projection.add(book)
        problems += book.problems
    return projection, sorted(problems, key=lambda problem: problem.seq)


def rebook(portfolio: Portfolio, *, account: str = "", security_id: UUID | None = None) -> None:
    """Book the groups of an account, of a security, or all, under the settings of now."""
    stored = stored_entries(portfolio)
    found = [
        group
        for group in groups(stored.entries, LotScope(portfolio.lot_scope))
        if any(
            (not account or account in (entry.account, entry.to_account))
            and (security_id is None or security_id in (entry.security, entry.to_security))
            for entry in group
        )
    ]
    ids = {entry.seq: stored.ids[entry.seq] for group in found for entry in group}
    after = projected(book_groups(portfolio, found))
    store(portfolio.pk, stored_projection(portfolio.pk, ids.values()), after, ids)
