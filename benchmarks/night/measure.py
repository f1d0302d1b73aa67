"""The night's computing and one more day, in a database of its own, at several sizes.

Loads of the machine stand beside the figures: compare ratios of one run, never seconds of two.
"""

from __future__ import annotations

import math
import os
import resource
import time
from collections.abc import Callable

import numpy as np

from accounts.identity import as_service
from accounts.models import User
from benchmarks.baselines.sparse_values import pandas_loop, sparse_values
from benchmarks.ledger.database import fresh_database
from benchmarks.night.world import CURRENCIES, World, make, superuser
from market.models import PricingPack
from patterns.formats import minor_units
from portfolios.calc.bulk.many import value_many
from portfolios.calc.bulk.market import MarketTable
from portfolios.calc.bulk.values import Flows
from portfolios.models import CurrencyAttribution, PortfolioDailyValue, PortfolioMetrics
from portfolios.selectors.many_ledgers import many_ledgers
from portfolios.selectors.many_values import value_ledgers
from portfolios.selectors.market_tables import PackDay
from portfolios.services import compute_day, rebuild_all, reconcile_bulk

DAYS = 253
SIZES = tuple(int(size) for size in os.environ.get("BENCH_PORTFOLIOS", "1000,10000").split(","))
Row = dict[str, object]


def measure() -> list[Row]:
    """A row a size and case."""
    rows: list[Row] = []
    for size in SIZES:
        with fresh_database():
            rows += _measured(size)
    return [*rows, *_exponents(rows)]


def _measured(size: int) -> list[Row]:
    with as_service("benchmark"):
        owner = User.objects.create_user(
            email="bench@example.org", password="a long one for a benchmark", role="MANAGER"
        )
    world = make(owner.pk, size, DAYS)
    raw = superuser()
    raw.autocommit = True
    with raw:
        raw.execute("VACUUM ANALYZE")
    with as_service("benchmark"):
        last, before = PricingPack.objects.order_by("-asof_date")[:2]
    ids = world.portfolios
    rows = _computing(world, size)
    rows.append(_timed("rebuild of all days", size, lambda: rebuild_all(ids)))
    _forget(last)
    with as_service("benchmark"):
        compute_day(ids, before.pk)
    rows.append(_timed("one more day", size, lambda: compute_day(ids, last.pk)))
    with as_service("benchmark"):
        remembered = len(ids) <= 1000 and reconcile_bulk(ids, last.pk)
    if remembered:
        rows.append(_timed("reconciliation", size, lambda: reconcile_bulk(ids, last.pk)))
    return rows


def _computing(world: World, size: int) -> list[Row]:
    """The arithmetic alone, beside the floor and the loop."""
    days = [PackDay(day, f"{day}-ECB-r1") for day in world.days]
    bases = [CURRENCIES[base] for base in world.bases.tolist()]
    with as_service("benchmark"):
        ledgers = many_ledgers(world.portfolios)
        valued = value_ledgers(ledgers, bases, days, policy="ECB", market_head=DAYS)
    market: MarketTable = valued.market
    base = np.array([market.currencies.index(code) for code in bases])
    minor = np.array([minor_units(code) for code in market.currencies])
    flows = _no_flows()
    ours, floor = [], []
    for _ in range(5):
        floor.append(_cpu(lambda: sparse_values(world)))
        ours.append(
            _cpu(
                lambda: value_many(
                    valued.moved, market, base, valued.first, flows, minor, effects=True
                )
            )
        )
    some = min(size, 100)
    row: Row = {
        "case": "computing alone",
        "portfolios": size,
        "cpu_s": round(min(ours), 3),
        "floor_cpu_s": round(min(floor), 3),
        "times_floor": round(min(ours) / min(floor), 2),
        "load": round(os.getloadavg()[0], 1),
    }
    try:
        loop = _cpu(lambda: pandas_loop(world, some)) * size / some
        row["pandas_times_ours"] = round(loop / min(ours), 1)
    except ImportError:
        row["pandas_times_ours"] = "pandas is not installed"
    return [row]


def _no_flows() -> Flows:
    none, places = np.zeros(0), np.zeros(0, dtype=np.int64)
    return Flows(places, places, (none, none), (none, none))


def _forget(pack: PricingPack) -> None:
    """Take the last day back, as if its night had not been."""
    with as_service("benchmark"):
        for model in (CurrencyAttribution, PortfolioMetrics, PortfolioDailyValue):
            model.objects.filter(asof_date=pack.asof_date)._raw_delete("default")


def _timed(case: str, size: int, work: Callable[[], object]) -> Row:
    load, wall, cpu = os.getloadavg()[0], time.perf_counter(), time.process_time()
    with as_service("benchmark"):
        work()
    return {
        "case": case,
        "portfolios": size,
        "seconds": round(time.perf_counter() - wall, 2),
        "cpu_s": round(time.process_time() - cpu, 2),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "load": round(load, 1),
    }


def _cpu(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _exponents(rows: list[Row]) -> list[Row]:
    """How the time of a case grows with the portfolios: 1 is in proportion."""
    found: list[Row] = []
    for case in dict.fromkeys(row["case"] for row in rows if "seconds" in row):
        sized = {
            int(str(row["portfolios"])): float(str(row["seconds"]))
            for row in rows
            if row["case"] == case
        }
        if len(sized) > 1:
            small, large = min(sized), max(sized)
            grown = math.log(sized[large] / sized[small]) / math.log(large / small)
            found.append({"case": f"exponent of {case}", "exponent": round(grown, 2)})
    return found
