"""Why the wealth index, its falls and its rolling measures stand where they do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from patterns.context import Context
from patterns.explaining import Path, explains
from patterns.explanation import Explanation, Formula, Number
from patterns.memo import once_a_context
from patterns.results import Figure
from portfolios.calc.daily_returns import DailyReturns
from portfolios.calc.risk import volatility
from portfolios.capabilities.inputs import Compared, OverNamedPeriod
from portfolios.capabilities.wealth import (
    WINDOW,
    YEAR,
    Drawdowns,
    drawdowns,
    rolling_measures,
    wealth,
)
from portfolios.capabilities.why.days import Days
from portfolios.capabilities.why.facts import calendar_source, of_figure
from portfolios.capabilities.why.grouping import Daily
from portfolios.capabilities.why.members import Members
from portfolios.selectors.periods import beside, chosen

WEALTH_RULE, BELOW_RULE, FALL_RULE = "returns.13", "risk.13", "risk.14"
PEAK = "highest so far, "


@dataclass(frozen=True)
class Series:
    """Daily returns, each of which can be opened, and the wealth that they make."""

    name: str
    returns: DailyReturns
    day: Callable[[date], Explanation]

    def date_of(self, place: int) -> date:
        return date.fromordinal(int(self.returns.days[place]))

    def over(self, first: int, last: int) -> Daily:
        """The returns from one place of the wealth index to another."""
        dates = [self.date_of(place) for place in range(first + 1, last + 1)]
        return Daily(
            name=f"return of {self.name}",
            dates=dates,
            values=self.returns.returns[first:last],
            day=lambda number: self.day(dates[number]),
            kind="chain",
            rule="returns.3",
        )

    def wealth(self, place: int, label: str = "") -> Explanation:
        """What 1 became; place 0 is the close before the period."""
        daily = self.over(0, place)
        return Explanation(
            label=f"{label}{self.name}, what 1 became by {self.date_of(place)}",
            value=float(self.returns.wealth[place]),
            unit="ratio",
            formula=Formula("statistic", "(1 + return) of every day, multiplied", compute=_grown),
            parts=daily.parts if place else self._start,
            rule=WEALTH_RULE,
        )

    def _start(self) -> list[Explanation]:
        day = self.date_of(0)
        source = calendar_source(f"the close of {day}")
        return [
            Explanation(label=f"nothing earned by {day}", value=0, unit="fraction", source=source)
        ]

    def below_peak(self, place: int) -> Explanation:
        """How far a close lies below the highest so far, 0 at a peak and negative below it."""
        index = self.returns.wealth
        peak = int(np.argmax(index[: place + 1]))
        return Explanation(
            label=f"{self.name} below its peak on {self.date_of(place)}",
            value=float(index[place] / index[peak] - 1.0) + 0.0,
            unit="fraction",
            formula=Formula("growth", "wealth / highest so far − 1"),
            parts=lambda: [self.wealth(place), self.wealth(peak, PEAK)],
            rule=BELOW_RULE,
        )


# Thousands of points may be asked why, one after the other.
_wealth, _rolling = once_a_context(wealth), once_a_context(rolling_measures)


@explains("performance.wealth")
def why_wealth(ctx: Context, args: Compared, path: Path) -> Explanation | None:
    """A point opens into the returns up to it, by month and day."""
    found = _wealth(ctx, args)
    own, theirs = both_of(ctx, args)
    match path:
        case ("observations",):
            return _counted(found.observations, own)
        case ("points", number, name) if int(number) < len(found.points):
            point = found.points[int(number)]
            place = int(np.searchsorted(own.returns.days, point.asof_date.toordinal()))
            made = POINTS.get(name)
            if made is None:
                return None
            series, node = made
            value = getattr(point, name)
            if value is None:
                return unknown(name, point.reason)
            return exactly(node(own if series == "own" else _known(theirs), place), value)
    return None


def exactly(node: Explanation, value: float) -> Explanation:
    """The node with the very float that the chart shows, the same but for its last digit."""
    return replace(node, value=value)


def unknown(name: str, reason: str | None) -> Explanation:
    return Explanation(
        label=name.replace("_", " "),
        value=None,
        unit="fraction",
        state="withheld",
        reason=reason or "It is not known on that day.",
        formula=Formula("sum", ""),
    )


def _known(series: Series | None) -> Series:
    if series is None:
        raise ValueError("the benchmark has no return on every day")
    return series


def both_of(
    ctx: Context, args: Compared, returns: DailyReturns | None = None
) -> tuple[Series, Series | None]:
    """Both sides of a period, or over other days; the benchmark's where it has all of them."""
    days = Days(ctx, args.portfolio_id)
    over = chosen(ctx, args.portfolio_id, args.period, args.start).returns
    over = returns if returns is not None else over
    other = beside(ctx, args.portfolio_id, args.benchmark_id, hedged=args.hedged)
    found = other.over(over)
    own = Series("the portfolio", over, days.daily_return)
    if found is None or not found.is_unbroken:
        return own, None
    return own, Series(other.track.name, found, Members(days, other.track).day)


