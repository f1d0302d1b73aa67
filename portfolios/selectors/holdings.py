"""What a portfolio holds now, read from its stored lots and balances: nothing is booked.

The rows are right as soon as an entry is committed, for lots and balances are written with it.
They know every entry, those of days to come included. Prices are those of the latest pack.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from market.selectors import latest_pack, pack_by_id, view_of
from portfolios.calc.marks import Mark, Marks, in_shares_of, splits_among
from portfolios.calc.money import round_money
from portfolios.models import Portfolio
from portfolios.selectors.market_view import marks_of
from portfolios.selectors.stored_entries import splits_since

NO_PACK = "No pricing pack is sealed yet."

# What is owed counts negative.
OPEN_LOTS = """
    SELECT lot.security_id, listed.symbol, listed.name, listed.currency, lot.account,
        sum(CASE WHEN is_short THEN -quantity_open ELSE quantity_open END),
        sum(CASE WHEN is_short THEN -cost_basis ELSE cost_basis END),
        sum(CASE WHEN is_short THEN -cost_basis_local ELSE cost_basis_local END),
        count(*) FILTER (WHERE cost_basis IS NULL),
        count(*) FILTER (WHERE cost_basis_local IS NULL),
        count(*), min(acquisition_date), min(lot.currency), max(lot.currency)
    FROM portfolios_lot lot JOIN market_security listed ON listed.id = lot.security_id
    WHERE lot.portfolio_id = %s AND lot.is_open AND (%s::text IS NULL OR lot.account = %s)
    GROUP BY lot.account, lot.security_id, listed.id
    ORDER BY lot.account, lot.security_id
"""
BALANCES = """
    SELECT account, currency, balance FROM portfolios_cashbalance
    WHERE portfolio_id = %s AND (%s::text IS NULL OR account = %s)
    ORDER BY account, currency
"""


class OpenLots(NamedTuple):
    """A row of `OPEN_LOTS`: what is open of one security in one account."""

    security_id: UUID
    symbol: str
    name: str
    currency: str
    account: str
    held: Decimal
    cost: Decimal | None
    cost_local: Decimal | None
    unknown: int
    unknown_local: int
    lots: int
    first_acquired: date
    booked_in: str
    and_in: str


class Balance(NamedTuple):
    """A row of `BALANCES`."""

    account: str
    currency: str
    balance: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """The open lots of one security in one account; a short position is negative throughout.

    cost_basis is in base currency, cost_basis_local in `currency`; None where any lot's is
    unknown. market_value is in base currency, None with the `reason`.
    """

    security_id: UUID
    symbol: str
    name: str
    account: str
    currency: str
    quantity: Decimal
    cost_basis: Decimal | None
    cost_basis_local: Decimal | None
    lots: int
    first_acquired: date
    price: Decimal | None = None
    price_currency: str = ""
    price_asof_date: date | None = None
    market_value: Decimal | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CashHolding:
    """The balance of one account and currency, negative when overdrawn; market_value is its
    worth in base currency, None with the `reason`."""

    account: str
    currency: str
    balance: Decimal
    market_value: Decimal | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """Everything that is held, and the pack that it is priced by, if there is one."""

    positions: tuple[Holding, ...]
    cash: tuple[CashHolding, ...]
    pack_id: str | None


def holdings(portfolio: Portfolio, *, account: str | None = None) -> Holdings:
    """The positions and balances of a portfolio, or of one of its accounts."""
    rows = _open_lots(portfolio, account)
    cash = _balances(portfolio, account)
    securities = {row.security_id for row in rows}
    pack_id, marks = latest_marks(portfolio, securities, {row.currency for row in cash})
    return Holdings(
        positions=tuple(_holding(row, marks) for row in rows),
        cash=tuple(_cash(row, portfolio.base_currency, marks) for row in cash),
        pack_id=pack_id,
    )


def _open_lots(portfolio: Portfolio, account: str | None) -> list[OpenLots]:
    with connection.cursor() as cursor:
        cursor.execute(OPEN_LOTS, [portfolio.pk, account, account])
        return [OpenLots(*row) for row in cursor.fetchall()]


def _balances(portfolio: Portfolio, account: str | None) -> list[Balance]:
    with connection.cursor() as cursor:
        cursor.execute(BALANCES, [portfolio.pk, account, account])
        return [Balance(*row) for row in cursor.fetchall()]


def latest_marks(
    portfolio: Portfolio,
    securities: Iterable[UUID],
    currencies: set[str],
    *,
    pack_id: str | None = None,
) -> tuple[str | None, Marks | None]:
    """The prices of a pack, by default the latest, turned into shares as they are now."""
    pack = latest_pack(portfolio.pricing_policy) if pack_id is None else pack_by_id(pack_id)
    if pack is None:
        return None, None
    view = view_of(pack)
    prices = {key: view.prices[key] for key in securities if key in view.prices}
    marks = marks_of(pack.asof_date, portfolio.base_currency, prices, view.rates, currencies)
    if not prices:
        return pack.pk, marks
    oldest = min(seen.asof_date for seen in prices.values())
    known = splits_among(splits_since(portfolio, oldest))
    return pack.pk, in_shares_of(date.max, marks, known)


def _holding(row: OpenLots, marks: Marks | None) -> Holding:
    mixed = row.booked_in != row.and_in
    mark = None if marks is None else marks.prices.get(row.security_id)
    value, reason = _value(row.held, row.symbol, mark, marks)
    return Holding(
        security_id=row.security_id,
        symbol=row.symbol,
        name=row.name,
        account=row.account,
        currency=row.currency if mixed else row.booked_in,
        quantity=row.held,
        cost_basis=None if row.unknown else row.cost,
        cost_basis_local=None if mixed or row.unknown_local else row.cost_local,
        lots=row.lots,
        first_acquired=row.first_acquired,
        price=None if mark is None else mark.close,
        price_currency="" if mark is None else mark.currency,
        price_asof_date=None if mark is None else mark.asof_date,
        market_value=value,
        reason=reason,
    )


def _value(
    quantity: Decimal, symbol: str, mark: Mark | None, marks: Marks | None
) -> tuple[Decimal | None, str]:
    if marks is None:
        return None, NO_PACK
    if mark is None:
        return None, f"{symbol} has no price in the pack of {marks.asof_date}."
    return _in_base(quantity * mark.close, mark.currency, marks)


def _in_base(amount: Decimal, currency: str, marks: Marks) -> tuple[Decimal | None, str]:
    rate = marks.rate_of(currency)
    if rate is None:
        return None, f"No rate of {currency} is in the pack of {marks.asof_date}."
    return round_money(amount * rate.rate, marks.base_currency), ""


def _cash(row: Balance, base_currency: str, marks: Marks | None) -> CashHolding:
    value, reason = None, NO_PACK
    if row.currency == base_currency:
        value, reason = round_money(row.balance, base_currency), ""
    elif marks is not None:
        value, reason = _in_base(row.balance, row.currency, marks)
    return CashHolding(
        account=row.account,
        currency=row.currency,
        balance=row.balance,
        market_value=value,
        reason=reason,
    )
