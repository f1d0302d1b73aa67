"""A day of one portfolio in Decimals, by `calc.history` itself, where floats could not decide."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from portfolios.calc.bulk.market import MarketTable
from portfolios.calc.bulk.steps import MONEY_PLACES, SHARE_PLACES, Movements
from portfolios.calc.entries import ZERO, SecurityKey
from portfolios.calc.history import DayValue, value_day
from portfolios.calc.marks import Mark, Marks, Rate
from portfolios.calc.money import round_money
from portfolios.calc.replay import DayState
from portfolios.calc.returns import day_return


class ExactDay(NamedTuple):
    """Amounts in base currency, rounded to its minor unit; the return as a float."""

    total: Decimal
    cash: Decimal
    receivable: Decimal
    earned: float | None


def exact_day(
    mine: Movements,
    market: MarketTable,
    base: int,
    day: int,
    first: int,
    flows: tuple[Decimal, Decimal],
) -> ExactDay:
    """Value a day again. mine: the movements of the one portfolio; first: the day on which it
    began, before which it had nothing; flows: what came in and went out on the day."""
    now = _valued(mine, market, base, day)
    opening = ZERO if day <= first else _valued(mine, market, base, day - 1).total_value
    code = market.currencies[base]
    if now.total_value is None:
        raise ValueError("a portfolio without any price is not done in bulk")
    return ExactDay(
        round_money(now.total_value, code),
        round_money(now.cash_balance, code),
        round_money(now.receivable_balance, code),
        day_return(opening, now.total_value, *flows),
    )


def _valued(mine: Movements, market: MarketTable, base: int, day: int) -> DayValue:
    asof = date.fromordinal(int(market.days[day]))
    past = mine.day <= day
    quantities: dict[SecurityKey, Decimal] = {}
    cash: dict[str, Decimal] = {}
    due: dict[str, Decimal] = {}
    codes = len(market.currencies)
    for column, amount in zip(mine.column[past].tolist(), mine.amount[past].tolist(), strict=True):
        if column < market.securities:
            quantities[column] = quantities.get(column, ZERO) + scaled(amount, SHARE_PLACES)
            continue
        of, currency = divmod(column - market.securities, codes)
        purse = due if of else cash
        code = market.currencies[currency]
        purse[code] = purse.get(code, ZERO) + scaled(amount, MONEY_PLACES)
    held = {security: quantity for security, quantity in quantities.items() if quantity}
    state = DayState(
        asof,
        held,
        {code: amount for code, amount in cash.items() if amount},
        {code: amount for code, amount in due.items() if amount},
        (),
        {},
    )
    closes = {
        security: Mark(
            scaled(int(market.closes[security, day]), SHARE_PLACES),
            market.currencies[int(market.currency[security])],
            asof,
        )
        for security in map(_number, held)
    }
    return value_day(
        state, Marks(asof, market.currencies[base], closes, _rates(market, base, day)), {}
    )


def _number(security: SecurityKey) -> int:
    if not isinstance(security, int):
        raise TypeError("securities are numbers here")
    return security


def _rates(market: MarketTable, base: int, day: int) -> Mapping[str, Rate]:
    found = (
        (code, market.rates.get((base, currency, day)))
        for currency, code in enumerate(market.currencies)
    )
    return {code: rate for code, rate in found if rate is not None}


def scaled(amount: int, decimals: int) -> Decimal:
    """An integer in units of 10^-decimals as a Decimal."""
    return Decimal(amount).scaleb(-decimals)
