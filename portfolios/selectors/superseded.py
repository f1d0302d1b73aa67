"""Entries of the ledger that a later file cancels, corrects or puts together otherwise.

Rows that cancel one another make no entry of their own file. An earlier file that ended between
them has made one, though, and it stands until it is reversed: it is named, never left in silence.
"""

from __future__ import annotations

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
    *,
    ids_by_account: bool = False,
) -> Sequence[Fault]:
    """A mistake for each standing entry that says what a file has superseded: by identifier, else
    by content. `met` are the numbers of those that the file itself repeats."""
    known = Known(rows, base_currency)
    told: dict[int, Fault] = {}
    for draft in superseded:
        same: Sequence[Transaction] = ()
        if not draft.external_id:
            same = known.by_content.get(content_of(draft, security_keys), ())
        elif found := known.by_id.find(draft, by_account=ids_by_account):
            same = (found,)
        entry = next((each for each in same if each.seq not in met and each.seq not in told), None)
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
