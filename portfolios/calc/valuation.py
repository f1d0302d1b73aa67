"""A portfolio at one pack: what each position is worth, what it cost, and what is not known.

Everything in base currency is an unrounded Decimal but the three totals, which are rounded once,
to the base minor unit, so that total_value = positions_value + cash_balance.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from portfolios.calc.entries import ZERO, SecurityKey
from portfolios.calc.lots import Book, Lot, Position
from portfolios.calc.marks import Marks, State, worst
from portfolios.calc.money import half_even, round_money
from portfolios.calc.nav import Item, Row, market_value, nav

WEIGHT_PLACES = 12


@dataclass(frozen=True, slots=True)
class UnrealizedSplit:
    """An unrealised result in base currency, unrounded: total = price + fx + cross."""

    total: Decimal
    price: Decimal
    fx: Decimal
    cross: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ValuedPosition:
    """A position at its price. Figures are None where unknown and `reason` says why.

    market_value is in base, market_value_local in the price's currency. weight is a fraction of
    the portfolio's priced total. price_asof_date is the price's own day, older when stale.
    """

    security: SecurityKey
    account: str
    currency: str
    quantity: Decimal
    price: Decimal | None
    price_asof_date: date | None
    market_value: Decimal | None
    market_value_local: Decimal | None
    cost_basis: Decimal | None
    cost_basis_local: Decimal | None
    unrealized_pnl: Decimal | None
    unrealized_split: UnrealizedSplit | None
    weight: Decimal | None
    state: State
    reason: str | None


@dataclass(frozen=True, slots=True)
class ValuedCash:
    """Cash or receivables of one currency; market_value None where there is no rate."""

    currency: str
    balance: Decimal
    market_value: Decimal | None
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Valuation:
    """The portfolio's value, its parts, and how much of it is known.

    total_value and positions_value are None (withheld) when no position has a price. coverage
    is by count of positions, coverage_by_cost by base cost where every basis is known.
    """

    asof_date: date
    base_currency: str
    total_value: Decimal | None
    positions_value: Decimal | None
    cash_balance: Decimal
    receivable_balance: Decimal
    positions: tuple[ValuedPosition, ...]
    cash: tuple[ValuedCash, ...]
    receivables: tuple[ValuedCash, ...]
    state: State
    missing_prices: tuple[SecurityKey, ...]
    missing_rates: tuple[str, ...]
    coverage: float
    coverage_by_cost: float | None


def value_portfolio(book: Book, marks: Marks) -> Valuation:
    """Value a book at a pack's marks.

    A position without a price is withheld and named, never zero; the totals are then partial.
    Book it with `asof` the marks' day, or receivables will be missing.
    """
    valued = [_value_position(position, marks) for position in book.positions]
    cash = _value_money(_by_currency(book), marks)
    owed = _value_money(_receivables(book), marks)
    known = [part.market_value for part in valued if part.market_value is not None]
    money = sum((part.market_value or ZERO for part in (*cash, *owed)), ZERO)
    total = sum(known, ZERO) + money
    base = marks.base_currency
    withheld = bool(valued) and not known
    cash_balance = round_money(money, base)
    return Valuation(
        asof_date=marks.asof_date,
        base_currency=base,
        total_value=None if withheld else round_money(total, base),
        positions_value=None if withheld else round_money(total, base) - cash_balance,
        cash_balance=cash_balance,
        receivable_balance=round_money(sum((p.market_value or ZERO for p in owed), ZERO), base),
        positions=tuple(_weighed(part, total) for part in valued),
        cash=cash,
        receivables=owed,
        state="withheld" if withheld else sum_state([*valued, *cash, *owed]),
        missing_prices=tuple(dict.fromkeys(p.security for p in valued if p.price is None)),
        missing_rates=_missing_rates(valued, (*cash, *owed)),
        coverage=len(known) / len(valued) if valued else 1.0,
        coverage_by_cost=_coverage_by_cost(valued),
    )


def sum_state(parts: Iterable[ValuedPosition | ValuedCash]) -> State:
    """The state of a sum over parts: as bad as the worst; with a withheld part it is partial."""
    state = worst(part.state for part in parts)
    return "partial" if state == "withheld" else state


def coverage_of(parts: Sequence[ValuedPosition | ValuedCash]) -> float:
    """The share of positions with a value, by count; among money alone, the share of that."""
    positions = [part for part in parts if isinstance(part, ValuedPosition)]
    counted: Sequence[ValuedPosition | ValuedCash] = positions or parts
    return sum(part.market_value is not None for part in counted) / len(counted)


def unrealized_split(lots: Sequence[Lot], price: Decimal, rate: Decimal) -> UnrealizedSplit | None:
    """Split q·p·f1 − C·f0 over lots into price (P−C)·f0, currency C·(f1−f0) and the cross term.

    Short lots count with the opposite sign: proceeds less value.

    price and rate are today's, in the lots' currency and base per 1 of it; each lot keeps its
    own f0. None where any lot's cost or rate is unknown. Source: methods §1.3.
    """
    whole = at_price = at_cost = ZERO
    for lot in lots:
        base, local = lot.cost_basis, lot.cost_basis_local
        if base is None or local is None:
            return None
        # What was settled in base implies a rate of its own; a lot without cost implies none.
        own_rate = lot.fx_rate if lot.cost_settled is None or not local else base / local
        own_rate = rate if own_rate is None else own_rate
        sign = -1 if lot.is_short else 1
        gain = sign * (lot.quantity_open * price - local)
        part = sign * (lot.quantity_open * price * rate - base)
        whole += part
        at_price += gain * own_rate
        at_cost += sign * local * (rate - own_rate)
    crossed = whole - at_price - at_cost
    return UnrealizedSplit(whole, at_price, at_cost, crossed)


def _value_position(position: Position, marks: Marks) -> ValuedPosition:
    blank = ValuedPosition(
        security=position.security,
        account=position.account,
        currency=position.currency,
        quantity=position.quantity,
        price=None,
        price_asof_date=None,
        market_value=None,
        market_value_local=None,
        cost_basis=position.cost_basis,
        cost_basis_local=position.cost_basis_local,
        unrealized_pnl=None,
        unrealized_split=None,
        weight=None,
        state="withheld",
        reason="MISSING_PRICE",
    )
    mark = marks.prices.get(position.security)
    if mark is None:
        return blank
    priced = replace(
        blank,
        currency=mark.currency,
        price=mark.close,
        price_asof_date=mark.asof_date,
        market_value_local=market_value(position.quantity, mark.close),
        reason="MISSING_RATE",
    )
    rate = marks.rate_of(mark.currency)
    if rate is None:
        return priced
    worth = market_value(position.quantity, mark.close) * rate.rate
    split = None
    if mark.currency == position.currency:
        split = unrealized_split(position.lots, mark.close, rate.rate)
    return replace(
        priced,
        market_value=worth,
        unrealized_pnl=None if position.cost_basis is None else worth - position.cost_basis,
        unrealized_split=split,
        state=worst([mark.state, rate.state]),
        reason=None,
    )


def _value_money(money: dict[str, Decimal], marks: Marks) -> tuple[ValuedCash, ...]:
    rates = {code: found for code in money if (found := marks.rate_of(code)) is not None}
    rows = nav(
        (Item(code, code, amount) for code, amount in money.items()),
        {code: rate.rate for code, rate in rates.items()},
        marks.base_currency,
    ).rows
    return tuple(
        _valued_cash(row, rates[row.currency].state)
        if row.base is not None
        else _valued_cash(row, "withheld")
        for row in rows
    )


def _valued_cash(row: Row, state: State) -> ValuedCash:
    return ValuedCash(row.currency, row.local or ZERO, row.base, state)


def _by_currency(book: Book) -> dict[str, Decimal]:
    money: dict[str, Decimal] = {}
    for (_, currency), amount in book.cash.items():
        money[currency] = money.get(currency, ZERO) + amount
    return money


def _receivables(book: Book) -> dict[str, Decimal]:
    owed: dict[str, Decimal] = {}
    for receivable in book.receivables:
        owed[receivable.currency] = owed.get(receivable.currency, ZERO) + receivable.amount
    return owed


def _weighed(part: ValuedPosition, total: Decimal) -> ValuedPosition:
    if part.market_value is None or total <= 0:
        return part
    return replace(part, weight=half_even(part.market_value / total, WEIGHT_PLACES))


def _missing_rates(
    positions: Iterable[ValuedPosition], money: Iterable[ValuedCash]
) -> tuple[str, ...]:
    codes = [part.currency for part in positions if part.reason == "MISSING_RATE"]
    codes += [part.currency for part in money if part.market_value is None]
    return tuple(dict.fromkeys(codes))


def _coverage_by_cost(positions: Sequence[ValuedPosition]) -> float | None:
    costs = [part.cost_basis for part in positions]
    if any(cost is None for cost in costs):
        return None
    whole = sum((abs(cost) for cost in costs if cost is not None), ZERO)
    priced = sum((abs(p.cost_basis or ZERO) for p in positions if p.market_value is not None), ZERO)
    return float(priced / whole) if whole else None
