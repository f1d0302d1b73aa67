"""The night at several sizes, each beside its floor in the same run, in a database of its own.

One more day is the chain itself, as `manage.py nightly` runs it: its chunks, claims and processes.

BENCH_PORTFOLIOS names the sizes ("1000,10000"), BENCH_WORKERS how many portfolios two workers
share (50000). Compare ratios of one run, never seconds of two.
"""

from __future__ import annotations

import gc
import math
import os
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from uuid import UUID
from zlib import crc32

import psycopg
from django.conf import settings

from accounts.identity import as_service
from accounts.models import User
from benchmarks.baselines import bare_night
from benchmarks.ledger.database import fresh_database
from benchmarks.night.chains import chain
from benchmarks.night.computing import Row, beside_the_floor, by_workers
from benchmarks.night.world import World, draw, store, superuser
from dawsos.models import NightlyRun, StageAttempt, StageChunk, StageFailure, StageRun
from dawsos.night.chain import failure, start
from dawsos.night.clock import seconds
from dawsos.night.runner import run_all
from market.models import PricingPack
from portfolios.models import LedgerHoldings, PortfolioMetrics
from portfolios.services import compute_day, rebuild_all
from portfolios.services.many_columns import planned_for_many
from portfolios.services.month_rows import forget_values
from portfolios.services.reconciling_many import NIGHTS, remember

DAYS = 253
SIZES = tuple(int(size) for size in os.environ.get("BENCH_PORTFOLIOS", "1000,10000").split(","))
WORKERS = int(os.environ.get("BENCH_WORKERS", "50000"))
NIGHTS_MEASURED = 3
MOST_MIB = 1024


def measure() -> list[Row]:
    """A row a size and case, then how cases grow, then two workers."""
    rows: list[Row] = []
    for size in SIZES:
        world = draw(size, DAYS)
        rows.append(_said(beside_the_floor(world)))
        with fresh_database():
            rows += _in_database(world, size)
    rows += _exponents(rows)
    return [*rows, _said(by_workers(WORKERS, DAYS))]


def _in_database(world: World, size: int) -> list[Row]:
    with as_service("benchmark"):
        owner = User.objects.create_user(
            email="bench@example.org", password="a long one for a benchmark", role="MANAGER"
        )
    begun = time.perf_counter()
    store(world, owner.pk)
    with as_service("benchmark"):
        last, before = PricingPack.objects.order_by("-asof_date")[:2]
    with superuser() as raw:
        raw.autocommit = True
        with as_service("benchmark"):
            chain(raw, _due(world.portfolios, last))
        bare_night.prepare(raw, world)
        raw.execute("VACUUM ANALYZE")
        print(f"{size} portfolios made in {time.perf_counter() - begun:.0f} s", flush=True)
        rebuilt = _beside(
            "rebuild of all days",
            size,
            lambda: _rebuild(world.portfolios),
            lambda: bare_night.rebuild(raw, world),
            "<= 3",
        )
        raw.execute("VACUUM ANALYZE")
        return [rebuilt, *_nights(raw, world, size, last, before)]


def _rebuild(ids: Sequence[UUID]) -> None:
    with as_service("benchmark"):
        rebuild_all(ids)


def _nights(
    raw: psycopg.Connection[object], world: World, size: int, last: PricingPack, before: PricingPack
) -> list[Row]:
    """One more day, some times over; every ledger agreed at the last full replay and has not moved
    since the day before. Then once as if all had: nothing is kept of what they hold."""
    ids = world.portfolios
    with as_service("benchmark"):
        remember(ids)

    def day(case: str, asked: str, *, moved: bool) -> Row:
        _forget(ids, last)
        with as_service("benchmark"):
            compute_day(ids, before.pk)
            if moved:
                LedgerHoldings.objects.all().delete()
        floor = partial(bare_night.one_more_day, raw, world)
        return _beside(case, size, lambda: _night(last), floor, asked) | _parts(last)

    rows = [day("one more day", "<= 5", moved=False) for _ in range(NIGHTS_MEASURED)]
    best = min(rows, key=lambda row: float(str(row["ours_s"])))
    return [_said(best), _said(day("one more day, all moved", "", moved=True))]


