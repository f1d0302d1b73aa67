"""Pricing policies: which close, which fixing, which pivot, and how long a value may be carried.

A policy is data, not code, and its name is part of every pack's identity. It is changed by
giving the changed rule a new name: packs sealed under the old one keep their meaning.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Policy:
    """How the packs of one name are built.

    `calendar` (MIC) says on which days there is a pack, and counts the age of rates; a price is
    aged by its own exchange. `carry_sessions` is the greatest age of a carried observation.
    """

    name: str
    description: str
    price_basis: str
    calendar: str
    zone: str
    rate_source: str
    fixing: str
    pivot: str
    currencies: tuple[str, ...]
    carry_sessions: int

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The fixings a pack of this policy should hold, as (base, quote)."""
        return tuple((self.pivot, currency) for currency in self.currencies)

    def morning_after(self, asof: date) -> datetime:
        """When the night of `asof` looks: five past midnight that night, in the market's zone."""
        night = datetime.combine(asof + timedelta(days=1), time(0, 5))
        return night.replace(tzinfo=ZoneInfo(self.zone))


ECB: Final = Policy(
    name="ECB",
    description="Raw closes of each listing; euro foreign exchange reference rates of the ECB.",
    price_basis="raw",
    calendar="XNYS",
    zone="America/New_York",
    rate_source="ECB",
    fixing="ECB reference rate",
    pivot="EUR",
    currencies=("AUD", "CAD", "CHF", "CNY", "GBP", "HKD", "JPY", "SGD", "USD"),
    carry_sessions=5,
)

DEFAULT_POLICY: Final = ECB.name
POLICIES: Final[Mapping[str, Policy]] = MappingProxyType({ECB.name: ECB})
