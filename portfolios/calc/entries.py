"""What a ledger says, as the calculations read it.

Amounts are Decimals in whole units of `currency` and positive unless said otherwise; only
`net_amount`, the effect on cash, carries a sign (money into the portfolio is positive).
`gross_amount` is authoritative over quantity times price. `fx_rate` is the recorded rate in
units of base currency per 1 unit of `currency` and beats any table. Dates are days of the
market's calendar. `security` is an opaque key: any hashable the caller likes.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

SecurityKey: TypeAlias = Hashable
RateTable: TypeAlias = Callable[[str, date], Decimal | None]
"""Units of base currency per 1 unit of a currency on a day; None where there is no rate."""

ZERO = Decimal(0)


class EntryType(StrEnum):
    """The kinds of entry a ledger holds."""

    BUY = "BUY"
    SELL = "SELL"
    DIVIDEND = "DIVIDEND"
    DEPOSIT = "DEPOSIT"
    WITHDRAWAL = "WITHDRAWAL"
    FEE = "FEE"
    TAX = "TAX"
    INTEREST = "INTEREST"
    SPLIT = "SPLIT"
    OPENING_BALANCE = "OPENING_BALANCE"
    FX_CONVERSION = "FX_CONVERSION"


class CostMethod(StrEnum):
    """The order in which a disposal relieves lots."""

    FIFO = "FIFO"
    LIFO = "LIFO"
    HIFO = "HIFO"
    AVERAGE = "AVERAGE"
    SPECIFIC = "SPECIFIC"


class LotScope(StrEnum):
    """Whether lots are matched across the whole portfolio or within each account."""

    PORTFOLIO = "portfolio"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the ledger; which fields matter depends on `entry_type`.

    BUY, SELL: security, quantity, and price or gross_amount.
    DIVIDEND: security and gross_amount, withholding in taxes; receivable from ex_date until the
        day before pay_date, cash on pay_date (the transaction date where there is none).
    DEPOSIT, WITHDRAWAL: gross_amount; the only external flows of cash.
    FEE, TAX, INTEREST: gross_amount (or fees, taxes; a negative interest is a charge).
    SPLIT: security, new_shares for old_shares; a price or gross_amount says that fractions are
        not held and what was paid for them.
    OPENING_BALANCE: a security with quantity and cost_basis (total, local; None is unknown), or
        no security and an amount of cash.
    FX_CONVERSION: gross_amount of currency becomes to_amount of to_currency.
    """

    seq: int
    entry_type: EntryType
    transaction_date: date
    currency: str
    security: SecurityKey | None = None
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
    to_currency: str | None = None
    reverses: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingSettings:
    """The choices of a portfolio that change what its ledger means.

    fees_in_cost, taxes_in_cost: true adds them to purchase cost and takes them off proceeds;
    false does neither.
    """

    base_currency: str
    cost_method: CostMethod = CostMethod.FIFO
    lot_scope: LotScope = LotScope.PORTFOLIO
    fees_in_cost: bool = True
    taxes_in_cost: bool = True
    allow_short: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """A mistake in one entry, as data: the other entries are still booked."""

    code: str
    seq: int
    field: str
    message: str
    suggestion: str
