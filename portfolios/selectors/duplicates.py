"""Which rows of a file the ledger holds already.

A row with an external id is compared by it (`identifiers`). A row without one is compared by
content: the first of several equal rows matches the first equal entry, the second the second, so
two equal purchases on one day stay two. What is neither may still be told by an entry that states
less or more (`same_otherwise`), a corporate action by one of another account (`same_action`).
Entries that were reversed no longer count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from market.formats.faults import Fault
from portfolios.calc.booking.reversals import effective
from portfolios.formats.draft import Draft
from portfolios.models import Transaction
from portfolios.models.chain import same_content_hash
from portfolios.selectors.identifiers import Identifiers
from portfolios.selectors.ledger import to_entries
from portfolios.selectors.same_action import ACTIONS, Event, by_event, event_of, told_already
from portfolios.selectors.same_otherwise import told_otherwise

SAME_ACTION = "same_action"
SAME_OTHERWISE = "same_otherwise"
QUALIFIED = {
    SAME_ACTION: "; one entry serves every account",
    SAME_OTHERWISE: ", but for what only one of the two states",
}


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A row that adds nothing, and the entry or earlier row that it repeats."""

    row: int | None
    reason: str
    seq: int | None = None
    import_run: int | None = None
    same_as_row: int | None = None

    @property
    def sentence(self) -> str:
        but = QUALIFIED.get(self.reason, "")
        if self.same_as_row is not None:
            return f"The same as row {self.same_as_row}{but}."
        run = f", imported in run {self.import_run}" if self.import_run else ""
        return f"Entry {self.seq} says the same{run}{but}."

    def as_dict(self) -> dict[str, Any]:
        return {
            "row": self.row,
            "reason": self.reason,
            "entry": self.seq,
            "import_run": self.import_run,
            "same_as_row": self.same_as_row,
        }


@dataclass(frozen=True, slots=True)
class Sorted:
    """A file's drafts: those to be added, those already there, those that contradict."""

    fresh: tuple[Draft, ...]
    duplicates: tuple[Duplicate, ...]
    faults: tuple[Fault, ...]


def standing_rows(rows: Sequence[Transaction], base_currency: str) -> list[Transaction]:
    """The rows of a ledger that count: neither reversed nor reversals."""
    standing, _ = effective(to_entries(rows, base_currency))
    alive = {entry.seq for entry in standing}
    return [row for row in rows if row.seq in alive]


class Known:
    """The standing entries of a ledger by external id and by content."""

    def __init__(self, rows: Sequence[Transaction], base_currency: str) -> None:
        self.by_id: Identifiers[Transaction] = Identifiers()
        self.by_content: dict[str, list[Transaction]] = {}
        self.rows = standing_rows(rows, base_currency)
        self.by_event = by_event(self.rows)
        for row in self.rows:
            self.by_content.setdefault(row.content_hash, []).append(row)
            if row.external_id:
                self.by_id.add(row)


def sort_drafts(
    drafts: Sequence[Draft],
    known: Known,
    security_keys: Mapping[UUID, str],
    *,
    ids_by_account: bool = False,
) -> Sorted:
    """Hold each draft against the ledger and against the rows before it. Only where something may
    be the same is the content looked at: an empty ledger has nothing to compare it with."""
    fresh: list[Draft] = []
    duplicates: dict[int, Duplicate] = {}
    faults: list[Fault] = []
    in_file: Identifiers[Draft] = Identifiers()
    actions: dict[Event, list[Draft]] = {}
    times: Counter[str] = Counter()
    for draft in drafts:
        found: Duplicate | Fault | None = None
        if draft.external_id:
            stored = known.by_id.find(draft, by_account=ids_by_account)
            earlier = in_file.find(draft, by_account=True)
            if stored is not None or earlier is not None:
                found = _by_id(draft, stored, earlier, security_keys)
            in_file.add(draft)
        elif known.by_content:
            content = content_of(draft, security_keys)
            times[content] += 1
            found = _by_content(draft, known.by_content.get(content, []), times[content])
        if draft.entry_type in ACTIONS and not isinstance(found, Duplicate):
            found = _by_action(draft, known, actions, security_keys) or found
            if found is None:
                actions.setdefault(event_of(draft), []).append(draft)
        if found is None:
            fresh.append(draft)
        elif isinstance(found, Duplicate):
            duplicates[id(draft)] = found
        else:
            faults.append(found)
    if fresh and known.rows:
        otherwise = _otherwise(fresh, known, {each.seq for each in duplicates.values()})
        duplicates |= {key: each for key, each in otherwise.items() if isinstance(each, Duplicate)}
        faults += [each for each in otherwise.values() if isinstance(each, Fault)]
        fresh = [draft for draft in fresh if id(draft) not in otherwise]
    told = tuple(duplicates[id(draft)] for draft in drafts if id(draft) in duplicates)
    return Sorted(tuple(fresh), told, tuple(faults))


