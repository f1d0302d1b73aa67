"""What an import would do or has done, for people and programs: the fate of every row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any
from uuid import UUID

from patterns.canonical import decimal_text
from portfolios.formats.contract import Question
from portfolios.formats.draft import Draft
from portfolios.selectors.instruments import Instrument
from portfolios.services.import_changes import changes, overdrafts
from portfolios.services.import_plan import Claim, Plan

FATES = ("new", "duplicate", "skipped", "refused")


@dataclass(frozen=True, slots=True)
class RowFate:
    """What becomes of one row: new, duplicate, skipped or refused, and why."""

    row: int | None
    fate: str
    entry: Draft | None
    reasons: tuple[str, ...] = ()
    entry_seq: int | None = None
    import_run: int | None = None
    value: str = ""


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What a file would do (a preview) or has done (an import).

    What there is of each row and of each lot is told by the plan once it is asked for: a program
    that imports a long file looks at none of it.
    """

    plan: Plan = field(repr=False, compare=False)
    filename: str
    file_hash: str
    sentence: str
    format: str = ""
    format_title: str = ""
    import_run: int | None = None
    already_imported_in: int | None = None
    rows_added: int = 0
    duplicates: tuple[dict[str, Any], ...] = ()
    skipped: tuple[dict[str, Any], ...] = ()
    errors: tuple[dict[str, Any], ...] = ()
    notes: tuple[str, ...] = ()
    questions: tuple[dict[str, Any], ...] = ()
    columns: tuple[str, ...] = ()
    assertions: tuple[dict[str, Any], ...] = ()
    first_seq: int | None = None
    last_seq: int | None = None
    ledger_commit_hash: str | None = None
    instruments: tuple[Instrument, ...] = ()

    @cached_property
    def rows(self) -> tuple[RowFate, ...]:
        """The fate of every row."""
        return tuple(_fates(self.plan))

    @cached_property
    def changes(self) -> dict[str, list[dict[str, Any]]]:
        """Positions, cash and lots before and after."""
        return changes(self.plan)

    @cached_property
    def warnings(self) -> tuple[dict[str, Any], ...]:
        """What is booked as the file says, and should be looked at."""
        estimates = [
            {"kind": "estimated", "row": draft.row, "reason": draft.estimated_reason}
            for draft in self.plan.fresh
            if draft.estimated_reason
        ]
        return (*overdrafts(self.plan), *estimates)

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
    def unknown(self) -> tuple[Instrument, ...]:
        """Instruments that wait for their reader's word."""
        return tuple(each for each in self.instruments if each.security is None)

    @property
    def only_unknown(self) -> bool:
        """The file is in order but for instruments that nobody has named yet."""
        asked = {each.message for each in self.unknown}
        return bool(asked) and all(error["message"] in asked for error in self.errors)

    @property
    def can_import(self) -> bool:
        """Whether it would add something: entries, or balances to check them by."""
        adds = self.rows_added > 0 or bool(self.assertions)
        return adds and not self.errors and not self.questions and not self.already_imported_in

    @property
    def is_too_large(self) -> bool:
        return any(error["reason"] == "file_too_large" for error in self.errors)

    @property
    def counts(self) -> dict[str, int]:
        """Rows by fate, those without any left at zero."""
        counted = Counter(row.fate for row in self.rows)
        return {fate: counted[fate] for fate in FATES}

    def as_dict(self) -> dict[str, Any]:
        """The report for programs; the rows themselves stay with the file."""
        names = [f.name for f in fields(self) if f.name not in {"plan", "instruments"}]
        told = {name: getattr(self, name) for name in names}
        told |= {"counts": self.counts, "changes": self.changes, "warnings": self.warnings}
        return told | {"instruments": [_instrument(each) for each in self.instruments]}

    def rows_as_dicts(self) -> list[dict[str, Any]]:
        """The fate of every row, for programs that ask for it."""
        return [
            {
                "row": row.row,
                "fate": row.fate,
                "reasons": list(row.reasons),
                "type": row.entry.entry_type if row.entry is not None else None,
                "entry": row.entry_seq,
                "import_run": row.import_run,
            }
            for row in self.rows
        ]


