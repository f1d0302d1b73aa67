"""Entries of the ledger that a later file cancels, corrects or puts together otherwise.

Rows that cancel one another make no entry of their own file. An earlier file that ended between
them has made one, though, and it stands until it is reversed: it is named, never left in silence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from market.formats.faults import Fault
from portfolios.formats.draft import Draft
from portfolios.models import Transaction
from portfolios.selectors.duplicates import Known, content_of


def superseded_faults(
    superseded: Iterable[Draft],
    rows: Sequence[Transaction],
    met: Collection[int | None],
    security_keys: Mapping[UUID, str],
    base_currency: str,
) -> Sequence[Fault]:
    """A mistake for each standing entry that says what a file has superseded: by identifier, else
    by content. `met` are the numbers of those that the file itself repeats."""
    by_id: dict[tuple[str, str], Transaction] = {}
    by_content: dict[str, list[Transaction]] = defaultdict(list)
    for content, standing in Known(rows, base_currency).by_content.items():
        for row in standing:
            if row.seq not in met:
                by_content[content].append(row)
                by_id[row.account, row.external_id] = row
    told: dict[int, Fault] = {}
    for draft in superseded:
        if draft.external_id:
            found = by_id.get((draft.account, draft.external_id))
            same = [] if found is None else [found]
        else:
            same = by_content.get(content_of(draft, security_keys), [])
        entry = next((each for each in same if each.seq not in told), None)
        if entry is not None:
            told[entry.seq] = _standing(entry, draft)
    return list(told.values())


def _standing(row: Transaction, draft: Draft) -> Fault:
    named = f"{row.entry_type} of {draft.transaction_date}"
    if draft.symbol or draft.isin:
        named += f", {draft.symbol or draft.isin}"
    run = f", imported in run {row.import_run_id}" if row.import_run_id else ""
    return Fault(
        reason="entry_superseded",
        message=f"The file cancels or corrects what entry {row.seq} says ({named}{run}).",
        remedy=f"Reverse entry {row.seq} in the ledger, then import the file.",
        row=draft.row,
        value=draft.external_id or None,
    )
