"""A history cut by day and line, as arrays: the profit of everything, and where it came from.

A line is a security in the currency of its price, or the cash and receivables of a currency. The
buckets, the three effects and their derivation are those of `attribution`; here all days are cut
at once. Only the few days on which something moved are walked; the rest is a product of arrays.

Within a day a line earns what it is worth at the end, with what it gave off, less what it was
worth at the start and what entered it:

    profit = (A1 + moved)·f1 − A0·f0 − worth

The profits of all lines are V1 + O − V0 − I, so divided by V0 + I they sum to the day's
time-weighted return exactly. Purchases count at the start of the day and sales at its end, as
flows do: the capital that a line works with is what it was worth, and what was put into it. The
cash that paid for it has that much less, so that all capitals sum to V0 + I.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from portfolios.calc.entries import SecurityKey
from portfolios.calc.returns import Floats, ReturnSeries

Line: TypeAlias = tuple[str, SecurityKey | None]
"""A bucket's currency and a security in it; None is the bucket's cash and receivables."""

Flags: TypeAlias = npt.NDArray[np.bool_]
ARRAYS = "opening closing entered worth inflow external moved rate_before rate_after".split()


@dataclass(frozen=True, kw_only=True)
class DayLines:
    """Arrays of shape (days, lines), but for the last two, which have one element a day.

    opening, closing, entered, moved: local units of the line's currency. worth: of what entered,
    in base; external: of that, what crossed the portfolio's border; inflow: of that, what came
    in. rate_before, rate_after: base per local unit. capital: V0 + I in base. has_return: whether
    the day has one; other rows mean nothing. base_date is the close before the first day.
    """

    base_currency: str
    base_date: date
    dates: tuple[date, ...]
    lines: tuple[Line, ...]
    opening: Floats
    closing: Floats
    entered: Floats
    worth: Floats
    inflow: Floats
    external: Floats
    moved: Floats
    rate_before: Floats
    rate_after: Floats
    capital: Floats
    has_return: Flags

    @cached_property
    def gain(self) -> Floats:
        """What each line earned in its own currency."""
        return self.closing + self.moved - self.opening - self.entered

    @cached_property
    def local(self) -> Floats:
        """Local effects in base: the gain at the rate of the start."""
        return self.gain * self.rate_before

    @cached_property
    def fx(self) -> Floats:
        """Currency effects in base: of what was there, and of what entered at another rate."""
        move = self.rate_after - self.rate_before
        return self.opening * move + self.entered * self.rate_after - self.worth

    @cached_property
    def interaction(self) -> Floats:
        """Both at once: the gain at the change of the rate."""
        return self.gain * (self.rate_after - self.rate_before)

    @cached_property
    def profit(self) -> Floats:
        """What each line earned in base."""
        return self.local + self.fx + self.interaction

    @cached_property
    def returns(self) -> Floats:
        """The time-weighted return of each day; NaN where there is none."""
        return self._of_capital(self.profit.sum(axis=1))

    @cached_property
    def value_returns(self) -> Floats:
        """The same returns from total values and external flows alone: an independent road."""
        start = (self.opening * self.rate_before).sum(axis=1)
        end = (self.closing * self.rate_after).sum(axis=1)
        earned = end - start - self.external.sum(axis=1)
        return self._of_capital(earned)

    def _of_capital(self, earned: Floats) -> Floats:
        returns: Floats = earned / np.where(self.has_return, self.capital, np.nan)
        return returns

    @cached_property
    def invested(self) -> Floats:
        """The capital of each line in base; a day's lines sum to `capital`.

        What one security paid for in several currencies on a day leaves over is counted with the
        cash in base currency.
        """
        inside = self.worth - self.external
        paid = self.moved * self.rate_after
        put = self.opening * self.rate_before + self.inflow
        cash = self._is_cash
        put = put + np.where(cash, inside, np.maximum(inside - paid, 0.0))
        bought = np.where(cash, 0.0, np.maximum(-paid, 0.0))
        for index, (currency, security) in enumerate(self.lines):
            if security is None:
                put[:, index] -= bought[:, self.in_currency(currency)].sum(axis=1)
        home = self.lines.index((self.base_currency, None))
        put[:, home] += self.capital - put.sum(axis=1)
        return put

    @property
    def _is_cash(self) -> Flags:
        return np.array([security is None for _, security in self.lines], dtype=bool)

    def in_currency(self, currency: str) -> Flags:
        """Which lines belong to a currency's bucket."""
        return np.array([code == currency for code, _ in self.lines], dtype=bool)

    def fractions(self, amounts: Floats) -> Floats:
        """Amounts in base, by day and line, as fractions of the day's capital; 0 on a day
        without a return."""
        capital = np.where(self.has_return, self.capital, np.inf)
        shares: Floats = np.where(self.has_return[:, None], amounts, 0.0) / capital[:, None]
        return shares

    def series(self) -> ReturnSeries:
        """The daily returns, None where there is none."""
        values = (None if np.isnan(one) else float(one) for one in self.returns)
        return ReturnSeries(self.base_date, self.dates, tuple(values))

    def funded(self) -> "DayLines":
        """Without the leading days that have no return: nothing was invested on them."""
        first = int(np.argmax(self.has_return)) if self.has_return.any() else len(self.dates)
        return self.from_day(first)

    def from_day(self, first: int) -> "DayLines":
        """The days from an index on."""
        if first == 0:
            return self
        return DayLines(
            base_currency=self.base_currency,
            base_date=self.dates[first - 1],
            dates=self.dates[first:],
            lines=self.lines,
            **{name: getattr(self, name)[first:] for name in (*ARRAYS, "capital", "has_return")},
        )
