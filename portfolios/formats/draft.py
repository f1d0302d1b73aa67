"""What every importer returns: entries that have no number yet, and mistakes with their place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from market.formats.faults import Fault

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An entry before it is numbered and chained. Amounts are positive; the type gives the sign.

    `net_amount`, the effect on cash of `currency`, is signed once `amounts.settle` has filled it
    in; before, it is what the source states, if anything. A format names the security by symbol
    and exchange; whoever knows the register fills in `security_id`.
    """

    entry_type: str
    transaction_date: date
    currency: str = ""
    symbol: str = ""
    exchange: str = ""
    security_id: UUID | None = None
    account: str = "main"
    quantity: Decimal | None = None
    price: Decimal | None = None
    gross_amount: Decimal | None = None
    fees: Decimal = ZERO
    taxes: Decimal = ZERO
    net_amount: Decimal | None = None
    fx_rate: Decimal | None = None
    settlement_date: date | None = None
    ex_date: date | None = None
    pay_date: date | None = None
    new_shares: Decimal | None = None
    old_shares: Decimal | None = None
    cost_basis: Decimal | None = None
    to_amount: Decimal | None = None
    to_currency: str = ""
    narration: str = ""
    external_id: str = ""
    estimated_reason: str = ""
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Parsed:
    """All entries of a file, and all its mistakes. Only a file without mistakes is imported.

    `unread` are the symbols of rows with mistakes: what these rows would have brought is not
    known. It is None when not even the symbols are.
    """

    drafts: tuple[Draft, ...]
    faults: tuple[Fault, ...]
    unread: frozenset[str] | None = frozenset()
