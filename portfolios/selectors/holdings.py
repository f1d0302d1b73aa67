"""What a portfolio holds now, read from its stored lots and balances: nothing is booked.

The rows are right as soon as an entry is committed, for lots and balances are written with it.
They know every entry, those of days to come included. Prices are those of the latest pack.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, DecimalField, F, Max, Min, Q, Sum, When

from market.models import Security
from market.selectors import latest_pack, pack_prices
from portfolios.calc.marks import RATIOS, Mark, Marks, in_shares_of, splits_among
from portfolios.calc.money import round_money
from portfolios.models import CashBalance, Lot, Portfolio, Transaction
from portfolios.selectors.market_view import marks_of
from portfolios.selectors.stored_entries import entries_among

NO_PACK = "No pricing pack is sealed yet."


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
    securities = Security.objects.in_bulk({row["security_id"] for row in rows})
    pack_id, marks = latest_marks(portfolio, securities, {row.currency for row in cash})
    return Holdings(
        positions=tuple(_holding(row, securities[row["security_id"]], marks) for row in rows),
        cash=tuple(_cash(row, portfolio.base_currency, marks) for row in cash),
        pack_id=pack_id,
    )


def _open_lots(portfolio: Portfolio, account: str | None) -> list[dict[str, Any]]:
    lots = Lot.objects.filter(portfolio=portfolio, is_open=True)
    if account is not None:
        lots = lots.filter(account=account)
    summed = lots.values("security_id", "account").annotate(
        held=_signed("quantity_open"),
        cost=_signed("cost_basis"),
        cost_local=_signed("cost_basis_local"),
        unknown=Count("pk", filter=Q(cost_basis__isnull=True)),
        unknown_local=Count("pk", filter=Q(cost_basis_local__isnull=True)),
        lots=Count("pk"),
        first_acquired=Min("acquisition_date"),
        booked_in=Min("currency"),
        and_in=Max("currency"),
    )
    return [{**row} for row in summed.order_by("account", "security_id")]


def _signed(column: str) -> Sum:
    """The sum of a column, what is owed counted negative."""
    signed = Case(When(is_short=True, then=-F(column)), default=F(column))
    return Sum(signed, output_field=DecimalField())


def _balances(portfolio: Portfolio, account: str | None) -> list[CashBalance]:
    rows = CashBalance.objects.filter(portfolio=portfolio)
    return list(rows if account is None else rows.filter(account=account))


def latest_marks(
    portfolio: Portfolio, securities: Mapping[Any, Security], currencies: set[str]
) -> tuple[str | None, Marks | None]:
    """The latest pack's prices, turned into shares as they are now."""
    pack = latest_pack(portfolio.pricing_policy)
    if pack is None:
        return None, None
    view = pack_prices(pack.pk)
    prices = {key: view.prices[key] for key in securities if key in view.prices}
    marks = marks_of(pack.asof_date, portfolio.base_currency, prices, view.rates, currencies)
    if not prices:
        return pack.pk, marks
    oldest = min(seen.asof_date for seen in prices.values())
    splits = Transaction.objects.filter(
        portfolio=portfolio,
        transaction_date__gt=oldest,
        entry_type__in=RATIOS,
        reversed_by__isnull=True,
    )
    known = splits_among(entries_among(splits, portfolio.base_currency))
    return pack.pk, in_shares_of(date.max, marks, known)


def _holding(row: Mapping[str, Any], security: Security, marks: Marks | None) -> Holding:
    mixed = row["booked_in"] != row["and_in"]
    mark = None if marks is None else marks.prices.get(security.pk)
    value, reason = _value(row["held"], security, mark, marks)
    return Holding(
        security_id=security.pk,
        symbol=security.symbol,
        name=security.name,
        account=row["account"],
        currency=security.currency if mixed else row["booked_in"],
        quantity=row["held"],
        cost_basis=None if row["unknown"] else row["cost"],
        cost_basis_local=None if mixed or row["unknown_local"] else row["cost_local"],
        lots=row["lots"],
        first_acquired=row["first_acquired"],
        price=None if mark is None else mark.close,
        price_currency="" if mark is None else mark.currency,
        price_asof_date=None if mark is None else mark.asof_date,
        market_value=value,
        reason=reason,
    )


def _value(
    quantity: Decimal, security: Security, mark: Mark | None, marks: Marks | None
) -> tuple[Decimal | None, str]:
    if marks is None:
        return None, NO_PACK
    if mark is None:
        return None, f"{security.symbol} has no price in the pack of {marks.asof_date}."
    return _in_base(quantity * mark.close, mark.currency, marks)


def _in_base(amount: Decimal, currency: str, marks: Marks) -> tuple[Decimal | None, str]:
    rate = marks.rate_of(currency)
    if rate is None:
        return None, f"No rate of {currency} is in the pack of {marks.asof_date}."
    return round_money(amount * rate.rate, marks.base_currency), ""


def _cash(row: CashBalance, base_currency: str, marks: Marks | None) -> CashHolding:
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
