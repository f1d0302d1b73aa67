"""Exchange rates of a document: the last at or before a day, over at most one pivot.

Order: identity, direct, inverse, through USD, through EUR, as in `market.calc.fx`; here each leg
also has the day it was observed on, because a document carries rates of many days.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal

from market.calc.fx import PIVOTS
from portfolios.calc.evaluation.document import Pairs

_WORKING = Context(prec=34)
_SIGNIFICANT = Context(prec=15)
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class FoundRate:
    """Units of one currency per 1 of another, and the oldest day among its legs."""

    rate: Decimal
    asof_date: date


class Rates:
    """The table of a document. Answers are remembered, so asking again costs a look-up."""

    def __init__(self, pairs: Pairs, base_currency: str) -> None:
        self.base_currency = base_currency
        self._series: Mapping[tuple[str, str], tuple[list[date], Mapping[date, Decimal]]] = {
            pair: (sorted(days), days) for pair, days in pairs.items()
        }
        self._found: dict[tuple[str, str, date], FoundRate | None] = {}

    def to_base(self, currency: str, day: date) -> Decimal | None:
        """Base per 1 unit of a currency: the `RateTable` that booking asks. None: not known."""
        if currency == self.base_currency:
            return ONE
        found = self.between(currency, self.base_currency, day)
        return None if found is None else found.rate

    def between(self, one: str, other: str, day: date) -> FoundRate | None:
        """Units of `other` per 1 of `one`, to 15 digits, never from a later day."""
        if one == other:
            return FoundRate(ONE, day)
        key = (one, other, day)
        if key not in self._found:
            self._found[key] = self._search(one, other, day)
        return self._found[key]

    def days(self) -> set[date]:
        """Every day on which some rate was observed."""
        return {day for ordered, _ in self._series.values() for day in ordered}

    def _search(self, one: str, other: str, day: date) -> FoundRate | None:
        straight = self._leg(one, other, day)
        if straight is not None:
            return FoundRate(_SIGNIFICANT.plus(straight.rate), straight.asof_date)
        for pivot in PIVOTS:
            if pivot in (one, other):
                continue
            first, second = self._leg(one, pivot, day), self._leg(pivot, other, day)
            if first is not None and second is not None:
                rate = _SIGNIFICANT.multiply(first.rate, second.rate)
                return FoundRate(rate, min(first.asof_date, second.asof_date))
        return None

    def _leg(self, one: str, other: str, day: date) -> FoundRate | None:
        direct = self._last(one, other, day)
        if direct is not None:
            return direct
        inverse = self._last(other, one, day)
        if inverse is None:
            return None
        return FoundRate(_WORKING.divide(ONE, inverse.rate), inverse.asof_date)

    def _last(self, one: str, other: str, day: date) -> FoundRate | None:
        if (one, other) not in self._series:
            return None
        ordered, rates = self._series[one, other]
        index = bisect_right(ordered, day) - 1
        return FoundRate(rates[ordered[index]], ordered[index]) if index >= 0 else None
