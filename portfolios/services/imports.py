"""Bringing a file into a ledger: look first, then all of it or nothing, and never twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from accounts.identity import as_user
from accounts.models import User
from accounts.permissions import Permission
from accounts.services import record
from market.formats.csv_records import Limits
from portfolios.exceptions import ImportRefused, ImportRunNotFound
from portfolios.formats import dawsos_csv
from portfolios.formats.draft import Draft
from portfolios.models import ImportRun, Portfolio, Transaction
from portfolios.selectors.access import resolve_portfolio
from portfolios.services.import_plan import Plan, changes, overdrafts, plan_import
from portfolios.services.ledger import lock_ledger, reverse_entries, write_entries

SHOWN_ROWS = 1_000  # of a preview's rows on a page: fifty thousand are 20 MB of it


@dataclass(frozen=True, slots=True)
class RowFate:
    """What becomes of one row: new, duplicate or refused, and why."""

    row: int | None
    fate: str
    entry: Draft | None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What a file would do (a preview) or has done (an import)."""

    filename: str
    file_hash: str
    sentence: str
    import_run: int | None = None
    already_imported_in: int | None = None
    rows_added: int = 0
    duplicates: tuple[dict[str, Any], ...] = ()
    errors: tuple[dict[str, Any], ...] = ()
    warnings: tuple[dict[str, Any], ...] = ()
    changes: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    first_seq: int | None = None
    last_seq: int | None = None
    ledger_commit_hash: str | None = None
    rows: tuple[RowFate, ...] = ()

    @property
    def new_count(self) -> int:
        return 0 if self.errors else self.rows_added

    @property
    def duplicate_count(self) -> int:
        return len(self.duplicates)

    @property
    def fault_count(self) -> int:
        return len(self.errors)

    @property
    def can_import(self) -> bool:
        return self.new_count > 0

    @property
    def is_too_large(self) -> bool:
        return any(error["reason"] == "file_too_large" for error in self.errors)

    @property
    def shown_rows(self) -> tuple[RowFate, ...]:
        """The first rows, and of those with mistakes the first as many."""
        return self.rows[:SHOWN_ROWS]

    @property
    def shown_refused(self) -> tuple[RowFate, ...]:
        return tuple(row for row in self.rows if row.fate == "refused")[:SHOWN_ROWS]

    @property
    def shown_warnings(self) -> tuple[dict[str, Any], ...]:
        return self.warnings[:SHOWN_ROWS]

    def as_dict(self) -> dict[str, Any]:
        """The report for programs; the rows themselves stay with the file."""
        names = [f.name for f in fields(self) if f.name != "rows"]
        return {name: getattr(self, name) for name in names}


def preview_import(
    *,
    portfolio_id: UUID,
    content: bytes,
    filename: str,
    by: User,
    limits: Limits | None = None,
    today: date | None = None,
) -> ImportReport:
    """What an import would change, what it would skip and why, what is wrong. Writes nothing."""
    portfolio = resolve_portfolio(by, portfolio_id, Permission.WRITE_TRADES)
    with as_user(by.pk):
        plan = plan_import(portfolio, content, today=today or _today(), limits=limits or Limits())
    return _report(plan, filename, _would_do(plan))


def run_import(
    *,
    portfolio_id: UUID,
    content: bytes,
    filename: str,
    by: User,
    limits: Limits | None = None,
    today: date | None = None,
) -> ImportReport:
    """Import a file whole. The same file again adds nothing, also when two run at once.

    Raises PortfolioNotFound, PermissionDenied, and ImportRefused with every mistake.
    """
    allowed = resolve_portfolio(by, portfolio_id, Permission.WRITE_TRADES)
    with as_user(by.pk):
        portfolio = lock_ledger(allowed.pk)
        plan = plan_import(portfolio, content, today=today or _today(), limits=limits or Limits())
        if plan.errors:
            raise ImportRefused([fault.as_dict() for fault in plan.errors])
        if plan.already_in is not None:
            return _report(plan, filename, f"Already imported in run {plan.already_in}.")
        return _write(portfolio, plan, filename, by)


