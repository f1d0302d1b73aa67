"""Why the benchmark, fed with the portfolio's own flows, would be worth what it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property, partial

import numpy as np

from patterns.context import Context
from patterns.explaining import Path, explains
from patterns.explanation import Explanation, Formula, Number
from patterns.memo import once_a_context
from patterns.results import Figure
from portfolios.calc.benchmark_fed import BenchmarkFed, feed
from portfolios.calc.daily_returns import DailyReturns
from portfolios.calc.period_money import PeriodMoney, money_weighted
from portfolios.capabilities.gain import FedBenchmark, FedPoint, fed_benchmark
from portfolios.capabilities.inputs import Compared
from portfolios.capabilities.why.currency import withheld_at
from portfolios.capabilities.why.days import Days
from portfolios.capabilities.why.facts import dressed, of_figure
from portfolios.capabilities.why.members import Members
from portfolios.capabilities.why.money import ANNUAL_RATE, RATE, flow_of, gain_of, opening_of
from portfolios.capabilities.why.wealth import unknown
from portfolios.selectors.periods import beside, chosen

RULE = "returns.12"
SHOWN = ("total_value", "fed_value")


def _own_value(days: Days, money: PeriodMoney, figure: Figure) -> Explanation:
    return dressed(figure, days.value(money.end))


def _own_gain(days: Days, money: PeriodMoney, figure: Figure) -> Explanation:
    return gain_of(days, money, figure)


def _own_rate(days: Days, money: PeriodMoney, figure: Figure) -> Explanation:
    return RATE.node(days, money, figure, "of the portfolio")


def _own_annual(days: Days, money: PeriodMoney, figure: Figure) -> Explanation:
    return ANNUAL_RATE.node(days, money, figure, "of the portfolio")


OWN: Mapping[str, Callable[[Days, PeriodMoney, Figure], Explanation]] = {
    "total_value": _own_value,
    "gain": _own_gain,
    "mwr": _own_rate,
    "mwr_annual": _own_annual,
}


_fed = once_a_context(fed_benchmark)  # each of its points may be asked why


@explains("performance.fed_benchmark")
def why_fed(ctx: Context, args: Compared, path: Path) -> Explanation | None:
    """A value opens into the opening value and the flows, each grown with the benchmark since."""
    found = _fed(ctx, args)
    period = chosen(ctx, args.portfolio_id, args.period, args.start)
    other = beside(ctx, args.portfolio_id, args.benchmark_id, hedged=args.hedged)
    days, money = Days(ctx, args.portfolio_id), period.money
    same_days = other.over(period.returns) if len(period.returns) else other.daily
    fed = None
    if money is not None and same_days is not None:
        fed = Tree(days, money, Members(days, other.track), same_days)
    match path:
        case ("points", number, name) if int(number) < len(found.points) and name in SHOWN:
            point = found.points[int(number)]
            if getattr(point, name) is None:
                return unknown(name, point.reason)
            if name == "total_value":
                return days.value(point.asof_date)
            return None if fed is None else fed.point(point)
        case (name,) if isinstance(getattr(found, name, None), Figure):
            figure: Figure = getattr(found, name)
            if figure.value is None or money is None:
                return withheld_at(found, path)
            if name in OWN:
                return OWN[name](days, money, figure)
            return None if fed is None else FED[name](fed, found)
    return None


@dataclass(frozen=True)
class Tree:
    """A period's money in a benchmark."""

    days: Days
    money: PeriodMoney
    members: Members
    daily: DailyReturns

    @cached_property
    def made(self) -> BenchmarkFed:
        found = feed(self.daily, self.money)
        if found is None:
            raise ValueError("the benchmark does not cover the period")
        return found

    @cached_property
    def returns(self) -> DailyReturns:
        return self.daily.after(self.money.start).upto(self.money.end)

    @property
    def last(self) -> int:
        return len(self.returns) - 1

    def worth(self, place: int) -> Explanation:
        """What the money is worth in the benchmark after the flows of a day."""
        day = self._date(place)
        flows = [flow for flow in self.money.flows if flow[0] <= day]
        return Explanation(
            label=f"value in {self.members.track.name} on {day}",
            value=float(self.made.values[place]),
            unit="money",
            currency=self.days.ctx.base_currency or "",
            formula=Formula("sum", "the opening value and each flow, grown since"),
            parts=lambda: [
                self._grown(opening_of(self.days, self.money), -1, place),
                *(self._fed(flow_day, amount, place) for flow_day, amount in flows),
            ],
            rule=RULE,
        )

    def _date(self, place: int) -> date:
        return date.fromordinal(int(self.returns.days[place + 1]))

    def _fed(self, day: date, amount: Decimal, place: int) -> Explanation:
        """An inflow earns the return of its own day, an outflow leaves after it."""
        at = int(np.searchsorted(self.returns.days[1:], day.toordinal()))
        return self._grown(flow_of(self.days, day, amount), at - 1 if amount > 0 else at, place)

    def _grown(self, amount: Explanation, after: int, place: int) -> Explanation:
        """An amount that grew with the benchmark over the days after one up to another."""
        wealth = self.returns.wealth
        growth = float(wealth[place + 1] / wealth[after + 1])
        if after == place:
            return amount
        return Explanation(
            label=f"{amount.label}, in the benchmark",
            value=float(amount.value or 0) * growth,
            unit="money",
            currency=amount.currency,
            formula=Formula("product", "amount × growth of the benchmark since"),
            parts=lambda: [amount, self._growth(after, place, growth)],
            rule=RULE,
        )

    def _growth(self, after: int, place: int, growth: float) -> Explanation:
        dates = [self._date(at) for at in range(after + 1, place + 1)]
        chain = self.members.chain(dates, self.returns.returns[after + 1 : place + 1])
        return Explanation(
            label=f"growth of {self.members.track.name} up to {dates[-1]}",
            value=growth,
            unit="rate",
            formula=Formula("statistic", "(1 + return) of every day, multiplied", compute=_product),
            parts=chain.parts,
            rule="returns.10",
        )

    def shown(self, figure: Figure | None, place: int, label: str) -> Explanation:
        """The same, rounded as money is."""
        whole = self.worth(place)
        formula = Formula("rounded", "rounded once")
        if figure is not None:
            return of_figure(figure, label, formula, [whole], rule=RULE)
        return Explanation(
            label=label,
            value=None,
            unit="money",
            currency=whole.currency,
            formula=formula,
            parts=[whole],
            rule=RULE,
        )

    def point(self, point: FedPoint) -> Explanation:
        place = int(np.searchsorted(self.returns.days[1:], point.asof_date.toordinal()))
        node = self.shown(None, place, f"value in the benchmark on {point.asof_date}")
        return Explanation(
            label=node.label,
            value=point.fed_value,
            unit="money",
            currency=point.currency,
            formula=node.formula,
            parts=node.parts,
            rule=RULE,
        )


