"""The risk-free rate of a day: the US 3-month Treasury bill as it was known the day before.

TB3MS is a monthly average on a discount basis, published after its month. A discount d of a
91-day bill is a yield of 365·d / (360 − 91·d).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from market.providers.bundled import risk_free

SERIES = "TB3MS"
METHOD = "risk-free: US 3-month Treasury bill (TB3MS), a rate of US dollars"
LONGEST_AGE = timedelta(days=62)
BILL_DAYS = 91


@dataclass(frozen=True, slots=True)
class RiskFree:
    """Annual yields, one for each day asked, or the reason why there are none."""

    yields: tuple[float, ...] | None
    reason: str = ""


def yields_known_at(days: Sequence[date]) -> RiskFree:
    """The yield known at each close. A value is never used more than two months after its
    release: where the series ends, the rate is not known."""
    released, rates = _series()
    found = []
    for day in days:
        position = bisect_right(released, day)
        if not position or day - released[position - 1] > LONGEST_AGE:
            until = f" after {released[-1]}" if released and position else ""
            return RiskFree(None, f"The risk-free series {SERIES} has no value{until} for {day}.")
        found.append(rates[position - 1])
    return RiskFree(tuple(found))


@cache
def _series() -> tuple[list[date], list[float]]:
    bills = sorted(risk_free(), key=lambda bill: bill.known_from)
    return [bill.known_from for bill in bills], [_as_yield(float(b.rate)) for b in bills]


def _as_yield(discount: float) -> float:
    return 365.0 * discount / (360.0 - BILL_DAYS * discount)