def content_of(draft: Draft, security_keys: Mapping[UUID, str]) -> str:
    """The hash of what a draft says."""
    key = security_keys[draft.security_id] if draft.security_id else ""
    into = security_keys[draft.to_security_id] if draft.to_security_id else ""
    return same_content_hash(draft, security=key, to_security=into)


def _by_id(
    draft: Draft,
    stored: Transaction | None,
    earlier: Draft | None,
    security_keys: Mapping[UUID, str],
) -> Duplicate | Fault | None:
    content = content_of(draft, security_keys)
    if stored is not None:
        if stored.content_hash != content:
            return _conflict(draft, f"entry {stored.seq}")
        return Duplicate(draft.row, "same_external_id", stored.seq, stored.import_run_id)
    if earlier is not None:
        if content_of(earlier, security_keys) != content:
            return _conflict(draft, f"row {earlier.row}")
        return Duplicate(draft.row, "same_external_id", same_as_row=earlier.row)
    return None


def _by_content(draft: Draft, stored: Sequence[Transaction], time: int) -> Duplicate | None:
    if time > len(stored):
        return None
    match = stored[time - 1]
    return Duplicate(draft.row, "same_content", match.seq, match.import_run_id)


def _by_action(
    draft: Draft,
    known: Known,
    in_file: Mapping[Event, Sequence[Draft]],
    security_keys: Mapping[UUID, str],
) -> Duplicate | Fault | None:
    """Whoever tells the same action for another account or under another identifier. The very same
    row twice in one file is left to booking, which refuses the second."""
    event = event_of(draft)
    earlier = [
        other
        for other in in_file.get(event, ())
        if draft.external_id != other.external_id
        or content_of(draft, security_keys) != content_of(other, security_keys)
    ]
    told = told_already(draft, [*known.by_event.get(event, ()), *earlier])
    if told is None or isinstance(told, Fault):
        return told
    if isinstance(told, Draft):
        return Duplicate(draft.row, SAME_ACTION, same_as_row=told.row)
    return Duplicate(draft.row, SAME_ACTION, told.seq, told.import_run_id)


def _otherwise(
    fresh: Sequence[Draft], known: Known, met: Container[int | None]
) -> Mapping[int, Duplicate | Fault]:
    """What entries that no other row repeats tell already, stating less or more. Where one of the
    two names no account, that is a question, and of cash: equal standing orders are ordinary."""
    told = told_otherwise(fresh, (row for row in known.rows if row.seq not in met))
    return {
        id(draft): Duplicate(draft.row, SAME_OTHERWISE, row.seq, row.import_run_id)
        if draft.security_id and draft.account == row.account
        else _perhaps(draft, row)
        for draft in (fresh if told else ())
        if (row := told.get(id(draft))) is not None
    }


def _perhaps(draft: Draft, row: Transaction) -> Fault:
    run = f" of run {row.import_run_id}" if row.import_run_id else ""
    says = f"Entry {row.seq}{run} says the same in the account {row.account}"
    if draft.account != row.account:
        says, column = f"{says}; this row would be in {draft.account}.", "account"
    else:
        says, column = f"{says}, but one of the two states less.", "external_id"
    return Fault(
        reason="perhaps_known",
        message=says,
        remedy="If both are one, leave the row out, or choose the account of the entry for this "
        "file. If they are two, choose an account of its own, or enter this one by hand.",
        row=draft.row,
        column=column,
        value=getattr(draft, column),
    )


def _conflict(draft: Draft, other: str) -> Fault:
    return Fault(
        reason="external_id_conflict",
        message=f"{draft.external_id!r} is the identifier of {other}, whose content differs.",
        remedy="Give the row its own identifier, or reverse the entry first.",
        row=draft.row,
        column="external_id",
        value=draft.external_id,
    )
