"""The closes and rates of many days as tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import TypeAlias

import numpy as np

from portfolios.calc.bulk.errorfree import Floats, Mask
from portfolios.calc.bulk.steps import SHARE_PLACES, Integers, places
from portfolios.calc.entries import SecurityKey
from portfolios.calc.marks import Rate

RatePieces: TypeAlias = tuple[Floats, Floats, Mask, Mask]


@dataclass(frozen=True, eq=False)
class MarketTable:
    """Securities and currencies by number, days in order.

    keys: the securities. days: their ordinals. closes: securities × days in units of 1e-8, 0
    where there is none. stale: where a close is carried forward. currency: of each security's
    closes, -1 where they are of more than one. currencies: their codes. rates: by base, currency
    and day, what one unit is worth in base; absent where unknown.
    """

    keys: tuple[SecurityKey, ...]
    days: Integers
    closes: Integers
    stale: Mask
    currency: Integers
    currencies: tuple[str, ...]
    rates: Mapping[tuple[int, int, int], Rate]
    _prices: dict[int, Floats] = field(default_factory=dict, repr=False)
    _pieces: dict[int, RatePieces] = field(default_factory=dict, repr=False)

    @property
    def securities(self) -> int:
        """How many there are."""
        return len(self.closes)

    @property
    def columns(self) -> int:
        """How many columns movements have: securities, cash and receivables."""
        return self.securities + 2 * len(self.currencies)

    @cached_property
    def close_places(self) -> Integers:
        """Decimals that the closes of each security need."""
        if not self.closes.size:
            return np.zeros(len(self.closes), dtype=np.int64)
        flat = places(self.closes.ravel(), SHARE_PLACES).reshape(self.closes.shape)
        found: Integers = flat.max(axis=1)
        return found

    def prices(self, decimals: int) -> Floats:
        """Closes in units of 10^-decimals, and below them a row of ones: the price of money."""
        if decimals not in self._prices:
            if decimals <= SHARE_PLACES:
                table = self.closes // 10 ** (SHARE_PLACES - decimals)
            else:
                table = self.closes * 10 ** (decimals - SHARE_PLACES)
            money = np.ones((1, len(self.days)))
            prices = np.concatenate((table.astype(np.float64), money))
            self._prices[decimals] = np.ascontiguousarray(prices)  # as sparse products take it
        return self._prices[decimals]

    @cached_property
    def highest(self) -> Floats:
        """The highest close of each security, in 1e-8."""
        found: Floats = self.closes.max(axis=1, initial=0).astype(np.float64)
        return found

    def rate_pieces(self, base: int) -> RatePieces:
        """Rates to one base, currencies × days, as high and low floats, with where they are
        missing and where stale. The base itself is 1."""
        if base not in self._pieces:
            self._pieces[base] = self._cut_rates(base)
        return self._pieces[base]

    def _cut_rates(self, base: int) -> RatePieces:
        shape = (len(self.currencies), len(self.days))
        high, low = np.zeros(shape), np.zeros(shape)
        missing, stale = np.ones(shape, dtype=bool), np.zeros(shape, dtype=bool)
        high[base], missing[base] = 1.0, False
        for currency in range(shape[0]):
            for day in range(shape[1]):
                rate = self.rates.get((base, currency, day))
                if rate is not None:
                    high[currency, day], low[currency, day] = pair(rate.rate)
                    missing[currency, day] = False
                    stale[currency, day] = rate.state == "stale"
        return high, low, missing, stale


def pair(number: Decimal) -> tuple[float, float]:
    """A Decimal as the float next to it, and what that leaves."""
    high = float(number)
    return high, float(number - Decimal(high))


def whole(number: Decimal, decimals: int) -> int | None:
    """A Decimal in units of 10^-decimals; None where it is finer."""
    scaled = number.scaleb(decimals)
    found = int(scaled)
    return found if found == scaled else None
