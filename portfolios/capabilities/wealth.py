"""What one unit of money became, and how far below its peak it stood, beside the benchmark."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

import numpy as np
from pydantic import TypeAdapter

from patterns.context import Context
from patterns.registry import capability
from patterns.results import CountFigure, Fraction, FractionFigure, Ratio, State
from portfolios.calc.daily_returns import DailyReturns
from portfolios.calc.drawdown import Fall, deepest_fall, falls, under_water
from portfolios.calc.returns import Floats, rolling
from portfolios.calc.rolling import rolling_volatility
from portfolios.calc.thinning import MOST_DAILY, shown_days
from portfolios.capabilities.dressing import Dresser, why
from portfolios.capabilities.inputs import Answer, Compared, OverNamedPeriod
from portfolios.capabilities.sentences import SAID
from portfolios.selectors.periods import Beside, Chosen, beside, chosen

YEAR = 252
WINDOW = 60
TOP = 10


class WealthPoint(Answer):
    """One close. Wealth starts at 1; `below_peak` is 0 at a peak and negative below it."""

    asof_date: date
    wealth: Ratio
    benchmark_wealth: Ratio | None
    below_peak: Fraction
    benchmark_below_peak: Fraction | None
    state: State
    reason: str | None


class Wealth(Answer):
    """points: each close, or of a period above two years the last of each week and the extremes."""

    points: tuple[WealthPoint, ...]
    observations: CountFigure
    weekly: bool
    state: State
    reason: str | None
    benchmark_name: str
    benchmark_reason: str
    sources: tuple[str, ...]


class RollingPoint(Answer):
    """A measure of the window that ends with this close."""

    asof_date: date
    portfolio: Fraction
    benchmark: Fraction | None
    state: State
    reason: str | None


class RollingSeries(Answer):
    """points: every window that is full; withheld when none is."""

    points: tuple[RollingPoint, ...]
    state: State
    reason: str | None


class Rolling(Answer):
    """returns over each 252 days, volatilities of each 60."""

    returns: RollingSeries
    volatilities: RollingSeries
    sources: tuple[str, ...]


class DrawdownRow(Answer):
    """A stretch below a peak; recovery None while it lasts. Days are calendar days."""

    rank: CountFigure
    depth: FractionFigure
    peak: date
    trough: date
    recovery: date | None
    days_to_trough: CountFigure
    days_to_recovery: CountFigure


class Drawdowns(Answer):
    rows: tuple[DrawdownRow, ...]
    state: State
    reason: str | None
    observations: CountFigure
    sources: tuple[str, ...]


# A row at a time, through the model's own __init__, takes twice as long.
_WEALTH: Final = TypeAdapter(tuple[WealthPoint, ...])
_ROLLING: Final = TypeAdapter(tuple[RollingPoint, ...])


@capability("performance.wealth", version="2", agent="analyst")
def wealth(ctx: Context, args: Compared) -> Wealth:
    """The wealth index and the drawdown of a period day by day, and the benchmark's."""
    period = chosen(ctx, args.portfolio_id, args.period, args.start)
    other = beside(ctx, args.portfolio_id, args.benchmark_id, hedged=args.hedged)
    returns, reason = period.returns, _why_no_series(period)
    points = () if reason else _points(returns, _whole(other, returns), _gap(other, returns))
    return Wealth(
        points=points,
        observations=CountFigure(value=0 if reason else len(returns)),
        weekly=not reason and len(returns) >= MOST_DAILY,
        state="withheld" if reason else "exact",
        reason=reason,
        benchmark_name=other.track.name,
        benchmark_reason=other.reason or (_gap(other, returns) or "" if not reason else ""),
        sources=period.path.sources,
    )


@capability("performance.rolling", version="2", agent="analyst")
def rolling_measures(ctx: Context, args: Compared) -> Rolling:
    """Volatility over each 60 days and return over each 252, of the windows that end in the
    period; the benchmark's beside them."""
    period = chosen(ctx, args.portfolio_id, args.period, args.start)
    other = beside(ctx, args.portfolio_id, args.benchmark_id, hedged=args.hedged)
    whole = period.path.daily.upto(period.path.asof_date).since_funding()
    reason = _why_no_series(period) or (
        None if whole.is_unbroken else why(period.path, "BROKEN_CHAIN")
    )
    theirs, gap = _whole(other, whole), _gap(other, whole)

    def drawn(measure: Callable[[Floats], Floats]) -> RollingSeries:
        if reason:
            return RollingSeries(points=(), state="withheld", reason=reason)
        found = None if theirs is None else measure(theirs.returns)
        points = _rolled(whole, measure(whole.returns), found, period.returns.start, gap)
        if not points:
            why_none = SAID["WINDOW_NOT_FULL"]
            return RollingSeries(points=(), state="withheld", reason=why_none)
        return RollingSeries(points=points, state="exact", reason=None)

    return Rolling(
        returns=drawn(lambda returns: rolling(returns, YEAR)),
        volatilities=drawn(lambda returns: rolling_volatility(returns, WINDOW)),
        sources=period.path.sources,
    )


