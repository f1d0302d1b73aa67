"""A booked ledger valued at many closes at once, exactly: what `calc.history` does day by day.

Between two bookings nothing moves but prices and rates, and a holding is a whole number of small
shares times a whole number of small prices. So the worth in each currency is a sum of integers for
all days together, and only a few products a day are left to be made in Decimal. Twenty years take
a tenth of the time, to the same cent.

Only whole closes are valued here. Where a holding has no price, money no rate, a flow no worth, or
shares more decimals than are counted, the answer is None, and the days are valued one by one.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby, pairwise, repeat
from operator import add, attrgetter, mul
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from portfolios.calc.bulk.errorfree import Mask
from portfolios.calc.bulk.market import whole
from portfolios.calc.bulk.steps import SHARE_PLACES, Integers
from portfolios.calc.dated_quotes import Quotes
from portfolios.calc.entries import ZERO, SecurityKey
from portfolios.calc.history import Flow, flows_of
from portfolios.calc.lots import Posting
from portfolios.calc.money import quantum
from portfolios.calc.replay import day_of

MOST = 2.0**62
Moves: TypeAlias = Mapping[int, Decimal]
"""What something moves by, by the place of the day."""
Series: TypeAlias = Sequence[Decimal]
_on = attrgetter("on")


class Close(NamedTuple):
    """One day in base currency, unrounded; inflow and outflow are both ≥ 0."""

    asof_date: date
    total_value: Decimal
    cash_balance: Decimal
    receivable_balance: Decimal
    inflow: Decimal
    outflow: Decimal
    is_stale: bool


@dataclass(frozen=True, eq=False)
class Closes:
    """The days of `quotes` from `first` on, all of them whole.

    holdings, money and receivables: worth by currency, an element a day; receivables are in the
    money too. flows: by place in `quotes`, what entered a currency from outside it.
    """

    quotes: Quotes
    first: int
    holdings: Mapping[str, Series]
    money: Mapping[str, Series]
    receivables: Mapping[str, Series]
    flows: Mapping[int, tuple[Flow, ...]]
    stale: Mask

    @property
    def days(self) -> Sequence[date]:
        """The days that are valued."""
        return self.quotes.days[self.first :]

    def cut(self, first: int, quotes: Quotes) -> "Closes":
        """The same days from place `first` on, up to where shorter quotes end."""
        days = slice(first - self.first, len(quotes.days) - self.first)

        def within(worths: Mapping[str, Series]) -> dict[str, Series]:
            return {code: series[days] for code, series in worths.items()}

        return Closes(
            quotes=quotes,
            first=first,
            holdings=within(self.holdings),
            money=within(self.money),
            receivables=within(self.receivables),
            flows={at: flows for at, flows in self.flows.items() if at < len(quotes.days)},
            stale=self.stale[days],
        )

    def in_base(self, worths: Mapping[str, Series]) -> Series:
        """Worths of all currencies together on each day."""
        totals: Series = [ZERO] * len(self.days)
        for code, series in worths.items():
            if code == self.quotes.base_currency:
                totals = [*map(add, totals, series)]
            else:  # without a rate there is no worth, and 0 stands for it
                totals = [*map(add, totals, map(mul, series, self._rates(code)))]
        return totals

    def _rates(self, code: str) -> Series:
        """Of a currency that is not the base, on the days that are valued."""
        return self.quotes.rates[code].amounts[self.first : len(self.quotes.days)]

    def __iter__(self) -> Iterator[Close]:
        """Day by day."""
        held, money = self.in_base(self.holdings), self.in_base(self.money)
        worths, due = map(add, held, money), self.in_base(self.receivables)
        flowed = map(self.flowed, range(self.first, len(self.quotes.days)))
        stale = self.stale.tolist()
        for day, worth, cash, owed, (inflow, outflow), old in zip(
            self.days, worths, money, due, flowed, stale, strict=True
        ):
            yield Close(day, worth, cash, owed, inflow, outflow, old)

    def flowed(self, at: int) -> tuple[Decimal, Decimal]:
        """What came into the portfolio and went out of it on the day at a place, both ≥ 0."""
        flows = self.flows.get(at)
        if flows is None:
            return ZERO, ZERO
        worths = [flow.base for flow in flows if flow.external]
        inflow = sum((worth for worth in worths if worth > 0), ZERO)
        return inflow, sum((-worth for worth in worths if worth < 0), ZERO)

    def total_at(self, at: int) -> Decimal:
        """The total value on the day at a place."""
        return self._in_base_at(self.holdings, at) + self._in_base_at(self.money, at)

    def _in_base_at(self, worths: Mapping[str, Series], at: int) -> Decimal:
        total = ZERO
        for code, series in worths.items():
            worth = series[at - self.first]
            known = None if code == self.quotes.base_currency else self.quotes.rates[code]
            total += worth if known is None else worth * known.amounts[at]
        return total


def closes_of(journal: Sequence[Posting], quotes: Quotes, first: int = 0) -> Closes | None:
    """Value the days from place `first` on. journal: all postings, sorted by day.

    A posting between two days belongs to the later one, those before the first day to the first,
    as in `replay`.
    """
    moves = _Moves.of(journal, quotes.days)
    held = _held(moves.shares, quotes)
    flows = _flows(moves, quotes)
    if held is None or flows is None:
        return None
    used: dict[str, Mask] = {}
    stale = np.zeros(len(quotes.days), dtype=bool)
    for row, code in enumerate(quotes.currency):
        has = held[row] != 0
        if (has & (quotes.closes[row] == 0))[first:].any():
            return None
        stale |= has & quotes.carried[row]
        used[code] = used[code] | has if code in used else has
    money = {code: _levels(moved, quotes, first) for code, moved in moves.money.items()}
    owed = {code: _levels(moved, quotes, first) for code, moved in moves.due.items()}
    for code, level in (*money.items(), *owed.items()):
        used[code] = used[code] | level.is_some if code in used else level.is_some
    for code, has in used.items():
        aged = _aged(quotes, code, has, first)
        if aged is None:
            return None
        stale |= aged
    return Closes(
        quotes=quotes,
        first=first,
        holdings=_worths(held, quotes, first),
        money={code: level.amounts for code, level in money.items()},
        receivables={code: level.amounts for code, level in owed.items()},
        flows=flows,
        stale=stale[first:],
    )


class _Moves(NamedTuple):
    """A journal by the place of the day that each posting counts on.

    days: the postings of each day that has some. shares by security; money, receivables among it,
    and receivables by currency: sums of a day.
    """

    days: Sequence[tuple[int, list[Posting]]]
    shares: Mapping[SecurityKey, Moves]
    money: Mapping[str, Moves]
    due: Mapping[str, Moves]

    @classmethod
    def of(cls, journal: Sequence[Posting], days: Sequence[date]) -> "_Moves":
        """Postings after the last day are left out."""
        shares: dict[SecurityKey, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        money: dict[str, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        due: dict[str, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        found: list[tuple[int, list[Posting]]] = []
        for on, postings in groupby(journal, key=_on):
            at = bisect_left(days, on)
            if at == len(days):
                break
            if not found or found[-1][0] != at:
                found.append((at, []))
            for posting in postings:
                found[-1][1].append(posting)
                if posting.quantity and posting.security is not None:
                    shares[posting.security][at] += posting.quantity
                if posting.cash:
                    money[posting.currency][at] += posting.cash
                if posting.receivable:
                    money[posting.currency][at] += posting.receivable
                    due[posting.currency][at] += posting.receivable
        return cls(found, {**shares}, {**money}, {**due})


def _held(shares: Mapping[SecurityKey, Moves], quotes: Quotes) -> Integers | None:
    """Shares in 1e-8, securities × days; None where they are finer or of an unknown security."""
    rows = quotes.rows
    held = np.zeros(quotes.closes.shape, dtype=np.int64)
    for key, moved in shares.items():
        total = ZERO
        for at, end in pairwise((*sorted(moved), len(quotes.days))):
            total += moved[at]
            counted = whole(total, SHARE_PLACES) if abs(total) < 10**10 else None
            if counted is None or (key not in rows and total):
                return None
            if key in rows:
                held[rows[key], at:end] = counted
    return held


class _Level(NamedTuple):
    """What movements amount to at each close from the first on; of all days whether to anything."""

    amounts: Series
    is_some: Mask


def _levels(moved: Moves, quotes: Quotes, first: int) -> _Level:
    amounts: list[Decimal] = []
    is_some = np.zeros(len(quotes.days), dtype=bool)
    total, at = ZERO, 0
    for place in (*sorted(moved), len(quotes.days)):
        amounts += [total] * (place - at)
        is_some[at:place] = bool(total)
        total, at = total + moved.get(place, ZERO), place
    return _Level(amounts[first:], is_some)


def _aged(quotes: Quotes, code: str, used: Mask, first: int) -> Mask | None:
    """Where a carried rate is used; None where there is none to use."""
    if code == quotes.base_currency:
        return np.zeros(len(used), dtype=bool)
    rates = quotes.rates.get(code)
    if rates is None:
        return None if used[first:].any() else np.zeros(len(used), dtype=bool)
    if (rates.lacks[: len(used)] & used)[first:].any():
        return None
    found: Mask = used & rates.carried[: len(used)]
    return found


def _worths(held: Integers, quotes: Quotes, first: int) -> dict[str, list[Decimal]]:
    """Holdings by the currency of their price, in that currency."""
    found: dict[str, list[Decimal]] = {}
    for code in sorted(set(quotes.currency)):
        rows = [row for row, one in enumerate(quotes.currency) if one == code]
        if not held[rows, first:].any():
            continue
        shares, share_places = _coarse(held[rows, first:])
        closes, close_places = _coarse(quotes.closes[rows, first:])
        unit = quantum(share_places + close_places)
        sums = map(Decimal, _products(shares, closes).tolist())
        found[code] = [*map(mul, sums, repeat(unit))]
    return found


def _coarse(numbers: Integers) -> tuple[Integers, int]:
    """Integers in the largest unit that keeps them whole, and how many decimals that has."""
    common = int(np.gcd.reduce(numbers.ravel(), initial=0))
    fewer = 0
    while fewer < SHARE_PLACES and common % 10 ** (fewer + 1) == 0:
        fewer += 1
    coarse: Integers = numbers // 10**fewer
    return coarse, SHARE_PLACES - fewer


def _products(shares: Integers, closes: Integers) -> npt.NDArray[np.int64]:
    """Σ shares × closes by day, in integers of any length where 64 bits are too few."""
    size = float(np.abs(shares).max(initial=0)) * float(closes.max(initial=0)) * len(shares)
    if size >= MOST:
        shares, closes = shares.astype(object), closes.astype(object)
    sums: npt.NDArray[np.int64] = (shares * closes).sum(axis=0)
    return sums


def _flows(moves: _Moves, quotes: Quotes) -> dict[int, tuple[Flow, ...]] | None:
    """The crossings of each day that has some; None where one has no worth."""
    currency = dict(zip(quotes.keys, quotes.currency, strict=True))
    shares: dict[SecurityKey, Decimal] = defaultdict(Decimal)
    listed: dict[SecurityKey, str] = {}
    found: dict[int, tuple[Flow, ...]] = {}
    for at, postings in moves.days:
        for posting in postings:
            if posting.quantity and posting.security in currency:
                shares[posting.security] += posting.quantity
        moved = {posting.security for posting in postings if posting.quantity}
        listed.update((key, currency[key]) for key in moved if shares.get(key))
        state = day_of(quotes.days[at], postings)
        crossing = {one.security for one in state.crossings if one.security is not None}
        flows, unvalued = flows_of(state, quotes.marks(at, crossing), listed)
        if unvalued:
            return None
        if flows:
            found[at] = flows
    return found
