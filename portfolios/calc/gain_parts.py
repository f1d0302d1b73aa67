"""The gain of a period, cut into price, income, fees, taxes and exchange rates.

    gain = price + income + fees + taxes + fx        (fees and taxes are negative)

Everything in one currency is a bucket of A0 local units before a day and A1 after it, at rates f0
and f1; N is what entered it from other currencies or from outside. Income (gross), fees and taxes
count on the day on which they enter the value, a dividend on its ex-date, at that day's rate. Then

    price = Σ (A1 − A0 − N − income + fees + taxes)·f0        what prices did, at yesterday's rates

and fx is the rest: the move of rates on everything held in another currency, on receivables until
they are paid, the cross of price and rate, and the spread of conversions against the day's rate.
In a portfolio of one currency it is exactly nothing.

Each part is rounded to the minor unit and price takes the stray cents, so that the parts sum to
the gain to the cent.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import TypeAlias

from portfolios.calc.booking.amounts import gross
from portfolios.calc.entries import ZERO, Entry, EntryType
from portfolios.calc.history import DayValue
from portfolios.calc.lots import Movement, Posting
from portfolios.calc.marks import Rate
from portfolios.calc.money import round_money

Amounts: TypeAlias = Mapping[str, Decimal]
"""An amount by currency."""

_FEES = {EntryType.FEE: 1, EntryType.FEE_REFUND: -1}
_TAXES = {EntryType.TAX: 1, EntryType.TAX_REFUND: -1}
_ALONE = _FEES | _TAXES
_PAID = frozenset(
    {EntryType.DIVIDEND, EntryType.COUPON, EntryType.INTEREST, EntryType.INTEREST_CHARGE}
)


@dataclass(frozen=True, slots=True)
class GainParts:
    """Signed amounts of base currency at its minor unit; they sum to `gain`."""

    price: Decimal
    income: Decimal
    fees: Decimal
    taxes: Decimal
    fx: Decimal

    @property
    def gain(self) -> Decimal:
        """The sum of the parts."""
        return self.price + self.income + self.fees + self.taxes + self.fx


@dataclass(frozen=True, slots=True)
class Charged:
    """What one day brought and cost beside prices: gross income, fees and taxes paid, each by
    currency, positive; a refund or a charged interest is negative."""

    income: Amounts
    fees: Amounts
    taxes: Amounts


def gain_parts(
    days: Sequence[DayValue], charged: Mapping[date, Charged], gain: Decimal
) -> GainParts | None:
    """The parts of `gain`, the reported one of the days after days[0].

    days[0] is the baseline, an empty one where the history starts from nothing. charged: by
    valuation day. None when a day is not complete or fewer than two are given.
    """
    if len(days) < 2 or not all(day.is_complete for day in days):
        return None
    whole = price = income = fees = taxes = ZERO
    for before, after in pairwise(days):
        found = charged.get(after.asof_date)
        whole += _earned(before, after)
        price += _local_gain(before, after)
        if found is None:
            continue
        income += _at_close(found.income, after)
        fees += _at_close(found.fees, after)
        taxes += _at_close(found.taxes, after)
        price -= _at_open(found.income, before, after)
        price += _at_open(found.fees, before, after) + _at_open(found.taxes, before, after)
    currency = days[0].marks.base_currency
    fx = round_money(whole - price - income + fees + taxes, currency)
    brought = round_money(income, currency)
    paid, taxed = -round_money(fees, currency), -round_money(taxes, currency)
    moved = gain - brought - paid - taxed - fx
    return GainParts(price=moved, income=brought, fees=paid, taxes=taxed, fx=fx)


def nothing_before(first: DayValue, base_date: date) -> DayValue:
    """The baseline of a history that starts from nothing: an empty close on `base_date`."""
    return replace(
        first,
        asof_date=base_date,
        total_value=ZERO,
        positions_value=ZERO,
        cash_balance=ZERO,
        receivable_balance=ZERO,
        inflow=ZERO,
        outflow=ZERO,
        holdings={},
        money={},
        flows=(),
        generated={},
    )


def charged_by_day(
    accepted: Iterable[Entry], journal: Sequence[Posting], days: Sequence[date]
) -> dict[date, Charged]:
    """What entered the value beside prices, by the valuation day that counts it.

    days: ascending valuation days; days[0] is the baseline, so that what is booked up to it is
    left out. A movement between two days belongs to the later one.
    """
    first = bisect_right(journal, days[0], key=lambda posting: posting.on)
    entered: dict[int, date] = {}
    sums: defaultdict[date, list[defaultdict[str, Decimal]]] = defaultdict(
        lambda: [defaultdict(Decimal), defaultdict(Decimal), defaultdict(Decimal)]
    )
    for posting in journal[first:]:
        place = bisect_left(days, posting.on)
        if place == len(days):
            break
        entered.setdefault(posting.seq, days[place])
        moved = posting.cash + posting.receivable
        if posting.movement is Movement.INCOME and moved:
            sums[days[place]][0][posting.currency] += moved
    begun = {posting.seq for posting in journal[:first]}
    for entry in accepted:
        day = entered.get(entry.seq)
        if day is not None and entry.seq not in begun:
            _charge(entry, sums[day])
    return {day: Charged(*found) for day, found in sums.items()}


def _charge(entry: Entry, sums: list[defaultdict[str, Decimal]]) -> None:
    """Add an entry's charges; what was taken off income belongs to the gross income too."""
    kind, currency = entry.entry_type, entry.currency
    alone = gross(entry) or ZERO
    fees = alone * _FEES.get(kind, 0) if kind in _ALONE else entry.fees
    taxes = alone * _TAXES.get(kind, 0) if kind in _ALONE else entry.taxes
    sums[1][currency] += fees
    sums[2][currency] += taxes
    if kind in _PAID:
        sums[0][currency] += fees + taxes
    elif kind is EntryType.DRIP:
        sums[0][currency] += taxes  # its fees are those of the purchase


def _earned(before: DayValue, after: DayValue) -> Decimal:
    """V1 − V0 − I + O, unrounded."""
    return (
        (after.total_value or ZERO)
        - (before.total_value or ZERO)
        - (after.inflow or ZERO)
        + (after.outflow or ZERO)
    )


def _local_gain(before: DayValue, after: DayValue) -> Decimal:
    """Σ (A1 − A0 − N)·f0 over currencies."""
    gains = _buckets(after)
    for currency, amount in _buckets(before).items():
        gains[currency] -= amount
    for flow in after.flows:
        gains[flow.currency] -= flow.local
    return _at_open(gains, before, after)


def _buckets(day: DayValue) -> defaultdict[str, Decimal]:
    """Local worth by currency: holdings by that of their price, cash and receivables."""
    found: defaultdict[str, Decimal] = defaultdict(Decimal, day.money)
    for holding in day.holdings.values():
        found[holding.currency] += holding.local
    return found


def _at_open(amounts: Amounts, before: DayValue, after: DayValue) -> Decimal:
    """Amounts at the rates of the close before; a currency that is new has only the later one."""
    total = ZERO
    for currency, amount in amounts.items():
        if amount:
            rate = before.marks.rate_of(currency) or after.marks.rate_of(currency)
            total += amount * _known(rate, currency, after)
    return total


def _at_close(amounts: Amounts, day: DayValue) -> Decimal:
    total = ZERO
    for currency, amount in amounts.items():
        if amount:
            total += amount * _known(day.marks.rate_of(currency), currency, day)
    return total


def _known(rate: Rate | None, currency: str, day: DayValue) -> Decimal:
    if rate is None:
        raise ValueError(f"no rate for {currency} around {day.asof_date}")
    return rate.rate
