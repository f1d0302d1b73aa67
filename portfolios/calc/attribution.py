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

`day_lines` cuts all days at once; here they are linked. `error_bps` compares the result with the
return chained from values and flows alone, a different road.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from portfolios.calc.day_lines import DayLines, Line
from portfolios.calc.linking import Linker, link_factors
from portfolios.calc.returns import chain


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
class CurrencyAttribution:
    """Linked effects over (start, end]; all None with the reason when they cannot be made.

    total is their sum; chained the independent time-weighted return; error_bps their distance,
    worst_day_bps the largest distance of a single day.
    """

    start: date
    end: date
    n: int
    effects: Effects | None
    by_currency: Mapping[str, Effects]
    by_line: Mapping[Line, Effects]
    chained: float | None
    error_bps: float | None
    worst_day_bps: float | None
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


def currency_attribution(lines: DayLines) -> CurrencyAttribution:
    """Link the daily effects of a history into local, currency and interaction effects.

    A day without a return gives BROKEN_CHAIN, no day at all NO_RETURNS. Lines that never had an
    effect are left out.
    """
    end = lines.dates[-1] if lines.dates else lines.base_date
    if not lines.has_return.any():
        return _unmade(lines.base_date, end, "NO_RETURNS")
    if not lines.has_return.all():
        return _unmade(lines.base_date, end, "BROKEN_CHAIN")
    factors, linker = link_factors(lines.returns.tolist())
    scale = np.array(factors) / lines.capital
    linked = [scale @ part for part in (lines.local, lines.fx, lines.interaction)]
    by_line = {
        line: Effects(*(float(part[at]) for part in linked))
        for at, line in enumerate(lines.lines)
        if any(part[at] for part in linked)
    }
    codes = sorted({currency for currency, _ in by_line})
    by_currency = {
        code: total_of(one for (currency, _), one in by_line.items() if currency == code)
        for code in codes
    }
    whole = total_of(by_currency.values())
    chained = chain(lines.value_returns.tolist())
    return CurrencyAttribution(
        start=lines.base_date,
        end=end,
        n=len(lines.dates),
        effects=whole,
        by_currency=by_currency,
        by_line=by_line,
        chained=chained,
        error_bps=abs(whole.total - chained) * 1e4,
        worst_day_bps=float(np.max(np.abs(lines.returns - lines.value_returns))) * 1e4,
        linker=linker,
    )


def total_of(parts: Iterable[Effects]) -> Effects:
    """The sum of effects of parts of one portfolio."""
    local = fx = interaction = 0.0
    for part in parts:
        local += part.local
        fx += part.fx
        interaction += part.interaction
    return Effects(local, fx, interaction)


def _unmade(start: date, end: date, reason: str) -> CurrencyAttribution:
    return CurrencyAttribution(start, end, 0, None, {}, {}, None, None, None, None, reason)
