"""How much of a return came from local markets, how much from currencies (methods §3.7).

One position. 1 + r = (1 + r_local)(1 + r_fx), so r = r_local + r_fx + r_local·r_fx.
`currency_identity` is this, weighted at the beginning, for a period without trades.

A portfolio that lives. On most days something is bought, paid out, converted or deposited, and
beginning weights no longer sum to the return. So the day is cut by *currency*: everything in a
currency c (positions, cash, receivables) is one bucket, worth A0 local units before and A1 after,
at rates f0 and f1. N is what entered the bucket from outside it, N_base its worth at the recorded
rate. Trades, dividends and fees in c stay inside it and need no special case. Then

    profit      = A1·f1 − A0·f0 − N_base
    local       = (A1 − A0 − N)·f0
    interaction = (A1 − A0 − N)·(f1 − f0)
    fx          = profit − local − interaction = A0·(f1 − f0) + N·f1 − N_base

Over all buckets the N_base of conversions cancel and those of deposits are the portfolio's flows,
so the profits sum to V1 − V0 − I + O; divided by V0 + I the three effects sum to the day's
time-weighted return exactly, whatever happened on it. Within a bucket the same formulas hold for
each position and for the money, since what one loses in a trade the other gains.

Example. A0 = 1,000 USD at 1.30, of which 100 go into a dollar share that closes at 110, rate
1.35: A1 = 1,010, N = 0; local = 10·1.30 = 13, interaction = 10·0.05 = 0.50, fx = 1,000·0.05 = 50;
1,010·1.35 − 1,000·1.30 = 63.50.

Days are linked by `linking`; `error_bps` compares the result with the return chained from values
and flows alone, a different road.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import TypeAlias

from portfolios.calc.entries import ZERO, SecurityKey
from portfolios.calc.history import DayValue
from portfolios.calc.linking import Linker, link
from portfolios.calc.returns import chain, history_returns

Line: TypeAlias = tuple[str, SecurityKey | None]
"""A bucket's currency and a security in it; None is the bucket's cash and receivables."""


@dataclass(frozen=True, slots=True)
class Effects:
    """Fractions of the portfolio's capital; they sum to `total`."""

    local: float
    fx: float
    interaction: float

    @property
    def total(self) -> float:
        """local + fx + interaction."""
        return self.local + self.fx + self.interaction


@dataclass(frozen=True, slots=True)
class PricedHolding:
    """A holding over a period without trades: weight at the start, prices and income in local
    currency, rates in base per 1 local."""

    key: Hashable
    weight: float
    price_start: float
    price_end: float
    fx_start: float
    fx_end: float
    income: float = 0.0


@dataclass(frozen=True, slots=True)
class DayEffects:
    """One day cut by line; `effects` is their sum and the day's return."""

    asof_date: date
    effects: Effects
    lines: Mapping[Line, Effects]


@dataclass(frozen=True, slots=True)
class CurrencyAttribution:
    """Linked effects over (start, end]; all None with the reason when they cannot be made.

    total is their sum; chained the independent time-weighted return; error_bps their distance.
    """

    start: date
    end: date
    n: int
    effects: Effects | None
    by_currency: Mapping[str, Effects]
    by_line: Mapping[Line, Effects]
    chained: float | None
    error_bps: float | None
    linker: Linker | None
    reason: str | None = None


def currency_identity(
    holdings: Iterable[PricedHolding],
) -> tuple[dict[Hashable, Effects], Effects]:
    """Effects of each holding on itself, and of all on the portfolio at beginning weights.

    Income counts at the end-of-period rate. Raises ZeroDivisionError for a starting price of 0.
    """
    own: dict[Hashable, Effects] = {}
    local = fx = interaction = 0.0
    for holding in holdings:
        market = (holding.price_end + holding.income) / holding.price_start - 1.0
        currency = holding.fx_end / holding.fx_start - 1.0
        own[holding.key] = Effects(market, currency, market * currency)
        local += holding.weight * market
        fx += holding.weight * currency
        interaction += holding.weight * market * currency
    return own, Effects(local, fx, interaction)


def decompose_day(before: DayValue | None, after: DayValue) -> DayEffects | None:
    """Cut one day's return by bucket and line. before None: the day starts from nothing.

    None when either value is partial or withheld, a flow could not be valued, or V0 + I ≤ 0:
    the days on which there is no return either.
    """
    if not after.is_complete or (before is not None and not before.is_complete):
        return None
    capital = (_total(before) if before else ZERO) + (after.inflow or ZERO)
    if capital <= 0:
        return None
    opening = _lines(before) if before else {}
    closing = _lines(after)
    entered, worth = _entered(after)
    moved = _moved_inside(after)
    lines: dict[Line, Effects] = {}
    sums = [ZERO, ZERO, ZERO]
    for line in dict.fromkeys([*opening, *closing, *entered, *moved]):
        a0, n = opening.get(line, ZERO), entered.get(line, ZERO)
        gain = closing.get(line, ZERO) + moved.get(line, ZERO) - a0 - n
        f0, f1 = _rates(before, after, line[0])
        parts = (gain * f0, a0 * (f1 - f0) + n * f1 - worth.get(line, ZERO), gain * (f1 - f0))
        if any(parts):
            lines[line] = _fractions(parts, capital)
            sums = [total + part for total, part in zip(sums, parts, strict=True)]
    return DayEffects(after.asof_date, _fractions(sums, capital), lines)