POINTS: Mapping[str, tuple[str, Callable[[Series, int], Explanation]]] = {
    "wealth": ("own", Series.wealth),
    "benchmark_wealth": ("theirs", Series.wealth),
    "below_peak": ("own", Series.below_peak),
    "benchmark_below_peak": ("theirs", Series.below_peak),
}


@explains("performance.rolling")
def why_rolling(ctx: Context, args: Compared, path: Path) -> Explanation | None:
    """A window opens into the returns that it measures."""
    found = _rolling(ctx, args)
    match path:
        case (("returns" | "volatilities") as which, "points", number, name):
            points = getattr(found, which).points
            if int(number) >= len(points) or name not in ("portfolio", "benchmark"):
                return None
            point = points[int(number)]
            value = getattr(point, name)
            if value is None:
                return unknown(name, point.reason)
            path_of = chosen(ctx, args.portfolio_id, args.period, args.start).path
            whole = path_of.daily.upto(path_of.asof_date).since_funding()
            own, theirs = both_of(ctx, args, whole)
            series = own if name == "portfolio" else _known(theirs)
            last = int(np.searchsorted(whole.days, point.asof_date.toordinal()))
            return exactly(window_of(series, last, which), value)
    return None


def window_of(series: Series, last: int, which: str) -> Explanation:
    """A rolling measure of the days up to one place."""
    if which == "returns":
        daily = series.over(last - YEAR, last)
        return daily.node(f"return of {series.name} over {YEAR} days to {series.date_of(last)}")
    daily = series.over(last - WINDOW, last)

    def compute(values: Sequence[Number]) -> float | None:
        return volatility(np.array([float(one) for one in values]))

    return Explanation(
        label=f"volatility of {series.name} over {WINDOW} days to {series.date_of(last)}",
        value=None,
        unit="fraction",
        formula=Formula("statistic", "sd of daily returns × √252", compute=compute),
        parts=lambda: [series.day(day) for day in daily.dates],
        rule="risk.28",
    )


@explains("performance.drawdowns")
def why_drawdown(ctx: Context, args: OverNamedPeriod, path: Path) -> Explanation | None:
    """A fall opens into the wealth at its trough and at its peak."""
    found = drawdowns(ctx, args)
    days = Days(ctx, args.portfolio_id)
    returns = chosen(ctx, args.portfolio_id, args.period, args.start).returns
    own = Series("the portfolio", returns, days.daily_return)
    match path:
        case ("observations",):
            return _counted(found.observations, own)
        case ("rows", number, name) if int(number) < len(found.rows):
            return _fall(own, found, int(number), name)
    return None


def _fall(own: Series, found: Drawdowns, number: int, name: str) -> Explanation | None:
    row = found.rows[number]
    figure = getattr(row, name, None)
    if not isinstance(figure, Figure):
        return None
    places = [
        int(np.searchsorted(own.returns.days, day.toordinal())) for day in (row.trough, row.peak)
    ]

    def depth(values: Sequence[Number]) -> float:
        return 1.0 - float(values[0]) / float(values[1])

    if name == "depth":
        return of_figure(
            figure,
            f"fall from {row.peak} to {row.trough}",
            Formula("statistic", "1 − wealth at the trough / wealth at the peak", compute=depth),
            lambda: [own.wealth(place) for place in places],
            rule=FALL_RULE,
        )
    if name == "rank":
        return of_figure(
            figure,
            "rank by depth",
            Formula("statistic", "how many are as deep", compute=len),
            lambda: [_depth(own, found, at) for at in range(number + 1)],
            rule=FALL_RULE,
        )
    if figure.value is None:
        return of_figure(figure, name.replace("_", " "), Formula("sum", ""))
    ends = (row.peak, row.trough) if name == "days_to_trough" else (row.trough, row.recovery)
    return of_figure(
        figure,
        f"days from {ends[0]} to {ends[1]}",
        Formula("fact", ""),
        source=calendar_source(f"{ends[0]} to {ends[1]}"),
        rule="risk.12",
    )


def _depth(own: Series, found: Drawdowns, number: int) -> Explanation:
    node = _fall(own, found, number, "depth")
    if node is None:
        raise ValueError("a fall has a depth")
    return node


def _counted(figure: Figure, own: Series) -> Explanation:
    dates = [own.date_of(place) for place in range(1, len(own.returns.days))]
    return of_figure(
        figure,
        "days with a return",
        Formula("statistic", "how many there are", compute=len),
        (lambda: [own.day(day) for day in dates]) if figure.value else (),
        rule="returns.2",
    )


def _grown(values: Sequence[Number]) -> float:
    return float(np.prod([1.0 + float(one) for one in values]))
