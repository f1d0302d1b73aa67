"""What a worker of the fault tests does, and how it comes to grief at an exact statement."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connection

from accounts.identity import as_service
from accounts.models import User
from dawsos.db import places
from dawsos.invariants.checking import check_all
from dawsos.models import NightlyRun, StageRun
from dawsos.night import chain
from dawsos.night.handover import HandOver, until_asked_to_leave
from dawsos.night.runner import run_all
from dawsos.tests.faults.servers import until
from dawsos.tests.faults.world import FRIDAY, fill
from portfolios.tests.factories import append, deposit

Fault = dict[str, Any]
NOWHERE = -1


def do(order: Fault) -> Any:
    """Carry out one order in its database."""
    database = dict(order["database"])
    if home := database.pop("OWN_CLUSTER", None):
        use_cluster(Path(home))
    settings.DATABASES["default"].update(database)
    connection.settings_dict.update(database)
    settings.NIGHT_CHUNK = order.get("chunk", 5)
    settings.NIGHT_LEASE_SECONDS = order.get("lease", 600)
    orders: dict[str, Callable[[Fault], Any]] = {
        "fill": lambda _: fill(),
        "start": lambda _: night().pk,
        "work": work_at_night,
        "share": share_a_night,
        "wait_and_work": wait_and_work,
        "count": count_statements,
        "look": look,
        "write": write_deposits,
        "resume": resume,
    }
    return orders[order["do"]](order)


def use_cluster(home: Path) -> None:
    """Another server than the tests', which the backend starts again when it is gone."""
    places.cluster = lambda kind="main", environ=os.environ: places.Cluster(home, "pg")


def night() -> NightlyRun:
    return chain.start(FRIDAY, "ECB")


def position_of(run: NightlyRun) -> int:
    """Where the night is: the first stage that is not done."""
    with as_service("tests"):
        stage = StageRun.objects.filter(run=run).exclude(state="done").first()
    return NOWHERE if stage is None else stage.position


def work_at_night(order: Fault) -> dict[str, Any]:
    """Work until nothing is to be had. `faults` maps the position of a stage to what happens
    there: {"after": n, "how": kill | stop | leave | cut | sleep} at its n-th statement, or
    {"gap": true} for being killed when it is done."""
    faults = {int(position): fault for position, fault in order.get("faults", {}).items()}
    run = night()
    steps = 0
    try:
        with until_asked_to_leave(order.get("grace", 20.0)) as asked_to_leave:
            while not asked_to_leave():
                position = position_of(run)
                with grief(position, faults.get(position)):
                    step = _patient_step(run)
                if step is None:
                    break
                steps += 1
                if step.stage.state == "done" and faults.get(position, {}).get("gap"):
                    os.kill(os.getpid(), signal.SIGKILL)
    except HandOver:
        return {"steps": steps, "handed_over": True}
    return {"steps": steps, "state": chain.night(run.pk).state}


