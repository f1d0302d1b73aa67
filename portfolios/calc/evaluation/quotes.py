"""Closes of a document in the shares of the day they are used on.

Prices stay raw: a close from before a split is of a share that no longer exists. Used on the day
of the split or later it is restated by old/new, so that the split does not move the value.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TypeAlias

from market.calc.carry import age_in_sessions
from portfolios.calc.entries import Entry
from portfolios.calc.evaluation.document import Closes
from portfolios.calc.marks import splits_among

ONE = Decimal(1)
STALE_AFTER = 5  # business days
Splits: TypeAlias = Mapping[str, list[tuple[date, Decimal, Decimal]]]
"""By symbol: the day, new shares, old shares; ascending."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A close in the shares of the day asked for, and the day it was observed on."""

    close: Decimal
    asof_date: date


class Quotes:
    """The closes of a document under its splits and its oldest usable price."""

    def __init__(self, closes: Closes, splits: Splits, max_age_days: int | None = None) -> None:
        self._closes = closes
        self._ordered = {symbol: sorted(days) for symbol, days in closes.items()}
        self._splits = splits
        self._max_age = None if max_age_days is None else timedelta(days=max_age_days)

    def last(self, symbol: str, day: date) -> Quote | None:
        """The last close at or before a day; None when there is none or it is too old."""
        ordered = self._ordered.get(symbol, [])
        index = bisect_right(ordered, day) - 1
        if index < 0:
            return None
        observed = ordered[index]
        if self._max_age is not None and day - observed > self._max_age:
            return None
        close = self._closes[symbol][observed]
        for on, new, old in self._splits.get(symbol, ()):
            if observed < on <= day:
                close = close * old / new
        return Quote(close, observed)

    def changes(self, symbols: Iterable[str]) -> dict[date, list[tuple[str, Decimal | None]]]:
        """The days on which a symbol's usable close changes, with what it becomes: it is
        observed, split, or grows too old."""
        found: defaultdict[date, list[tuple[str, Decimal | None]]] = defaultdict(list)
        for symbol in symbols:
            for day, close in self._closes.get(symbol, {}).items():
                found[day].append((symbol, close))
            for day, restated in self._restated(symbol):
                found[day].append((symbol, restated))
        return found

    def _restated(self, symbol: str) -> Iterator[tuple[date, Decimal | None]]:
        """The closes that stand on days without one: after a split, and when one is too old."""
        observed = self._closes.get(symbol, {})
        splits: dict[date, tuple[Decimal, Decimal]] = {}
        for on, new, old in self._splits.get(symbol, ()):
            before = splits.get(on, (ONE, ONE))
            splits[on] = (before[0] * new, before[1] * old)
        lapses = self._lapses(symbol)
        close: Decimal | None = None
        for day in sorted({*splits, *lapses, *(observed if splits else ())}):
            if day in observed:
                close = observed[day]
                continue
            if day in splits and close is not None:
                close = close * splits[day][1] / splits[day][0]
            if day in lapses:
                close = None
            yield day, close

    def _lapses(self, symbol: str) -> set[date]:
        """The days on which the last close has become too old."""
        if self._max_age is None:
            return set()
        lapsed = self._max_age + timedelta(days=1)
        ordered = self._ordered.get(symbol, [])
        lapses = {before + lapsed for before, after in pairwise(ordered) if before + lapsed < after}
        return lapses | {day + lapsed for day in ordered[-1:]}


def splits_of(entries: Iterable[Entry]) -> Splits:
    """The splits among booked entries, by symbol."""
    found: dict[str, list[tuple[date, Decimal, Decimal]]] = {}
    for split in splits_among(entries):
        found.setdefault(str(split.security), []).append((split.on, split.new, split.old))
    return {symbol: sorted(splits) for symbol, splits in found.items()}


def is_stale(observed: date, day: date) -> bool:
    """Whether more than five business days (Monday to Friday) have passed since."""
    if (day - observed).days <= STALE_AFTER:
        return False
    days = (observed + timedelta(days=n) for n in range(1, min((day - observed).days, 14) + 1))
    sessions = [each for each in days if each.weekday() < STALE_AFTER]
    return age_in_sessions(observed, day, sessions) > STALE_AFTER
