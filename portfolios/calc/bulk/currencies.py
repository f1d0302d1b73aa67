"""What each currency gave to the last day's return, for many portfolios (methods §3.7).

The formulas are those of `calc.attribution`, by bucket: A0 and A1 its worth in its own currency,
f0 and f1 its rates, N what entered it from outside, worth N_base. Trades and dividends inside a
bucket cancel. Whoever changed money or traded abroad that day is cut by `valued_effects` instead.
"""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from portfolios.calc.bulk.errorfree import Floats, Mask
from portfolios.calc.entries import ZERO
from portfolios.calc.history import DayValue


@dataclass(frozen=True, slots=True, eq=False)
class Buckets:
    """currencies × portfolios. worths and rates before and after, what entered and its worth in
    base; capital: what each portfolio had at the start, flows in included."""

    before: Floats
    after: Floats
    old_rates: Floats
    new_rates: Floats
    entered: Floats
    entered_worth: Floats
    capital: Floats


@dataclass(frozen=True, slots=True, eq=False)
class BucketEffects:
    """currencies × portfolios, fractions of capital. error_bps: their sum's distance from the
    bucket's own gain. present: buckets in which anything was or moved."""

    local: Floats
    fx: Floats
    interaction: Floats
    error_bps: Floats
    present: Mask


def bucket_effects(held: Buckets) -> BucketEffects:
    """Cut the day. Portfolios without capital have no effects."""
    gain = held.after - held.before - held.entered
    change = held.new_rates - held.old_rates
    local = gain * held.old_rates
    interaction = gain * change
    fx = held.before * change + held.entered * held.new_rates - held.entered_worth
    profit = held.after * held.new_rates - held.before * held.old_rates - held.entered_worth
    present = (held.before != 0.0) | (held.after != 0.0) | (held.entered != 0.0)
    present &= held.capital > 0.0
    by = np.where(held.capital > 0.0, held.capital, 1.0)
    error = np.abs(profit - (local + fx + interaction)) / by * 1e4
    return BucketEffects(local / by, fx / by, interaction / by, error, present)


class CurrencyEffect(NamedTuple):
    """What one bucket gave, as fractions of capital; error_bps as in `BucketEffects`."""

    currency: str
    local: float
    fx: float
    interaction: float
    error_bps: float


def valued_effects(before: DayValue | None, after: DayValue) -> list[CurrencyEffect]:
    """Cut the day of one portfolio from its two valued closes, in Decimals. before None: the day
    began from nothing. Empty where the day has no return."""
    complete = after.is_complete and (before is None or before.is_complete)
    opening = ZERO if before is None or before.total_value is None else before.total_value
    capital = opening + (after.inflow or ZERO)
    if not complete or capital <= 0:
        return []
    old, new = _worths(before), _worths(after)
    entered: defaultdict[str, Decimal] = defaultdict(Decimal)
    worth: defaultdict[str, Decimal] = defaultdict(Decimal)
    for flow in after.flows:
        entered[flow.currency] += flow.local
        worth[flow.currency] += flow.base
    found = []
    for code in sorted(old.keys() | new.keys() | entered.keys()):
        now = after.marks.rate_of(code)
        then = None if before is None else before.marks.rate_of(code)
        f0, f1 = then or now, now or then
        if f0 is None or f1 is None:
            raise ValueError(f"no rate for {code} around {after.asof_date}")
        change = f1.rate - f0.rate
        gain = new[code] - old[code] - entered[code]
        parts = (
            gain * f0.rate,
            old[code] * change + entered[code] * f1.rate - worth[code],
            gain * change,
        )
        profit = new[code] * f1.rate - old[code] * f0.rate - worth[code]
        local, fx, both = (float(part / capital) for part in parts)
        error = abs(float(profit / capital) - (local + fx + both)) * 1e4
        found.append(CurrencyEffect(code, local, fx, both, error))
    return found


def _worths(day: DayValue | None) -> defaultdict[str, Decimal]:
    found: defaultdict[str, Decimal] = defaultdict(Decimal)
    if day is not None:
        for holding in day.holdings.values():
            found[holding.currency] += holding.local
        for code, amount in day.money.items():
            found[code] += amount
    return found
