"""From a number of a page that is no run to the same figure of a run, which can be asked why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from accounts.models import User
from patterns.exceptions import FigureUnknown
from portfolios.services.runs import execute

OVERVIEW, HOLDING = "portfolio_overview", "holding_deep_dive"
OF_PORTFOLIO = {
    "total_value": "valued_positions.total_value",
    "gain_1d": "perf_metrics.gain_1d",
    "return_1d": "perf_metrics.twr_1d",
    "return_ytd": "perf_metrics.twr_ytd",
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A figure of a portfolio, or of one lot of a security in an account."""

    figure: str
    security_id: UUID | None = None
    account: str = ""
    lot: str = ""
    currency: str = ""
    asof: date | None = None
    pack_id: str | None = None


@dataclass(frozen=True)
class Reached:
    """Where it is explained: a run, and the figure's path in it."""

    run_id: UUID
    path: str


def reach(*, user: User, portfolio_id: UUID, wanted: Wanted, correlation_id: str) -> Reached:
    """The same figure in a run as of the page's day or pack, which is computed where it is not
    kept yet.

    Raises FigureUnknown where the run has no such lot, and what `execute` raises.
    """
    pattern_id = HOLDING if wanted.lot else OVERVIEW
    inputs = {"portfolio_id": str(portfolio_id)}
    if wanted.lot:
        inputs["security_id"] = str(wanted.security_id)
    if wanted.currency:
        inputs["currency"] = wanted.currency
    done = execute(
        user=user,
        pattern_id=pattern_id,
        inputs=inputs,
        asof=wanted.asof,
        pack_id=wanted.pack_id,
        correlation_id=correlation_id,
    )
    return Reached(done.run.run_id, _path(wanted, done.run.result))


def _path(wanted: Wanted, result: Mapping[str, Any]) -> str:
    if wanted.lot:
        rows = result["lots"]["rows"]
        same = {"label": wanted.lot, "account": wanted.account}
        return f"lots.rows.{_row(rows, same)}.{wanted.figure}"
    if wanted.figure not in OF_PORTFOLIO:
        raise FigureUnknown(f"A portfolio has no figure {wanted.figure[:60]!r}.")
    return OF_PORTFOLIO[wanted.figure]


def _row(rows: Sequence[Mapping[str, Any]], same: Mapping[str, str]) -> int:
    for at, row in enumerate(rows):
        if all(row[name] == value for name, value in same.items()):
            return at
    raise FigureUnknown("As of this day and pack the portfolio has no such lot.")
