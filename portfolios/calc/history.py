"""The daily value of a portfolio: states of `replay` at the marks of their days.

Values are unrounded Decimals in base currency unless said otherwise; `reported` rounds a day
once, at its total. A day whose price or rate is missing is partial: its value is that of the
priced part, and no return is made from it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portfolios.calc.entries import ZERO, SecurityKey
from portfolios.calc.marks import Marks, State
from portfolios.calc.money import round_money
from portfolios.calc.replay import Crossing, DayState


@dataclass(frozen=True, slots=True)
class Holding:
    """A position's worth at a close, in the currency of its price."""

    currency: str
    local: Decimal
    base: Decimal


@dataclass(frozen=True, slots=True)
class Flow:
    """A crossing with both its worths known. positive into `currency`."""

    currency: str
    local: Decimal
    base: Decimal
    external: bool
    security: SecurityKey | None = None


@dataclass(frozen=True, slots=True)
class DayValue:
    """One close. total_value = positions_value + cash_balance; receivables are in the cash.

    inflow and outflow are both ≥ 0, None where a flow could not be valued. coverage is the share
    of positions that have a price, by count; 1.0 when there are none. A withheld day has
    positions and no price for any: its values are None.
    money: cash and receivables by currency. marks: what the day was valued with. flows: the
    day's crossings into and out of currencies, external and internal, with their worths.
    """

    asof_date: date
    total_value: Decimal | None
    positions_value: Decimal | None
    cash_balance: Decimal
    receivable_balance: Decimal
    inflow: Decimal | None
    outflow: Decimal | None
    state: State
    coverage: float
    missing_prices: tuple[SecurityKey, ...]
    missing_rates: tuple[str, ...]
    holdings: Mapping[SecurityKey, Holding]
    money: Mapping[str, Decimal]
    marks: Marks
    flows: tuple[Flow, ...]
    generated: Mapping[tuple[SecurityKey, str], Decimal]

    @property
    def is_complete(self) -> bool:
        """Whether a return may be made from this value."""
        return self.state in ("exact", "stale") and self.inflow is not None


@dataclass(frozen=True, slots=True)
class ReportedValue:
    """A day's values at the base minor unit, rounded once at the total, parts summing to it."""

    total_value: Decimal
    positions_value: Decimal
    cash_balance: Decimal
    receivable_balance: Decimal
    inflow: Decimal
    outflow: Decimal


def value_history(states: Iterable[DayState], marks: Mapping[date, Marks]) -> tuple[DayValue, ...]:
    """Value each state at the marks of its own day. Raises KeyError for a day without marks."""
    listed: dict[SecurityKey, str] = {}
    return tuple(value_day(state, marks[state.asof_date], listed) for state in states)


def value_day(state: DayState, marks: Marks, listed: dict[SecurityKey, str]) -> DayValue:
    """Value one state. `listed` remembers the price currency of every security met so far, so
    that a position still counts in its own currency on the day it is sold; it is updated."""
    holdings, missing_prices, missing_rates = _holdings(state, marks)
    listed.update((security, holding.currency) for security, holding in holdings.items())
    money = _money(state)
    cash = _worth(money, marks, missing_rates)
    flows, unvalued = flows_of(state, marks, listed)
    positions = sum((holding.base for holding in holdings.values()), ZERO)
    withheld = bool(state.quantities) and not holdings
    state_of_day: State = _age(holdings, money, marks)
    if missing_prices or missing_rates:
        state_of_day = "withheld" if withheld else "partial"
    return DayValue(
        asof_date=state.asof_date,
        total_value=None if withheld else positions + cash,
        positions_value=None if withheld else positions,
        cash_balance=cash,
        receivable_balance=_worth(state.receivables, marks, missing_rates),
        inflow=None if unvalued else _external(flows, 1),
        outflow=None if unvalued else _external(flows, -1),
        state=state_of_day,
        coverage=len(holdings) / len(state.quantities) if state.quantities else 1.0,
        missing_prices=tuple(missing_prices),
        missing_rates=tuple(dict.fromkeys(missing_rates)),
        holdings=holdings,
        money=money,
        marks=marks,
        flows=flows,
        generated=state.generated,
    )


