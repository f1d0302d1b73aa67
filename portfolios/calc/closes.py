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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from portfolios.calc.bulk.errorfree import Mask
from portfolios.calc.bulk.exact import scaled
from portfolios.calc.bulk.market import whole
from portfolios.calc.bulk.steps import SHARE_PLACES, Integers, places
from portfolios.calc.entries import ZERO, SecurityKey
from portfolios.calc.history import Flow, flows_of
from portfolios.calc.lots import Posting
from portfolios.calc.marks import Mark, Marks, Rate
from portfolios.calc.replay import replay

MOST = 2.0**62
Moves: TypeAlias = Mapping[int, Decimal]
"""What something moves by, by the place of the day."""
Series: TypeAlias = Sequence[Decimal]


@dataclass(frozen=True, eq=False)
class Quotes:
    """Closes and rates of ascending days, a column a day.

    keys: the securities, a row each. closes: in units of 1e-8, 0 where there is none. carried:
    where a close is of an earlier day. currency: of each security's closes. rates: by currency,
    what one unit is worth in base on each day; the base has none.
    """

    base_currency: str
    days: Sequence[date]
    keys: tuple[SecurityKey, ...]
    closes: Integers
    carried: Mask
    currency: tuple[str, ...]
    rates: Mapping[str, Sequence[Rate | None]]

    @cached_property
    def rows(self) -> Mapping[SecurityKey, int]:
        """The row of each security."""
        return {key: row for row, key in enumerate(self.keys)}

    def rate_on(self, currency: str, at: int) -> Rate | None:
        """Base per 1 unit on the day at a place."""
        if currency == self.base_currency:
            return Rate(Decimal(1), self.days[at])
        known = self.rates.get(currency)
        return None if known is None else known[at]

    def marks(self, at: int, securities: Iterable[SecurityKey]) -> Marks:
        """The rates of a day, and its closes of some securities."""
        day, rows = self.days[at], self.rows
        wanted = [(key, rows[key]) for key in securities if key in rows]
        prices = {
            key: Mark(scaled(int(self.closes[row, at]), SHARE_PLACES), self.currency[row], day)
            for key, row in wanted
            if self.closes[row, at]
        }
        known = ((code, rates[at]) for code, rates in self.rates.items())
        rates = {code: rate for code, rate in known if rate is not None}
        return Marks(day, self.base_currency, prices, rates)


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

    def in_base(self, worths: Mapping[str, Series]) -> list[Decimal]:
        """Worths of all currencies together on each day."""
        totals = [ZERO] * len(self.days)
        for code, series in worths.items():
            if code == self.quotes.base_currency:
                totals = [total + worth for total, worth in zip(totals, series, strict=True)]
                continue
            rates = self.quotes.rates[code][self.first :]
            totals = [
                total + worth * rate.rate if rate is not None else total
                for total, worth, rate in zip(totals, series, rates, strict=True)
            ]
        return totals

    def __iter__(self) -> Iterator[Close]:
        """Day by day."""
        held, money = self.in_base(self.holdings), self.in_base(self.money)
        due = self.in_base(self.receivables)
        for at, (day, worth, cash, owed, stale) in enumerate(
            zip(self.days, held, money, due, self.stale.tolist(), strict=True), start=self.first
        ):
            flows = [flow.base for flow in self.flows.get(at, ()) if flow.external]
            inflow = sum((base for base in flows if base > 0), ZERO)
            outflow = sum((-base for base in flows if base < 0), ZERO)
            yield Close(day, worth + cash, cash, owed, inflow, outflow, stale)


def closes_of(journal: Sequence[Posting], quotes: Quotes, first: int = 0) -> Closes | None:
    """Value the days from place `first` on. journal: all postings, sorted by day.

    A posting between two days belongs to the later one, those before the first day to the first,
    as in `replay`.
    """
    shares, cash, due = _moves(journal, quotes.days)
    held = _held(shares, quotes)
    flows = _flows(journal, quotes)
    if held is None or flows is None:
        return None
    money = {
        code: _levels(_sum(cash.get(code, {}), due.get(code, {})), quotes, first)
        for code in {*cash, *due}
    }
    owed = {code: _levels(moved, quotes, first) for code, moved in due.items()}
    stale = np.zeros(len(quotes.days), dtype=bool)
    used: dict[str, Mask] = {}
    for row, code in enumerate(quotes.currency):
        has = held[row] != 0
        if (has & (quotes.closes[row] == 0))[first:].any():
            return None
        stale |= has & quotes.carried[row]
        used[code] = used[code] | has if code in used else has
    for code, series in (*money.items(), *owed.items()):
        has = np.zeros(len(quotes.days), dtype=bool)
        has[first:] = [amount != 0 for amount in series]
        used[code] = used[code] | has if code in used else has
    for code, has in used.items():
        aged = _aged(quotes, code, has, first)
        if aged is None:
            return None
        stale |= aged
    return Closes(quotes, first, _worths(held, quotes, first), money, owed, flows, stale[first:])