def currency_attribution(
    days: Sequence[DayValue], base_date: date | None = None
) -> CurrencyAttribution:
    """Link the daily effects of a history into local, currency and interaction effects.

    days[0] is the baseline close, unless base_date says that the history starts there from
    nothing. Days before the first funding are ignored; a later day without a return gives
    BROKEN_CHAIN, none at all NO_RETURNS. Raises ValueError for an empty history.
    """
    series = history_returns(days, base_date)
    before: list[DayValue | None] = [None] if base_date is not None else []
    cut = [decompose_day(one, two) for one, two in pairwise([*before, *days]) if two is not None]
    first = next((index for index, day in enumerate(cut) if day is not None), len(cut))
    start = series.dates[first - 1] if first else series.base_date
    end = series.dates[-1] if len(series) else series.base_date
    effects = [day for day in cut[first:] if day is not None]
    returns = [one for one in series.returns[first:] if one is not None]
    if not effects:
        return _unmade(series.base_date, end, "NO_RETURNS")
    if len(effects) < len(cut) - first or len(returns) < len(effects):
        return _unmade(start, end, "BROKEN_CHAIN")
    return _linked(effects, returns, (start, end))


def _linked(
    days: Sequence[DayEffects], returns: Sequence[float], span: tuple[date, date]
) -> CurrencyAttribution:
    lines = dict.fromkeys(line for day in days for line in day.lines)
    none = Effects(0.0, 0.0, 0.0)
    daily = {
        (line, part): [getattr(day.lines.get(line, none), part) for day in days]
        for line in lines
        for part in ("local", "fx", "interaction")
    }
    linked = link(daily, [day.effects.total for day in days])
    by_line = {
        line: Effects(*(linked.values[line, part] for part in ("local", "fx", "interaction")))
        for line in lines
    }
    by_currency = {
        currency: _sum(effects for line, effects in by_line.items() if line[0] == currency)
        for currency in dict.fromkeys(line[0] for line in lines)
    }
    whole = _sum(by_currency.values())
    chained = chain(returns)
    error = abs(whole.total - chained) * 1e4
    return CurrencyAttribution(
        *span, len(days), whole, by_currency, by_line, chained, error, linked.linker
    )


def _unmade(start: date, end: date, reason: str) -> CurrencyAttribution:
    return CurrencyAttribution(start, end, 0, None, {}, {}, None, None, None, reason)


def _sum(parts: Iterable[Effects]) -> Effects:
    local = fx = interaction = 0.0
    for part in parts:
        local += part.local
        fx += part.fx
        interaction += part.interaction
    return Effects(local, fx, interaction)


def _fractions(parts: Sequence[Decimal], capital: Decimal) -> Effects:
    """The crossing from ledger Decimals to float fractions."""
    local, fx, interaction = (float(part / capital) for part in parts)
    return Effects(local, fx, interaction)


def _total(day: DayValue) -> Decimal:
    return ZERO if day.total_value is None else day.total_value


def _lines(day: DayValue) -> dict[Line, Decimal]:
    """Local worth of every line at a close."""
    lines: dict[Line, Decimal] = {
        (holding.currency, security): holding.local for security, holding in day.holdings.items()
    }
    lines.update(((currency, None), amount) for currency, amount in day.money.items())
    return lines


def _entered(day: DayValue) -> tuple[dict[Line, Decimal], dict[Line, Decimal]]:
    """What entered each line from outside its bucket: local amount, and worth in base."""
    entered: defaultdict[Line, Decimal] = defaultdict(Decimal)
    worth: defaultdict[Line, Decimal] = defaultdict(Decimal)
    for flow in day.flows:
        line = flow.currency, flow.security
        entered[line] += flow.local
        worth[line] += flow.base
    return entered, worth


def _moved_inside(day: DayValue) -> dict[Line, Decimal]:
    """What each security gave to its bucket's money (dividends, proceeds, −cost), and the money
    gave up for it: the two sides of one movement."""
    moved: defaultdict[Line, Decimal] = defaultdict(Decimal)
    for (security, currency), amount in day.generated.items():
        moved[currency, security] += amount
        moved[currency, None] -= amount
    return moved


def _rates(before: DayValue | None, after: DayValue, currency: str) -> tuple[Decimal, Decimal]:
    """f0 and f1. A complete day has the rate of everything it holds; where a currency is new or
    gone the absent rate multiplies nothing, and the other stands in for it."""
    new = after.marks.rate_of(currency)
    old = before.marks.rate_of(currency) if before else None
    f0 = old or new
    f1 = new or old
    if f0 is None or f1 is None:
        raise ValueError(f"no rate for {currency} around {after.asof_date}")
    return f0.rate, f1.rate
