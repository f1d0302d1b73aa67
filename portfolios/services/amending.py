"""Correcting an entry: its reversal and what is written instead, in one breath.

The two are booked together. A corrected price of a purchase whose shares were sold since is no
contradiction, though the reversal alone would be one; a quantity that no longer covers the sale
is refused, and the refusal names the entry that stands on it.
"""

from __future__ import annotations

from uuid import UUID

from accounts.identity import as_user
from accounts.models import User
from accounts.permissions import Permission
from portfolios.exceptions import EntriesRefused, EntryNotFound, NothingToAmend
from portfolios.formats.draft import Draft
from portfolios.models import EntryType
from portfolios.selectors.access import resolve_portfolio
from portfolios.selectors.ledger import ledger_rows
from portfolios.services.ledger import Appended, lock_ledger, replace_entry
from portfolios.services.legs import refuse_legs


def amend_entry(*, portfolio_id: UUID, seq: int, draft: Draft, by: User, reason: str) -> Appended:
    """Reverse entry `seq` and write `draft` in its place, both or neither. One audit event.

    Raises PortfolioNotFound, PermissionDenied, EntryNotFound, EntryAlreadyReversed,
    NothingToAmend for a reversal, and EntriesRefused with every mistake: those of the draft, and
    later entries that cannot stand on what it says. A leg of a transfer between two portfolios is
    refused too, since a correction would be of one of them only.
    """
    with_rights = resolve_portfolio(by, portfolio_id, Permission.WRITE_TRADES)
    with as_user(by.pk):
        portfolio = lock_ledger(with_rights.pk)
        target = ledger_rows(portfolio.pk).filter(seq=seq).first()
        if target is None:
            raise EntryNotFound(portfolio.pk, seq)
        if target.entry_type == EntryType.REVERSAL:
            raise NothingToAmend(seq)
        refuse_legs([target])
        try:
            return replace_entry(portfolio, target, draft, by=by, reason=reason)
        except EntriesRefused as refused:
            raise EntriesRefused(
                [_explained(error, seq) for error in refused.details["errors"]]
            ) from refused


def _explained(error: dict[str, object], seq: int) -> dict[str, object]:
    """A mistake without a row is a later entry's: it stood on what is being corrected."""
    if error.get("row") is not None:
        return error
    said = f"A later entry stands on entry {seq} as it is. {error['message']}"
    return error | {"message": said, "remedy": "Correct or reverse the later entry first."}
