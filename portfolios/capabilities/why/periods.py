"""Why the returns of a period and its gain are what they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from patterns.context import Context
from patterns.explaining import Path, explains
from patterns.explanation import Explanation, Formula, Number
from patterns.results import Figure
from portfolios.calc.relative import geometric_excess
from portfolios.capabilities.inputs import Compared
from portfolios.capabilities.periods import PeriodRow, periods
from portfolios.capabilities.why.days import Days
from portfolios.capabilities.why.facts import calendar_source, of_figure, series_source
from portfolios.capabilities.why.grouping import Daily
from portfolios.capabilities.why.members import Members
from portfolios.capabilities.why.money import ANNUAL_RATE, DIETZ, GAIN, RATE, Weighing
from portfolios.selectors.periods import Beside, Chosen, beside, chosen, free_of_risk
from portfolios.selectors.risk_free import SERIES

CHAIN = Formula("chain", "every day's return, compounded")
Parts = Callable[[], list[Explanation]]


@dataclass(frozen=True)
class Asked:
    """A period beside its benchmark, and what can be asked of its days."""

    days: Days
    period: Chosen
    other: Beside

    @property
    def dates(self) -> list[date]:
        """The days of the period that have a return."""
        return [date.fromordinal(day) for day in self.period.returns.days[1:].tolist()]

    def own(self) -> list[Explanation]:
        """The portfolio's returns, each of which can be opened."""
        return [self.days.daily_return(day) for day in self.dates]

    def own_chain(self) -> list[Explanation]:
        """The same, by month where there are many."""
        returns = self.period.returns
        if not returns.is_unbroken:
            return self.own()
        dates = self.dates
        return Daily(
            name="return",
            dates=dates,
            values=returns.returns,
            day=lambda place: self.days.daily_return(dates[place]),
            kind="chain",
            rule="returns.3",
        ).parts()

    @cached_property
    def members(self) -> Members:
        """The benchmark, each of whose days can be opened."""
        return Members(self.days, self.other.track)

    def theirs(self) -> list[Explanation]:
        """The benchmark's returns of the same days."""
        if self.other.on_days_of(self.period.returns) is None:
            return []
        return [self.members.day(day) for day in self.dates if day in self.members.rows]

    def their_chain(self) -> list[Explanation]:
        """The same, by month where there are many."""
        found = self.other.over(self.period.returns)
        if found is None or not found.is_unbroken:
            return self.theirs()
        return self.members.chain(self.dates, found.returns).parts()

    def free(self) -> list[Explanation]:
        """What cash earned on each day."""
        found = free_of_risk(self.period.returns).returns
        values = [] if found is None else found.tolist()
        return [
            Explanation(
                label=f"risk-free of {day}",
                value=value,
                unit="fraction",
                source=series_source(SERIES),
            )
            for day, value in zip(self.dates, values, strict=False)
        ]


def asked_of(ctx: Context, args: Compared, period: Chosen) -> Asked:
    """A period of a context, beside the benchmark of its arguments."""
    other = beside(ctx, args.portfolio_id, args.benchmark_id, hedged=args.hedged)
    return Asked(Days(ctx, args.portfolio_id), period, other)


@explains("performance.periods")
def why_period(ctx: Context, args: Compared, path: Path) -> Explanation | None:
    """Returns open into days, money-weighted ones and the gain into values and flows."""
    found = periods(ctx, args)
    if len(path) == 2 and path[0] == "chosen":
        row = found.chosen
    elif len(path) == 3 and path[0] == "rows":
        row = found.rows[int(path[1])]
    else:
        return None
    figure = getattr(row, path[-1], None)
    made = FIGURES.get(path[-1])
    if made is None or not isinstance(figure, Figure):
        return None
    start = args.start if row.period.startswith("Since ") else None
    name = args.period if start is not None else row.period
    period = chosen(ctx, args.portfolio_id, name, start)
    return made(asked_of(ctx, args, period), figure, row)


def _twr(asked: Asked, figure: Figure, row: PeriodRow) -> Explanation:
    return of_figure(figure, f"return, {row.label}", CHAIN, asked.own_chain, rule="returns.3")


def _annual(asked: Asked, figure: Figure, row: PeriodRow) -> Explanation:
    start, end = asked.period.returns.start, asked.period.returns.end
    days = Explanation(
        label=f"days from {start} to {end}",
        value=(end - start).days,
        unit="count",
        source=calendar_source(f"{start} to {end}"),
    )
    formula = Formula("annualised", "(1 + return)^(365 / days) − 1")
    return of_figure(
        figure,
        f"return a year, {row.label}",
        formula,
        lambda: [_twr(asked, row.twr, row), days],
        rule="returns.5",
    )


def _weighed(weighing: Weighing) -> Callable[[Asked, Figure, PeriodRow], Explanation]:
    """A figure of the opening value, each flow and the closing value."""

    def made(asked: Asked, figure: Figure, row: PeriodRow) -> Explanation:
        return weighing.node(asked.days, asked.period.money, figure, row.label)

    return made


def _benchmark(asked: Asked, figure: Figure, row: PeriodRow) -> Explanation:
    label = f"{asked.other.track.name}, {row.label}"
    return of_figure(figure, label, CHAIN, asked.their_chain, rule="returns.10")


def _excess(asked: Asked, figure: Figure, row: PeriodRow) -> Explanation:
    return of_figure(
        figure,
        f"excess, {row.label}",
        Formula("difference", "return − the benchmark's"),
        lambda: [_twr(asked, row.twr, row), _benchmark(asked, row.benchmark_return, row)],
        rule="returns.11",
    )


def _geometric(asked: Asked, figure: Figure, row: PeriodRow) -> Explanation:
    def compute(values: Sequence[Number]) -> float:
        return geometric_excess(float(values[0]), float(values[1]))

    return of_figure(
        figure,
        f"geometric excess, {row.label}",
        Formula("statistic", "(1 + return) / (1 + the benchmark's) − 1", compute=compute),
        lambda: [_twr(asked, row.twr, row), _benchmark(asked, row.benchmark_return, row)],
        rule="returns.11",
    )


def _observations(asked: Asked, figure: Figure, row: PeriodRow) -> Explanation:
    return counted(asked, figure, row.label)


def counted(asked: Asked, figure: Figure, label: str) -> Explanation:
    formula = Formula("statistic", "how many there are", compute=len)
    return of_figure(figure, f"days with a return, {label}", formula, asked.own, rule="returns.2")


FIGURES: Mapping[str, Callable[[Asked, Figure, PeriodRow], Explanation]] = {
    "observations": _observations,
    "twr": _twr,
    "twr_annual": _annual,
    "mwr": _weighed(RATE),
    "mwr_annual": _weighed(ANNUAL_RATE),
    "modified_dietz": _weighed(DIETZ),
    "gain": _weighed(GAIN),
    "benchmark_return": _benchmark,
    "excess": _excess,
    "geometric_excess": _geometric,
}
