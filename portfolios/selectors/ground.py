"""What the next batch of a ledger stands on, asked for in one statement.

Most ledgers have no change of method, and most securities nothing that joins them to others. What
is not there need not be asked for again: the ORM takes a millisecond to write such a question.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from portfolios.calc.booking.groups import EVERY_HOLDER
from portfolios.models.chain import genesis_hash
from portfolios.selectors.ledger import Head

# The two conditions are those of the indexes that find such rows, however long the ledger is.
GROUND = """
    SELECT newest.seq, newest.entry_hash,
        EXISTS (SELECT FROM portfolios_cashbalance WHERE portfolio_id = %(portfolio)s),
        EXISTS (SELECT FROM portfolios_costmethodchange WHERE portfolio_id = %(portfolio)s),
        EXISTS (
            SELECT FROM portfolios_transaction
            WHERE portfolio_id = %(portfolio)s AND security_id = ANY(%(securities)s::uuid[])
                AND (entry_type IN ({every_holder}) OR NOT (to_account = ''))
        )
        OR EXISTS (
            SELECT FROM portfolios_transaction
            WHERE portfolio_id = %(portfolio)s AND to_security_id IS NOT NULL
        )
    FROM portfolios_transaction newest
    WHERE newest.portfolio_id = %(portfolio)s
    ORDER BY newest.seq DESC
    LIMIT 1
""".replace("{every_holder}", ", ".join(f"'{kind.value}'" for kind in sorted(EVERY_HOLDER)))


@dataclass(frozen=True, slots=True)
class Ground:
    """The head, and what there is beside it.

    `has_balance`: whether any balance is stored. `method_changes`: whether there may be changes
    of the cost method. `joins`: whether any stored entry may join the batch's securities, or the
    accounts that hold them, to others.
    """

    head: Head
    has_balance: bool
    method_changes: bool
    joins: bool


def ground_of(portfolio_id: UUID, securities: Iterable[UUID]) -> Ground:
    """The ground of a batch that names these securities; what an empty ledger has, nobody knows
    without asking."""
    with connection.cursor() as cursor:
        cursor.execute(GROUND, {"portfolio": portfolio_id, "securities": [*securities]})
        found = cursor.fetchone()
    if found is None:
        return Ground(Head(0, genesis_hash(portfolio_id)), False, True, True)
    seq, entry_hash, *has = found
    return Ground(Head(seq, entry_hash), *has)