def _fed_value(tree: Tree, found: FedBenchmark) -> Explanation:
    return tree.shown(found.fed_value, tree.last, "value in the benchmark")


def _difference(tree: Tree, found: FedBenchmark) -> Explanation:
    return of_figure(
        found.value_difference,
        "value over that in the benchmark",
        Formula("difference", "value − value in the benchmark"),
        lambda: [tree.days.value(tree.money.end), _fed_value(tree, found)],
        rule=RULE,
    )


def _fed_gain(tree: Tree, found: FedBenchmark) -> Explanation:
    return gain_of(tree.days, tree.money, found.fed_gain, _fed_value(tree, found))


def _fed_rate(annual: bool, tree: Tree, found: FedBenchmark) -> Explanation:  # noqa: FBT001
    figure = found.fed_mwr_annual if annual else found.fed_mwr
    text = "the yearly rate" if annual else "the rate over the period"

    def compute(values: Sequence[Number]) -> float | None:
        amounts = [Decimal(str(one)) for one in values[:-1]]
        flows = tuple(
            (day, amount) for (day, _), amount in zip(tree.money.flows, amounts[1:], strict=True)
        )
        money = PeriodMoney(tree.money.start, tree.money.end, amounts[0], tree.money.closing, flows)
        rate = money_weighted(money, float(values[-1]))
        return rate.annual if annual else rate.period

    return of_figure(
        figure,
        f"{text} at which these come to nothing, in the benchmark",
        Formula("statistic", f"{text} at which these come to nothing", compute=compute),
        lambda: [
            opening_of(tree.days, tree.money),
            *(flow_of(tree.days, day, amount) for day, amount in tree.money.flows),
            tree.worth(tree.last),
        ],
        rule=RULE,
    )


def _product(values: Sequence[Number]) -> float:
    return float(np.prod([1.0 + float(one) for one in values]))


FED: Mapping[str, Callable[[Tree, FedBenchmark], Explanation]] = {
    "fed_value": _fed_value,
    "value_difference": _difference,
    "fed_gain": _fed_gain,
    "fed_mwr": partial(_fed_rate, False),
    "fed_mwr_annual": partial(_fed_rate, True),
}