def _night(pack: PricingPack) -> None:
    """The chain from the sealed pack to a fresh one, chunk by chunk, by as many processes as the
    installation gives it. Beancount's opinion is not asked."""
    settings.BEANCOUNT_FOLDER = None
    run = run_all(start(pack.asof_date, pack.policy))
    with as_service("benchmark"):
        failures = list(StageFailure.objects.filter(stage_run__run=run)[:3])
    if run.state != run.State.DONE or failures:
        raise ValueError(f"{run} is {run.state}: {failure(run)} {failures}")


def _parts(pack: PricingPack) -> Row:
    """How long the stages over portfolios took, of how many, and in how many processes."""
    with as_service("benchmark"):
        stages = StageRun.objects.filter(run__asof_date=pack.asof_date, split_at__isnull=False)
        spent = {stage.stage: round(seconds(stage), 2) for stage in stages}
        chunk = max(map(len, StageChunk.objects.values_list("portfolio_ids", flat=True)))
        workers = StageAttempt.objects.values_list("worker", flat=True).distinct().order_by()
        return {
            "reconciling_s": spent["reconcile_ledger"],
            "valuing_s": spent["compute_daily_metrics"],
            "chunk": chunk,
            "processes": len(workers),
        }


def _due(ids: Sequence[UUID], pack: PricingPack) -> list[UUID]:
    """Whose turn it is, on the night of this pack, to be replayed in any case."""
    turn = pack.asof_date.toordinal() % NIGHTS
    return [one for one in ids if crc32(one.bytes) % NIGHTS == turn]


def _forget(ids: Sequence[UUID], pack: PricingPack) -> None:
    """Take the last day back, as if its night had not been."""
    with as_service("benchmark"), planned_for_many():
        NightlyRun.objects.all().delete()
        forget_values(ids, pack.asof_date)
        PortfolioMetrics.objects.filter(asof_date=pack.asof_date)._raw_delete("default")


def _beside(
    case: str, size: int, ours: Callable[[], object], floor: Callable[[], object], asked: str
) -> Row:
    """The floor before and after, ours between them."""
    first = _seconds(floor)
    _reset_peak()
    spent = _seconds(ours)
    peak = _peak_mib()
    least = min(first, _seconds(floor))
    row: Row = {
        "case": case,
        "portfolios": size,
        "ours_s": round(spent, 2),
        "floor_s": round(least, 2),
        "ratio": round(spent / least, 1),
        "asked": asked,
        "peak_mib": peak,
        "peak_asked": f"< {MOST_MIB}",
        "load": round(os.getloadavg()[0], 1),
    }
    return row if case.startswith("one") else _said(row)


def _seconds(work: Callable[[], object]) -> float:
    gc.collect()
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _reset_peak() -> None:
    """Linux forgets the most memory a process had when it is told so."""
    Path("/proc/self/clear_refs").write_text("5")


def _peak_mib() -> int:
    """Of this process, and of each helper as much as the largest ever had: no less than they have
    together, since what a fork shares with us is counted again."""
    lines = Path("/proc/self/status").read_text().splitlines()
    ours = int(next(line for line in lines if line.startswith("VmHWM")).split()[1])
    helpers = (settings.NIGHT_WORKERS - 1) * getrusage(RUSAGE_CHILDREN).ru_maxrss
    return (ours + helpers) // 1024


def _exponents(rows: Sequence[Row]) -> list[Row]:
    """How the time of a case grows from one size to the last: 1 is in proportion."""
    found: list[Row] = []
    for case in dict.fromkeys(str(row["case"]) for row in rows):
        sized = {
            int(str(row["portfolios"])): float(str(row["ours_s"]))
            for row in rows
            if row["case"] == case
        }
        if len(sized) > 1:
            small, large = sorted(sized)[-2:]
            grown = math.log(sized[large] / sized[small]) / math.log(large / small)
            row: Row = {"case": f"exponent of {case}", "portfolios": large}
            found.append(_said(row | {"ratio": round(grown, 2), "asked": "<= 1.1"}))
    return found


def _said(row: Row) -> Row:
    """What is known is printed at once: a run of minutes that is stopped has said something."""
    print(", ".join(f"{name} {value}" for name, value in row.items()), flush=True)
    return row
