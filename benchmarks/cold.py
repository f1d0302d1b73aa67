"""A cold overview of 50 holdings over ten years: nobody has asked for this answer before.

Ledger, packs and stored daily values are there, no run and no step is. Asked in this process, day
after day; `server` is the time inside the view. The process has read the ledger, its history and
the year's closes before, as one that served another page of the portfolio; in the rows "nothing in
memory" it forgets them before each page, as one that the portfolio is new to.
"""

from __future__ import annotations

import statistics
import time

from django.test import Client

from accounts.identity import as_service
from benchmarks.ledger.database import fresh_database
from benchmarks.load import ninety_fifth
from benchmarks.performance.world import World, make
from dawsos.collector import leave_loaded_alone
from dawsos.db.owner import as_owner
from patterns.models import PatternRun, StepResult
from portfolios.selectors import kept_days, kept_ledgers, quotes, sheets

YEARS, HOLDINGS = 10, 50
DAYS = 30
PAGES = {"overview": "", "performance": "performance/"}


def measure() -> list[dict[str, object]]:
    with fresh_database():
        world = make(YEARS, HOLDINGS)
        with as_owner() as connection, connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")
        client = Client(SERVER_NAME="127.0.0.1")
        with as_service("benchmark"):
            client.force_login(world.owner)
        _asked(world, client, "", 0)
        leave_loaded_alone()  # as a worker of the server does (`dawsos.wsgi`)
        return [
            _row(world, client, name, forgets=forgets)
            for name in PAGES
            for forgets in (False, True)
        ]


def _row(world: World, client: Client, name: str, *, forgets: bool) -> dict[str, object]:
    with as_service("benchmark"):
        PatternRun.objects.all().delete()
        StepResult.objects.all().delete()
    taken = []
    for back in range(1, DAYS):
        if forgets:
            _forget()
        taken.append(_asked(world, client, PAGES[name], back))
    walls, inside, computed = (list(column) for column in zip(*taken, strict=True))
    return {
        "case": f"{name}, cold{', nothing in memory' if forgets else ''}",
        "holdings": HOLDINGS,
        "years": YEARS,
        "p50_ms": round(statistics.median(walls), 1),
        "p95_ms": round(ninety_fifth(walls), 1),
        "server_p50_ms": round(statistics.median(inside), 1),
        "cpu_p50_ms": round(statistics.median(computed), 1),
        "asked_ms": 150 if name == "overview" else "",
    }


def _forget() -> None:
    """What is kept of portfolios. Rates and the lineage of packs are the whole house's."""
    for kept in (kept_ledgers.SHELF, kept_days.SHELF, quotes.ALL_CLOSES):
        kept.clear()
    sheets.closes_of_packs.cache_clear()
    quotes.columns_of.cache_clear()


def _asked(world: World, client: Client, path: str, back: int) -> tuple[float, float, float]:
    day = world.days[-1 - back]
    begun, worked = time.perf_counter(), time.process_time()
    answer = client.get(f"/portfolios/{world.portfolio.pk}/{path}", {"asof": day.isoformat()})
    wall, cpu = time.perf_counter() - begun, time.process_time() - worked
    if answer.status_code != 200 or (b"computed in" not in answer.content and not path):
        raise RuntimeError(f"{day}: {answer.status_code}, or the answer was known")
    return wall * 1000, float(answer.headers["Server-Timing"].partition("dur=")[2]), cpu * 1000
