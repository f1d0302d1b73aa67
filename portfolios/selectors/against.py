"""A period of a portfolio beside its benchmark, day by day and member by member."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from portfolios.calc.allocation import UNCLASSIFIED
from portfolios.calc.day_lines import DayLines, Line
from portfolios.calc.excess import IndexDays
from portfolios.calc.returns import Floats
from portfolios.calc.risk import risk_free_returns
from portfolios.selectors.benchmarks import BenchmarkTrack
from portfolios.selectors.cash_rates import cash_yields
from portfolios.selectors.spans import Span

CASH = "Cash"


@dataclass(frozen=True)
class Against:
    """`index` is None where `reason` says why the benchmark has no days of its own to compare."""

    track: BenchmarkTrack
    index: IndexDays | None
    reason: str = ""
    missing: tuple[str, ...] = ()


def from_first_close(span: Span, track: BenchmarkTrack) -> Span:
    """The span from the benchmark's first close on, which it then says; as it is where the
    benchmark was there before, or has no day in it at all."""
    lines, first = span.lines, track.series.base_date
    if (
        lines is None
        or track.reason
        or not lines.base_date < first < max(lines.dates, default=first)
    ):
        return span
    later = lines.from_day(bisect_right(lines.dates, first))
    return replace(
        span,
        lines=later,
        shortened=f"{track.name} begins on {first}: both sides are compared from then on.",
        coverage=len(later.dates) / len(lines.dates),
    )


def against(span: Span, track: BenchmarkTrack) -> Against:
    """The benchmark on the days of a span, member by member."""
    lines = span.lines
    if track.reason or track.blend is None or lines is None:
        return Against(track, None, track.reason, track.missing)
    rows = {day: at for at, day in enumerate(track.series.dates)}
    gap = next((day for day in lines.dates if day not in rows), None)
    if gap is not None:
        return Against(track, None, f"{track.name} has no return on {gap}.", track.missing)
    at = [rows[day] for day in lines.dates]
    total = np.array([np.nan if one is None else one for one in track.series.returns])[at]
    if np.isnan(total).any():
        day = lines.dates[int(np.argmax(np.isnan(total)))]
        return Against(track, None, f"{track.name} has no return on {day}.", track.missing)
    found = track.blend
    index = IndexDays(
        weights=found.weights[at],
        local=found.local[at],
        fx=found.fx[at],
        total=total,
        sectors=tuple(one.sector or UNCLASSIFIED for one in track.securities),
        currencies=tuple(one.currency for one in track.securities),
        hedged=track.hedged,
    )
    return Against(track, index)


def sector_of(span: Span, line: Line) -> str:
    """The sector of a line; money is no sector, and is called by its own name."""
    _, key = line
    return CASH if key is None else span.securities[key].sector or UNCLASSIFIED


@dataclass(frozen=True)
class CashReturns:
    """Daily local returns of cash by currency, or what is missing and why."""

    returns: Mapping[str, Floats]
    missing: tuple[str, ...] = ()
    reason: str = ""


def cash_returns(lines: DayLines, currencies: tuple[str, ...]) -> CashReturns:
    """What cash of each currency earned on each day, at the yield known at the close before."""
    closes = (lines.base_date, *lines.dates[:-1])
    found: dict[str, Floats] = {}
    missing, reasons = [], []
    for code in currencies:
        known = cash_yields(code, closes)
        if known.yields is None:
            missing.append(f"cash rate of {code}")
            reasons.append(known.reason)
        else:
            found[code] = risk_free_returns(lines.base_date, lines.dates, known.yields)
    return CashReturns(found, tuple(missing), " ".join(reasons))
