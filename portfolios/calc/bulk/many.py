"""The pass over many portfolios: groups of one base and one unit, a few hundred at a time."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from portfolios.calc.bulk.errorfree import Floats, Mask
from portfolios.calc.bulk.market import MarketTable
from portfolios.calc.bulk.presence import marked, spans
from portfolios.calc.bulk.steps import Integers, Movements
from portfolios.calc.bulk.values import Flows, values
from portfolios.calc.bulk.worths import MOST_BITS, Scales, Worths, scales, worths

AT_ONCE = 600_000  # elements of currencies × portfolios × days: what a cache holds


@dataclass(frozen=True, slots=True, eq=False)
class Many:
    """Portfolios × days. totals, cash, receivables in minor units of base; returns NaN where
    there is none; stale where a close or rate that was used is carried forward; unsure where a
    figure is not certified. odd: portfolios that are not done here, whose rows mean nothing.
    last: currencies × portfolios × the last two days, worths in whole units; effects: portfolios ×
    local, currency and interaction, where asked for: fractions of the value of the day before,
    summed over the days."""

    totals: Floats
    cash: Floats
    receivables: Floats
    returns: Floats
    stale: Mask
    unsure: Mask
    odd: Mask
    last: Floats
    effects: Floats | None = None


def value_many(
    moved: Movements,
    market: MarketTable,
    bases: Integers,
    first: Integers,
    flows: Flows,
    minor: Integers,
    *,
    effects: bool = False,
) -> Many:
    """Value every portfolio on every day of the market from its first day on.

    bases: the number of each portfolio's base currency; first: the day on which it began;
    minor: decimals of each currency's minor unit. Odd is who ever held a security without a
    close, in more than one currency, or less than nothing of it, money without a rate, or more
    than the exact sums can count.
    """
    owners, days = len(bases), len(market.days)
    shape = owners, days
    found = Many(
        totals=np.zeros(shape),
        cash=np.zeros(shape),
        receivables=np.zeros(shape),
        returns=np.full(shape, np.nan),
        stale=np.zeros(shape, dtype=bool),
        unsure=np.zeros(shape, dtype=bool),
        odd=np.zeros(owners, dtype=bool),
        last=np.zeros((len(market.currencies), owners, 2)),
        effects=np.zeros((owners, 3)) if effects else None,
    )
    counted = scales(moved, market, owners)
    _look(found, moved, market, bases, counted)
    for base, decimals, who in _groups(bases, counted, found.odd, market):
        _one_group(found, (base, decimals, who), moved, market, first, flows, minor, counted)
    return found


def _look(
    found: Many, moved: Movements, market: MarketTable, bases: Integers, counted: Scales
) -> None:
    """Who is odd, and which days are stale."""
    kept, ends, below = spans(moved, market)
    found.odd[moved.owner[below]] = True
    found.odd[counted.bits > MOST_BITS] = True
    is_share = kept.column < market.securities
    security = np.where(is_share, kept.column, -1)
    currency = (
        market.currency[np.where(is_share, kept.column, 0)]
        if market.securities
        else (np.zeros(len(kept), dtype=np.int64))
    )
    purse = (kept.column - market.securities) % max(1, len(market.currencies))
    currency = np.where(is_share, currency, purse)
    found.odd[kept.owner[currency < 0]] = True
    lacking, _ = marked(kept, ends, market.closes == 0, security)
    found.odd[lacking] = True
    owner, day = marked(kept, ends, market.stale, security)
    found.stale[owner, day] = True
    for base in np.unique(bases):
        _, _, missing, stale = market.rate_pieces(int(base))
        mine = np.where(bases[kept.owner] == base, currency, -1)
        lacking, _ = marked(kept, ends, missing, mine)
        found.odd[lacking] = True
        owner, day = marked(kept, ends, stale, mine)
        found.stale[owner, day] = True


def _groups(
    bases: Integers, counted: Scales, odd: Mask, market: MarketTable
) -> Iterator[tuple[int, tuple[int, int], Integers]]:
    keys = np.column_stack((bases, counted.shares, counted.closes))[~odd]
    who = np.flatnonzero(~odd)
    if not len(who):
        return
    kinds, which = np.unique(keys, axis=0, return_inverse=True)
    each = max(1, AT_ONCE // (len(market.days) * max(1, len(market.currencies))))
    for kind, (base, shares, closes) in enumerate(kinds.tolist()):
        members = who[which.ravel() == kind]
        for start in range(0, len(members), each):
            yield base, (shares, closes), members[start : start + each]


def _one_group(
    found: Many,
    group: tuple[int, tuple[int, int], Integers],
    moved: Movements,
    market: MarketTable,
    first: Integers,
    flows: Flows,
    minor: Integers,
    counted: Scales,
) -> None:
    base, decimals, who = group
    held = worths(_of(moved, who), market, len(who), decimals)
    if not len(held.currencies):
        return
    high, low, _, _ = market.rate_pieces(base)
    rates = high[held.currencies], low[held.currencies]
    done = values(
        held,
        rates,
        _flows_of(flows, who),
        first[who],
        places=sum(decimals),
        minor=int(minor[base]),
        largest=counted.largest[who],
    )
    found.totals[who], found.cash[who] = done.totals, done.cash
    if done.receivables is not None:
        found.receivables[who] = done.receivables
    found.returns[who], found.unsure[who] = done.returns, done.unsure
    last = held.everything[:, :, -2:] * 10.0 ** -sum(decimals)
    found.last[np.ix_(held.currencies, who, np.arange(2 - last.shape[2], 2))] = last
    if found.effects is not None:
        found.effects[who] = _effects(held, rates[0], done.high)


def _of(moved: Movements, who: Integers) -> Movements:
    """The movements of ascending owners, these numbered anew from 0."""
    start = np.searchsorted(moved.owner, who)
    counts = np.searchsorted(moved.owner, who, "right") - start
    offsets = np.cumsum(counts) - counts
    pick = np.arange(int(counts.sum())) + np.repeat(start - offsets, counts)
    owner = np.repeat(np.arange(len(who)), counts)
    return Movements(owner, moved.column[pick], moved.day[pick], moved.amount[pick])


def _flows_of(flows: Flows, who: Integers) -> Flows:
    place = np.searchsorted(who, flows.owner)
    place[place == len(who)] = 0
    mine = who[place] == flows.owner
    return Flows(
        place[mine],
        flows.day[mine],
        (flows.inflow[0][mine], flows.inflow[1][mine]),
        (flows.outflow[0][mine], flows.outflow[1][mine]),
    )


def _effects(held: Worths, rates: Floats, value: Floats) -> Floats:
    """Where nothing crosses between currencies (methods §3.7), of the value before each day and
    summed: local Σ(A1 − A0)·f0, currency ΣA0·(f1 − f0), interaction Σ(A1 − A0)·(f1 − f0)."""
    worth, before = held.everything, value[:, :-1]
    invested = before > 0.0
    share = np.divide(1.0, before, out=np.zeros_like(before), where=invested)
    days = invested.sum(axis=1)
    moved_on = np.einsum("cpd,cd->pd", worth[:, :, 1:], rates[:, :-1])
    at_new = np.einsum("cpd,cd->pd", worth[:, :, :-1], rates[:, 1:])
    parts = (moved_on, at_new, value[:, 1:])
    local, currency, whole = (np.einsum("pd,pd->p", part, share) - days for part in parts)
    found: Floats = np.column_stack((local, currency, whole - local - currency))
    return found
