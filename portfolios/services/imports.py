"""Bringing a file into a ledger: look first, then all of it or nothing, and never twice.

The wizard, the command and the API call these two functions and get the same report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import DataError, IntegrityError

from accounts.identity import as_user
from accounts.models import User
from accounts.permissions import Permission
from accounts.services import record
from market.formats.csv_records import Limits
from portfolios.calc.booking.collector import undisturbed
from portfolios.exceptions import ImportRunNotFound, ImportUndecided
from portfolios.formats.contract import Source
from portfolios.models import BalanceAssertion, ImportRun, InstrumentMatch, Portfolio, Transaction
from portfolios.selectors.access import resolve_portfolio
from portfolios.services.import_booking import Booking, plan_import
from portfolios.services.import_choices import Choices
from portfolios.services.import_plan import Plan, look
from portfolios.services.import_report import (
    ImportReport,
    RowFate,
    question_dict,
    report_of,
    would_do,
)
from portfolios.services.import_writing import row_runs, write_drafts
from portfolios.services.ledger import Appended, lock_ledger, lock_ledgers, reverse_entries
from portfolios.services.legs import other_legs

__all__ = ["ImportReport", "RowFate", "preview_import", "run_import", "undo_import"]

LONG_FILE = 500_000  # bytes, about 5,000 entries
Progress = Callable[[str], None]


def preview_import(
    *,
    portfolio_id: UUID,
    content: bytes,
    filename: str,
    by: User,
    choices: Choices | None = None,
    limits: Limits | None = None,
    today: date | None = None,
) -> ImportReport:
    """What an import would change, what it would skip and why, what is wrong. Writes nothing."""
    portfolio = resolve_portfolio(by, portfolio_id, Permission.WRITE_TRADES)
    with as_user(by.pk):
        plan = plan_import(
            portfolio,
            Source(content, filename),
            choices or Choices(),
            today=today or _today(),
            limits=limits or Limits(),
        )
        return report_of(plan, filename, would_do(plan))


def run_import(
    *,
    portfolio_id: UUID,
    content: bytes,
    filename: str,
    by: User,
    choices: Choices | None = None,
    limits: Limits | None = None,
    today: date | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Import a file whole. The same file again adds nothing, also when two run at once.

    `progress` is told each step as it begins. Raises PortfolioNotFound, PermissionDenied,
    ImportUndecided with every question that the file leaves open, and ImportRefused with every
    mistake.
    """
    tell = progress or _tell_nobody
    allowed = resolve_portfolio(by, portfolio_id, Permission.WRITE_TRADES)
    look_at_file = partial(
        look,
        source=Source(content, filename),
        choices=choices or Choices(),
        today=today or _today(),
        limits=limits or Limits(),
    )
    booking: Booking | None = None
    try:
        with undisturbed(when=len(content) > LONG_FILE), as_user(by.pk):
            portfolio = lock_ledger(allowed.pk)
            tell("Reading, matching and booking ahead")
            looked = look_at_file(portfolio)
            if looked.plan.already_in is not None:
                return report_of(looked.plan, filename, would_do(looked.plan))
            if looked.plan.parsed.questions:
                raise ImportUndecided(
                    [question_dict(each) for each in looked.plan.parsed.questions]
                )
            booking = Booking(portfolio, looked)
            tell(f"Writing {len(booking.plan.fresh):,} entries")
            return _write(portfolio, booking, filename, by, tell)
    except (DataError, IntegrityError):
        # The database may refuse what booking would have called a mistake, with all the others.
        if booking is not None and booking.is_ahead:
            with as_user(by.pk):
                Booking(allowed, look_at_file(allowed)).book()
        raise


def undo_import(*, run_id: int, by: User) -> int:
    """Reverse every entry of a run that still stands. Returns how many were reversed.

    The balances it stated no longer count, and its file may be imported again. Of a transfer
    between two portfolios the other leg is reversed with it; EntriesRefused where the user may
    not write there.
    """
    with as_user(by.pk):
        run = ImportRun.objects.filter(pk=run_id).first()
    if run is None:
        raise ImportRunNotFound(run_id)
    allowed = resolve_portfolio(by, run.portfolio_id, Permission.WRITE_TRADES)
    with as_user(by.pk):
        portfolio, *others = lock_ledgers([allowed.pk, *other_legs(_standing(run), by)])
        targets = list(_standing(run))
        legs = other_legs(targets, by)
        reversals = [(there, legs.get(there.pk, [])) for there in others]
        for ledger, rows in [*reversals, (portfolio, targets)]:
            if rows:
                reverse_entries(ledger, rows, by=by, reason=f"Import run {run.pk} undone")
        ImportRun.objects.filter(pk=run.pk).update(state=ImportRun.State.UNDONE)
        _audit("undo_import", run, by, {"entries": len(targets)})
    return len(targets)


