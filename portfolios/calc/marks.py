"""The prices and rates of one day, as valuation reads them, and how states combine."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from portfolios.calc.entries import Entry, EntryType, SecurityKey

RATIOS = (EntryType.SPLIT, EntryType.REVERSE_SPLIT, EntryType.STOCK_DIVIDEND)
State = Literal["exact", "partial", "stale", "withheld"]
_WORST_FIRST: tuple[State, ...] = ("withheld", "partial", "stale", "exact")


@dataclass(frozen=True, slots=True)
class Mark:
    """A close in its own currency, with the day it was observed; stale when carried forward."""

    close: Decimal
    currency: str
    asof_date: date
    state: State = "exact"


@dataclass(frozen=True, slots=True)
class Rate:
    """Units of base currency per 1 unit of a currency, with the day of its fixing."""

    rate: Decimal
    asof_date: date
    state: State = "exact"


@dataclass(frozen=True, slots=True)
class Marks:
    """Everything one valuation day knows. What is absent is unknown, never zero and never one.

    prices are keyed as the ledger keys its securities. The base currency needs no rate of its
    own: `rate_of` gives it exactly 1.
    """

    asof_date: date
    base_currency: str
    prices: Mapping[Any, Mark] = field(default_factory=dict)
    rates: Mapping[str, Rate] = field(default_factory=dict)

    def rate_of(self, currency: str) -> Rate | None:
        """Base per 1 unit of a currency; None when the day does not know."""
        if currency == self.base_currency:
            return Rate(Decimal(1), self.asof_date)
        return self.rates.get(currency)


class Split(NamedTuple):
    """On a day, each `old` shares of a security became `new`."""

    security: SecurityKey
    on: date
    new: Decimal
    old: Decimal


def splits_among(entries: Iterable[Entry]) -> tuple[Split, ...]:
    """What multiplied shares in a booked ledger; a stock dividend of 1 for 20 makes 21 of 20."""
    found = []
    for entry in entries:
        new, old = entry.new_shares, entry.old_shares
        if entry.entry_type in RATIOS and new and old:
            gives = entry.entry_type is EntryType.STOCK_DIVIDEND
            more = new + old if gives else new
            found.append(Split(entry.security, entry.transaction_date, more, old))
    return tuple(found)


def in_shares_of(day: date, marks: Marks, splits: Iterable[Split]) -> Marks:
    """Marks for quantities as they stand on `day`: a close from before a split is restated.

    A close carried over a two-for-one split is of a share that no longer exists. Half of it
    stands for each new share, so that the split does not move the value.
    """
    prices = dict(marks.prices)
    for split in splits:
        mark = prices.get(split.security)
        if mark is not None and mark.asof_date < split.on <= day:
            prices[split.security] = replace(mark, close=mark.close * split.old / split.new)
    return replace(marks, prices=prices)


def worst(states: Iterable[State]) -> State:
    """The state of a sum: as bad as its worst part; exact when it has none."""
    found = set(states)
    return next((state for state in _WORST_FIRST if state in found), "exact")
