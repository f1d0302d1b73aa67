"""Writing the ledger: entries are numbered, chained, booked and written once, or not at all.

The portfolio's row is locked first. Whoever comes second waits there, reads the head that the
first one left, and continues the chain from it: no fork, no sale of what is sold already.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from uuid import UUID

from django.db.models import Count

from accounts.identity import as_user
from accounts.models import User
from accounts.permissions import Permission
from accounts.services import record
from market.models import Security
from portfolios.exceptions import EntriesRefused, EntryAlreadyReversed, EntryNotFound
from portfolios.formats.draft import Draft
from portfolios.models import EntryType, ImportRun, LedgerAnchor, Portfolio, Transaction
from portfolios.models.chain import entry_hash, same_content_hash
from portfolios.selectors.access import resolve_portfolio
from portfolios.selectors.booked import Booked, book_rows
from portfolios.selectors.ledger import first_date, ledger_head, ledger_rows, to_entries
from portfolios.services.checks import booking_faults, settled
from portfolios.services.history import refresh_history
from portfolios.services.projections import store_lots

COPIED = tuple(
    field.name
    for field in fields(Draft)
    if field.name
    not in {
        "symbol",
        "exchange",
        "security_id",
        "to_symbol",
        "to_exchange",
        "to_security_id",
        "isin",
        "figi",
        "security_name",
        "number",
        "reverses",
        "row",
    }
)


@dataclass(frozen=True, slots=True)
class Appended:
    """The numbers that a batch received, and the head after it."""

    first_seq: int
    last_seq: int
    ledger_commit_hash: str
    entries: tuple[Transaction, ...]


def append_entries(
    *, portfolio_id: UUID, entries: Sequence[Draft], by: User, source: str = "manual"
) -> Appended:
    """Write a batch whole. Projections and history follow in the same transaction.

    Raises PortfolioNotFound, PermissionDenied, and EntriesRefused with every mistake of the
    batch, a sale of more than is held among them.
    """
    with_rights = resolve_portfolio(by, portfolio_id, Permission.WRITE_TRADES)
    with as_user(by.pk):
        return write_entries(lock_ledger(with_rights.pk), entries, by=by, source=source)


def reverse_entry(*, portfolio_id: UUID, seq: int, by: User, reason: str) -> Appended:
    """Cancel one entry by another, as if it had never been written; both stay readable.

    Raises EntryNotFound, EntryAlreadyReversed, and EntriesRefused when later entries stand on
    the cancelled one.
    """
    with_rights = resolve_portfolio(by, portfolio_id, Permission.WRITE_TRADES)
    with as_user(by.pk):
        portfolio = lock_ledger(with_rights.pk)
        target = ledger_rows(portfolio.pk).filter(seq=seq).first()
        if target is None:
            raise EntryNotFound(portfolio.pk, seq)
        return reverse_entries(portfolio, [target], by=by, reason=reason)


def lock_ledger(portfolio_id: UUID) -> Portfolio:
    """The lock that puts all writers of one ledger in a row, held until the transaction ends."""
    return Portfolio.objects.select_for_update().get(pk=portfolio_id)


def write_entries(
    portfolio: Portfolio,
    drafts: Sequence[Draft],
    *,
    by: User,
    source: str,
    import_run: ImportRun | None = None,
) -> Appended:
    """`append_entries` for callers that hold the lock and have checked the right."""
    complete, faults = settled(drafts, portfolio.base_currency)
    if faults:
        raise EntriesRefused([fault.as_dict() for fault in faults])
    rows = _chain(portfolio, complete, by=by, source=source, import_run=import_run)
    places = {row.seq: draft for row, draft in zip(rows, complete, strict=True)}
    return _write(portfolio, rows, by=by, action="write_trade", places=places)


def reverse_entries(
    portfolio: Portfolio, targets: Sequence[Transaction], *, by: User, reason: str
) -> Appended:
    """Reversals of several entries, newest first, in one batch."""
    _refuse_reversed(targets)
    rows = [_reversal(target, reason) for target in sorted(targets, key=lambda row: -row.seq)]
    _link(portfolio, rows, by=by, source="reversal")
    return _write(portfolio, rows, by=by, action="reverse_entry", places={})


def replace_entry(
    portfolio: Portfolio, target: Transaction, draft: Draft, *, by: User, reason: str
) -> Appended:
    """A reversal and the entry written instead, booked together: both stand or neither."""
    _refuse_reversed([target])
    complete, faults = settled([draft], portfolio.base_currency)
    if faults:
        raise EntriesRefused([fault.as_dict() for fault in faults])
    instead = _chain(portfolio, complete, by=by, source="correction")
    rows = [_reversal(target, reason), *instead]
    _link(portfolio, rows, by=by, source="correction")
    places = {row.seq: given for row, given in zip(instead, complete, strict=True)}
    return _write(portfolio, rows, by=by, action="amend_entry", places=places)


def _refuse_reversed(targets: Sequence[Transaction]) -> None:
    taken = Transaction.objects.filter(reverses__in=targets).order_by("seq").first()
    if taken is not None:
        raise EntryAlreadyReversed(
            f"Entry {taken.reverses.seq if taken.reverses else ''} is reversed by {taken.seq}.",
            details={"reversed_by": taken.seq},
        )


def _reversal(target: Transaction, reason: str) -> Transaction:
    return Transaction(
        entry_type=EntryType.REVERSAL,
        transaction_date=target.transaction_date,
        security=target.security,
        account=target.account,
        currency=target.currency,
        narration=reason[:500],
        reverses=target,
    )


def _chain(
    portfolio: Portfolio,
    drafts: Sequence[Draft],
    *,
    by: User,
    source: str,
    import_run: ImportRun | None = None,
) -> list[Transaction]:
    """Drafts as the rows they would become behind the present head; nothing is written."""
    ids = {pk for d in drafts for pk in (d.security_id, d.to_security_id) if pk}
    securities = Security.objects.in_bulk(ids)
    rows = [
        Transaction(
            **{name: getattr(draft, name) for name in COPIED},
            security=securities[draft.security_id] if draft.security_id else None,
            to_security=securities[draft.to_security_id] if draft.to_security_id else None,
            import_run=import_run,
        )
        for draft in drafts
    ]
    _link(portfolio, rows, by=by, source=source)
    return rows


def _link(portfolio: Portfolio, rows: Sequence[Transaction], *, by: User, source: str) -> None:
    head = ledger_head(portfolio.pk)
    previous, seq = head.entry_hash, head.seq
    for row in rows:
        row.content_hash = same_content_hash(
            row,
            security=_key(row.security),
            to_security=_key(row.to_security),
            reverses=row.reverses.seq if row.reverses else None,
        )
    seen = _occurrences(portfolio.pk, [row.content_hash for row in rows])
    for row in rows:
        seq += 1
        seen[row.content_hash] += 1
        row.portfolio, row.seq, row.source, row.created_by = portfolio, seq, source, by
        row.occurrence, row.previous_hash = seen[row.content_hash], previous
        target = row.reverses.seq if row.reverses else None
        row.entry_hash = entry_hash(
            previous,
            row,
            security=_key(row.security),
            to_security=_key(row.to_security),
            reverses=target,
        )
        previous = row.entry_hash


def _key(security: Security | None) -> str:
    return security.key if security is not None else ""


def _occurrences(portfolio_id: UUID, hashes: Sequence[str]) -> Counter[str]:
    """How often each content stands in the ledger already, reversed ones included."""
    known = (
        Transaction.objects.filter(portfolio_id=portfolio_id, content_hash__in=set(hashes))
        .values_list("content_hash")
        .annotate(times=Count("pk"))
        .order_by()
    )
    return Counter(dict(known))


def _write(
    portfolio: Portfolio,
    rows: Sequence[Transaction],
    *,
    by: User,
    action: str,
    places: Mapping[int, Draft],
) -> Appended:
    booked = book_rows(portfolio, [*ledger_rows(portfolio.pk), *rows])
    if faults := booking_faults(booked.book.problems, places):
        raise EntriesRefused([fault.as_dict() for fault in faults])
    written = Transaction.objects.bulk_create(rows, batch_size=1000)
    last = written[-1]
    LedgerAnchor.objects.create(portfolio=portfolio, seq=last.seq, entry_hash=last.entry_hash)
    record(
        action=action,
        by=by,
        resource_type="portfolio",
        resource_id=portfolio.pk,
        portfolio_id=portfolio.pk,
        details={
            "first_seq": written[0].seq,
            "last_seq": last.seq,
            "ledger_commit_hash": last.entry_hash,
        },
    )
    _project(portfolio, booked, rows)
    return Appended(written[0].seq, last.seq, last.entry_hash, tuple(written))


def _project(portfolio: Portfolio, booked: Booked, rows: Sequence[Transaction]) -> None:
    store_lots(portfolio.pk, booked.book)
    refresh_history(portfolio, booked, from_date=_touched_from(portfolio, rows))


def _touched_from(portfolio: Portfolio, rows: Sequence[Transaction]) -> date | None:
    """The earliest day these rows change; a reversal changes what its target changed."""
    effects = [row.reverses if row.reverses is not None else row for row in rows]
    if any(row.entry_type == EntryType.REVERSAL for row in effects):
        return None  # a reversed reversal revives its target: all of history is looked at
    return first_date(to_entries(effects, portfolio.base_currency))
