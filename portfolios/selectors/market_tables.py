"""The closes and rates of a policy's live packs as tables, for many portfolios at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

import numpy as np

from market.calc.fx import PIVOTS
from market.selectors import fx_history
from portfolios.calc.bulk.errorfree import Mask
from portfolios.calc.bulk.market import MarketTable
from portfolios.calc.bulk.steps import Integers
from portfolios.calc.marks import Rate
from portfolios.selectors.copied import copied
from portfolios.selectors.market_view import rate_of

CLOSES = """
SELECT p.place::int4 - 1, s.place::int4 - 1,
       CASE WHEN r.close < 90000000000 THEN (r.close * 100000000)::int8 ELSE -1 END,
       r.currency::text, (r.state = 'stale')::int4
  FROM unnest(%(packs)s::text[]) WITH ORDINALITY p(id, place)
  JOIN market_price r ON r.pack_id = p.id AND r.pack_id = ANY (%(packs)s::text[])
  JOIN unnest(%(securities)s::uuid[]) WITH ORDINALITY s(id, place) ON s.id = r.security_id
"""
KINDS = {"day": ">i4", "security": ">i4", "close": ">i8", "currency": "S3", "stale": ">i4"}


class PackDay(NamedTuple):
    """A day and the pack that is live for it."""

    day: date
    pack_id: str


_kept: list[tuple[tuple[str, int, tuple[PackDay, ...]], frozenset[str], MarketTable]] = []


def kept_market_table(
    policy: str,
    market_head: int,
    days: Sequence[PackDay],
    securities: Sequence[UUID],
    currencies: Iterable[str],
    bases: Iterable[str],
) -> MarketTable:
    """A table that holds at least what is asked for; the last one, if it does. What is sealed
    never changes at a market head, so portfolios that come in parts share it."""
    key = policy, market_head, tuple(days)
    keys, codes, home = set(securities), {*currencies}, frozenset(bases)
    for known, of, table in _kept:
        if known == key:
            if keys <= set(table.keys) and home <= of and codes <= set(table.currencies):
                return table
            keys |= {one for one in table.keys if isinstance(one, UUID)}
            codes, home = codes | set(table.currencies), home | of
    table = market_table(policy, market_head, days, sorted(keys), codes, home)
    _kept[:] = [(key, home, table)]
    return table


def market_table(
    policy: str,
    market_head: int,
    days: Sequence[PackDay],
    securities: Sequence[UUID],
    currencies: Iterable[str],
    bases: Iterable[str],
) -> MarketTable:
    """What the packs of some days hold for some securities, and their rates to some bases.

    A close too large for the table counts as none. currencies: those of money; the securities'
    and the bases' own are added.
    """
    rows = copied(
        CLOSES,
        {"packs": [day.pack_id for day in days], "securities": list(securities)},
        KINDS,
    )
    shape = len(securities), len(days)
    closes, stale = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=bool)
    at = rows["security"], rows["day"]
    closes[at] = np.maximum(rows["close"], 0)
    stale[at] = rows["stale"] == 1
    base_codes = sorted(set(bases))
    priced = {code.decode() for code in np.unique(rows["currency"])}
    codes = tuple(sorted({*currencies, *base_codes, *priced}))
    return MarketTable(
        keys=tuple(securities),
        days=np.array([day.day.toordinal() for day in days], dtype=np.int64),
        closes=closes,
        stale=stale,
        currency=_currency_of(rows["security"], rows["currency"], shape[0], codes),
        currencies=codes,
        rates=_rates(policy, market_head, days, codes, base_codes),
    )


def _currency_of(
    security: Integers, currency: np.ndarray, count: int, codes: tuple[str, ...]
) -> Integers:
    """The currency of each security's closes: 0 of one that has none, -1 of one that has two."""
    number = np.searchsorted(np.array(codes, dtype="S3"), currency)
    found = np.zeros(count, dtype=np.int64)
    found[security] = number
    mixed: Mask = found[security] != number
    found[security[mixed]] = -1
    return found


def _rates(
    policy: str,
    market_head: int,
    days: Sequence[PackDay],
    codes: tuple[str, ...],
    bases: Sequence[str],
) -> dict[tuple[int, int, int], Rate]:
    if not days:
        return {}
    history = fx_history(
        days[0].day,
        days[-1].day,
        market_head,
        policy=policy,
        currencies=sorted({*codes, *PIVOTS}),
    )
    found: dict[tuple[int, int, int], Rate] = {}
    for place, day in enumerate(days):
        seen = history[day.day]
        table = {pair: rate.rate for pair, rate in seen.items()}
        for base in bases:
            for number, code in enumerate(codes):
                known = rate_of(seen, code, base, table)
                if known is not None:
                    found[codes.index(base), number, place] = known
    return found
