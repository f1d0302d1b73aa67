"""The closes and rates of all live packs for one ledger, as columns, kept from one question to the
next: what is sealed never changes at a market head, while ledgers do every day.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple
from uuid import UUID

import numpy as np

from market.calc.fx import PIVOTS
from market.selectors import fx_history, live_packs
from market.selectors.history import forget_heads as forget_lineages
from portfolios.calc.bulk.errorfree import Mask
from portfolios.calc.bulk.steps import Integers
from portfolios.calc.closes import Closes, closes_of
from portfolios.calc.dated_quotes import DatedRates, Quotes
from portfolios.calc.lots import Book
from portfolios.calc.marks import splits_among
from portfolios.calc.returns import Floats
from portfolios.selectors import kept_days, kept_ledgers
from portfolios.selectors.booked import Booked
from portfolios.selectors.bounded import Bounded
from portfolios.selectors.copied import copied
from portfolios.selectors.market_view import MarketView, rate_of

KEPT = 16  # ledgers; twenty years of fifty securities are 4 MiB
CLOSES = """
SELECT s.place::int4 - 1, p.place::int4 - 1,
       CASE WHEN r.close < 90000000000 THEN (r.close * 100000000)::int8 ELSE -1 END,
       r.currency::text, r.asof_date, (r.state = 'stale')::int4
  FROM unnest(%(packs)s::text[]) WITH ORDINALITY p(id, place)
  JOIN market_price r ON r.pack_id = p.id AND r.pack_id = ANY (%(packs)s::text[])
  JOIN unnest(%(securities)s::uuid[]) WITH ORDINALITY s(id, place) ON s.id = r.security_id
"""
KINDS = {
    "security": ">i4",
    "day": ">i4",
    "close": ">i8",
    "currency": "S3",
    "observed": ">i4",
    "carried": ">i4",
}
FAR = 3  # whoever wants a third of all days gets them cut out of all
ORDINAL_2000 = date(2000, 1, 1).toordinal()  # PostgreSQL counts days from there


class _Made(NamedTuple):
    """All closes of a book, which is kept with them: another one cannot be told by its id."""

    book: Book
    closes: Closes | None


def _one(_made: _Made) -> int:
    return 1


ALL_CLOSES: Final[Bounded[tuple[int, str, int, int], _Made]] = Bounded(3, _one)


class Columns(NamedTuple):
    """Securities × days of a whole lineage. observed: the ordinal of each close's own day."""

    closes: Integers
    carried: Mask
    observed: Integers
    currency: tuple[str, ...]


class RateColumns(NamedTuple):
    """Base per 1 unit of a currency on the day of every live pack: NaN where there is none."""

    rates: Floats
    carried: Mask


def booked_closes(
    booked: Booked, start: date | None = None, until: date = date.max
) -> Closes | None:
    """Each pack's day since the first entry, up to and with `until`; with `start`, from the day
    before it on. None where there is no such day, or one cannot be valued with the others."""
    began = booked.book.began
    quotes = quotes_of(booked.market, until)
    if began is None or quotes is None:
        return None
    first = bisect_left(quotes.days, began)
    if start is not None:
        first = max(first, bisect_left(quotes.days, start) - 1)
    if first >= len(quotes.days) or _restated(booked, quotes.days, first):
        return None
    whole = _all_closes(booked, began, len(quotes.days) - first)
    if whole is not None:
        return whole.cut(first, quotes)
    return closes_of([*booked.book.journal], quotes, first)  # made of rows whenever it is read


def _all_closes(booked: Booked, began: date, days: int) -> Closes | None:
    """All days of a book, where they are kept, or where so many are wanted that they will be soon:
    a late entry is valued from its day on, and the gain that it changes from the first. None where
    they are not, or not all of them are whole."""
    quotes = quotes_of(booked.market)
    if quotes is None:
        return None
    market = booked.market
    key = id(booked.book), market.policy, market.market_head, len(quotes.days)
    known = ALL_CLOSES.get(key)
    if known is None:
        first = bisect_left(quotes.days, began)
        if days * FAR < len(quotes.days) - first:
            return None
        found = closes_of([*booked.book.journal], quotes, first)
        known = ALL_CLOSES.put(key, _Made(booked.book, found))
    return known.closes


