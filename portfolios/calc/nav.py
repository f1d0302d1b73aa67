"""Net asset value: every item at its rate, rounded once, at the total (methods §2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portfolios.calc.entries import ZERO, SecurityKey
from portfolios.calc.money import round_money


@dataclass(frozen=True, slots=True)
class Item:
    """One thing owned or owed, in its own currency; amount None where it has no price."""

    key: SecurityKey
    currency: str
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Row:
    """An item beside its unrounded worth in base; None where its price or rate is missing."""

    key: SecurityKey
    currency: str
    local: Decimal | None
    base: Decimal | None


@dataclass(frozen=True, slots=True)
class Nav:
    """total: the sum over the valued rows, rounded to the base minor unit. missing: the keys of
    the others; when there are any, the total is partial."""

    rows: tuple[Row, ...]
    total: Decimal
    missing: tuple[SecurityKey, ...]


def nav(items: Iterable[Item], rates: Mapping[str, Decimal], base_currency: str) -> Nav:
    """Value positions, cash, pending and accrued items in base currency.

    rates: base per 1 unit of a currency; the base itself needs none. An item without a price or
    rate stays in `rows` with base None and is named in `missing`; it never counts as zero.
    """
    rows = []
    for item in items:
        rate = Decimal(1) if item.currency == base_currency else rates.get(item.currency)
        base = None if item.amount is None or rate is None else item.amount * rate
        rows.append(Row(item.key, item.currency, item.amount, base))
    total = sum((row.base for row in rows if row.base is not None), ZERO)
    return Nav(
        rows=tuple(rows),
        total=round_money(total, base_currency),
        missing=tuple(row.key for row in rows if row.base is None),
    )


def market_value(quantity: Decimal, price: Decimal, multiplier: Decimal = Decimal(1)) -> Decimal:
    """Quantity times price times contract multiplier, in the price's currency; shorts negative."""
    return quantity * price * multiplier


def accrued_dividend(
    quantity: Decimal,
    per_share: Decimal,
    withholding: Decimal,
    currency: str,
    days: tuple[date, date, date],
) -> Decimal:
    """The receivable of a dividend on a day: gross less withholding, each rounded to the currency.

    quantity: held at the open of the ex-date. withholding: a fraction of gross. days: (asof,
    ex_date, pay_date); zero before the ex-date and from the pay date on (methods §1.6).
    """
    asof, ex_date, pay_date = days
    if not ex_date <= asof < pay_date:
        return ZERO
    gross = round_money(quantity * per_share, currency)
    return gross - round_money(gross * withholding, currency)
