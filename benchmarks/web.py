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
from benchmarks.load import Ask, Latencies, load
from benchmarks.servers import ROOT, serving
from dawsos.db.owner import owner_parameters
from dawsos.demo.build import build_demo
from dawsos.demo.portfolios import DEMO_PASSWORD, PORTFOLIOS
from dawsos.demo.stopwatch import Stopwatch
from market.models import PricingPack
from patterns.models import PatternRun, StepResult

ROUNDS = 3
BARE_DATABASE = "dawsos_bare_page"


@dataclass(frozen=True)
class Case:
    """One thing to load, its name and how many requests a round sends."""

    name: str
    asks: Callable[[int], Sequence[Ask]]
    requests: int
    clients: int
    before: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Measured:
    name: str
    clients: int
    p50: float
    p95: float
    per_second: float
    failures: int


def main() -> list[dict[str, object]]:
    """Measure everything and return a row a case, the ratios to the bare page included."""
    build_demo(Stopwatch(say=lambda _line: None))
    with bare_database() as environment:
        cookie = bare_setup(environment)
        with (
            serving("benchmarks.baselines.bare_page:application", environment) as bare,
            serving("dawsos.wsgi:application", {"DATABASE_POOL": "4"}) as ours,
        ):
            results = [measure(case) for case in cases(bare, cookie, ours)]
    return with_ratios(results)


def cases(bare: int, cookie: str, ours: int) -> list[Case]:
    """The bare page, and the four ways in which a user meets the overview."""
    portfolio = PORTFOLIOS[0]
    session, token = signed_in(portfolio.owner)
    page = f"/portfolios/{portfolio.id}/"
    days = asof_days()

    def bare_page(count: int) -> list[Ask]:
        return [Ask(bare, f"/page/{n % 50 + 1}", (("Cookie", cookie),)) for n in range(count)]

    def warm_page(count: int) -> list[Ask]:
        return [Ask(ours, page, (("Cookie", session),)) for _ in range(count)]

    def cold_page(count: int) -> list[Ask]:
        return [Ask(ours, f"{page}?asof={days[n]}", (("Cookie", session),)) for n in range(count)]

    def execute(asof: str | None) -> Ask:
        body = {"pattern_id": "portfolio_overview", "inputs": {"portfolio_id": str(portfolio.id)}}
        if asof:
            body["asof"] = asof
        headers = (("Authorization", f"Bearer {token}"), ("Content-Type", "application/json"))
        return Ask(ours, "/v1/execute", headers, "POST", json.dumps(body).encode())

    return [
        Case("bare page", bare_page, 200, 1),
        Case("overview, warm", warm_page, 200, 1),
        Case("/v1/execute, warm", lambda n: [execute(None)] * n, 200, 1),
        Case("overview, cold", cold_page, 40, 1, forget),
        Case("/v1/execute, cold", lambda n: [execute(days[i]) for i in range(n)], 40, 1, forget),
        Case("bare page", bare_page, 600, 50),
        Case("overview, warm", warm_page, 600, 50),
        Case("/v1/execute, warm", lambda n: [execute(None)] * n, 600, 50),
    ]


def measure(case: Case) -> Measured:
    """Median over the rounds of each percentile; one small round first, not counted."""
    rounds: list[Latencies] = []
    if case.before is not forget:
        load(case.asks(20), clients=min(case.clients, 8))
    for _ in range(ROUNDS):
        case.before()
        rounds.append(load(case.asks(case.requests), clients=case.clients))
    return Measured(
        name=case.name,
        clients=case.clients,
        p50=statistics.median(r.p50 for r in rounds),
        p95=statistics.median(r.p95 for r in rounds),
        per_second=statistics.median(r.per_second for r in rounds),
        failures=sum(r.failures for r in rounds),
    )


def with_ratios(results: list[Measured]) -> list[dict[str, object]]:
    base = {r.clients: r for r in results if r.name == "bare page"}
    return [
        {
            "case": r.name,
            "clients": r.clients,
            "p50_ms": round(r.p50, 2),
            "p95_ms": round(r.p95, 2),
            "p50_ratio": round(r.p50 / base[r.clients].p50, 2),
            "p95_ratio": round(r.p95 / base[r.clients].p95, 2),
            "requests_per_s": round(r.per_second, 1),
            "failures": r.failures,
        }
        for r in results
    ]


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
