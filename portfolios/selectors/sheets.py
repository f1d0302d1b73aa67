"""The market of a period as arrays: where stored Decimals become floats, once.

A row a price would be handled by the driver, by Django and by Python. PostgreSQL gathers them
instead, one array a listing: a tenth of the work for fifty listings over ten years.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

import numpy as np
from django.db import connection

from portfolios.calc.day_lines import Flags
from portfolios.calc.marks import Split
from portfolios.calc.returns import Floats
from portfolios.calc.sheet import Sheet
from portfolios.selectors.market_view import MarketView
from portfolios.selectors.quotes import days_of_packs, rates_towards

CLOSES = """
    SELECT security_id, currency, array_agg(pack_id), array_agg(close::float8),
        array_agg(asof_date - date '0001-01-01' + 1), array_agg(state = 'stale')
    FROM market_price
    WHERE pack_id = ANY(%s) AND security_id = ANY(%s)
    GROUP BY security_id, currency
    ORDER BY security_id, currency
"""


class _Closes(NamedTuple):
    """A row of `CLOSES`: the prices of one listing, in any order; days are ordinals."""

    security_id: UUID
    currency: str
    packs: list[str]
    closes: list[float]
    observed: list[int]
    carried: list[bool]


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
    rows = _rows(market, days)
    places = {market.packs[day]: at for at, day in enumerate(days)}
    ordinals = np.array([day.toordinal() for day in days])
    closes = np.full((len(days), len(rows)), np.nan)
    stale = np.zeros(closes.shape, dtype=bool)
    for column, row in enumerate(rows):
        at = [places[pack] for pack in row.packs]
        closes[at, column] = row.closes
        stale[at, column] = row.carried
        observed = np.array(ordinals)
        observed[at] = row.observed
        for split in splits:
            if split.security == row.security_id:
                on = split.on.toordinal()
                carried = (observed < on) & (on <= ordinals)
                closes[carried, column] *= float(split.old / split.new)
    rates, stale_rates = _rates(market, days, {row.currency for row in rows})
    listings = tuple((row.security_id, row.currency) for row in rows)
    sheet = Sheet(market.base_currency, tuple(days), listings, closes, rates)
    return DatedSheet(sheet, stale, stale_rates)


def _rows(market: MarketView, days: Sequence[date]) -> list[_Closes]:
    packs = [market.packs[day] for day in days]
    with connection.cursor() as cursor:
        cursor.execute(CLOSES, [packs, list(market.securities)])
        return [_Closes(*row) for row in cursor.fetchall()]


def _rates(
    market: MarketView, days: Sequence[date], quoted: set[str]
) -> tuple[dict[str, Floats], dict[str, Flags]]:
    """Base per 1 unit of each currency on some days that have a pack."""
    rates: dict[str, Floats] = {}
    stale: dict[str, Flags] = {}
    policy, head, base = market.policy, market.market_head, market.base_currency
    place = {day: at for at, day in enumerate(days_of_packs(policy, head))}
    for code in sorted((market.currencies | quoted) - {base}):
        towards = rates_towards(policy, head, base, code)
        found = [towards[place[day]] for day in days]
        rates[code] = np.array([np.nan if one is None else float(one.rate) for one in found])
        stale[code] = np.array([one is not None and one.state == "stale" for one in found])
    return rates, stale
