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
from operator import add, mul, sub
from typing import NamedTuple, TypeAlias

from portfolios.calc.booking.amounts import gross
from portfolios.calc.closes import Closes
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


@dataclass(frozen=True, slots=True)
class GainDay:
    """What one day gained and what it is made of, in base, unrounded; fees and taxes positive."""

    before: DayValue
    after: DayValue
    charged: Charged | None
    gain: Decimal
    price: Decimal
    income: Decimal
    fees: Decimal
    taxes: Decimal

    @property
    def fx(self) -> Decimal:
        """The rest."""
        return self.gain - self.price - self.income + self.fees + self.taxes


def gain_days(
    days: Sequence[DayValue], charged: Mapping[date, Charged]
) -> tuple[GainDay, ...] | None:
    """The parts of each day after days[0], which is the baseline: an empty one where the history
    starts from nothing.

    charged: by valuation day. None when a day is not complete or fewer than two are given.
    """
    if len(days) < 2 or not all(day.is_complete for day in days):
        return None
    return tuple(
        _gain_day(before, after, charged.get(after.asof_date)) for before, after in pairwise(days)
    )


def _gain_day(before: DayValue, after: DayValue, charged: Charged | None) -> GainDay:
    price, income, fees, taxes = _local_gain(before, after), ZERO, ZERO, ZERO
    if charged is not None:
        income, fees = _at_close(charged.income, after), _at_close(charged.fees, after)
        taxes = _at_close(charged.taxes, after)
        price -= _at_open(charged.income, before, after)
        price += _at_open(charged.fees, before, after) + _at_open(charged.taxes, before, after)
    earned = _earned(before, after)
    return GainDay(before, after, charged, earned, price, income, fees, taxes)


def gain_parts(
    days: Sequence[DayValue], charged: Mapping[date, Charged], gain: Decimal
) -> GainParts | None:
    """The parts of `gain`, the reported one of the days after days[0]; see `gain_days`."""
    found = gain_days(days, charged)
    if found is None:
        return None
    sums = _Sums(
        sum((day.gain for day in found), ZERO),
        sum((day.price for day in found), ZERO),
        sum((day.income for day in found), ZERO),
        sum((day.fees for day in found), ZERO),
        sum((day.taxes for day in found), ZERO),
    )
    return _rounded(sums, days[0].marks.base_currency, gain)


def local_amounts(day: GainDay) -> dict[str, Decimal]:
    """What prices did on a day by currency, each in its own."""
    gains = _local_gains(day.before, day.after)
    found = day.charged or Charged({}, {}, {})
    for sign, amounts in ((-1, found.income), (1, found.fees), (1, found.taxes)):
        for currency, amount in amounts.items():
            gains[currency] += sign * amount
    return dict(gains)


def gain_parts_of(
    closes: Closes, charged: Mapping[date, Charged], gain: Decimal, *, from_nothing: bool
) -> GainParts:
    """`gain_parts` of closes that were valued at once. from_nothing: the history starts with the
    first of them; otherwise it is the baseline.

    In base currency everything between two ends cancels out; in another one each day's move is
    taken at the rate of the close before.
    """
    base, first = closes.quotes.base_currency, closes.first + (0 if from_nothing else 1)
    whole = closes.total_at(len(closes.quotes.days) - 1)
    whole -= ZERO if from_nothing else closes.total_at(closes.first)
    price = income = fees = taxes = withdrawn = ZERO
    for code in {*closes.holdings, *closes.money}:
        price += _moved(closes, code, from_nothing=from_nothing)
    for at, flows in closes.flows.items():
        if at < first:
            continue
        inflow, outflow = closes.flowed(at)
        withdrawn += outflow - inflow
        before = at if from_nothing and at == closes.first else at - 1
        price -= sum((flow.local * _rate(closes, flow.currency, before) for flow in flows), ZERO)
    for day, found in charged.items():
        at = bisect_left(closes.quotes.days, day)
        before = at if from_nothing and at == closes.first else at - 1
        income += _worth(closes, found.income, at)
        fees += _worth(closes, found.fees, at)
        taxes += _worth(closes, found.taxes, at)
        price -= _worth(closes, found.income, before)
        price += _worth(closes, found.fees, before) + _worth(closes, found.taxes, before)
    return _rounded(_Sums(whole + withdrawn, price, income, fees, taxes), base, gain)


class _Sums(NamedTuple):
    """Unrounded; fees and taxes positive."""

    whole: Decimal
    price: Decimal
    income: Decimal
    fees: Decimal
    taxes: Decimal


def _rounded(sums: _Sums, currency: str, gain: Decimal) -> GainParts:
    whole, price, income, fees, taxes = sums
    fx = round_money(whole - price - income + fees + taxes, currency)
    brought = round_money(income, currency)
    paid, taxed = -round_money(fees, currency), -round_money(taxes, currency)
    moved = gain - brought - paid - taxed - fx
    return GainParts(price=moved, income=brought, fees=paid, taxes=taxed, fx=fx)


def _moved(closes: Closes, code: str, *, from_nothing: bool) -> Decimal:
    """Σ (A1 − A0)·f0 of one currency, flows not taken off."""
    nothing = [ZERO] * len(closes.days)
    held, money = closes.holdings.get(code, nothing), closes.money.get(code, nothing)
    worths: list[Decimal] = [*map(add, held, money)]
    start = worths[0] * _rate(closes, code, closes.first) if from_nothing and worths[0] else ZERO
    if code == closes.quotes.base_currency:
        return start + worths[-1] - worths[0]
    moves: list[Decimal] = [*map(sub, worths[1:], worths)]
    gained: Iterable[Decimal] = map(mul, moves, _rates_before(closes, code, moves))
    return start + sum(gained, ZERO)


def _rates_before(closes: Closes, code: str, moves: Sequence[Decimal]) -> Sequence[Decimal]:
    """The rate of the close before each move, anything where nothing moved."""
    days = slice(closes.first, len(closes.quotes.days) - 1)
    known = closes.quotes.rates.get(code)
    if known is not None and not known.lacks[days].any():
        return known.amounts[days]
    return [
        _rate(closes, code, at) if moved else ZERO
        for at, moved in enumerate(moves, start=closes.first)
    ]


def _worth(closes: Closes, amounts: Amounts, at: int) -> Decimal:
    """Amounts at the rates of a day."""
    return sum(
        (amount * _rate(closes, code, at) for code, amount in amounts.items() if amount), ZERO
    )


def _rate(closes: Closes, code: str, at: int) -> Decimal:
    """Of a day, else of the next: a currency that is new has only the later one."""
    found = closes.quotes.rate_on(code, at) or closes.quotes.rate_on(code, at + 1)
    if found is None:
        raise ValueError(f"no rate for {code} around {closes.quotes.days[at]}")
    return found.rate


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
    return _at_open(_local_gains(before, after), before, after)


def _local_gains(before: DayValue, after: DayValue) -> defaultdict[str, Decimal]:
    gains = buckets(after)
    for currency, amount in buckets(before).items():
        gains[currency] -= amount
    for flow in after.flows:
        gains[flow.currency] -= flow.local
    return gains


def buckets(day: DayValue) -> defaultdict[str, Decimal]:
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
