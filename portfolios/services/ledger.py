"""Writing the ledger: entries are numbered, chained, booked and written once, or not at all.

The portfolio's row is locked first. Whoever comes second waits there, reads the head that the
first one left, and continues the chain from it: no fork, no sale of what is sold already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from django.utils import timezone

from accounts.identity import as_user
from accounts.models import User
from accounts.permissions import Permission
from accounts.services import record
from portfolios.calc.booking.collector import undisturbed
from portfolios.calc.entries import ZERO
from portfolios.calc.entries import EntryType as CalcType
from portfolios.calc.lots import Book
from portfolios.exceptions import EntriesRefused, EntryAlreadyReversed, EntryNotFound
from portfolios.formats.draft import Draft
from portfolios.models import EntryType, ImportRun, LedgerAnchor, Lot, Portfolio, Transaction
from portfolios.selectors.access import opened, resolve_portfolio
from portfolios.selectors.ground import ground_of
from portfolios.selectors.ledger import Head, ledger_rows
from portfolios.services.batches import Batch, Target, write_batch
from portfolios.services.booking import book_batch, project
from portfolios.services.checks import settled
from portfolios.services.first_build import build_unbuilt
from portfolios.services.history import follow_ledger
from portfolios.services.legs import other_legs
from portfolios.services.projections import store_first
from portfolios.services.rows import beside, insert_rows, reserve_ids

LONG_BATCH = 5_000  # entries
SHOWN = 500  # entries that are handed back as rows; whoever writes more reads what it needs
Progress: TypeAlias = Callable[[int, int], None]
"""Told how many of how many entries are written."""


@dataclass(frozen=True, slots=True)
class Appended:
    """The numbers that a batch received, and the head after it."""

    portfolio_id: UUID
    first_seq: int
    last_seq: int
    ledger_commit_hash: str

    @property
    def entries(self) -> tuple[Transaction, ...]:
        """The rows, read for whoever asks for them; none where the batch is longer than 500."""
        if self.last_seq - self.first_seq >= SHOWN:
            return ()
        rows = ledger_rows(self.portfolio_id, self.last_seq)
        return tuple(rows.filter(seq__gte=self.first_seq))


@dataclass(frozen=True, slots=True)
class Ahead:
    """What was found out about a batch under the same lock: its entries are settled. Where they
    are the first of their ledger, `books` books them part by part, and raises what is wrong with
    them behind the last; it is called while they are being written, and what is written is undone
    if it raises."""

    books: Callable[[], Iterator[Book]] | None = None


def append_entries(
    *,
    portfolio_id: UUID,
    entries: Sequence[Draft],
    by: User,
    source: str = "manual",
    progress: Progress | None = None,
) -> Appended:
    """Write a batch whole. Lots, cash and history follow in the same transaction.

    Raises PortfolioNotFound, PermissionDenied, and EntriesRefused with every mistake of the
    batch, a sale of more than is held among them.
    """
    with opened(by, portfolio_id, Permission.WRITE_TRADES) as portfolio:
        return write_entries(portfolio, entries, by=by, source=source, progress=progress)


def reverse_entry(*, portfolio_id: UUID, seq: int, by: User, reason: str) -> Appended:
    """Cancel one entry by another, as if it had never been written; both stay readable. Of a
    transfer between two portfolios the other leg is cancelled with it.

    Raises EntryNotFound, EntryAlreadyReversed, and EntriesRefused when later entries stand on
    the cancelled one, or when the other leg is where the user may not write.
    """
    with_rights = resolve_portfolio(by, portfolio_id, Permission.WRITE_TRADES)
    with as_user(by.pk):
        target = ledger_rows(with_rights.pk).filter(seq=seq).first()
        if target is None:
            raise EntryNotFound(with_rights.pk, seq)
    legs = other_legs([target], by)
    with as_user(by.pk):
        own, *others = lock_ledgers([with_rights.pk, *legs])
        for there in others:
            reverse_entries(there, legs[there.pk], by=by, reason=reason)
        return reverse_entries(own, [target], by=by, reason=reason)


def lock_ledger(portfolio_id: UUID) -> Portfolio:
    """The lock that puts all writers of one ledger in a row, held until the transaction ends."""
    return Portfolio.objects.select_for_update().get(pk=portfolio_id)


def lock_ledgers(portfolio_ids: Sequence[UUID]) -> list[Portfolio]:
    """Several at once, always in the order of their ids: nobody waits in a circle. They are given
    back in the order asked for."""
    found = Portfolio.objects.select_for_update(of=("self",)).filter(pk__in=portfolio_ids)
    locked = {portfolio.pk: portfolio for portfolio in found.order_by("pk")}
    return [locked[pk] for pk in portfolio_ids]


def write_entries(
    portfolio: Portfolio,
    drafts: Sequence[Draft],
    *,
    by: User,
    source: str,
    import_run: ImportRun | None = None,
    corporate_action_id: UUID | None = None,
    progress: Progress | None = None,
    ahead: Ahead | None = None,
) -> Appended:
    """`append_entries` for callers that hold the lock and have checked the right, and perhaps
    settled and booked the entries already."""
    same = {
        "source": source,
        "created_by_id": by.pk,
        "import_run_id": None if import_run is None else import_run.pk,
        "corporate_action_id": corporate_action_id,
    }
    with undisturbed(when=len(drafts) > LONG_BATCH):
        complete = drafts if ahead is not None else _complete(portfolio, drafts)
        batch = Batch(complete, same=same)
        return _write(portfolio, batch, by=by, action="write_trade", progress=progress, ahead=ahead)


def reverse_entries(
    portfolio: Portfolio, targets: Sequence[Transaction], *, by: User, reason: str
) -> Appended:
    """Reversals of several entries, newest first, in one batch, of one ledger: whoever calls has
    asked `legs` for what hangs on them in another."""
    _refuse_reversed(targets)
    newest_first = sorted(targets, key=lambda row: -row.seq)
    batch = Batch(
        [_reversal(target, reason) for target in newest_first],
        targets=[_target(row) for row in newest_first],
        same={"source": "reversal", "created_by_id": by.pk},
    )
    return _write(portfolio, batch, by=by, action="reverse_entry")


def replace_entry(
    portfolio: Portfolio, target: Transaction, draft: Draft, *, by: User, reason: str
) -> Appended:
    """A reversal and the entry written instead, booked together: both stand or neither."""
    _refuse_reversed([target])
    batch = Batch(
        [_reversal(target, reason), *_complete(portfolio, [draft])],
        targets=[_target(target), None],
        same={"source": "correction", "created_by_id": by.pk},
    )
    return _write(portfolio, batch, by=by, action="amend_entry")


def _complete(portfolio: Portfolio, drafts: Sequence[Draft]) -> list[Draft]:
    complete, faults = settled(drafts, portfolio.base_currency)
    if faults:
        raise EntriesRefused([fault.as_dict() for fault in faults])
    return complete


def _reversal(target: Transaction, reason: str) -> Draft:
    return Draft(
        entry_type=EntryType.REVERSAL,
        transaction_date=target.transaction_date,
        security_id=target.security_id,
        account=target.account,
        currency=target.currency,
        net_amount=ZERO,
        narration=reason[:500],
        link_id=target.link_id,
    )


def _target(row: Transaction) -> Target:
    origin = row
    while origin.reverses is not None:
        origin = origin.reverses
    return Target(row.pk, row.seq, CalcType(origin.entry_type))


def _refuse_reversed(targets: Sequence[Transaction]) -> None:
    ids = [target.pk for target in targets]
    taken = (
        Transaction.objects.filter(reverses__in=ids)
        .order_by("seq")
        .values_list("seq", "reverses__seq")
        .first()
    )
    if taken is not None:
        raise EntryAlreadyReversed(
            f"Entry {taken[1]} is reversed by {taken[0]}.", details={"reversed_by": taken[0]}
        )


def _write(
    portfolio: Portfolio,
    batch: Batch,
    *,
    by: User,
    action: str,
    progress: Progress | None = None,
    ahead: Ahead | None = None,
) -> Appended:
    ground = ground_of(portfolio.pk, batch.securities)
    before = ground.head
    if before.seq and not ground.has_balance:
        build_unbuilt(portfolio.pk)
    with beside(when=len(batch.drafts) > LONG_BATCH) as hand_over:
        if ahead is not None and ahead.books is not None and not before.seq:
            lot_ids = reserve_ids(Lot, len(batch.drafts))  # a later question would wait
            ids, head = write_batch(portfolio, batch, before, hand_over, progress)
            store_first(portfolio.pk, ahead.books(), ids, lot_ids, hand_over)
            first_day = None
        else:
            booked = book_batch(portfolio, batch, ground)
            if booked.faults:
                raise EntriesRefused([fault.as_dict() for fault in booked.faults])
            ids, head = write_batch(portfolio, batch, before, hand_over, progress)
            project(portfolio, booked, ids, hand_over)
            first_day = booked.first_day
    anchor = {"portfolio_id": portfolio.pk, "at": timezone.now()}
    insert_rows(LedgerAnchor, ("seq", "entry_hash"), [(head.seq, head.entry_hash)], same=anchor)
    record(
        action=action,
        by=by,
        resource_type="portfolio",
        resource_id=portfolio.pk,
        portfolio_id=portfolio.pk,
        details=_details(before, head),
    )
    follow_ledger(portfolio, before, head, first_day)
    return Appended(portfolio.pk, before.seq + 1, head.seq, head.entry_hash)


def _details(before: Head, head: Head) -> dict[str, Any]:
    return {
        "first_seq": before.seq + 1,
        "last_seq": head.seq,
        "ledger_commit_hash": head.entry_hash,
    }