def _write(
    portfolio: Portfolio, booking: Booking, filename: str, by: User, tell: Progress
) -> ImportReport:
    plan = booking.plan
    run = _run_to_complete(plan) or ImportRun.objects.create(
        portfolio=portfolio,
        filename=storable(filename),
        file_hash=plan.file_hash,
        format=plan.choices.format,
        row_count=len(plan.fresh),
        created_by=by,
        report=_kept(plan),
    )
    _audit("import_ledger", run, by, {"rows": len(plan.fresh), "file_hash": plan.file_hash})
    _remember(portfolio, plan, by)
    written = write_drafts(
        portfolio,
        booking,
        run,
        by,
        progress=lambda done, total: tell(f"Writing {done:,} of {total:,} entries"),
    )
    if plan.completes is not None:
        _complete(run, plan)
    else:
        _assert(portfolio, plan, run)
    if written is not None:
        rows = row_runs(written.first_seq, plan.fresh)
        run.report |= {"rows": [*run.report.get("rows", ()), *rows]}
        run.save(update_fields=["report", "row_count"])
    done = f"{len(plan.fresh)} entries added in run {run.pk}"
    sentence = f"{done}, {len(plan.duplicates)} were there already."
    return report_of(booking.plan, filename, sentence, import_run=run.pk, **_facts(written))


def _run_to_complete(plan: Plan) -> ImportRun | None:
    return None if plan.completes is None else ImportRun.objects.get(pk=plan.completes)


def _complete(run: ImportRun, plan: Plan) -> None:
    """A run that brings what it had found in the ledger, and is there no more. Its balances stand,
    and of what the file repeats, its own entries are no duplicates of it."""
    others = [each.as_dict() for each in plan.duplicates if each.import_run != run.pk]
    run.report |= {"duplicates": others}
    run.row_count += len(plan.fresh)


def _facts(written: Appended | None) -> dict[str, Any]:
    if written is None:
        return {}
    return {
        "first_seq": written.first_seq,
        "last_seq": written.last_seq,
        "ledger_commit_hash": written.ledger_commit_hash,
    }


def _kept(plan: Plan) -> dict[str, Any]:
    """What the run's page shows beside its entries."""
    return {
        "duplicates": [duplicate.as_dict() for duplicate in plan.duplicates],
        "skipped": [
            {"row": skip.row, "reason": skip.reason, "value": skip.value[:100]}
            for skip in plan.parsed.skipped
        ],
        "notes": list(plan.parsed.notes),
        "title": plan.title,
        "choices": plan.choices.as_dict(),
    }


def _remember(portfolio: Portfolio, plan: Plan, by: User) -> None:
    """Whom the reader said each instrument is: the next file need not ask."""
    used = {each.identifier for each in plan.instruments}
    for identifier, security_id in plan.choices.matches.items():
        if identifier in used:
            InstrumentMatch.objects.update_or_create(
                portfolio=portfolio,
                identifier=identifier,
                defaults={"security_id": security_id, "confirmed_by": by},
            )


def _assert(portfolio: Portfolio, plan: Plan, run: ImportRun) -> None:
    BalanceAssertion.objects.bulk_create(
        BalanceAssertion(
            portfolio=portfolio,
            import_run=run,
            kind=claim.stated.kind,
            asof_date=claim.stated.asof_date,
            account=claim.stated.account,
            currency="" if claim.security_id else claim.stated.currency,
            security_id=claim.security_id,
            amount=claim.stated.amount,
            source=plan.choices.format,
            row=claim.stated.row,
        )
        for claim in plan.claims
    )


def _standing(run: ImportRun) -> Iterable[Transaction]:
    rows = Transaction.objects.filter(import_run=run, reversed_by__isnull=True)
    return rows.select_related("security").order_by("seq")


def _audit(action: str, run: ImportRun, by: User, details: dict[str, Any]) -> None:
    record(
        action=action,
        by=by,
        resource_type="import_run",
        resource_id=run.pk,
        portfolio_id=run.portfolio_id,
        details=details,
    )


def storable(filename: str) -> str:
    """A file may be called anything; a text column takes neither NUL nor half a character."""
    return filename.replace("\0", "").encode("utf-8", "replace").decode()[:255]


def _tell_nobody(_step: str) -> None:
    pass


def _today() -> date:
    return datetime.now(tz=UTC).date()
