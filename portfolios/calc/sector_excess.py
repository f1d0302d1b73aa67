"""The excess over a benchmark by sector: a ledger's days through `brinson`, linked.

What forwards add to a hedged benchmark was earned by no sector. It is shown beside them, not
hidden in one of their effects.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from portfolios.calc.brinson import NOTHING_HELD, brinson_fachler
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


def attribute_sectors(
    lines: DayLines, sector_of: Callable[[Line], str], index: IndexDays
) -> SectorAttribution:
    """Brinson–Fachler, daily and linked. sector_of names the sector of a line, cash included.

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
    return SectorAttribution(
        whole=whole,
        sectors=tuple(
            SectorExcess(
                name,
                float(np.mean(invested[:, at] / lines.capital)),
                float(np.mean(index_weights[:, at])),
                own_return(profit[:, at], invested[:, at], lines.capital),
                own_return(index_earned[:, at], index_weights[:, at], np.ones(len(lines.dates))),
                *(float(factors @ part[:, at]) for part in parts),
            )
            for at, name in enumerate(names)
            if _present(invested[:, at], profit[:, at], index_weights[:, at])
        ),
        hedge=float(factors @ hedge),
    )


def _present(*arrays: Floats) -> bool:
    return any(bool(np.any(np.abs(array) > NOTHING_HELD)) for array in arrays)
