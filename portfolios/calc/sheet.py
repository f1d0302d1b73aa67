"""The market of a period as arrays: what thousands of days are valued with at once.

Ledger and stored values are Decimal; attribution and risk over a period are statistics and float.
The crossing is made where a sheet is filled, once, and `marks` is the way back for the few days
on which something moved.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from portfolios.calc.entries import SecurityKey
from portfolios.calc.marks import Mark, Marks, Rate
from portfolios.calc.money import decimal_from_float
from portfolios.calc.returns import Floats

Listing = tuple[SecurityKey, str]
"""A security and the currency of its price."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """closes: shape (days, listings), in the listing's currency and in shares of their own day.
    rates: base per 1 unit of a currency, one element a day; the base currency needs none. NaN is
    what a day does not know, never zero."""

    base_currency: str
    dates: tuple[date, ...]
    listings: tuple[Listing, ...]
    closes: Floats
    rates: Mapping[str, Floats]

    def rate(self, currency: str) -> Floats:
        """Base per 1 `currency` on each day."""
        if currency == self.base_currency:
            return np.ones(len(self.dates))
        return self.rates.get(currency, np.full(len(self.dates), np.nan))

    def marks(self, at: int, securities: Iterable[SecurityKey]) -> Marks:
        """One day as Decimals, of these securities only."""
        day, wanted = self.dates[at], set(securities)
        prices = {
            security: Mark(decimal_from_float(close), currency, day)
            for (security, currency), close in zip(self.listings, self.closes[at], strict=True)
            if security in wanted and not np.isnan(close)
        }
        rates = {
            currency: Rate(_decimal(values[at]), day)
            for currency, values in self.rates.items()
            if not np.isnan(values[at])
        }
        return Marks(day, self.base_currency, prices, rates)


def _decimal(number: float) -> Decimal:
    return decimal_from_float(float(number))
