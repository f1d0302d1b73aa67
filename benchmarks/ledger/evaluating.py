"""`manage.py evaluate` as a person runs it: a process of its own, from the file to the answer."""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.ledger.spellings import as_transactions
from benchmarks.ledger.trades import (
    DAYS,
    FIRST_DAY,
    RATES,
    SECURITIES,
    SEED,
    currency_of,
    symbol_of,
    trades,
)
from benchmarks.servers import ROOT

SIZE = 10_000
ROUNDS = 5
SATURDAY = 5
WEEKDAYS = [
    day.isoformat()
    for day in (FIRST_DAY + timedelta(days=offset) for offset in range(DAYS))
    if day.weekday() < SATURDAY
]


def measure() -> list[dict[str, object]]:
    """One row: the seconds from start to exit, start of the interpreter included. The first run
    is not counted: it is what writes down the compiled modules, once after an installation."""
    said = document(SIZE)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "ledger.json"
        file.write_text(json.dumps(said))
        seconds = [_run(file) for _ in range(1 + ROUNDS)][1:]
    return [
        {
            "case": f"evaluate, {SIZE:,} entries",
            "closes": len(said["prices"]),
            "seconds": round(statistics.median(seconds), 3),
            "fastest": round(min(seconds), 3),
        }
    ]


def document(size: int) -> dict[str, Any]:
    """The benchmark's trades with ten years of daily closes of every security and daily rates."""
    chance = random.Random(SEED)
    return {
        "base_currency": "USD",
        "asof": WEEKDAYS[-1],
        "policy": {"lot_scope": "account"},
        "instruments": [
            {"symbol": symbol_of(each), "currency": currency_of(each)} for each in range(SECURITIES)
        ],
        "prices": [
            {"symbol": symbol_of(each), "date": day, "close": f"{level:.2f}"}
            for each in range(SECURITIES)
            for day, level in _walk(chance, 100.0, 0.01)
        ],
        "fx": [
            {"pair": f"{currency}/USD", "date": day, "rate": f"{level:.4f}"}
            for currency, rate in RATES.items()
            if currency != "USD"
            for day, level in _walk(chance, float(rate), 0.004)
        ],
        "transactions": as_transactions(trades(size)),
    }


def _walk(chance: random.Random, level: float, deviation: float) -> Iterator[tuple[str, float]]:
    for day in WEEKDAYS:
        level *= 1 + chance.gauss(0, deviation)
        yield day, level


def _run(file: Path) -> float:
    command = [sys.executable, "manage.py", "evaluate", str(file), "--json"]
    usual = {name: said for name, said in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    answered = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, env=usual)
    seconds = time.perf_counter() - start
    wrong = [one for one in json.loads(answered.stdout)["problems"] if one["seq"] is not None]
    if wrong:
        raise RuntimeError(f"the ledger was not evaluated whole: {wrong[0]}")
    return seconds
