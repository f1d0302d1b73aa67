"""Why the portfolio did better or worse than its benchmark, by sector."""

from __future__ import annotations

from patterns.context import Context
from patterns.registry import capability
from patterns.results import FractionFigure
from portfolios.calc.sector_excess import SectorExcess, attribute_sectors
from portfolios.capabilities.excess_figures import (
    Excess,
    ExcessStep,
    compared,
    excess_figures,
    excess_withheld,
    unknown,
)
from portfolios.capabilities.inputs import AgainstBenchmark, Answer
from portfolios.capabilities.span_figures import fraction, lines_of
from portfolios.selectors.against import sector_of
from portfolios.selectors.spans import Span

METHOD = "Brinson–Fachler, daily, linked"
NEVER_HELD = "The portfolio never held it."
NOT_IN_INDEX = "The benchmark never held it."
EFFECTS = {
    "allocation": "Allocation",
    "selection": "Selection",
    "interaction": "Interaction",
}


class SectorRow(Answer):
    """Mean weights and own returns of a sector on both sides, and its effects on the excess."""

    sector: str
    weight: FractionFigure
    benchmark_weight: FractionFigure
    active_weight: FractionFigure
    time_weighted_return: FractionFigure
    benchmark_return: FractionFigure
    allocation: FractionFigure
    selection: FractionFigure
    interaction: FractionFigure
    total: FractionFigure


class SectorEffects(Excess):
    """Sectors by total effect, largest first. Their totals and the benchmark's hedge sum to the
    arithmetic excess."""

    sectors: tuple[SectorRow, ...]
    steps: tuple[ExcessStep, ...]
    allocation: FractionFigure
    selection: FractionFigure
    interaction: FractionFigure
    hedge: FractionFigure


@capability("attribution.sector", version="2", agent="analyst")
def sector(ctx: Context, args: AgainstBenchmark) -> SectorEffects:
    """Brinson–Fachler effects by sector, daily and linked: allocation, selection, interaction.
    Withheld where the portfolio or the benchmark lacks a day, which is then named."""
    both = compared(ctx, args)
    span = both.span
    if both.gap:
        return SectorEffects(
            **unknown(both, (*EFFECTS, "hedge")),
            **excess_withheld(both),
            sectors=(),
            steps=(),
        )
    found = attribute_sectors(lines_of(span), lambda line: sector_of(span, line), both.index)
    ranked = sorted(found.sectors, key=lambda one: (-one.total, one.sector))
    effects = {
        name: fraction(span, sum(getattr(one, name) for one in ranked), method=METHOD)
        for name in EFFECTS
    }
    hedge = fraction(span, found.hedge, method="forwards of the hedged benchmark")
    steps = [ExcessStep(label=EFFECTS[name], effect=one) for name, one in effects.items()]
    if args.hedged:
        steps.append(ExcessStep(label="Benchmark’s hedge", effect=hedge))
    return SectorEffects(
        **excess_figures(both, found.whole),
        **effects,
        hedge=hedge,
        sectors=tuple(_sector(span, one) for one in ranked),
        steps=tuple(steps),
    )


def _sector(span: Span, one: SectorExcess) -> SectorRow:
    return SectorRow(
        sector=one.sector,
        weight=fraction(span, one.weight),
        benchmark_weight=fraction(span, one.index_weight),
        active_weight=fraction(span, one.weight - one.index_weight),
        time_weighted_return=fraction(span, one.total_return, NEVER_HELD),
        benchmark_return=fraction(span, one.index_return, NOT_IN_INDEX),
        allocation=fraction(span, one.allocation, method=METHOD),
        selection=fraction(span, one.selection, method=METHOD),
        interaction=fraction(span, one.interaction, method=METHOD),
        total=fraction(span, one.total, method=METHOD),
    )
