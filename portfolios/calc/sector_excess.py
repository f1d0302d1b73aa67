"""The excess over a benchmark by sector: a ledger's days through `brinson`, linked.

What forwards add to a hedged benchmark was earned by no sector. It is shown beside them, not
hidden in one of their effects.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from portfolios.calc.brinson import NOTHING_HELD, ActiveEffects, brinson_fachler
from portfolios.calc.contribution import own_return
from portfolios.calc.day_lines import DayLines, Line
from portfolios.calc.excess import IndexDays, Whole, by_group, quotient, refuse_gaps, whole_of
from portfolios.calc.returns import Floats


@dataclass(frozen=True, slots=True)
class SectorExcess:
    """A sector over the period: mean weights, own returns (None where never held), linked
    effects. They are fractions of the portfolio."""

    sector: str
    weight: float
    index_weight: float
    total_return: float | None
    index_return: float | None
    allocation: float
    selection: float
    interaction: float

    @property
    def total(self) -> float:
        return self.allocation + self.selection + self.interaction


@dataclass(frozen=True, slots=True)
class SectorAttribution:
    """Sectors and the benchmark's hedge; their totals sum to whole.excess."""

    whole: Whole
    sectors: tuple[SectorExcess, ...]
    hedge: float


@dataclass(frozen=True, slots=True)
class SectorDays:
    """The same by day. Arrays have shape (days, names); factors and hedge have one element a day.

    columns: the lines of each name. present: which names either side ever held. invested and
    profit are amounts in base; index_returns is NaN where the benchmark does not hold the sector.
    """

    names: tuple[str, ...]
    columns: tuple[tuple[int, ...], ...]
    present: tuple[bool, ...]
    invested: Floats
    profit: Floats
    index_weights: Floats
    index_earned: Floats
    index_returns: Floats
    effects: ActiveEffects
    hedge: Floats
    factors: Floats
    whole: Whole


def sector_days(lines: DayLines, sector_of: Callable[[Line], str], index: IndexDays) -> SectorDays:
    """Brinson–Fachler, day by day. sector_of names the sector of a line, cash included.

    Every day of `lines` has a return, and `index` has its days. Raises ValueError otherwise.
    """
    refuse_gaps(lines, index)
    groups = [sector_of(line) for line in lines.lines]
    names = tuple(dict.fromkeys([*groups, *index.sectors]))
    capital = lines.capital[:, None]
    invested, profit = (by_group(one, groups, names) for one in (lines.invested, lines.profit))
    index_weights = by_group(index.weights, index.sectors, names)
    index_earned = by_group(index.earned, index.sectors, names)
    index_returns = quotient(index_earned, index_weights)
    found = brinson_fachler(invested / capital, profit / capital, index_weights, index_returns)
    hedge = found.benchmark - index.total
    parts = (found.allocation, found.selection, found.interaction)
    whole, factors = whole_of(found.portfolio, index.total, [*parts, hedge[:, None]])
    return SectorDays(
        names=names,
        columns=tuple(
            tuple(at for at, group in enumerate(groups) if group == name) for name in names
        ),
        present=tuple(
            _present(invested[:, at], profit[:, at], index_weights[:, at])
            for at in range(len(names))
        ),
        invested=invested,
        profit=profit,
        index_weights=index_weights,
        index_earned=index_earned,
        index_returns=index_returns,
        effects=found,
        hedge=hedge,
        factors=factors,
        whole=whole,
    )


def attribute_sectors(
    lines: DayLines, sector_of: Callable[[Line], str], index: IndexDays
) -> SectorAttribution:
    """The same over the period, linked. Raises as `sector_days` does."""
    days = sector_days(lines, sector_of, index)
    return SectorAttribution(
        whole=days.whole,
        sectors=tuple(
            _sector(lines, days, at) for at, present in enumerate(days.present) if present
        ),
        hedge=float(days.factors @ days.hedge),
    )


def _sector(lines: DayLines, days: SectorDays, at: int) -> SectorExcess:
    effects = days.effects
    parts = (effects.allocation, effects.selection, effects.interaction)
    ones = np.ones(len(lines.dates))
    return SectorExcess(
        days.names[at],
        float(np.mean(days.invested[:, at] / lines.capital)),
        float(np.mean(days.index_weights[:, at])),
        own_return(days.profit[:, at], days.invested[:, at], lines.capital),
        own_return(days.index_earned[:, at], days.index_weights[:, at], ones),
        *(float(days.factors @ part[:, at]) for part in parts),
    )


def _present(*arrays: Floats) -> bool:
    return any(bool(np.any(np.abs(array) > NOTHING_HELD)) for array in arrays)
