"""The other leg of a transfer between two portfolios of ours.

Its two entries share a `link_id` that names both portfolios: a copy of a ledger, imported into a
third portfolio, is linked to nothing.
"""

from __future__ import annotations

from uuid import UUID, uuid4

from accounts.identity import as_service
from portfolios.models import Portfolio, Transaction

TOKEN, NAME = 16, 20  # hexadecimal digits of the transfer, and of each portfolio


def new_link(source_id: UUID, target_id: UUID) -> str:
    """A name that no other transfer has, for the entries of both ledgers."""
    return ".".join((uuid4().hex[:TOKEN], source_id.hex[:NAME], target_id.hex[:NAME]))


def linked_leg(row: Transaction) -> Transaction | None:
    """The entry of the other portfolio that stands as this one does, if it is a leg of a transfer.

    A reversal of a leg carries its link too and is linked to the other leg's reversal. Looked up
    as the service: whoever may not write there must be refused, not left with half a transfer.
    """
    _, *names = row.link_id.split(".")
    own = row.portfolio_id.hex[:NAME]
    others = [name for name in names if name != own]
    if len(names) != 2 or len(others) != 1 or any(len(name) != NAME for name in names):
        return None
    with as_service("the other leg of a transfer"):
        ends = [UUID(others[0].ljust(32, digit)) for digit in "0f"]
        there = Portfolio.objects.filter(pk__range=ends).values_list("pk", flat=True)
        legs = Transaction.objects.filter(
            portfolio__in=list(there),
            link_id=row.link_id,
            reversed_by__isnull=True,
            reverses__isnull=row.reverses_id is None,
        )
        return legs.select_related("security", "to_security", "reverses").order_by("-seq").first()
