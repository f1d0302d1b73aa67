"""All figures of one portfolio with ten years of days, beside empyrical's seventeen.

Both sides get the same returns in the same run, a round each in turn. What both name the same by
the same definition must be equal, else no time is worth reading.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.servers import ROOT
from portfolios.calc.daily_returns import DailyReturns
from portfolios.calc.metric_card import MetricCard, metric_card

SCRIPT = ROOT / "benchmarks" / "baselines" / "empyrical_card.py"
DAYS = 2520
ROUNDS = 60
SEED = 7
BASE = date(2015, 1, 2)
SAME = {  # both by the same definition; theirs is negative where ours is a depth
    "total_return": ("cum_returns_final", 1),
    "volatility": ("annual_volatility", 1),
    "max_drawdown": ("max_drawdown", -1),
}


def prepare() -> None:
    """Make the environment, so that no measurement contains an installation."""
    subprocess.run([*_python(), "-c", "import empyrical"], cwd=ROOT, check=True)


def measure() -> list[dict[str, object]]:
    own, benchmark = _returns()
    daily = DailyReturns(_days(), own)
    risk_free = np.full(DAYS, 0.02 / 252)
    ours, theirs = [], []
    with _empyrical(own, benchmark) as round_of_theirs:
        answer = round_of_theirs()
        card = metric_card(daily, risk_free=risk_free, benchmark=benchmark)
        _agree(card, answer["figures"])
        for _ in range(ROUNDS):
            theirs.append(round_of_theirs()["seconds"])
            begun = time.process_time()
            metric_card(_afresh(daily), risk_free=risk_free, benchmark=benchmark)
            ours.append(time.process_time() - begun)
    count = sum(figure.value is not None for figure in card.figures.values())
    return [
        _row("metric card", count, ours),
        _row("empyrical", len(answer["figures"]), theirs),
        {"side": "times", "median_ms": round(_median(ours) / _median(theirs), 2)},
    ]


def _afresh(daily: DailyReturns) -> DailyReturns:
    """Without what the last round has remembered."""
    return DailyReturns(daily.days, daily.returns)


def _agree(card: MetricCard, theirs: Mapping[str, float]) -> None:
    for name, (known_as, sign) in SAME.items():
        found = card.figures[name].value
        if found is None or not math.isclose(found, sign * theirs[known_as], rel_tol=1e-9):
            raise RuntimeError(f"{name} is {found} here and {theirs[known_as]} there")


def _returns() -> tuple[Any, Any]:
    """Ten years of a market and of a portfolio that mostly goes with it."""
    rng = np.random.default_rng(SEED)
    benchmark = rng.normal(3e-4, 0.01, DAYS)
    return 0.8 * benchmark + rng.normal(1e-4, 0.006, DAYS), benchmark


def _days() -> Any:
    found = (BASE + timedelta(days=offset) for offset in range(DAYS * 2))
    weekdays = [day.toordinal() for day in found if day.weekday() < 5]
    return np.array(weekdays[: DAYS + 1], dtype=np.int64)


@contextmanager
def _empyrical(own: Any, benchmark: Any) -> Iterator[Callable[[], dict[str, Any]]]:
    """A process that works everything out once more whenever it is asked."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "returns.npy"
        np.save(file, np.vstack((own, benchmark)))
        process = subprocess.Popen(
            [*_python(), str(SCRIPT), str(file)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        asking, answers = process.stdin, process.stdout
        if asking is None or answers is None:
            raise RuntimeError("the baseline has no pipes")

        def once() -> dict[str, Any]:
            asking.write("\n")
            asking.flush()
            answer: dict[str, Any] = json.loads(answers.readline())
            return answer

        try:
            once()
            yield once
        finally:
            process.communicate()


def _row(side: str, figures: int, seconds: list[float]) -> dict[str, object]:
    return {
        "side": side,
        "figures": figures,
        "median_ms": round(_median(seconds) * 1000, 2),
        "best_ms": round(min(seconds) * 1000, 2),
    }


def _median(values: list[float]) -> float:
    return float(np.median(values))


def _python() -> list[str]:
    return [sys.executable, str(ROOT / "bootstrap.py"), "empyrical", "--"]
