"""What every importer returns: entries that have no number yet, and mistakes with their place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An entry before it is numbered and chained. Amounts are positive; the type gives the sign.

    `net_amount`, the effect on cash of `currency`, is signed once `amounts.settle` has filled it
    in; before, it is what the source states, if anything. A format names the security by what
    the file says of it (symbol, exchange, isin, figi, security_name); whoever knows the register
    fills in `security_id`. `lot_picks` and `carried_lots` are the columns' JSON: texts by the
    names of `calc.entries.LotPick` and `CarriedLot`.

    `number` is the entry's own number in its file, and `reverses`, on a REVERSAL, the number
    there of the entry that it cancels; the ledger gives both their own numbers.
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
    cash_account: str = ""
    to_account: str = ""
    security_currency: str = ""
    gross_amount_security: Decimal | None = None
    settlement_fx_rate: Decimal | None = None
    to_symbol: str = ""
    to_exchange: str = ""
    to_security_id: UUID | None = None
    to_price: Decimal | None = None
    cost_fraction: Decimal | None = None
    treatment: str = ""
    jurisdiction: str = ""
    lot_picks: list[dict[str, str]] | None = None
    carried_lots: list[dict[str, str]] | None = None
    lot_label: str = ""
    holding_start: date | None = None
    link_id: str = ""
    isin: str = ""
    figi: str = ""
    security_name: str = ""
    narration: str = ""
    external_id: str = ""
    estimated_reason: str = ""
    number: int | None = None
    reverses: int | None = None
    row: int | None = None

    @property
    def price_currency(self) -> str:
        """What the price is in: the security's currency where cash moves in another."""
        return self.security_currency or self.currency

    @classmethod
    def of(cls, values: dict[str, Any]) -> Draft:
        """A draft that keeps its values by field name in this very dict, the rest as by default.

        For long files: the usual construction sets each of the fifty fields one by one. That is
        why the class has no slots: what an entry does not say is read from the class.
        """
        new = object.__new__(cls)
        object.__setattr__(new, "__dict__", values)
        return new

    def changed(self, **changes: Any) -> Draft:
        """A copy with some fields changed: `dataclasses.replace`, as quick as `of`."""
        return Draft.of(self.__dict__ | changes)

    def identify(self, security_id: UUID) -> None:
        """Say which security it names: once, by whoever has just read it and shares it with nobody.
        A long file's entries are too many to be copied for that."""
        self.__dict__["security_id"] = security_id