def _moves(
    journal: Sequence[Posting], days: Sequence[date]
) -> tuple[dict[SecurityKey, Moves], dict[str, Moves], dict[str, Moves]]:
    """Shares by security, cash and receivables by currency, each by the place of its day."""
    shares: dict[SecurityKey, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    cash: dict[str, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    due: dict[str, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for posting in journal:
        at = bisect_left(days, posting.on)
        if at == len(days):
            break
        if posting.quantity and posting.security is not None:
            shares[posting.security][at] += posting.quantity
        if posting.cash:
            cash[posting.currency][at] += posting.cash
        if posting.receivable:
            due[posting.currency][at] += posting.receivable
    return {**shares}, {**cash}, {**due}


def _held(shares: Mapping[SecurityKey, Moves], quotes: Quotes) -> Integers | None:
    """Shares in 1e-8, securities × days; None where they are finer or of an unknown security."""
    rows = quotes.rows
    held = np.zeros(quotes.closes.shape, dtype=np.int64)
    for key, moved in shares.items():
        total = ZERO
        for at in sorted(moved):
            total += moved[at]
            counted = whole(total, SHARE_PLACES) if abs(total) < 10**10 else None
            if counted is None or (key not in rows and total):
                return None
            if key in rows:
                held[rows[key], at:] = counted
    return held


def _levels(moved: Moves, quotes: Quotes, first: int) -> list[Decimal]:
    """What movements amount to at each close."""
    found: list[Decimal] = []
    total, at = ZERO, 0
    for place in (*sorted(moved), len(quotes.days)):
        found += [total] * (place - at)
        total, at = total + moved.get(place, ZERO), place
    return found[first:]


def _sum(one: Moves, other: Moves) -> Moves:
    return {at: one.get(at, ZERO) + other.get(at, ZERO) for at in {*one, *other}}


def _aged(quotes: Quotes, code: str, used: Mask, first: int) -> Mask | None:
    """Where a carried rate is used; None where there is none to use."""
    if code == quotes.base_currency:
        return np.zeros(len(used), dtype=bool)
    rates = quotes.rates.get(code, [None] * len(used))
    lacks = np.array([rate is None for rate in rates], dtype=bool)
    if (lacks & used)[first:].any():
        return None
    found: Mask = used & np.array([rate is not None and rate.state == "stale" for rate in rates])
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
        sums = _products(shares, closes)
        decimals = share_places + close_places
        found[code] = [scaled(one, decimals) for one in sums.tolist()]
    return found


def _coarse(numbers: Integers) -> tuple[Integers, int]:
    """Integers in the largest unit that keeps them whole, and how many decimals that has."""
    decimals = int(places(numbers.ravel(), SHARE_PLACES).max(initial=0))
    coarse: Integers = numbers // 10 ** (SHARE_PLACES - decimals)
    return coarse, decimals


def _products(shares: Integers, closes: Integers) -> npt.NDArray[np.int64]:
    """Σ shares × closes by day, in integers of any length where 64 bits are too few."""
    size = float(np.abs(shares).max(initial=0)) * float(closes.max(initial=0)) * len(shares)
    if size >= MOST:
        shares, closes = shares.astype(object), closes.astype(object)
    sums: npt.NDArray[np.int64] = (shares * closes).sum(axis=0)
    return sums


def _flows(journal: Sequence[Posting], quotes: Quotes) -> dict[int, tuple[Flow, ...]] | None:
    """The crossings of each day that has some; None where one has no worth."""
    active = sorted({bisect_left(quotes.days, posting.on) for posting in journal})
    active = [at for at in active if at < len(quotes.days)]
    currency = dict(zip(quotes.keys, quotes.currency, strict=True))
    listed: dict[SecurityKey, str] = {}
    found: dict[int, tuple[Flow, ...]] = {}
    for at, state in zip(active, replay(journal, [quotes.days[at] for at in active]), strict=True):
        listed.update((key, currency[key]) for key in state.quantities if key in currency)
        crossing = {one.security for one in state.crossings if one.security is not None}
        flows, unvalued = flows_of(state, quotes.marks(at, crossing), listed)
        if unvalued:
            return None
        if flows:
            found[at] = flows
    return found
