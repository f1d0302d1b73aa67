"""A third opinion where Beancount is installed: what it makes of the exported ledger.

It is GPL and optional, so it runs as a process of its own, in the environment that `bootstrap.py`
makes for it, and sees nothing but files.
"""

from __future__ import annotations

import json
import logging
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from django.conf import settings

from dawsos.night.outcomes import Failed
from portfolios.calc.entries import ZERO
from portfolios.formats.writing.beancount import names
from portfolios.models import Lot, Portfolio
from portfolios.selectors.beancount import beancount_text
from portfolios.selectors.export import ledger_securities

DIFFERS = "BEANCOUNT_DIFFERS"
NEAR = Decimal("0.01")  # its costs are cut at the sixth decimal of each lot
PATIENCE_SECONDS = 300
SCRIPT = Path(names.__file__).with_name("in_beancount.py")
_log = logging.getLogger(__name__)

Held = Mapping[str, tuple[Decimal, Decimal | None]]


@dataclass(frozen=True)
class Opinion:
    """How many ledgers Beancount has read, and of which it holds something else than we do."""

    asked: int = 0
    differences: tuple[Failed, ...] = ()


def python() -> Path | None:
    """Beancount's own Python, where there is one."""
    folder: Path | None = settings.BEANCOUNT_FOLDER
    found = None if folder is None else folder / "bin" / "python"
    return found if found is not None and found.exists() else None


def held_against_beancount(portfolio_ids: Sequence[UUID]) -> Opinion:
    """Shares and costs of open lots against those of the exported ledger, commodity by commodity.
    Nothing is asked where Beancount is not installed, or cannot be run; the log says why."""
    program = python()
    if program is None or not portfolio_ids:
        return Opinion()
    portfolios = list(Portfolio.objects.filter(pk__in=portfolio_ids).order_by("pk"))
    with TemporaryDirectory(prefix="dawsos-beancount-") as folder:
        files = [_written(Path(folder), portfolio) for portfolio in portfolios]
        told = _told(program, files)
    if told is None:
        return Opinion()
    found = [
        Failed(portfolio.pk, DIFFERS, sentence)
        for portfolio, answer in zip(portfolios, told, strict=True)
        if (sentence := _difference(_held(portfolio), answer))
    ]
    return Opinion(len(portfolios), tuple(found))


def _written(folder: Path, portfolio: Portfolio) -> Path:
    file = folder / f"{portfolio.pk}.beancount"
    with file.open("w") as text:
        text.writelines(beancount_text(portfolio))
    return file


def _told(program: Path, files: Sequence[Path]) -> list[dict[str, Any]] | None:
    try:
        done = subprocess.run(
            [program, SCRIPT, *files],
            check=True,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
        )
    except (OSError, subprocess.SubprocessError) as error:
        _log.warning("Beancount could not be asked: %s", error)
        return None
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def _held(portfolio: Portfolio) -> Held:
    """Shares and cost of the open lots, by the name that the export gives a security."""
    listed = ledger_securities(portfolio)
    called = names.commodity_names((one.pk, one.symbol, one.exchange) for one in listed)
    found: dict[str, tuple[Decimal, Decimal | None]] = {
        str(called[one.pk]): (ZERO, ZERO) for one in listed
    }
    for lot in Lot.objects.filter(portfolio=portfolio, is_open=True):
        name, sign = called[lot.security_id], -1 if lot.is_short else 1
        quantity, cost = found[name]
        known = cost is not None and lot.cost_basis_local is not None
        costs = cost + sign * lot.cost_basis_local if known else None
        found[name] = quantity + sign * lot.quantity_open, costs
    return found


def _difference(held: Held, told: Mapping[str, Any]) -> str:
    """The first thing that differs, as a sentence; nothing when all agrees."""
    if told["errors"]:
        return f"Beancount does not take the export: {told['errors'][0]}"
    units, costs = _by_commodity(told["units"]), _by_commodity(told["costs"])
    return next(_differing(held, units, costs), "")


def _differing(
    held: Held, units: Mapping[str, Decimal], costs: Mapping[str, Decimal]
) -> Iterator[str]:
    for name, (quantity, cost) in sorted(held.items()):
        if units[name] != quantity:
            yield f"The lots hold {quantity:f} {name}, Beancount {units[name]:f}."
        elif quantity and cost is not None and abs(costs[name] - cost) >= NEAR:
            yield f"The lots of {name} cost {cost:f}, Beancount says {costs[name]:f}."


def _by_commodity(told: Mapping[str, str]) -> Mapping[str, Decimal]:
    """What lies in assets, summed over the accounts."""
    found: defaultdict[str, Decimal] = defaultdict(Decimal)
    for key, amount in told.items():
        account, _, commodity = key.rpartition(" ")
        if account.startswith("Assets:"):
            found[commodity] += Decimal(amount)
    return found
