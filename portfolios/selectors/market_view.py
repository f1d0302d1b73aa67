"""What the live packs of a policy say about the securities and currencies of one portfolio.

A number never mixes packs: each day is read from its own pack, and what a pack lacks is absent.
The lineage is read at one market head, so a past run sees the packs that were live then.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from market.calc.fx import PIVOTS, RateTable, convert_path
from market.selectors import (
    PackPrice,
    PackRate,
    fx_history,
    live_packs,
    price_history,
    rates_as_of,
)
from market.selectors import market_head as newest_seal
from portfolios.calc.entries import SecurityKey
from portfolios.calc.marks import Mark, Marks, Rate, State

Pair = tuple[str, str]
Rates = Mapping[Pair, PackRate]
FEW_DAYS = 16  # as many are asked for one by one; whoever needs more reads the whole history


@dataclass(frozen=True)
class MarketView:
    """The packs of one policy up to `end`, read when first asked.

    They are those that were live at one market head; None is the newest of that moment.
    """

    policy: str
    base_currency: str
    securities: frozenset[UUID]
    currencies: frozenset[str]
    at_head: int | None
    end: date

    @cached_property
    def market_head(self) -> int:
        return newest_seal() if self.at_head is None else self.at_head

    @cached_property
    def packs(self) -> dict[date, str]:
        """The id of each day's live pack, ascending by day."""
        found = live_packs(self.policy, self.end, self.market_head)
        return {day: pack_id for day, pack_id, _ in found}

    @cached_property
    def _days(self) -> list[date]:
        return list(self.packs)

    @cached_property
    def rates_by_day(self) -> Mapping[date, Rates]:
        """The quotes of each day's pack that lead to the base currency."""
        return fx_history(
            date.min,
            self.end,
            self.market_head,
            policy=self.policy,
            currencies=self._wanted,
        )

    def rates_on(self, currency: str, day: date) -> Decimal | None:
        """Base per 1 `currency` in the day's pack, else the last before it; never a later one."""
        table = self._table(day)
        return None if table is None else convert_path(table, currency, self.base_currency).rate

    @cached_property
    def _wanted(self) -> list[str]:
        return sorted({self.base_currency, *self.currencies, *PIVOTS})

    @cached_property
    def _tables(self) -> dict[date, dict[Pair, Decimal] | None]:
        return {}

    def _table(self, day: date) -> dict[Pair, Decimal] | None:
        """The rates of a day; one more entry needs those of a few days, not of ten years."""
        if "rates_by_day" in self.__dict__:
            return self._table_of_history(day)
        if day not in self._tables:
            if len(self._tables) == FEW_DAYS:
                return self._table_of_history(day)
            upto = min(day, self.end)
            self._tables[day] = rates_as_of(self.policy, upto, self.market_head, self._wanted)
        return self._tables[day]

    def _table_of_history(self, day: date) -> dict[Pair, Decimal] | None:
        position = bisect_right(self._days, day)
        if not position:
            return None
        rates = self.rates_by_day[self._days[position - 1]]
        return {pair: seen.rate for pair, seen in rates.items()}

    def read_rates(self) -> None:
        """Read the rates of all days now, so that nothing has to be asked while something else
        has the database."""
        if self._days:
            self._table_of_history(self.end)
        self.__dict__.setdefault("rates_by_day", {})

    def marks(self, start: date) -> dict[date, Marks]:
        """Prices and rates of each day that has a pack, from `start` on."""
        prices = price_history(
            sorted(self.securities), start, self.end, self.market_head, policy=self.policy
        )
        return {
            day: marks_of(day, self.base_currency, seen, self.rates_by_day[day], self.currencies)
            for day, seen in prices.items()
        }


def marks_of(
    day: date,
    base_currency: str,
    prices: Mapping[UUID, PackPrice],
    rates: Rates,
    currencies: Iterable[str],
) -> Marks:
    """A pack's content as valuation reads it, every rate turned towards the base currency."""
    marks: dict[SecurityKey, Mark] = {
        key: Mark(seen.close, seen.currency, seen.asof_date, _state(seen.state))
        for key, seen in prices.items()
    }
    wanted = {*currencies, *(seen.currency for seen in prices.values())}
    found = ((code, rate_of(rates, code, base_currency)) for code in sorted(wanted))
    known = {code: rate for code, rate in found if rate is not None}
    return Marks(day, base_currency, marks, known)


def rate_of(
    rates: Rates, currency: str, base_currency: str, table: RateTable | None = None
) -> Rate | None:
    """Base per 1 `currency`, as old and as stale as the legs it was made from. table: the rates
    alone, for whoever asks for many of a day."""
    if currency == base_currency:
        return None
    table = table or {pair: seen.rate for pair, seen in rates.items()}
    quote = convert_path(table, currency, base_currency)
    if quote.rate is None:
        return None
    legs = _legs(rates, quote.path, currency, base_currency)
    stale = any(leg.state == "stale" for leg in legs)
    return Rate(quote.rate, min(leg.asof_date for leg in legs), "stale" if stale else "exact")


def _legs(rates: Rates, path: str, currency: str, base: str) -> list[PackRate]:
    """The one or two observations that a path uses, in either direction."""
    pivot = path.removeprefix("via ") if path.startswith("via ") else None
    steps = [(currency, base)] if pivot is None else [(currency, pivot), (pivot, base)]
    pairs = [pair for one, two in steps for pair in ((one, two), (two, one))]
    return [rates[pair] for pair in pairs if pair in rates]


def _state(text: str) -> State:
    return "stale" if text == "stale" else "exact"
