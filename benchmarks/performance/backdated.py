"""How long until an entry of ten years ago is in every figure of twenty years of days.

From the call that writes it (ledger, lots, cash, daily values and flows are committed with it) to
the answers of both pages' patterns, which nobody has asked for at this ledger head. The parts
stand beside the whole.
"""

from __future__ import annotations

import statistics
import time
from collections import defaultdict

from accounts.identity import as_service, as_user
from benchmarks.ledger.database import fresh_database
from benchmarks.performance.world import LISTINGS, World, make, purchase
from dawsos.collector import leave_loaded_alone
from dawsos.db.owner import as_owner
from portfolios.models import PortfolioDailyValue
from portfolios.selectors.ledger import ledger_head
from portfolios.services import append_entries
from portfolios.services.runs import execute

ROUNDS = 7
PAGES = ("portfolio_overview", "portfolio_performance")


def measure() -> list[dict[str, object]]:
    with fresh_database():
        world = make()
        with as_owner() as connection, connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")
        _round(world, 0)
        leave_loaded_alone()  # as a worker of the server does (`dawsos.wsgi`)
        rounds = [_round(world, number) for number in range(1, ROUNDS + 1)]
        with as_service("benchmark"):
            days = PortfolioDailyValue.objects.filter(portfolio=world.portfolio).count()
        with as_user(world.owner.pk):
            entries = ledger_head(world.portfolio.pk).seq
    parts: dict[str, list[float]] = defaultdict(list)
    for taken in rounds:
        for name, seconds in taken.items():
            parts[name].append(seconds)
    return [
        {
            "case": name,
            "days": days,
            "entries": entries,
            "median_ms": round(statistics.median(times) * 1000),
            "best_ms": round(min(times) * 1000),
        }
        for name, times in parts.items()
    ]


def _round(world: World, number: int) -> dict[str, float]:
    """Write one purchase of the middle of the history, and ask for both pages."""
    middle = world.days[len(world.days) // 2 + number]
    draft = purchase(world, middle, number % LISTINGS, 10 + number)
    taken: dict[str, float] = {}
    begun = last = time.perf_counter()
    append_entries(portfolio_id=world.portfolio.pk, entries=[draft], by=world.owner)
    taken["written and valued"] = time.perf_counter() - last
    for pattern in PAGES:
        last = time.perf_counter()
        with as_user(world.owner.pk):
            run = execute(
                user=world.owner,
                pattern_id=pattern,
                inputs={"portfolio_id": str(world.portfolio.pk)},
                asof=world.days[-1],
                correlation_id="benchmark",
            ).run
        taken[pattern] = time.perf_counter() - last
        if run.cached or run.errors:
            raise RuntimeError(f"{pattern} was not computed whole: {run.errors}")
    taken["reflected everywhere"] = time.perf_counter() - begun
    return taken
