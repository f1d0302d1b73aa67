"""A file's entries held against a ledger, reversals among them.

A file that was written by DawsOS holds reversals, each naming the number of its target in the
file. What is cancelled there is compared with what is cancelled in the ledger, what stands with
what stands; a reversal is known when its target is known and reversed already. So a file that
comes back adds nothing, and one that goes elsewhere leads to the same state there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from market.formats.faults import Fault
from portfolios.calc.entries import Entry
from portfolios.formats.draft import Draft
from portfolios.models import EntryType, Transaction
from portfolios.selectors.duplicates import Duplicate, Known, Sorted, content_of, sort_drafts
from portfolios.selectors.ledger import draft_entries


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Which entries are new. `targets` gives each new reversal, by its place in `fresh`, the
    number that its target has in the ledger or will have there."""

    fresh: tuple[Draft, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    faults: tuple[Fault, ...] = ()
    targets: Mapping[int, int] = field(default_factory=dict)

    def entries(self, known: Sequence[Entry], base_currency: str) -> list[Entry]:
        """The new entries as booking reads them behind the known ones."""
        head = known[-1].seq if known else 0
        if not self.targets:
            return draft_entries(self.fresh, head, base_currency)
        kinds = {entry.seq: str(entry.entry_type) for entry in known}
        plain: list[Draft] = []
        for place, draft in enumerate(self.fresh):
            kind = kinds[self.targets[place]] if place in self.targets else draft.entry_type
            kinds[head + place + 1] = kind
            plain.append(replace(draft, entry_type=kind) if place in self.targets else draft)
        entries = draft_entries(plain, head, base_currency)
        for place, target in self.targets.items():
            entries[place] = replace(entries[place], reverses=target)
        return entries


def compare(
    drafts: Sequence[Draft],
    rows: Sequence[Transaction],
    keys: Mapping[UUID, str],
    base_currency: str,
    *,
    ids_by_account: bool = False,
) -> Compared:
    """Hold every entry of a file against the ledger's rows and the entries before it."""
    known = Known(rows, base_currency)
    if all(draft.entry_type != EntryType.REVERSAL for draft in drafts):
        sorted_ = sort_drafts(drafts, known, keys, ids_by_account=ids_by_account)
        return Compared(fresh=sorted_.fresh, duplicates=sorted_.duplicates, faults=sorted_.faults)
    return _Comparison(drafts, rows, keys, known).outcome()


class _Comparison:
    """One file with reversals; drafts are told apart by identity, as equal ones may be meant."""

    def __init__(
        self,
        drafts: Sequence[Draft],
        rows: Sequence[Transaction],
        keys: Mapping[UUID, str],
        known: Known,
    ) -> None:
        self.drafts, self.rows, self.keys = drafts, rows, keys
        self.faults: list[Fault] = []
        self.target: dict[int, Draft] = {}
        self.found: dict[int, Duplicate] = {}
        self._aim()
        cancelled = self._cancelled()
        plain = [d for d in drafts if d.entry_type != EntryType.REVERSAL]
        self._stand([d for d in plain if id(d) not in cancelled], known)
        self._fallen([d for d in plain if id(d) in cancelled], known)
        self._reversals()

    def _aim(self) -> None:
        """Each reversal's target, which must come before it in the file."""
        numbered: dict[int, Draft] = {}
        for draft in self.drafts:
            if draft.entry_type == EntryType.REVERSAL:
                target = numbered.get(draft.reverses or 0)
                if target is None:
                    self.faults.append(_aimless(draft))
                else:
                    self.target[id(draft)] = target
            if draft.number is not None:
                numbered[draft.number] = draft

    def _cancelled(self) -> set[int]:
        cancelled: set[int] = set()
        for draft in reversed(self.drafts):
            if id(draft) in self.target and id(draft) not in cancelled:
                cancelled.add(id(self.target[id(draft)]))
        return cancelled

    def _stand(self, drafts: Sequence[Draft], known: Known) -> None:
        sorted_ = sort_drafts(drafts, known, self.keys)
        self.faults.extend(sorted_.faults)
        self.refused = {fault.row for fault in sorted_.faults}
        self.found |= _duplicate_of(drafts, sorted_)

    def _fallen(self, drafts: Sequence[Draft], known: Known) -> None:
        """Cancelled entries: the ledger's cancelled ones first, then standing ones not yet met."""
        met = {duplicate.seq for duplicate in self.found.values()}
        standing = {row.seq for rows in known.by_content.values() for row in rows}
        free: dict[str, list[Transaction]] = {}
        for row in sorted(self.rows, key=lambda row: row.seq in standing):
            if row.entry_type != EntryType.REVERSAL and row.seq not in met:
                free.setdefault(row.content_hash, []).append(row)
        for draft in drafts:
            same = free.get(self._content(draft))
            if same:
                row = same.pop(0)
                self.found[id(draft)] = Duplicate(
                    draft.row, "same_content", row.seq, row.import_run_id
                )

    def _reversals(self) -> None:
        by_target = {row.reverses.seq: row for row in self.rows if row.reverses is not None}
        for draft in self.drafts:
            target = self.target.get(id(draft))
            known = self.found.get(id(target)) if target is not None else None
            row = by_target.get(known.seq or 0) if known is not None else None
            if row is not None:
                self.found[id(draft)] = Duplicate(
                    draft.row, "same_content", row.seq, row.import_run_id
                )

    def _content(self, draft: Draft) -> str:
        return content_of(draft, self.keys)

    def outcome(self) -> Compared:
        head = self.rows[-1].seq if self.rows else 0
        fresh: list[Draft] = []
        targets: dict[int, int] = {}
        numbers = {key: duplicate.seq or 0 for key, duplicate in self.found.items()}
        for draft in self.drafts:
            aimless = draft.entry_type == EntryType.REVERSAL and (
                id(self.target.get(id(draft))) not in numbers
            )
            if id(draft) in self.found or aimless or draft.row in self.refused:
                continue
            if id(draft) in self.target:
                targets[len(fresh)] = numbers[id(self.target[id(draft)])]
            fresh.append(draft)
            numbers[id(draft)] = head + len(fresh)
        duplicates = tuple(self.found[id(d)] for d in self.drafts if id(d) in self.found)
        return Compared(
            fresh=tuple(fresh),
            duplicates=duplicates,
            faults=tuple(self.faults),
            targets=targets,
        )


def _duplicate_of(drafts: Sequence[Draft], sorted_: Sorted) -> dict[int, Duplicate]:
    """Which draft each duplicate is: they come in the order of the drafts."""
    fresh = {id(draft) for draft in sorted_.fresh}
    waiting = list(sorted_.duplicates)
    found: dict[int, Duplicate] = {}
    for draft in drafts:
        if id(draft) not in fresh and waiting and waiting[0].row == draft.row:
            found[id(draft)] = waiting.pop(0)
    return found


def _aimless(draft: Draft) -> Fault:
    return Fault(
        reason="reversal_target_missing",
        message=f"The file has no entry {draft.reverses} before this reversal.",
        remedy="Export the whole ledger, so that each reversal comes with its entry.",
        row=draft.row,
        column="reverses",
        value=None if draft.reverses is None else str(draft.reverses),
    )
