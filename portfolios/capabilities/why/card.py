"""Why the figures of a metric card are what they are: statistics of days that can be opened."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from patterns.context import Context
from patterns.explaining import Path, explains
from patterns.explanation import Explanation, Formula, Number
from portfolios.calc import metric_card as card
from portfolios.calc.daily_returns import DailyReturns
from portfolios.calc.metric_groups import ABOVE_RISK_FREE, BESIDE_BENCHMARK, EXCESS, REGRESSED
from portfolios.capabilities.inputs import Compared
from portfolios.capabilities.metric_card import Card, metric_card
from portfolios.capabilities.metric_rows import lines, name_at
from portfolios.capabilities.why.facts import of_figure
from portfolios.capabilities.why.periods import Asked, Parts, asked_of, counted
from portfolios.selectors.periods import Chosen, chosen

NEEDS_BENCHMARK = frozenset({*BESIDE_BENCHMARK, *REGRESSED, *EXCESS})
NEEDS_RISK_FREE = frozenset({*ABOVE_RISK_FREE, *REGRESSED})
COLUMNS = ("portfolio", "benchmark")


@explains("performance.metric_card")
def why_metric(ctx: Context, args: Compared, path: Path) -> Explanation | None:
    """Each figure opens into the returns that it was measured on."""
    found = metric_card(ctx, args)
    period = chosen(ctx, args.portfolio_id, args.period, args.start)
    asked = asked_of(ctx, args, period)
    if path == ("observations",):
        return counted(asked, found.observations, asked.period.label)
    place = _named(path)
    if place is None:
        return None
    column, name = place
    figure = getattr(found.card if column == "portfolio" else found.benchmark, name)
    label, rule = lines()[name]
    formula, parts = _measure(asked, name, column == "benchmark")
    return of_figure(figure, label, formula, parts, rule=rule)


def _named(path: Path) -> tuple[str, str] | None:
    """Whose figure a path of the card leads to, and which."""
    if len(path) == 2 and path[0] in ("card", "benchmark") and path[1] in Card.model_fields:
        return ("portfolio" if path[0] == "card" else "benchmark"), path[1]
    if len(path) == 3 and path[0] in ("risk", "tails", "ratios"):
        column = path[2]
        return (column, name_at(path[0], int(path[1]))) if column in COLUMNS else None
    return None


def _measure(asked: Asked, name: str, of_benchmark: bool) -> tuple[Formula, Parts]:  # noqa: FBT001
    """A figure as a statistic of its own returns, then the benchmark's, then the risk-free."""
    window = card.WINDOWS.get(name)
    series = asked.period.returns
    if window is not None:
        series = asked.period.path.daily.upto(asked.period.path.asof_date).last(window)
    within = Asked(asked.days, _over(asked.period, series), asked.other)
    compared = name in NEEDS_BENCHMARK and not of_benchmark
    above = name in NEEDS_RISK_FREE
    own = within.theirs if of_benchmark else within.own

    def parts() -> list[Explanation]:
        return [
            *own(),
            *(within.theirs() if compared else []),
            *(within.free() if above else []),
        ]

    def compute(values: Sequence[Number]) -> float | None:
        n = len(series)
        columns = np.array([float(one) for one in values]).reshape(-1, n)
        rest = iter(columns[1:])
        found = card.metric_card(
            DailyReturns(series.days, columns[0]),
            benchmark=next(rest) if compared else None,
            risk_free=next(rest) if above else None,
        )
        return found.figures[name].value

    text = f"measured on {len(series)} daily returns"
    return Formula("statistic", text, compute=compute), parts


def _over(period: Chosen, series: DailyReturns) -> Chosen:
    """The same history over other days."""
    return Chosen(period.path, period.label, type(period.span)(series, series.start))