def undo_import(*, run_id: int, by: User) -> int:
    """Reverse every entry of a run that still stands. Returns how many were reversed."""
    with as_user(by.pk):
        run = ImportRun.objects.filter(pk=run_id).first()
    if run is None:
        raise ImportRunNotFound(run_id)
    allowed = resolve_portfolio(by, run.portfolio_id, Permission.WRITE_TRADES)
    with as_user(by.pk):
        portfolio = lock_ledger(allowed.pk)
        targets = list(_standing(run))
        if targets:
            reverse_entries(portfolio, targets, by=by, reason=f"Import run {run.pk} undone")
        ImportRun.objects.filter(pk=run.pk).update(state=ImportRun.State.UNDONE)
        _audit("undo_import", run, by, {"entries": len(targets)})
    return len(targets)


def _write(portfolio: Portfolio, plan: Plan, filename: str, by: User) -> ImportReport:
    run = ImportRun.objects.create(
        portfolio=portfolio,
        filename=_storable(filename),
        file_hash=plan.file_hash,
        format=dawsos_csv.NAME,
        row_count=len(plan.fresh),
        created_by=by,
        report={"duplicates": [duplicate.as_dict() for duplicate in plan.duplicates]},
    )
    _audit("import_ledger", run, by, {"rows": len(plan.fresh), "file_hash": plan.file_hash})
    done = f"{len(plan.fresh)} entries added in run {run.pk}"
    sentence = f"{done}, {len(plan.duplicates)} were there already."
    if not plan.fresh:
        return _report(plan, filename, sentence, import_run=run.pk)
    written = write_entries(portfolio, plan.fresh, by=by, source=dawsos_csv.NAME, import_run=run)
    return _report(
        plan,
        filename,
        sentence,
        import_run=run.pk,
        first_seq=written.first_seq,
        last_seq=written.last_seq,
        ledger_commit_hash=written.ledger_commit_hash,
    )


def _standing(run: ImportRun) -> Iterable[Transaction]:
    rows = Transaction.objects.filter(import_run=run, reversed_by__isnull=True)
    return rows.select_related("security").order_by("seq")


def _would_do(plan: Plan) -> str:
    if plan.already_in is not None:
        return f"Already imported in run {plan.already_in}."
    if plan.errors:
        return f"{len(plan.errors)} mistakes; nothing would be imported."
    return f"{len(plan.fresh)} entries would be added, {len(plan.duplicates)} are there already."


def _report(plan: Plan, filename: str, sentence: str, **written: Any) -> ImportReport:
    estimates = [
        {"kind": "estimated", "row": draft.row, "reason": draft.estimated_reason}
        for draft in plan.fresh
        if draft.estimated_reason
    ]
    return ImportReport(
        filename=filename,
        file_hash=plan.file_hash,
        sentence=sentence,
        already_imported_in=plan.already_in,
        rows_added=len(plan.fresh),
        duplicates=tuple(duplicate.as_dict() for duplicate in plan.duplicates),
        errors=tuple(fault.as_dict() for fault in plan.errors),
        warnings=(*overdrafts(plan), *estimates),
        changes=changes(plan),
        rows=tuple(_fates(plan)),
        **written,
    )


def _fates(plan: Plan) -> Iterable[RowFate]:
    """Every row of the file in its order, mistakes of the whole file first."""
    reasons: dict[int | None, list[str]] = {}
    for fault in plan.errors:
        reasons.setdefault(fault.row, []).append(fault.sentence)
    known = {duplicate.row: duplicate.sentence for duplicate in plan.duplicates}
    entries = {draft.row: draft for draft in plan.drafts}
    for row in sorted(reasons.keys() | entries.keys(), key=lambda number: number or 0):
        if row in reasons:
            yield RowFate(row, "refused", entries.get(row), tuple(reasons[row]))
        elif row in known:
            yield RowFate(row, "duplicate", entries[row], (known[row],))
        else:
            yield RowFate(row, "new", entries[row])


def _audit(action: str, run: ImportRun, by: User, details: dict[str, Any]) -> None:
    record(
        action=action,
        by=by,
        resource_type="import_run",
        resource_id=run.pk,
        portfolio_id=run.portfolio_id,
        details=details,
    )


def _storable(filename: str) -> str:
    """A file may be called anything; a text column takes neither NUL nor half a character."""
    return filename.replace("\0", "").encode("utf-8", "replace").decode()[:255]


def _today() -> date:
    return datetime.now(tz=UTC).date()
