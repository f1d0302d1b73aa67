"""Pricing policies: which close, which fixing, which pivot, and how long a value may be carried.

A policy is data, a file of its own in `market/data/policies`, and its name is part of every pack's
identity. It is changed by giving the changed rule a new name: packs sealed under the old one keep
their meaning.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final, Literal
from zoneinfo import ZoneInfo

DEFAULT_POLICY: Final = "ECB"
# In an order of sources: whatever source is connected to the listing.
OWN_SOURCE: Final = "@listing"


@dataclass(frozen=True, slots=True)
class Completeness:
    """What a pack must have before it is sealed.

    required: prices of what is held, of every listing, or of none. `priced` is the least share of
    them with a value, carried ones counted; `observed` the least share seen on the last session
    of their own exchange. Both are fractions.
    """

    required: Literal["held", "all", "none"]
    priced: Decimal
    observed: Decimal


@dataclass(frozen=True, slots=True)
class Plausibility:
    """What an observation may look like before a person is asked.

    A close may be at most `largest_move` times the one before it, or that part of it; and it may
    arrive at most `late_sessions` sessions after its day.
    """

    largest_move: Decimal
    late_sessions: int


@dataclass(frozen=True, slots=True)
class Policy:
    """How the packs of one name are built.

    `calendar` (MIC) says on which days there is a pack, and counts the age of rates; a price is
    aged by its own exchange. `carry_sessions` is the greatest age of a carried observation. Of
    several sources that know one day, the first in the order counts.
    """

    name: str
    description: str
    price_basis: str
    price_sources: tuple[str, ...]
    calendar: str
    zone: str
    cut_off: time
    rate_sources: tuple[str, ...]
    fixing: str
    pivot: str
    currencies: tuple[str, ...]
    carry_sessions: int
    completeness: Completeness
    plausibility: Plausibility

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The fixings a pack of this policy should hold, as (base, quote)."""
        return tuple((self.pivot, currency) for currency in self.currencies)

    def morning_after(self, asof: date) -> datetime:
        """When the night of `asof` looks: at the cut-off of the next day, in the market's zone."""
        night = datetime.combine(asof + timedelta(days=1), self.cut_off)
        return night.replace(tzinfo=ZoneInfo(self.zone))