def report_of(plan: Plan, filename: str, sentence: str, **written: Any) -> ImportReport:
    """A plan in words. `written` are the facts of a run that was made of it."""
    return ImportReport(
        filename=filename,
        file_hash=plan.file_hash,
        sentence=sentence,
        format=plan.choices.format,
        format_title=plan.title,
        already_imported_in=plan.already_in,
        rows_added=len(plan.fresh),
        duplicates=tuple(duplicate.as_dict() for duplicate in plan.duplicates),
        skipped=tuple({"row": s.row, "reason": s.reason} for s in plan.parsed.skipped),
        errors=tuple(fault.as_dict() for fault in plan.errors),
        notes=plan.parsed.notes,
        questions=tuple(question_dict(each) for each in plan.parsed.questions),
        columns=plan.parsed.columns,
        assertions=tuple(_claim(each, plan.symbols) for each in plan.claims),
        plan=plan,
        instruments=plan.instruments,
        **written,
    )


def would_do(plan: Plan) -> str:
    """A plan in one sentence."""
    if plan.already_in is not None:
        return f"Already imported in run {plan.already_in}."
    if plan.parsed.questions:
        return f"The file leaves something open: {plan.parsed.questions[0].message}"
    if plan.errors:
        count = f"{len(plan.errors)} mistakes" if len(plan.errors) > 1 else "1 mistake"
        return f"{count}; nothing would be imported."
    return f"{len(plan.fresh)} entries would be added, {len(plan.duplicates)} are there already."


def question_dict(question: Question) -> dict[str, Any]:
    return {
        "about": question.about,
        "message": question.message,
        "choices": [{"value": value, "means": means} for value, means in question.choices],
        "example": question.example,
        "row": question.row,
    }


def _fates(plan: Plan) -> Iterable[RowFate]:
    """Every row of the file in its order, mistakes of the whole file first. A row that makes
    several entries shows each of them."""
    reasons: dict[int | None, list[str]] = {}
    for fault in plan.errors:
        reasons.setdefault(fault.row, []).append(fault.sentence)
    found = [*_entry_fates(plan, reasons)]
    shown = {fate.row for fate in found}
    # Drafts that a mistake kept from being named are still what the row says.
    unnamed = {draft.row: draft for draft in plan.parsed.drafts}
    found += [
        RowFate(row, "refused", unnamed.get(row), tuple(said))
        for row, said in reasons.items()
        if row not in shown
    ]
    found += [
        RowFate(skip.row, "skipped", None, (skip.reason,), value=skip.value)
        for skip in plan.parsed.skipped
        if skip.row not in reasons
    ]
    return sorted(found, key=lambda fate: fate.row or 0)


def _entry_fates(plan: Plan, reasons: Mapping[int | None, list[str]]) -> Iterable[RowFate]:
    fresh = {id(draft) for draft in plan.fresh}
    known: dict[int | None, list[Any]] = {}
    for duplicate in plan.duplicates:
        known.setdefault(duplicate.row, []).append(duplicate)
    for draft in plan.drafts:
        if draft.row in reasons:
            yield RowFate(draft.row, "refused", draft, tuple(reasons[draft.row]))
        elif id(draft) not in fresh and known.get(draft.row):
            same = known[draft.row].pop(0)
            yield RowFate(
                draft.row, "duplicate", draft, (same.sentence,), same.seq, same.import_run
            )
        else:
            yield RowFate(draft.row, "new", draft)


def _instrument(each: Instrument) -> dict[str, Any]:
    return {
        "identifier": each.identifier,
        "name": each.title,
        "security": each.security.key if each.security else None,
        "matched_by": each.how,
        "message": each.message,
        "rows": len(each.rows),
        "candidates": [security.key for security in each.candidates],
    }


def _claim(claim: Claim, symbols: Mapping[UUID, str]) -> dict[str, Any]:
    stated = claim.stated
    symbol = symbols.get(claim.security_id, stated.symbol) if claim.security_id else ""
    return {
        "kind": stated.kind,
        "asof_date": stated.asof_date.isoformat(),
        "account": stated.account,
        "currency": stated.currency,
        "symbol": symbol,
        "amount": decimal_text(stated.amount),
        "row": stated.row,
    }
