"""What a provider of market data returns: one observation, with where and when it came from."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class PriceQuote:
    """One close of one listing.

    `close` is in units of `currency` per share, as the listing printed it (`price_basis` raw) or
    as a total-return series. `available_at` is the UTC instant from which the value was known.
    """

    symbol: str
    exchange: str
    price_basis: str
    observed_on: date
    close: Decimal
    currency: str
    source: str
    licence_class: str
    available_at: datetime


@dataclass(frozen=True, slots=True)
class RateQuote:
    """One fixing: `rate` units of `quote_currency` for one unit of `base_currency`."""

    base_currency: str
    quote_currency: str
    observed_on: date
    rate: Decimal
    source: str
    fixing: str
    licence_class: str
    available_at: datetime
