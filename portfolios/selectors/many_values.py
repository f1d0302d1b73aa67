"""Many ledgers valued at once, and the few days that floats could not decide in Decimals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from patterns.formats import minor_units
from portfolios.calc.bulk.errorfree import Mask
from portfolios.calc.bulk.exact import exact_day
from portfolios.calc.bulk.many import Many, value_many
from portfolios.calc.bulk.market import MarketTable, pair
from portfolios.calc.bulk.steps import Integers, Movements, movements
from portfolios.calc.bulk.values import Flows
from portfolios.calc.entries import ZERO
from portfolios.calc.money import round_money
from portfolios.selectors.many_ledgers import FlowEntry, ManyLedgers
from portfolios.selectors.market_tables import PackDay, kept_market_table

Cell = tuple[int, int]


@dataclass(frozen=True, eq=False)
class ManyValued:
    """Portfolios by place in `ledgers`, days by place in `days`. first: the day on which each
    began, -1 before the days asked for, their number where it has not. flows: inflow and outflow
    of a portfolio's day in base currency. odd: who has to be valued by itself."""

    ledgers: ManyLedgers
    days: tuple[PackDay, ...]
    market: MarketTable
    moved: Movements
    first: Integers
    many: Many
    flows: dict[Cell, tuple[Decimal, Decimal]]
    odd: Mask
    decided: int


def value_ledgers(
    ledgers: ManyLedgers,
    bases: Sequence[str],
    days: Sequence[PackDay],
    *,
    policy: str,
    market_head: int,
    effects: bool = False,
) -> ManyValued:
    """Value ledgers on the days of live packs. bases: the base currency of each. The first of
    the days is a baseline for portfolios that are older: it has no return then."""
    market = kept_market_table(
        policy, market_head, days, ledgers.securities, ledgers.currencies, set(bases)
    )
    base = np.array([market.currencies.index(code) for code in bases], dtype=np.int64)
    moved = _movements(ledgers, market)
    first = _first(ledgers, market)
    odd = ledgers.odd.copy()
    flows = _flows(ledgers, market, base, odd)
    minor = np.array([minor_units(code) for code in market.currencies], dtype=np.int64)
    many = value_many(moved, market, base, first, _as_arrays(flows), minor, effects=effects)
    odd |= many.odd
    valued = ManyValued(ledgers, tuple(days), market, moved, first, many, flows, odd, 0)
    return _decide(valued, base)


def _movements(ledgers: ManyLedgers, market: MarketTable) -> Movements:
    codes = np.array(market.currencies, dtype="S3")
    currency = np.searchsorted(codes, ledgers.currency)
    currency[currency == len(codes)] = 0  # "---", of entries without money
    cash = market.securities + currency
    due = cash + len(codes)
    paid = np.searchsorted(market.days, ledgers.on_day)
    accrued = np.searchsorted(market.days, ledgers.due_from)
    number = {key: place for place, key in enumerate(market.keys)}
    listed = np.array([number[key] for key in ledgers.securities], dtype=np.int64)
    shares = np.flatnonzero((ledgers.shares != 0) & (ledgers.security >= 0))
    money = np.flatnonzero(ledgers.money != 0)
    waits = np.flatnonzero((accrued < paid) & (ledgers.money != 0))
    owner = ledgers.owner
    parts = (
        (owner[shares], listed[ledgers.security[shares]], paid[shares], ledgers.shares[shares]),
        (owner[money], cash[money], paid[money], ledgers.money[money]),
        (owner[waits], due[waits], accrued[waits], ledgers.money[waits]),
        (owner[waits], due[waits], paid[waits], -ledgers.money[waits]),
    )
    whose, column, day, amount = (np.concatenate(part) for part in zip(*parts, strict=True))
    inside = day < len(market.days)
    return movements(
        whose[inside],
        column[inside],
        day[inside],
        amount[inside],
        market.columns,
        len(market.days),
    )


def _first(ledgers: ManyLedgers, market: MarketTable) -> Integers:
    first = np.searchsorted(market.days, ledgers.began)
    if len(market.days):
        first = np.where(ledgers.began < market.days[0], -1, first)
    first[ledgers.began == 0] = len(market.days)
    return first


def _flows(
    ledgers: ManyLedgers, market: MarketTable, base: Integers, odd: npt.NDArray[np.bool_]
) -> dict[Cell, tuple[Decimal, Decimal]]:
    """In and out by portfolio and day. A flow that cannot be valued makes its portfolio odd."""
    found: dict[Cell, tuple[Decimal, Decimal]] = {}
    number = {code: place for place, code in enumerate(market.currencies)}
    for flow in ledgers.flows:
        day = int(np.searchsorted(market.days, flow.on.toordinal()))
        if day == len(market.days) or not flow.amount or odd[flow.place]:
            continue
        rate = _rate(flow, market, int(base[flow.place]), number, day)
        if rate is None:
            odd[flow.place] = True
            continue
        worth = flow.amount * rate
        inflow, outflow = found.get((flow.place, day), (ZERO, ZERO))
        found[flow.place, day] = (
            (inflow + worth, outflow) if worth > 0 else (inflow, outflow - worth)
        )
    return found


def _rate(
    flow: FlowEntry, market: MarketTable, base: int, number: dict[str, int], day: int
) -> Decimal | None:
    """Base per 1 of the flow's currency: itself, else as recorded, else the day's."""
    currency = number[flow.currency]
    if currency == base:
        return Decimal(1)
    if flow.rate is not None:
        return flow.rate
    seen = market.rates.get((base, currency, day))
    return None if seen is None else seen.rate


def _as_arrays(flows: dict[Cell, tuple[Decimal, Decimal]]) -> Flows:
    cells = sorted(flows)
    sides = np.array(
        [(*pair(flows[cell][0]), *pair(flows[cell][1])) for cell in cells], dtype=np.float64
    ).reshape(-1, 4)
    at = np.array(cells, dtype=np.int64).reshape(-1, 2)
    return Flows(at[:, 0], at[:, 1], (sides[:, 0], sides[:, 1]), (sides[:, 2], sides[:, 3]))


def _decide(valued: ManyValued, base: Integers) -> ManyValued:
    """Do the days that are not certified in Decimals, in place."""
    many, market, moved = valued.many, valued.market, valued.moved
    unsure = np.argwhere(many.unsure & ~valued.odd[:, None])
    starts = np.searchsorted(moved.owner, unsure[:, 0])
    ends = np.searchsorted(moved.owner, unsure[:, 0], "right")
    for (owner, day), start, end in zip(unsure.tolist(), starts, ends, strict=True):
        if day == 0 and valued.first[owner] < 0:
            continue  # the baseline, whose return is nobody's
        mine = moved.part(start, end)
        found = exact_day(
            mine,
            market,
            int(base[owner]),
            day,
            int(valued.first[owner]),
            valued.flows.get((owner, day), (ZERO, ZERO)),
        )
        minor = minor_units(market.currencies[int(base[owner])])
        many.totals[owner, day] = int(found.total.scaleb(minor))
        many.cash[owner, day] = int(found.cash.scaleb(minor))
        many.receivables[owner, day] = int(found.receivable.scaleb(minor))
        many.returns[owner, day] = np.nan if found.earned is None else found.earned
    return ManyValued(
        valued.ledgers,
        valued.days,
        market,
        moved,
        valued.first,
        many,
        valued.flows,
        valued.odd,
        len(unsure),
    )


def in_minor_units(amount: Decimal, currency: str) -> int:
    """Posted money as whole minor units."""
    return int(round_money(amount, currency).scaleb(minor_units(currency)))