def reported(day: DayValue) -> ReportedValue | None:
    """A day as it is stored and shown; None for a withheld day or one with an unvalued flow."""
    if day.total_value is None or day.inflow is None or day.outflow is None:
        return None
    base = day.marks.base_currency
    total, cash = round_money(day.total_value, base), round_money(day.cash_balance, base)
    return ReportedValue(
        total_value=total,
        positions_value=total - cash,
        cash_balance=cash,
        receivable_balance=round_money(day.receivable_balance, base),
        inflow=round_money(day.inflow, base),
        outflow=round_money(day.outflow, base),
    )


def _holdings(
    state: DayState, marks: Marks
) -> tuple[dict[SecurityKey, Holding], list[SecurityKey], list[str]]:
    holdings: dict[SecurityKey, Holding] = {}
    missing_prices: list[SecurityKey] = []
    missing_rates: list[str] = []
    for security, quantity in state.quantities.items():
        mark = marks.prices.get(security)
        if mark is None:
            missing_prices.append(security)
            continue
        rate = marks.rate_of(mark.currency)
        if rate is None:
            missing_rates.append(mark.currency)
            continue
        local = quantity * mark.close
        holdings[security] = Holding(mark.currency, local, local * rate.rate)
    return holdings, missing_prices, missing_rates


def _money(state: DayState) -> Mapping[str, Decimal]:
    if not state.receivables:
        return state.cash
    money = dict(state.cash)
    for currency, amount in state.receivables.items():
        money[currency] = money.get(currency, ZERO) + amount
    return money


def _worth(money: Mapping[str, Decimal], marks: Marks, missing: list[str]) -> Decimal:
    total = ZERO
    for currency, amount in money.items():
        rate = marks.rate_of(currency)
        if rate is None:
            missing.append(currency)
        else:
            total += amount * rate.rate
    return total


def _age(
    holdings: Mapping[SecurityKey, Holding], money: Mapping[str, Decimal], marks: Marks
) -> State:
    """Stale when any price or rate that was used is carried forward."""
    currencies = {holding.currency for holding in holdings.values()} | set(money)
    used = [marks.rate_of(currency) for currency in currencies]
    if any(rate is not None and rate.state == "stale" for rate in used):
        return "stale"
    if any(marks.prices[security].state == "stale" for security in holdings):
        return "stale"
    return "exact"


def _external(flows: Iterable[Flow], sign: int) -> Decimal:
    """Inflows (sign 1) or outflows (sign -1) of a day, as a positive amount of base."""
    return sum((abs(flow.base) for flow in flows if flow.external and flow.base * sign > 0), ZERO)


def flows_of(
    state: DayState, marks: Marks, listed: Mapping[SecurityKey, str]
) -> tuple[tuple[Flow, ...], bool]:
    """The day's crossings at their worths, and whether one of them could not be valued."""
    flows: list[Flow] = []
    unvalued = False
    for crossing in state.crossings:
        flow = _valued(crossing, marks, listed)
        if flow is None:
            unvalued = True
        else:
            flows.append(flow)
    for (security, currency), amount in state.generated.items():
        home = listed.get(security, currency)
        if home == currency:
            continue
        pair = _settled_abroad(security, (currency, home), amount, marks)
        unvalued = unvalued or not pair
        flows += pair
    return tuple(flows), unvalued


def _valued(crossing: Crossing, marks: Marks, listed: Mapping[SecurityKey, str]) -> Flow | None:
    currency, local, base = crossing.currency, crossing.amount, crossing.base
    if local is None:
        mark = marks.prices.get(crossing.security)
        if mark is None:
            return None
        currency, local = mark.currency, crossing.quantity * mark.close
    rate = marks.rate_of(currency)
    if base is None:
        if rate is None:
            return None
        base = local * rate.rate
    home = currency if crossing.security is None else listed.get(crossing.security, currency)
    if home != currency:
        target = marks.rate_of(home)
        if target is None:
            return None
        currency, local = home, base / target.rate
    return Flow(currency, local, base, crossing.external, crossing.security)


def _settled_abroad(
    security: SecurityKey, currencies: tuple[str, str], amount: Decimal, marks: Marks
) -> list[Flow]:
    """A trade or dividend paid in another currency than the price's: it leaves the one bucket
    and enters the other at the day's rates. Empty when a rate is missing."""
    paid, home = currencies
    paid_rate, home_rate = marks.rate_of(paid), marks.rate_of(home)
    if paid_rate is None or home_rate is None:
        return []
    base = amount * paid_rate.rate
    return [
        Flow(paid, amount, base, False, security),
        Flow(home, -base / home_rate.rate, -base, False, security),
    ]
