"""Running the baseline: Beancount in its own environment and its own process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.ledger.spellings import as_beancount
from benchmarks.ledger.trades import Trade
from benchmarks.servers import ROOT

SCRIPT = ROOT / "benchmarks" / "baselines" / "beancount_load.py"


@dataclass(frozen=True, slots=True)
class Loaded:
    """How long each load took. A load with errors is no baseline and is refused."""

    seconds: tuple[float, ...]
    transactions: int


def prepare() -> None:
    """Make the environment, so that no measurement contains an installation."""
    subprocess.run([*_python(), "-c", "import beancount"], cwd=ROOT, check=True)


def load(trades: Sequence[Trade], times: int = 1) -> Loaded:
    """Write the trades as a Beancount file and load it `times` times."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "ledger.beancount"
        file.write_text(as_beancount(trades))
        done = subprocess.run(
            [*_python(), str(SCRIPT), str(file), str(times)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    answer = json.loads(done.stdout.splitlines()[-1])
    if answer["errors"] or answer["transactions"] != len(trades):
        raise RuntimeError(f"Beancount did not load the ledger whole: {answer}")
    return Loaded(tuple(answer["seconds"]), answer["transactions"])


def _python() -> list[str]:
    return [sys.executable, str(ROOT / "bootstrap.py"), "beancount", "--"]
