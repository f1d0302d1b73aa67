"""The overview and ``/v1/execute`` beside a bare Django page, served the same way in one run.

The two sides are loaded alternately, a few rounds each, and the medians of the rounds are
compared, so that a noisy machine disturbs both alike.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.identity import as_service
from accounts.models import User
from benchmarks.load import Ask, Latencies, load, probe
from benchmarks.servers import ROOT, serving
from dawsos.db.owner import owner_parameters
from dawsos.demo.build import build_demo
from dawsos.demo.portfolios import DEMO_PASSWORD, PORTFOLIOS
from dawsos.demo.stopwatch import Stopwatch
from market.models import PricingPack
from patterns.models import PatternRun, StepResult

ROUNDS = 3
PROBE_SECONDS = 1.0
BARE_DATABASE = "dawsos_bare_page"


@dataclass(frozen=True)
class Case:
    """One thing to load, its name and how many requests a round sends; what is asked of its p95
    and its requests per second beside those of the bare page."""

    name: str
    asks: Callable[[int], Sequence[Ask]]
    requests: int
    clients: int
    before: Callable[[], None] = lambda: None
    p95_at_most: float | None = None
    per_second_at_least: float | None = None


@dataclass(frozen=True)
class Measured:
    """Medians over the rounds. probe_ms: how long a new client waits after the last round."""

    case: Case
    p50: float
    p95: float
    server_p95: float | None
    per_second: float
    failures: int
    probe_ms: float | None


def main() -> list[dict[str, object]]:
    """Measure everything and return a row a case, the ratios to the bare page included."""
    build_demo(Stopwatch(say=lambda _line: None))
    with bare_database() as environment:
        cookie = bare_setup(environment)
        with (
            serving("benchmarks.baselines.bare_page:application", environment) as bare,
            serving("dawsos.wsgi:application", {"DATABASE_POOL": "4"}) as ours,
        ):
            results = [row for group in cases(bare, cookie, ours) for row in measure(group)]
    return with_ratios(results)


def cases(bare: int, cookie: str, ours: int) -> list[list[Case]]:
    """For each number of clients the bare page and the ways in which a user meets ours."""
    portfolio = PORTFOLIOS[0]
    session, token = signed_in(portfolio.owner)
    page = f"/portfolios/{portfolio.id}/"
    days = asof_days()

    def bare_page(count: int) -> list[Ask]:
        return [Ask(bare, f"/page/{n % 50 + 1}", (("Cookie", cookie),)) for n in range(count)]

    def overview(count: int) -> list[Ask]:
        return [Ask(ours, page, (("Cookie", session),))] * count

    def performance(count: int) -> list[Ask]:
        return [Ask(ours, f"{page}performance/", (("Cookie", session),))] * count

    def cold_page(count: int) -> list[Ask]:
        return [Ask(ours, f"{page}?asof={days[n]}", (("Cookie", session),)) for n in range(count)]

    def execute(asof: str | None) -> Ask:
        body = {"pattern_id": "portfolio_overview", "inputs": {"portfolio_id": str(portfolio.id)}}
        if asof:
            body["asof"] = asof
        headers = (("Authorization", f"Bearer {token}"), ("Content-Type", "application/json"))
        return Ask(ours, "/v1/execute", headers, "POST", json.dumps(body).encode())

    def executed(count: int) -> list[Ask]:
        return [execute(None)] * count

    return [
        [
            Case("bare page", bare_page, 200, 1),
            Case("overview, warm", overview, 200, 1, p95_at_most=1.0),
            Case("performance, warm", performance, 200, 1),
            Case("/v1/execute, warm", executed, 200, 1),
        ],
        [
            Case("bare page", bare_page, 600, 50),
            Case("overview, warm", overview, 600, 50, p95_at_most=0.6, per_second_at_least=2),
            Case("performance, warm", performance, 600, 50),
            Case("/v1/execute, warm", executed, 600, 50),
        ],
        [
            Case("bare page", bare_page, 1000, 200),
            Case("overview, warm", overview, 1000, 200, p95_at_most=0.7),
            Case("performance, warm", performance, 1000, 200),
        ],
        [
            Case("bare page", bare_page, 20, 1),
            Case("overview, cold", cold_page, 20, 1, forget),
            Case(
                "/v1/execute, cold", lambda n: [execute(days[i]) for i in range(n)], 20, 1, forget
            ),
        ],
    ]


def measure(group: Sequence[Case]) -> list[Measured]:
    """The cases of a group in turn, some rounds; one small round first, not counted."""
    rounds: list[list[Latencies]] = [[] for _ in group]
    for case in group:
        if case.before is not forget:
            load(case.asks(40), clients=min(case.clients, 8))
    for _ in range(ROUNDS):
        for case, taken in zip(group, rounds, strict=True):
            case.before()
            taken.append(load(case.asks(case.requests), clients=case.clients))
    return [_summary(case, taken) for case, taken in zip(group, rounds, strict=True)]


def _summary(case: Case, rounds: Sequence[Latencies]) -> Measured:
    inside = [r.server_p95 for r in rounds if r.server_p95 is not None]
    return Measured(
        case=case,
        p50=statistics.median(r.p50 for r in rounds),
        p95=statistics.median(r.p95 for r in rounds),
        server_p95=statistics.median(inside) if inside else None,
        per_second=statistics.median(r.per_second for r in rounds),
        failures=sum(r.failures for r in rounds),
        probe_ms=probe(case.asks(1)[0], PROBE_SECONDS),
    )


def with_ratios(results: list[Measured]) -> list[dict[str, object]]:
    """Beside the last bare page before a case, which was loaded in the same rounds."""
    rows = []
    base = results[0]
    for r in results:
        base = r if r.case.name == "bare page" else base
        rows.append(
            {
                "case": r.case.name,
                "clients": r.case.clients,
                "p50_ms": round(r.p50, 2),
                "p95_ms": round(r.p95, 2),
                "server_p95_ms": r.server_p95,
                "p95_ratio": round(r.p95 / base.p95, 2),
                "asked": r.case.p95_at_most,
                "requests_per_s": round(r.per_second, 1),
                "rate_ratio": round(r.per_second / base.per_second, 2),
                "rate_asked": r.case.per_second_at_least,
                "failures": r.failures,
                "probe_ms": "over" if r.probe_ms is None else round(r.probe_ms, 1),
            }
        )
    return rows


def forget() -> None:
    """Drop stored runs and results, so that every request computes."""
    with as_service("benchmark"):
        PatternRun.objects.all().delete()
        StepResult.objects.all().delete()


def asof_days() -> list[str]:
    with as_service("benchmark"):
        days = PricingPack.objects.filter(asof_date__year__gte=2010).values_list(
            "asof_date", flat=True
        )
        return [day.isoformat() for day in days.order_by("-asof_date").distinct()]


def signed_in(email: str) -> tuple[str, str]:
    """A session cookie and an access token of a demo user."""
    client = Client(SERVER_NAME="127.0.0.1")
    with as_service("benchmark"):
        user = User.objects.get(email__iexact=email)
        client.force_login(user)
    answer = client.post(
        "/api/auth/login",
        {"email": email, "password": DEMO_PASSWORD},
        content_type="application/json",
    )
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}", answer.json()["access"]


@contextmanager
def bare_database() -> Iterator[dict[str, str]]:
    """A database of its own for the baseline, on the same server; dropped afterwards."""
    connection.ensure_connection()
    owner = owner_parameters(settings.DATABASES["default"])
    with psycopg.connect(**owner, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {BARE_DATABASE} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {BARE_DATABASE}")
        try:
            yield {
                "BARE_NAME": BARE_DATABASE,
                "BARE_USER": str(owner.get("user", "")),
                "BARE_HOST": str(owner.get("host", "")),
                "BARE_PORT": str(owner.get("port", "")),
            }
        finally:
            server.execute(f"DROP DATABASE IF EXISTS {BARE_DATABASE} WITH (FORCE)")


def bare_setup(environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.baselines.bare_page", "setup"],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip().splitlines()[-1]
