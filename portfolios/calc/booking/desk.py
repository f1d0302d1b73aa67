"""The state of a booking pass: open lots, journal, and what could not be known.

It keeps and forwards; the arithmetic is in `disposal`, `splits` and `amounts`.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

from portfolios.calc.booking.disposal import OpenLot
from portfolios.calc.booking.orders import DisposalOrder
from portfolios.calc.entries import (
    BookingSettings,
    Entry,
    LotScope,
    Problem,
    RateTable,
    SecurityKey,
)
from portfolios.calc.lots import Closure, Income, Movement, Posting, Receivable

PoolKey: TypeAlias = tuple[SecurityKey, str | None]


@dataclass(slots=True)
class Desk:
    """Everything one pass has opened, closed and journalled so far."""

    settings: BookingSettings
    rates: RateTable
    order: DisposalOrder
    asof: date | None = None
    lots: list[OpenLot] = field(default_factory=list)
    pools: dict[PoolKey, list[OpenLot]] = field(default_factory=dict)
    currencies: dict[Hashable, str] = field(default_factory=dict)
    closures: list[Closure] = field(default_factory=list)
    receivables: list[Receivable] = field(default_factory=list)
    income: list[Income] = field(default_factory=list)
    journal: list[Posting] = field(default_factory=list)
    accepted: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def pool(self, entry: Entry) -> list[OpenLot]:
        """The open lots that an entry's security may be matched against, oldest first."""
        scope = entry.account if self.settings.lot_scope is LotScope.ACCOUNT else None
        return self.pools.setdefault((entry.security, scope), [])

    def pools_of(self, security: SecurityKey | None) -> list[list[OpenLot]]:
        """All pools of a security: one, or one an account."""
        return [lots for (key, _), lots in self.pools.items() if key == security]

    def open(self, lot: OpenLot, pool: list[OpenLot]) -> None:
        """Add a lot; the first of a security fixes the currency that it is booked in."""
        self.lots.append(lot)
        self.currencies.setdefault(lot.security, lot.currency)
        pool.append(lot)

    def post(
        self, entry: Entry, movement: Movement, *, on: date | None = None, **amounts: Any
    ) -> None:
        """Journal a movement of an entry, on its own date unless another is given."""
        self.journal.append(
            Posting(
                on=on or entry.transaction_date,
                seq=entry.seq,
                movement=movement,
                account=entry.account,
                currency=entry.currency,
                security=entry.security,
                **amounts,
            )
        )

    def rate(self, entry: Entry, on: date) -> Decimal | None:
        """Base per 1 of the entry's currency: 1, recorded, or the table's; None is a problem."""
        if entry.currency == self.settings.base_currency:
            return Decimal(1)
        rate = entry.fx_rate if entry.fx_rate is not None else self.rates(entry.currency, on)
        if rate is None:
            self.problems.append(
                Problem(
                    "missing_rate",
                    entry.seq,
                    "fx_rate",
                    f"No rate from {entry.currency} to {self.settings.base_currency} is known "
                    f"on {on}.",
                    "Record fx_rate on the entry or load the rate.",
                )
            )
        return rate

    def recorded_worth(self, entry: Entry, amount: Decimal) -> Decimal | None:
        """An amount in base at the rate the entry states; None leaves it to the day's rate."""
        if entry.currency == self.settings.base_currency:
            return amount
        return None if entry.fx_rate is None else amount * entry.fx_rate
