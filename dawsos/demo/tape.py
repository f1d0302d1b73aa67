"""What the market said on a day, as the sample ledgers need it: closes, cross rates, settlement."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Final

from market.providers import bundled

SIX_PLACES: Final = Decimal("0.000001")


@cache
def closes() -> Mapping[tuple[str, date], Decimal]:
    return {(quote.symbol, quote.observed_on): quote.close for quote in bundled.prices()}


@cache
def sessions() -> tuple[date, ...]:
    """Sessions of the New York Stock Exchange, read off the longest series of closes."""
    return tuple(sorted(day for symbol, day in closes() if symbol == "IBM"))


@cache
def cross_rates() -> Mapping[date, Decimal]:
    """CAD per USD as (CAD per EUR) / (USD per EUR), six decimals, on days with a fixing."""
    per_euro: dict[date, dict[str, Decimal]] = {}
    for quote in bundled.rates():
        per_euro.setdefault(quote.observed_on, {})[quote.quote_currency] = quote.rate
    return {
        day: (rates["CAD"] / rates["USD"]).quantize(SIX_PLACES, ROUND_HALF_UP)
        for day, rates in sorted(per_euro.items())
    }


def fixing(day: date) -> Decimal:
    """The cross rate of that day, or of the last day before it that had one."""
    days = list(cross_rates())
    return cross_rates()[days[bisect_right(days, day) - 1]]


def settlement_date(day: date) -> date:
    """Three settlement days later, the US cycle of 1995 to 2017."""
    following = [d for d in sessions()[bisect_right(sessions(), day) :][:6] if not bank_holiday(d)]
    return following[2]


def bank_holiday(day: date) -> bool:
    """Columbus Day or Veterans Day: shares trade, but nothing settles."""
    columbus = day.month == 10 and day.weekday() == 0 and 8 <= day.day <= 14
    eve = day - timedelta(days=1)
    veterans = (day.month, day.day) == (11, 11) or (
        (eve.month, eve.day) == (11, 11) and day.weekday() == 0
    )
    return columbus or veterans
