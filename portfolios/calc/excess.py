"""A portfolio's days beside its benchmark's, and how daily effects become those of a period.

A part of the portfolio weighs what it had to work with (`DayLines.invested`), so that weights sum
to 1 on a day of trades too, and what it earned is exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from portfolios.calc.active_linking import (
    ActiveLinker,
    active_factors,
    chosen_linker,
    compounded,
)
from portfolios.calc.day_lines import DayLines
from portfolios.calc.returns import Floats

LINKERS: tuple[ActiveLinker, ...] = ("carino", "menchero", "frongello")


@dataclass(frozen=True, slots=True)
class IndexDays:
    """A benchmark over the days of a period. weights, local and fx have shape (days, members);
    the returns are NaN where a member is not held. total: its daily returns, hedged or not.
    hedged: whether each member's principal is sold forward into the base currency."""

    weights: Floats
    local: Floats
    fx: Floats
    total: Floats
    sectors: tuple[str, ...]
    currencies: tuple[str, ...]
    hedged: bool = False

    @property
    def earned(self) -> Floats:
        """Weighted returns in base by member, unhedged."""
        base = (1.0 + self.local) * (1.0 + self.fx) - 1.0
        earned: Floats = self.weights * np.where(self.weights > 0, base, 0.0)
        return earned


@dataclass(frozen=True, slots=True)
class Whole:
    """Both sides over the period, and how well the effects sum to their difference.

    linkers_gap_bps: the largest distance between the totals of Cariño, Menchero and Frongello.
    error_bps: of the sum of all effects from `excess`.
    """

    portfolio: float
    benchmark: float
    linker: ActiveLinker
    linkers_gap_bps: float
    error_bps: float

    @property
    def excess(self) -> float:
        return self.portfolio - self.benchmark


def whole_of(portfolio: Floats, benchmark: Floats, parts: Sequence[Floats]) -> tuple[Whole, Floats]:
    """Both sides, and what each day's effects are multiplied by. parts: effects by day and
    column, which sum to a day's excess."""
    effects = np.sum([part.sum(axis=1) for part in parts], axis=0)
    linker = chosen_linker(portfolio, benchmark)
    factors = {one: active_factors(portfolio, benchmark, one) for one in _possible(linker)}
    totals = [float(each @ effects) for each in factors.values()]
    both = compounded(portfolio), compounded(benchmark)
    error = abs(float(factors[linker] @ effects) - (both[0] - both[1])) * 1e4
    whole = Whole(*both, linker, (max(totals) - min(totals)) * 1e4, error)
    return whole, factors[linker]


def _possible(linker: ActiveLinker) -> tuple[ActiveLinker, ...]:
    """Without Cariño there is no root of a total loss for Menchero either."""
    return LINKERS if linker == "carino" else (linker,)


def by_group(array: Floats, groups: Sequence[str], names: Sequence[str]) -> Floats:
    """Columns summed by their group; those of a group without a name here are left out."""
    places = {name: at for at, name in enumerate(names)}
    found = np.zeros((len(array), len(names)))
    for at, group in enumerate(groups):
        if group in places:
            found[:, places[group]] += array[:, at]
    return found


def quotient(part: Floats, whole: Floats) -> Floats:
    """part / whole, NaN where the whole is zero."""
    some = whole != 0.0
    found: Floats = np.where(some, part / np.where(some, whole, 1.0), np.nan)
    return found


def refuse_gaps(lines: DayLines, index: IndexDays) -> None:
    """Raises ValueError where either side lacks a day's return."""
    if not len(lines.dates) or not lines.has_return.all():
        raise ValueError("an excess needs a return on every day")
    if len(index.total) != len(lines.dates) or np.isnan(index.total).any():
        raise ValueError("an excess needs the benchmark's return on every day")
