"""One day of attribution in Decimal, line by line: what the arrays of `day_lines` must say too."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portfolios.calc.attribution import Effects
from portfolios.calc.day_lines import Line
from portfolios.calc.entries import ZERO
from portfolios.calc.history import DayValue


@dataclass(frozen=True, slots=True)
class DayEffects:
    """One day cut by line; `effects` is their sum and the day's return."""

    asof_date: date
    effects: Effects
    lines: Mapping[Line, Effects]


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
