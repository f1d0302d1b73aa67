"""The market of a period as arrays: where stored Decimals become floats, once.

A row a price would be handled by the driver, by Django and by Python. PostgreSQL gathers them
instead, one array a listing: a tenth of the work for fifty listings over ten years. What sealed
packs say never changes, so the closes of a year are kept for whoever asks about the same
securities next, on whatever day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

import numpy as np
from django.db import connection

from market.selectors import live_packs
from portfolios.calc.bulk.steps import Integers
from portfolios.calc.day_lines import Flags
from portfolios.calc.marks import Split
from portfolios.calc.returns import Floats
from portfolios.calc.sheet import Listing, Sheet
from portfolios.selectors.market_view import MarketView
from portfolios.selectors.quotes import ordinals_of_packs, rate_columns

KEPT = 64  # years of the securities of a portfolio: of fifty it is a quarter of a megabyte
CLOSES = """
    SELECT security_id, currency, array_agg(pack_id), array_agg(close::float8),
        array_agg(asof_date - date '0001-01-01' + 1), array_agg(state = 'stale')
    FROM market_price
    WHERE pack_id = ANY(%s) AND security_id = ANY(%s)
    GROUP BY security_id, currency
    ORDER BY security_id, currency
"""
Pack = tuple[date, str, str]
"""The day of a pack, its id, and the hash of its content."""


class _Closes(NamedTuple):
    """A row of `CLOSES`: the prices of one listing, in any order; days are ordinals."""

    security_id: UUID
    currency: str
    packs: list[str]
    closes: list[float]
    observed: list[int]
    carried: list[bool]


class _Year(NamedTuple):
    """The closes of some packs, days × listings: NaN where there is none. days and observed are
    ordinals; what is not there is observed on its day."""

    days: Integers
    listings: tuple[Listing, ...]
    closes: Floats
    observed: Integers
    carried: Flags


@dataclass(frozen=True)
class DatedSheet:
    """A sheet, and which of its closes and rates were carried from an earlier day.

    stale_closes has the sheet's shape; stale_rates one element a day for each currency.
    """

    sheet: Sheet
    stale_closes: Flags
    stale_rates: Mapping[str, Flags]


def sheet_of(market: MarketView, days: Sequence[date], splits: Iterable[Split]) -> DatedSheet:
    """Closes and rates of the live packs of some ascending days. A close that was carried over a
    split is restated in shares of its day."""
    found = _closes_on(market, days)
    ordinals, closes = found.days, found.closes
    for split in splits:
        on = split.on.toordinal()
        for column, (security, _) in enumerate(found.listings):
            if split.security == security:
                carried = (found.observed[:, column] < on) & (on <= ordinals)
                closes[carried, column] *= float(split.old / split.new)
    rates, stale_rates = _rates(market, ordinals, {currency for _, currency in found.listings})
    sheet = Sheet(market.base_currency, tuple(days), found.listings, closes, rates)
    return DatedSheet(sheet, found.carried, stale_rates)


def _closes_on(market: MarketView, days: Sequence[date]) -> _Year:
    """The closes of these days alone, and the listings that have any."""
    securities = tuple(sorted(market.securities))
    ordinals = np.array([day.toordinal() for day in days])
    years = [
        closes_of_packs(tuple(packs), securities)
        for _, packs in groupby(
            live_packs(
                market.policy,
                date(days[-1].year, 12, 31),
                market.market_head,
                date(days[0].year, 1, 1),
            ),
            key=lambda pack: pack[0].year,
        )
    ]
    listings = sorted({listing for year in years for listing in year.listings})
    whole = _empty(np.concatenate([year.days for year in years]), listings)
    first = 0
    for year in years:
        rows = slice(first, first := first + len(year.days))
        columns = [listings.index(listing) for listing in year.listings]
        whole.closes[rows, columns] = year.closes
        whole.observed[rows, columns] = year.observed
        whole.carried[rows, columns] = year.carried
    at = np.searchsorted(whole.days, ordinals)
    known = np.flatnonzero(np.isfinite(whole.closes[at]).any(axis=0))
    return _Year(
        ordinals,
        tuple(listings[column] for column in known),
        whole.closes[np.ix_(at, known)],
        whole.observed[np.ix_(at, known)],
        whole.carried[np.ix_(at, known)],
    )


@lru_cache(maxsize=KEPT)
def closes_of_packs(packs: tuple[Pack, ...], securities: tuple[UUID, ...]) -> _Year:
    """What sealed packs say of some securities. The hashes of their content are in the key."""
    with connection.cursor() as cursor:
        cursor.execute(CLOSES, [[pack_id for _, pack_id, _ in packs], list(securities)])
        rows = [_Closes(*row) for row in cursor.fetchall()]
    places = {pack_id: at for at, (_, pack_id, _) in enumerate(packs)}
    days = np.array([day.toordinal() for day, _, _ in packs])
    found = _empty(days, [(row.security_id, row.currency) for row in rows])
    for column, row in enumerate(rows):
        at = [places[pack] for pack in row.packs]
        found.closes[at, column] = row.closes
        found.observed[at, column] = row.observed
        found.carried[at, column] = row.carried
    return found


def _empty(days: Integers, listings: Sequence[Listing]) -> _Year:
    shape = len(days), len(listings)
    observed = np.repeat(days[:, None], len(listings), axis=1)
    return _Year(
        days, tuple(listings), np.full(shape, np.nan), observed, np.zeros(shape, dtype=bool)
    )


def _rates(
    market: MarketView, ordinals: Integers, quoted: set[str]
) -> tuple[dict[str, Floats], dict[str, Flags]]:
    """Base per 1 unit of each currency on some days that have a pack."""
    policy, head, base = market.policy, market.market_head, market.base_currency
    at = np.searchsorted(ordinals_of_packs(policy, head), ordinals)
    codes = sorted((market.currencies | quoted) - {base})
    found = {code: rate_columns(policy, head, base, code) for code in codes}
    return (
        {code: each.rates[at] for code, each in found.items()},
        {code: each.carried[at] for code, each in found.items()},
    )
