"""Providers of market data, and what the rest of the house may expect of one.

A provider turns a source into observations; it stores nothing. Whoever calls it writes what it
returns, and the time from which each value was known travels with it.
"""

from collections.abc import Iterator
from datetime import date
from typing import Protocol

from market.calc.quotes import PriceQuote, RateQuote


class PriceProvider(Protocol):
    """A source of closes."""

    def prices(self) -> Iterator[PriceQuote]:
        """Every close the source has, by listing and day."""
        ...

    def last_day(self) -> date:
        """The last day the source declares to cover; after it, silence is not a gap."""
        ...


class RateProvider(Protocol):
    """A source of exchange rates."""

    def rates(self) -> Iterator[RateQuote]:
        """Every fixing the source has, by day and currency."""
        ...
