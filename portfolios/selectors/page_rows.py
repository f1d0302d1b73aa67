"""Ledger entries as the rows of a page: what a row shows and nothing else, as plain tuples.

Fifty model instances with all they name cost more than the rest of the page together, and a join
of six tables more time to plan than to run. What few rows name is looked up for those rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from market.models import Security
from portfolios.models import Transaction
from portfolios.models.ledger import TYPE_LABELS

COLUMNS = (
    "pk seq entry_type transaction_date account to_account quantity price fees taxes net_amount "
    "currency security_currency to_amount to_currency new_shares old_shares narration source "
    "estimated_reason entry_hash import_run_id import_run__filename security__symbol "
    "security__name to_security_id reverses_id"
).split()

REVERSALS = """
    SELECT reverses_id, seq FROM portfolios_transaction
    WHERE portfolio_id = %s AND reverses_id = ANY(%s)
"""
TARGETS = "SELECT id, seq FROM portfolios_transaction WHERE portfolio_id = %s AND id = ANY(%s)"


class LedgerRow(NamedTuple):
    """One entry. `reverses` and `reversed_by` are numbers of entries; None where there is none."""

    pk: int
    seq: int
    entry_type: str
    transaction_date: date
    account: str
    to_account: str
    quantity: Decimal | None
    price: Decimal | None
    fees: Decimal
    taxes: Decimal
    net_amount: Decimal
    currency: str
    security_currency: str
    to_amount: Decimal | None
    to_currency: str
    new_shares: Decimal | None
    old_shares: Decimal | None
    narration: str
    source: str
    estimated_reason: str
    entry_hash: str
    import_run_id: int | None
    filename: str | None
    symbol: str | None
    security_name: str | None
    to_security_id: UUID | None
    reverses_id: int | None
    to_symbol: str | None = None
    to_security_name: str | None = None
    reverses: int | None = None
    reversed_by: int | None = None

    @property
    def type_label(self) -> str:
        return TYPE_LABELS[self.entry_type]

    @property
    def price_currency(self) -> str:
        """What the price is in: the security's currency where cash moves in another."""
        return self.security_currency or self.currency


def read_rows(rows: QuerySet[Transaction]) -> list[LedgerRow]:
    """The entries of a query, in its order; what other entries and listings they name is not
    read yet: `with_names`."""
    return [LedgerRow(*columns) for columns in rows.values_list(*COLUMNS)]


def with_names(portfolio_id: UUID, rows: Sequence[LedgerRow]) -> tuple[LedgerRow, ...]:
    """The same rows, with the listing that an entry leads to and with what reverses what."""
    if not rows:
        return ()
    listings = _listings({row.to_security_id for row in rows if row.to_security_id})
    reversals = _numbers(REVERSALS, portfolio_id, [row.pk for row in rows])
    targets = _numbers(TARGETS, portfolio_id, [row.reverses_id for row in rows if row.reverses_id])
    return tuple(
        row._replace(
            to_symbol=symbol,
            to_security_name=name,
            reverses=targets.get(row.reverses_id),
            reversed_by=reversals.get(row.pk),
        )
        for row in rows
        for symbol, name in (listings.get(row.to_security_id, (None, None)),)
    )


def _listings(wanted: set[UUID]) -> dict[UUID | None, tuple[str, str]]:
    if not wanted:
        return {}
    found = Security.objects.filter(pk__in=wanted).order_by().values_list("pk", "symbol", "name")
    return {pk: (symbol, name) for pk, symbol, name in found}


def _numbers(asked: str, portfolio_id: UUID, entries: list[int]) -> dict[int | None, int]:
    """Numbers of entries by an id. Two plain questions, of which the second is rarely asked, are
    planned in a third of the time of one with an OR."""
    if not entries:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(asked, [portfolio_id, entries])
        return dict(cursor.fetchall())