def quotes_of(market: MarketView, until: date = date.max) -> Quotes | None:
    """What the live packs up to a day say of a portfolio's securities and currencies; None where a
    close is too large to be counted, or a security has closes in two currencies."""
    days = days_of_packs(market.policy, market.market_head)
    end = bisect_right(days, min(market.end, until))
    keys = tuple(sorted(market.securities))
    found = columns_of(market.policy, market.market_head, keys)
    if found is None:
        return None
    codes = sorted({*market.currencies, *found.currency} - {market.base_currency, ""})
    policy, head, base = market.policy, market.market_head, market.base_currency
    rates = {code: rates_towards(policy, head, base, code) for code in codes}
    return Quotes(
        base_currency=market.base_currency,
        days=days[:end],
        keys=keys,
        closes=found.closes[:, :end],
        carried=found.carried[:, :end],
        currency=found.currency,
        rates=rates,
    )


def forget_heads() -> None:
    """Whatever is remembered by a market head, after seals were rolled back."""
    forget_lineages()
    for kept in (rates_towards, rate_columns, days_of_packs, ordinals_of_packs, columns_of):
        kept.cache_clear()
    kept_ledgers.SHELF.clear()
    kept_days.SHELF.clear()
    ALL_CLOSES.clear()


@contextmanager
def forgotten_on_failure() -> Iterator[None]:
    """Around whatever seals and then reads at the new head, in one transaction."""
    try:
        yield
    except BaseException:
        forget_heads()
        raise


@lru_cache(maxsize=64)
def rates_towards(policy: str, head: int, base: str, code: str) -> DatedRates:
    """What one unit of a currency is worth in another on the day of every live pack, in order."""
    history = fx_history(
        date.min, date.max, head, policy=policy, currencies=sorted({base, code, *PIVOTS})
    )
    days = days_of_packs(policy, head)
    return DatedRates([rate_of(history[day], code, base) for day in days])


@lru_cache(maxsize=64)
def rate_columns(policy: str, head: int, base: str, code: str) -> RateColumns:
    """`rates_towards` as arrays."""
    towards = rates_towards(policy, head, base, code)
    known = (np.nan if one is None else float(one.rate) for one in towards.each)
    return RateColumns(np.array([*known]), towards.carried)


def _restated(booked: Booked, days: Sequence[date], first: int) -> bool:
    """Whether a close was carried over a split, so that it is of a share that is no more."""
    splits = splits_among(booked.book.accepted)
    if not splits:
        return False
    market = booked.market
    keys = tuple(sorted(market.securities))
    found = columns_of(market.policy, market.market_head, keys)
    if found is None:
        return True
    ordinals = np.array([day.toordinal() for day in days])[first:]
    for split in splits:
        on = split.on.toordinal()
        observed = found.observed[keys.index(split.security), first : len(days)]
        if ((observed > 0) & (observed < on) & (on <= ordinals)).any():
            return True
    return False


@lru_cache(maxsize=64)
def days_of_packs(policy: str, head: int) -> tuple[date, ...]:
    """The days of all packs that are live at a head, in order."""
    return tuple(day for day, _, _ in live_packs(policy, date.max, head))


@lru_cache(maxsize=64)
def ordinals_of_packs(policy: str, head: int) -> Integers:
    """`days_of_packs` as ordinals."""
    return np.array([day.toordinal() for day in days_of_packs(policy, head)], dtype=np.int64)


@lru_cache(maxsize=KEPT)
def columns_of(policy: str, head: int, securities: tuple[UUID, ...]) -> Columns | None:
    """The closes of some securities in all packs that are live at a head; None where one is too
    large to be counted, or a security has closes in two currencies."""
    packs = [pack for _, pack, _ in live_packs(policy, date.max, head)]
    rows = copied(CLOSES, {"packs": packs, "securities": list(securities)}, KINDS)
    if (rows["close"] < 0).any():
        return None
    shape = len(securities), len(packs)
    closes, observed = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    carried = np.zeros(shape, dtype=bool)
    at = rows["security"], rows["day"]
    closes[at], carried[at] = rows["close"], rows["carried"] == 1
    observed[at] = rows["observed"] + ORDINAL_2000
    currency = [""] * len(securities)
    kinds = np.rec.fromarrays((rows["security"], rows["currency"]))
    for security, code in np.unique(kinds).tolist():
        if currency[security]:
            return None
        currency[security] = code.decode()
    return Columns(closes, carried, observed, tuple(currency))
