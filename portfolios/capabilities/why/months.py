"""Why a month or a year earned what it did: the returns of its days."""

from __future__ import annotations

from patterns.context import Context
from patterns.explaining import Path, explains
from patterns.explanation import Explanation, Formula
from patterns.results import Figure
from portfolios.calc.daily_returns import DailyReturns
from portfolios.calc.months import MonthReturn, monthly_returns
from portfolios.capabilities.inputs import OfPortfolio
from portfolios.capabilities.months import MONTHS, monthly
from portfolios.capabilities.why.days import Days
from portfolios.capabilities.why.facts import dressed, of_figure
from portfolios.capabilities.why.wealth import Series, unknown
from portfolios.selectors.performance import track

RULE = "returns.14"
NO_DAY = "The history has no day of this month."


@explains("performance.monthly_returns")
def why_month(ctx: Context, args: OfPortfolio, path: Path) -> Explanation | None:
    """A month opens into its days, a year into its months."""
    found = monthly(ctx, args)
    path_of = track(ctx, args.portfolio_id)
    daily = path_of.daily.upto(path_of.asof_date)
    own = Series("the portfolio", daily, Days(ctx, args.portfolio_id).daily_return)
    match path:
        case ("observations",):
            return _counted(found.observations, own, daily.since_funding())
        case ("rows", number, name) if int(number) < len(found.rows):
            figure = getattr(found.rows[int(number)], name, None)
            year = monthly_returns(daily)[int(number)]
            if name not in ("total", *MONTHS):
                return None
            month = year.total if name == "total" else year.months[MONTHS.index(name)]
            if month is None or not isinstance(figure, Figure):
                return unknown(name, NO_DAY)
            return _stretch(own, figure, month)
    return None


def _stretch(own: Series, figure: Figure, month: MonthReturn) -> Explanation:
    days = own.returns.days.tolist()
    chain = own.over(days.index(month.start.toordinal()), days.index(month.end.toordinal()))
    label = f"return after {month.start}, up to {month.end}"
    if figure.value is None:
        parts = [own.day(day) for day in chain.dates]
        return of_figure(figure, label, Formula("chain", "compounded"), parts, rule=RULE)
    node = dressed(figure, chain.node(label))
    return of_figure(figure, label, node.formula, node.parts, rule=RULE)


def _counted(figure: Figure, own: Series, funded: DailyReturns) -> Explanation:
    dates = [
        own.date_of(place)
        for place in range(len(own.returns.days) - len(funded), len(own.returns.days))
    ]
    return of_figure(
        figure,
        "days since funding",
        Formula("statistic", "how many there are", compute=len),
        (lambda: [own.day(day) for day in dates]) if dates else (),
        rule="returns.2",
    )
