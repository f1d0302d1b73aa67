"""The durable ledger beside Beancount's load: import, one more entry, one in the middle, a page."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.ledger import beancount
from benchmarks.ledger.spellings import as_csv
from benchmarks.ledger.trades import trades
from benchmarks.servers import ROOT

SIZES = (10_000, 100_000)


def measure() -> list[dict[str, object]]:
    """A row a size and case; `times_faster` is Beancount's load of the same ledger over ours."""
    rows: list[dict[str, object]] = []
    for size in SIZES:
        made = list(trades(size))
        theirs = statistics.median(beancount.load(made, 2).seconds)
        with TemporaryDirectory() as folder:
            file = Path(folder) / "ledger.csv"
            file.write_bytes(as_csv(made))
            ours = _durable(file)
        rows += _rows(size, theirs, ours)
    return rows


def _durable(file: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.ledger.durable", str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-4000:])
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _rows(size: int, theirs: float, ours: dict[str, Any]) -> list[dict[str, object]]:
    cases = {
        "durable import of a file": ours["import_s"],
        "one more entry, to the holdings": ours["append_ms"] / 1000,
        "one in the middle, to the holdings": ours["backdated_ms"] / 1000,
    }
    rows: list[dict[str, object]] = [
        {
            "case": case,
            "entries": size,
            "seconds": round(seconds, 4),
            "beancount_s": round(theirs, 3),
            "times_faster": round(theirs / seconds, 1),
            "peak_mib": round(ours["peak_mib"]) if case.startswith("durable") else None,
        }
        for case, seconds in cases.items()
    ]
    page = {"case": "transactions page, p95 in the view", "entries": size}
    return [*rows, {**page, "seconds": round(ours["page_p95_ms"] / 1000, 4)}]
