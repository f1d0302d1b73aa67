"""A book told in another currency than the one it was kept in: the reporting currency.

The problem. A portfolio keeps its books in its base currency: rates that the ledger records, costs
that were settled, lots that were chosen by their cost all speak of it. A reader may want the same
portfolio in another currency. Multiplying a result by one rate would be wrong, for a return in
euros holds what the euro did on the way, and a cost was paid at the rate of its own day.

A worked lot (base CAD, told in EUR). 100 shares for 1,000 USD were bought when the ledger records
1.36 CAD a dollar and a Canadian dollar was worth 0.70 EUR: they cost 1,360 CAD and 952 EUR. Sold
for 1,200 USD at 1.40 CAD and 0.65 EUR, they bring 1,680 CAD and 1,092 EUR. The gain is 320 CAD in
the one and 140 EUR in the other; 320 at either rate (224, 208) is neither.

The algorithm. What was booked stays booked: the same lots, relieved in the same order. Each amount
in base is converted once, at the rate of the day that made it one: a cost at the lot's acquisition,
proceeds at the disposal, a flow and a dividend at theirs. An amount that is in the reporting
currency itself is what it is. Values need no conversion: they are made of prices and of rates
towards the reporting currency (`marks`).

What is not known. A day without a rate leaves the amounts of that day None, never at another day's
rate. An averaged cost mixes days, so no day's rate converts it: it is None, but where it is in the
reporting currency anyway.

Source: IAS 21 paragraphs 39 to 40 (translation to a presentation currency: items at the rate of
their day), here applied to each lot and flow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache

from portfolios.calc.booking.results import negated, side, split_of
from portfolios.calc.lots import Book, Closure, Income, Lot, Posting
from portfolios.calc.money import minor_units, quantum
from portfolios.calc.records import Records

ONE = Decimal(1)
RateOn = Callable[[date], Decimal | None]


def in_currency(book: Book, currency: str, rate_on: RateOn, *, averaged: bool) -> Book:
    """The same book in a reporting currency, from the rates of the days that it names.

    rate_on: units of `currency` per 1 of the book's base on a day, None where unknown; asked once
    a day. averaged: the portfolio pools costs (AVERAGE) now or did. Results are rounded half-up to
    the currency's minor unit, once, as in the book. Linear in its records; raises nothing.
    """
    if currency == book.base_currency:
        return book
    told = _Told(currency, cache(rate_on), averaged=averaged)
    return replace(
        book,
        base_currency=currency,
        lots=Records(Lot.of, [told.lot(lot) for lot in book.lots]),
        closures=Records(Closure._make, [told.closure(one) for one in book.closures]),
        income=Records(Income._make, [told.income(one) for one in book.income]),
        journal=Records(Posting.of_row, [told.posting(one) for one in book.journal]),
    )


class _Told:
    """The currency, its rates by day, and how each kind of record is told in it."""

    def __init__(self, currency: str, rate_on: RateOn, *, averaged: bool) -> None:
        self.currency = currency
        self.rate_on = rate_on
        self.averaged = averaged
        self.cent = quantum(minor_units(currency))

    def lot(self, lot: Lot) -> Lot:
        rate, settled = self._terms(
            lot.currency, (lot.fx_rate, lot.cost_settled), lot.acquisition_date
        )
        return lot._replace(fx_rate=rate, cost_settled=settled)

    def closure(self, one: Closure) -> Closure:
        """Both ends at the rates of their days, and the result of the two anew."""
        cost, proceeds = one.cost_settled, one.proceeds_settled
        opening, closing = (proceeds, cost) if one.is_short else (cost, proceeds)
        fx_open, opening = self._terms(one.currency, (one.fx_open, opening), one.open_date)
        fx_close, closing = self._terms(one.currency, (one.fx_close, closing), one.close_date)
        cost, proceeds = (closing, opening) if one.is_short else (opening, closing)
        ends = one.cost_local, one.proceeds_local
        opened_local, closed_local = reversed(ends) if one.is_short else ends
        split = split_of(
            side(opened_local, fx_open, opening), side(closed_local, fx_close, closing), self.cent
        )
        split = negated(split) if one.is_short else split
        return one._replace(
            fx_open=fx_open,
            fx_close=fx_close,
            realized_pnl=split.total,
            price_pnl=split.price,
            fx_pnl=split.fx,
            cross_pnl=split.cross,
            cost_settled=cost,
            proceeds_settled=proceeds,
        )

    def income(self, one: Income) -> Income:
        if one.currency == self.currency:
            return one._replace(net_base=one.net)
        return one._replace(net_base=self._worth(one.net_base, one.pay_date))

    def posting(self, one: Posting) -> Posting:
        """A recorded worth; where the ledger records none, the day's rate gives it, as before."""
        if one.crossing_base is None:
            return one
        if one.currency == self.currency:
            return one._replace(crossing_base=one.crossing)
        return one._replace(crossing_base=self._worth(one.crossing_base, one.on))

    def _terms(
        self, currency: str, terms: tuple[Decimal | None, Decimal | None], on: date
    ) -> tuple[Decimal | None, Decimal | None]:
        """The rate of a local amount, and its worth where that is not the amount at the rate."""
        fx_rate, settled = terms
        if currency == self.currency:
            return ONE, None
        if settled is not None and self.averaged:
            return None, None
        return self._worth(fx_rate, on), self._worth(settled, on)

    def _worth(self, amount: Decimal | None, on: date) -> Decimal | None:
        """What is in base, or per unit of it, at the rate of its day."""
        rate = None if amount is None else self.rate_on(on)
        return None if amount is None or rate is None else amount * rate
