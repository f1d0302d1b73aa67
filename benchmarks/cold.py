"""A cold overview of 50 holdings over ten years: nobody has asked for this answer before.

Ledger, packs and stored daily values are there, no run and no step is. Asked in this process, day
after day; `server` is the time inside the view.
"""

from __future__ import annotations

import gc
import statistics
import time

from django.test import Client

from accounts.identity import as_service
from benchmarks.ledger.database import fresh_database
from benchmarks.load import ninety_fifth
from benchmarks.performance.world import World, make
from dawsos.db.owner import as_owner
from patterns.models import PatternRun, StepResult

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
        gc.collect()
        gc.freeze()  # as a worker of the server does when all is loaded (`dawsos.wsgi`)
        return [_row(world, client, name, path) for name, path in PAGES.items()]


def _row(world: World, client: Client, name: str, path: str) -> dict[str, object]:
    with as_service("benchmark"):
        PatternRun.objects.all().delete()
        StepResult.objects.all().delete()
    taken = [_asked(world, client, path, back) for back in range(1, DAYS)]
    walls, inside, computed = (list(column) for column in zip(*taken, strict=True))
    return {
        "case": f"{name}, cold, {HOLDINGS} holdings, {YEARS} years",
        "p50_ms": round(statistics.median(walls), 1),
        "p95_ms": round(ninety_fifth(walls), 1),
        "server_p50_ms": round(statistics.median(inside), 1),
        "cpu_p50_ms": round(statistics.median(computed), 1),
        "asked_ms": 150 if name == "overview" else "",
    }


def _asked(world: World, client: Client, path: str, back: int) -> tuple[float, float, float]:
    day = world.days[-1 - back]
    begun, worked = time.perf_counter(), time.process_time()
    answer = client.get(f"/portfolios/{world.portfolio.pk}/{path}", {"asof": day.isoformat()})
    wall, cpu = time.perf_counter() - begun, time.process_time() - worked
    if answer.status_code != 200 or (b"computed in" not in answer.content and not path):
        raise RuntimeError(f"{day}: {answer.status_code}, or the answer was known")
    return wall * 1000, float(answer.headers["Server-Timing"].partition("dur=")[2]), cpu * 1000