@capability("performance.drawdowns", version="2", agent="analyst")
def drawdowns(ctx: Context, args: OverNamedPeriod) -> Drawdowns:
    """The ten deepest falls of a period, each from its peak to its recovery."""
    period = chosen(ctx, args.portfolio_id, args.period, args.start)
    returns, reason = period.returns, _why_no_series(period)
    deepest = [] if reason else sorted(falls(returns.wealth), key=lambda fall: -fall.depth)[:TOP]
    dresser = Dresser.of(period)
    return Drawdowns(
        rows=tuple(
            _fallen(rank, fall, returns, dresser) for rank, fall in enumerate(deepest, start=1)
        ),
        state="withheld" if reason else "exact",
        reason=reason,
        observations=CountFigure(value=0 if reason else len(returns)),
        sources=period.path.sources,
    )


def _why_no_series(period: Chosen) -> str | None:
    """Why there is no unbroken series of the period; None when there is."""
    if period.why_none is not None:
        return Dresser.of(period).said(period.why_none)[0]
    return None if period.returns.is_unbroken else why(period.path, "BROKEN_CHAIN")


def _whole(other: Beside, returns: DailyReturns) -> DailyReturns | None:
    """The benchmark on the same days, where it has a return for every one."""
    found = other.over(returns)
    return found if found is not None and found.is_unbroken else None


def _gap(other: Beside, returns: DailyReturns) -> str | None:
    return other.why_gap(returns) or None


def _points(
    returns: DailyReturns, other: DailyReturns | None, reason: str | None
) -> tuple[WealthPoint, ...]:
    always = [*_extremes(returns), *(_extremes(other) if other is not None else ())]
    shown = shown_days(returns.days, always)
    columns = [_list(returns.wealth[shown]), _list(_below(returns)[shown])]
    columns += (
        [[None] * len(shown)] * 2
        if other is None
        else [_list(other.wealth[shown]), _list(_below(other)[shown])]
    )
    rows = zip(returns.days[shown].tolist(), *columns, strict=True)
    return _WEALTH.validate_python(
        [
            {
                "asof_date": date.fromordinal(day),
                "wealth": own,
                "benchmark_wealth": theirs,
                "below_peak": fall,
                "benchmark_below_peak": their_fall,
                "state": "exact",
                "reason": reason,
            }
            for day, own, fall, theirs, their_fall in rows
        ]
    )


def _below(returns: DailyReturns) -> Floats:
    """0 at a peak; `+ 0.0` because a negative zero is no number to show."""
    found: Floats = -under_water(returns.wealth) + 0.0
    return found


def _extremes(returns: DailyReturns) -> list[int]:
    fall = deepest_fall(returns.wealth)
    if fall is None:
        return []
    return [place for place in (fall.peak, fall.trough, fall.recovery) if place is not None]


def _rolled(
    whole: DailyReturns, own: Floats, theirs: Floats | None, start: date, reason: str | None
) -> tuple[RollingPoint, ...]:
    """The windows that end after `start`; measures belong to the last days of the series."""
    days = whole.days[len(whole.days) - len(own) :]
    inside = np.flatnonzero(days > start.toordinal())
    shown = inside[shown_days(days[inside])]
    benchmark = [None] * len(shown) if theirs is None else theirs[shown].tolist()
    rows = zip(days[shown].tolist(), own[shown].tolist(), benchmark, strict=True)
    return _ROLLING.validate_python(
        [
            {
                "asof_date": date.fromordinal(day),
                "portfolio": measured,
                "benchmark": other,
                "state": "exact",
                "reason": reason,
            }
            for day, measured, other in rows
        ]
    )


def _list(values: Floats) -> list[float | None]:
    return [None if np.isnan(one) else one for one in values.tolist()]


def _fallen(rank: int, fall: Fall, returns: DailyReturns, dresser: Dresser) -> DrawdownRow:
    days = returns.days
    peak, trough = int(days[fall.peak]), int(days[fall.trough])
    recovery = None if fall.recovery is None else int(days[fall.recovery])
    return DrawdownRow(
        rank=CountFigure(value=rank),
        depth=dresser.number(fall.depth, len(returns), "", "fall of the wealth index"),
        peak=date.fromordinal(peak),
        trough=date.fromordinal(trough),
        recovery=None if recovery is None else date.fromordinal(recovery),
        days_to_trough=CountFigure(value=trough - peak),
        days_to_recovery=CountFigure.withheld("It has not recovered yet.")
        if recovery is None
        else CountFigure(value=recovery - trough),
    )
