"""The night's arithmetic alone: no database, whole histories, in one process and in two."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from benchmarks.baselines.sparse_values import pandas_loop, sparse_values
from benchmarks.night.world import CURRENCIES, World, draw
from patterns.formats import minor_units
from portfolios.calc.bulk.figures import Recent, period_figures, risk_figures
from portfolios.calc.bulk.many import value_many
from portfolios.calc.bulk.market import MarketTable
from portfolios.calc.bulk.series import Standing, paths
from portfolios.calc.bulk.steps import MONEY_PLACES, SHARE_PLACES, Movements, movements
from portfolios.calc.bulk.values import Flows
from portfolios.calc.marks import Rate

SAMPLE = 100  # portfolios of the loop in pandas: it takes three milliseconds for each
AT_ONCE = 1250  # portfolios of a piece of work, as of a chunk of the night
TIMES = 5
Row = dict[str, object]


@dataclass(frozen=True, eq=False)
class Work:
    """What the arithmetic is given: movements by portfolio, and the market."""

    market: MarketTable
    moved: Movements
    bases: np.ndarray
    minor: np.ndarray

    @classmethod
    def of(cls, world: World) -> Work:
        """A world in memory: shares bought on the first day, a little cash in base."""
        count, each = world.held.shape
        market = _market(world)
        owner = np.repeat(np.arange(count), each)
        shares = world.quantity.ravel() * 10**SHARE_PLACES
        purse = market.securities + world.bases
        moved = movements(
            np.concatenate((owner, np.arange(count))),
            np.concatenate((world.held.ravel(), purse)),
            np.zeros(count * (each + 1), dtype=np.int64),
            np.concatenate((shares, np.full(count, 1000 * 10**MONEY_PLACES))),
            market.columns,
            len(market.days),
        )
        minor = np.array([minor_units(code) for code in market.currencies])
        return cls(market, moved, world.bases, minor)

    def part(self, start: int, end: int) -> Work:
        """Some of the portfolios, numbered from 0."""
        at = slice(*np.searchsorted(self.moved.owner, (start, end)).tolist())
        moved = self.moved
        mine = Movements(moved.owner[at] - start, moved.column[at], moved.day[at], moved.amount[at])
        return Work(self.market, mine, self.bases[start:end], self.minor)

    def compute(self) -> float:
        """Values, returns, effects of currencies, periods, volatility, ratios and drawdown."""
        count, days = len(self.bases), self.market.days
        none, places = np.zeros(0), np.zeros(0, dtype=np.int64)
        flows = Flows(places, places, (none, none), (none, none))
        first = np.zeros(count, dtype=np.int64)
        found = value_many(
            self.moved, self.market, self.bases, first, flows, self.minor, effects=True
        )
        path = paths(found.returns, days, Standing.none(count), first)
        recent = Recent(days, found.returns, path, {})
        asof = date.fromordinal(int(days[-1]))
        figures = dict(period_figures(recent, asof))
        figures |= dict(risk_figures(recent, np.full(len(days), 1e-4), None))
        return float(figures["sharpe_ratio"].values.sum())


def _market(world: World) -> MarketTable:
    pairs = [
        (base, code, day, world.rates[base, day] / world.rates[code, day])
        for base in range(len(CURRENCIES))
        for code in range(len(CURRENCIES))
        for day in range(len(world.days))
    ]
    rates = {
        (base, code, day): Rate(Decimal(f"{rate:.12f}"), world.days[day])
        for base, code, day, rate in pairs
    }
    return MarketTable(
        keys=tuple(range(len(world.closes))),
        days=np.array([day.toordinal() for day in world.days]),
        closes=np.rint(world.closes * 1e4).astype(np.int64) * 10 ** (SHARE_PLACES - 4),
        stale=np.zeros(world.closes.shape, dtype=bool),
        currency=world.currency,
        currencies=CURRENCIES,
        rates=rates,
    )


def beside_the_floor(world: World) -> Row:
    """The same figures by the shortest way in float64, and by a loop over portfolios in pandas,
    which is measured on some of them."""
    work, size = Work.of(world), len(world.bases)
    work.part(0, min(size, AT_ONCE)).compute()
    ours, floor = [], []
    for _ in range(TIMES):
        floor.append(seconds(lambda: sparse_values(world)))
        ours.append(seconds(lambda: [work.part(*piece).compute() for piece in _pieces(size)]))
    some = min(size, SAMPLE)
    loop = seconds(lambda: pandas_loop(world, some)) * size / some
    return {
        "case": "computing alone",
        "portfolios": size,
        "ours_s": round(min(ours), 3),
        "floor_s": round(min(floor), 3),
        "ratio": round(min(ours) / min(floor), 2),
        "asked": "<= 2",
        "pandas_ratio": round(loop / min(ours), 1),
        "pandas_asked": ">= 60",
        "pandas_sample": some,
    }


def by_workers(size: int, days: int) -> Row:
    """The same work in pieces, taken by one process and by two."""
    work = Work.of(draw(size, days))
    pieces = _pieces(size)
    work.part(*pieces[0]).compute()  # the table of rates is made once a night, not once a chunk
    one, two = [], []
    for _ in range(3):
        one.append(_shared(work, pieces, 1))
        two.append(_shared(work, pieces, 2))
    return {
        "case": "computing, two workers instead of one",
        "portfolios": size,
        "ours_s": round(min(two), 2),
        "floor_s": round(min(one), 2),
        "ratio": round(min(two) / min(one), 2),
        "asked": "<= 0.6",
    }


def _pieces(size: int) -> list[tuple[int, int]]:
    return [(start, min(size, start + AT_ONCE)) for start in range(0, size, AT_ONCE)]


_work: list[Work] = []  # what forked workers find


def _shared(work: Work, pieces: Sequence[tuple[int, int]], workers: int) -> float:
    _work[:] = [work]
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        pool.map(_ready, range(workers))
        begun = time.perf_counter()
        pool.map(_piece, pieces, chunksize=1)
        return time.perf_counter() - begun


def _ready(_: int) -> None:
    """Workers that are there before the clock runs."""


def _piece(piece: tuple[int, int]) -> float:
    return _work[0].part(*piece).compute()


def seconds(work: Callable[[], object]) -> float:
    """Processor time of this process."""
    begun = time.process_time()
    work()
    return time.process_time() - begun