def share_a_night(order: Fault) -> dict[str, Any]:
    """The night as `manage.py nightly` runs it, with a helper that comes to grief at the n-th
    statement about portfolios. We are in a chunk of our own then, and stay until it has."""
    settings.NIGHT_WORKERS = 2
    me, struck, seen = os.getpid(), Path(order["struck"]), 0

    def counting(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal seen
        answer = execute(sql, params, many, context)
        if "portfolios_" not in sql:
            return answer
        if os.getpid() != me:
            seen += 1
            if seen == order["after"] and not struck.exists():
                struck.touch()
                strike(order["how"])
        elif multiprocessing.active_children():
            until(struck.exists, "the helper's grief")
        return answer

    with until_asked_to_leave() as asked_to_leave, connection.execute_wrapper(counting):
        return {"state": run_all(night(), asked_to_leave=asked_to_leave).state}


def _patient_step(run: NightlyRun) -> Any:
    """One piece, as `run_all` does it: a database that is away is waited for."""
    found: list[Any] = []
    run_all(run, found.append, asked_to_leave=lambda: bool(found))
    return found[0] if found else None


def wait_and_work(order: Fault) -> dict[str, Any]:
    """As the sweeper does: try again until the night is over."""
    deadline = time.monotonic() + 60
    run = night()
    while run.state == "running" and time.monotonic() < deadline:
        run = run_all(run)
        time.sleep(0.05)
    return {"state": run.state}


_seen: Counter[int] = Counter()


@contextmanager
def grief(position: int, fault: Fault | None) -> Iterator[None]:
    """Counts the statements of a stage over all its pieces, and strikes after one of them."""
    if not fault or "after" not in fault:
        yield
        return

    def counting(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        answer = execute(sql, params, many, context)
        _seen[position] += 1
        if _seen[position] == fault["after"]:
            strike(fault["how"])
        return answer

    with connection.execute_wrapper(counting):
        yield


def strike(how: str) -> None:
    me = os.getpid()
    if how == "kill":
        os.kill(me, signal.SIGKILL)
    elif how == "stop":
        os.kill(me, signal.SIGSTOP)
    elif how == "orphan":
        os.kill(os.getppid(), signal.SIGKILL)
    elif how == "dismiss":
        os.kill(os.getppid(), signal.SIGTERM)
    elif how == "leave":
        os.kill(me, signal.SIGTERM)
    elif how == "hang":
        os.kill(me, signal.SIGTERM)
        time.sleep(30)  # broken off by the worker's own clock
    elif how == "cut":
        raw = connection.connection
        params = {
            **connection.get_connection_params(),
            "user": settings.DATABASES["default"]["USER"],
        }
        names = ("dbname", "user", "host", "port", "password")
        with psycopg.connect(
            **{name: params[name] for name in names if params.get(name)}, autocommit=True
        ) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [raw.info.backend_pid])


def count_statements(order: Fault) -> dict[str, int]:
    """An undisturbed night: how many statements each stage takes, up to its last before the
    commit that ends it."""
    run = night()
    seen: Counter[str] = Counter()
    found: dict[str, int] = {}
    place = "0"

    def counting(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen[place] += 1
        if sql.startswith('UPDATE "dawsos_stageattempt"'):
            found[place] = seen[place]
        return execute(sql, params, many, context)

    with connection.execute_wrapper(counting):
        while (step := chain.advance(run.pk)) is not None:
            if step.stage.state == "done":
                place = str(step.stage.position + 1)
    return found


def resume(_order: Fault) -> dict[str, Any]:
    run = night()
    chain.resume(run)
    return {"state": run_all(run).state}


def write_deposits(order: Fault) -> list[int]:
    """Deposits of 1 until told to stop; answers with what was acknowledged."""
    with as_service("tests"):
        owner = User.objects.get(email="owner@example.org")
    from portfolios.models import Portfolio

    with as_service("tests"):
        portfolio = Portfolio.objects.get(pk=UUID(order["portfolio"]))
    done: list[int] = []
    enough = Path(order["until"])
    while not enough.exists():
        try:
            (entry,) = append(portfolio, owner, deposit("1", date(2013, 2, 4)))
        except Exception:  # noqa: BLE001 - the server is gone: nobody was told that this one is kept
            connection.close()
            time.sleep(0.02)
        else:
            done.append(entry.seq)
    return done


QUESTIONS = {
    "packs": "SELECT id, content_hash, supersedes_id FROM market_pricingpack ORDER BY id",
    "fresh": "SELECT pack_id, state, reconciliation_passed FROM market_packfreshness ORDER BY 1",
    "values": (
        "SELECT portfolio_id, asof_date, pack_id, total_value, positions_value, cash_balance,"
        " time_weighted_return, state FROM portfolios_portfoliodailyvalue ORDER BY 1, 2, 3"
    ),
    "stages": "SELECT stage, state, counts::text, message FROM dawsos_stagerun ORDER BY position",
    "chunks": "SELECT number, portfolio_ids::text, state, counts::text FROM dawsos_stagechunk c"
    " ORDER BY stage_run_id, number",
    "failures": "SELECT portfolio_id, code, message FROM dawsos_stagefailure ORDER BY 1, 2",
    "items": "SELECT portfolio_id, key, state FROM portfolios_reconciliationresult ORDER BY 1, 2",
    "runs": "SELECT asof_date, policy, state, pack_id FROM dawsos_nightlyrun ORDER BY 1",
}


def look(_order: Fault) -> dict[str, Any]:
    """The state that is left: a digest of all that matters, without clocks, and the invariants."""
    parts = {}
    with as_service("tests"), connection.cursor() as cursor:
        for name, question in QUESTIONS.items():
            cursor.execute(question)
            rows = [[_plain(value) for value in row] for row in cursor.fetchall()]
            parts[name] = hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:12]
        cursor.execute("SELECT stage, state, message FROM dawsos_stagerun ORDER BY position")
        stages = [list(row) for row in cursor.fetchall()]
        cursor.execute("SELECT result, count(*) FROM dawsos_stageattempt GROUP BY 1")
        attempts = dict(cursor.fetchall())
        cursor.execute(
            "SELECT id FROM market_pricingpack p JOIN market_packfreshness f"
            " ON f.pack_id = p.id WHERE f.state = 'fresh' ORDER BY 1"
        )
        fresh = [pack for (pack,) in cursor.fetchall()]
    breached = [each.name for each in check_all() if each.state == "breached"]
    return {
        "digest": parts,
        "stages": stages,
        "attempts": attempts,
        "fresh": fresh,
        "breached": breached,
    }


def _plain(value: Any) -> Any:
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)
