"""What every attribution against a benchmark says: both sides, the excess, and how well it sums."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from patterns.context import Context
from patterns.results import BpsFigure, CountFigure, FractionFigure, State
from portfolios.calc.excess import IndexDays, Whole
from portfolios.calc.relative import geometric_excess
from portfolios.capabilities.inputs import AgainstBenchmark, Answer
from portfolios.capabilities.span_figures import (
    asked_of,
    bps,
    fraction,
    lines_of,
    state_of,
    unmade,
    why,
)
from portfolios.selectors.against import Against, against, from_first_close
from portfolios.selectors.periods import beside
from portfolios.selectors.spans import Span, span_of

TOTAL_LOSS = "The benchmark lost everything."
LINKERS = {
    "carino": "Cariño; Menchero and Frongello beside it",
    "frongello": "Frongello: a day lost everything",
}


class ExcessStep(Answer):
    """One step from the benchmark's return to the portfolio's."""

    label: str
    effect: FractionFigure


class Excess(Answer):
    """Both sides over the period. linkers_gap_bps: how far the totals of three linkers differ;
    error_bps: how far the sum of all effects is from the excess."""

    benchmark_name: str
    benchmark_method: str
    hedged: bool
    portfolio_return: FractionFigure
    benchmark_return: FractionFigure
    excess_return: FractionFigure
    geometric_excess: FractionFigure
    linkers_gap_bps: BpsFigure
    error_bps: BpsFigure
    linker: str | None
    observations: CountFigure
    start_date: date | None
    end_date: date | None
    state: State
    reason: str | None
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Compared:
    """A period beside its benchmark; `gap` says why no effect can be made of it."""

    span: Span
    beside: Against
    gap: str
    missing: tuple[str, ...]

    @property
    def index(self) -> IndexDays:
        if self.beside.index is None:
            raise ValueError(self.gap)
        return self.beside.index


def compared(ctx: Context, args: AgainstBenchmark) -> Compared:
    """The period of both sides, from the benchmark's first close on where that is later."""
    span = span_of(ctx, args.portfolio_id, asked_of(args))
    track = beside(ctx, args.portfolio_id, args.benchmark_id, hedged=args.hedged).track
    span = from_first_close(span, track)
    days = against(span, track)
    own = unmade(span)
    if own is not None:
        return Compared(span, days, own, span.missing)
    return Compared(span, days, days.reason, days.missing)


def excess_figures(both: Compared, whole: Whole) -> dict[str, Any]:
    span, lines = both.span, lines_of(both.span)
    alike = geometric_excess(whole.portfolio, whole.benchmark) if whole.benchmark > -1 else None
    return {
        **_named(both),
        "portfolio_return": fraction(span, whole.portfolio),
        "benchmark_return": fraction(span, whole.benchmark, method=both.beside.track.method),
        "excess_return": fraction(span, whole.excess, method="arithmetic, R_p − R_b"),
        "geometric_excess": fraction(span, alike, TOTAL_LOSS, method="(1+R_p)/(1+R_b) − 1"),
        "linkers_gap_bps": bps(span, whole.linkers_gap_bps),
        "error_bps": bps(span, whole.error_bps),
        "linker": LINKERS[whole.linker],
        "observations": CountFigure(value=len(lines.dates)),
        "state": state_of(span),
        "reason": why(span),
    }


def excess_withheld(both: Compared) -> dict[str, Any]:
    returns = ("portfolio_return", "benchmark_return", "excess_return", "geometric_excess")
    gap = BpsFigure.withheld(both.gap, missing=both.missing)
    return {
        **_named(both),
        **unknown(both, returns),
        "linkers_gap_bps": gap,
        "error_bps": gap,
        "linker": None,
        "observations": CountFigure(value=0),
        "state": "withheld",
        "reason": both.gap,
    }


def _named(both: Compared) -> dict[str, Any]:
    track, lines = both.beside.track, both.span.lines
    return {
        "benchmark_name": track.name,
        "benchmark_method": track.method,
        "hedged": track.hedged,
        "start_date": lines.base_date if lines else None,
        "end_date": lines.dates[-1] if lines and lines.dates else None,
        "sources": both.span.sources,
    }


def unknown(both: Compared, names: Iterable[str]) -> dict[str, FractionFigure]:
    return {name: FractionFigure.withheld(both.gap, missing=both.missing) for name in names}
