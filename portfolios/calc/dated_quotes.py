"""Closes and rates of many days as columns, as a ledger is valued with."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

import numpy as np

from portfolios.calc.bulk.errorfree import Mask
from portfolios.calc.bulk.exact import scaled
from portfolios.calc.bulk.steps import SHARE_PLACES, Integers
from portfolios.calc.entries import ZERO, SecurityKey
from portfolios.calc.marks import Mark, Marks, Rate


@dataclass(frozen=True, eq=False)
class DatedRates:
    """What one unit of a currency is worth in base on ascending days, None where nobody knows.

    The columns are made when they are first asked for, and serve whoever has the same rates.
    """

    each: Sequence[Rate | None]

    @cached_property
    def amounts(self) -> Sequence[Decimal]:
        """The bare rates; 0 where there is none."""
        return [ZERO if rate is None else rate.rate for rate in self.each]

    @cached_property
    def lacks(self) -> Mask:
        """Where there is no rate."""
        return np.array([rate is None for rate in self.each], dtype=bool)

    @cached_property
    def carried(self) -> Mask:
        """Where a rate is of an earlier day."""
        stale = [rate is not None and rate.state == "stale" for rate in self.each]
        return np.array(stale, dtype=bool)


@dataclass(frozen=True, eq=False)
class Quotes:
    """Closes and rates of ascending days, a column a day.

    keys: the securities, a row each. closes: in units of 1e-8, 0 where there is none. carried:
    where a close is of an earlier day. currency: of each security's closes. rates: by currency,
    what one unit is worth in base on each day, and perhaps on later ones; the base has none.
    """

    base_currency: str
    days: Sequence[date]
    keys: tuple[SecurityKey, ...]
    closes: Integers
    carried: Mask
    currency: tuple[str, ...]
    rates: Mapping[str, DatedRates]

    @cached_property
    def rows(self) -> Mapping[SecurityKey, int]:
        """The row of each security."""
        return {key: row for row, key in enumerate(self.keys)}

    def rate_on(self, currency: str, at: int) -> Rate | None:
        """Base per 1 unit on the day at a place."""
        if currency == self.base_currency:
            return Rate(Decimal(1), self.days[at])
        known = self.rates.get(currency)
        return None if known is None or at >= len(self.days) else known.each[at]

    def marks(self, at: int, securities: Iterable[SecurityKey]) -> Marks:
        """The rates of a day, and its closes of some securities."""
        day, rows = self.days[at], self.rows
        wanted = [(key, rows[key]) for key in securities if key in rows]
        prices = {
            key: Mark(scaled(int(self.closes[row, at]), SHARE_PLACES), self.currency[row], day)
            for key, row in wanted
            if self.closes[row, at]
        }
        known = ((code, rates.each[at]) for code, rates in self.rates.items())
        rates = {code: rate for code, rate in known if rate is not None}
        return Marks(day, self.base_currency, prices, rates)
