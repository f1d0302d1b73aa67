"""A transfer between two portfolios is undone in both or in none, whichever way it is undone.

Whoever reverses entries asks here first: for the other legs, to reverse them in the same
transaction, or to be refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from accounts.exceptions import PermissionDenied
from accounts.models import User
from accounts.permissions import Permission
from portfolios.exceptions import EntriesRefused, PortfolioNotFound
from portfolios.models import Transaction
from portfolios.selectors.access import resolve_portfolio
from portfolios.selectors.linked import linked_leg


def other_legs(targets: Iterable[Transaction], by: User) -> Mapping[UUID, list[Transaction]]:
    """The other legs of the transfers among entries, by portfolio; empty where there are none.

    Raises EntriesRefused when the user may not write in one of those portfolios.
    """
    found: dict[UUID, list[Transaction]] = {}
    for target in targets:
        leg = linked_leg(target)
        if leg is None:
            continue
        try:
            resolve_portfolio(by, leg.portfolio_id, Permission.WRITE_TRADES)
        except (PortfolioNotFound, PermissionDenied):
            said = "and you may not write in the portfolio of the other leg."
            raise _refused(target, said, "Ask somebody who may write in both.") from None
        found.setdefault(leg.portfolio_id, []).append(leg)
    return found


def refuse_legs(targets: Iterable[Transaction]) -> None:
    """For what changes one ledger alone. Raises EntriesRefused for the first leg of a transfer."""
    for target in targets:
        if linked_leg(target) is not None:
            said = "and the other leg would be left as it is."
            raise _refused(target, said, "Reverse the transfer and enter it again.")


def _refused(target: Transaction, said: str, remedy: str) -> EntriesRefused:
    message = f"Entry {target.seq} is one leg of a transfer between two portfolios, {said}"
    return EntriesRefused([{"reason": "linked_leg", "message": message, "remedy": remedy}])
