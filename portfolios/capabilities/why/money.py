"""Values at both ends of a period and the flows between: what gain and money-weighted returns
follow from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from patterns.explanation import Explanation, Formula, Number
from patterns.results import Figure
from portfolios.calc.entries import ZERO
from portfolios.calc.period_money import PeriodMoney, dietz_return, money_weighted
from portfolios.capabilities.why.days import Days
from portfolios.capabilities.why.facts import of_figure

FLOW_RULE, GAIN_RULE = "returns.6", "returns.8"
Measure = Callable[[PeriodMoney], float | None]


@dataclass(frozen=True)
class Weighing:
    """A figure of the opening value, each flow and the closing value, in this order."""

    text: str
    rule: str
    measure: Measure

    def node(
        self, days: Days, money: PeriodMoney | None, figure: Figure, label: str
    ) -> Explanation:
        def compute(values: Sequence[Number]) -> float | None:
            if money is None:
                return None
            amounts = [Decimal(str(one)) for one in values]
            flows = tuple(
                (day, amount) for (day, _), amount in zip(money.flows, amounts[1:-1], strict=True)
            )
            return self.measure(PeriodMoney(money.start, money.end, amounts[0], amounts[-1], flows))

        formula = Formula("statistic", self.text, compute=compute)
        parts = () if money is None else lambda: values_and_flows(days, money)
        return of_figure(figure, f"{self.text}, {label}", formula, parts, rule=self.rule)


def _period_rate(money: PeriodMoney) -> float | None:
    return money_weighted(money).period


def _yearly_rate(money: PeriodMoney) -> float | None:
    return money_weighted(money).annual


def _gain(money: PeriodMoney) -> float:
    return float(money.gain)


RATE = Weighing("the rate at which these come to nothing, over the period", FLOW_RULE, _period_rate)
ANNUAL_RATE = Weighing("the yearly rate at which these come to nothing", FLOW_RULE, _yearly_rate)
DIETZ = Weighing("gain over average capital", "returns.7", dietz_return)
GAIN = Weighing("closing less opening value, less what was paid in", GAIN_RULE, _gain)


def values_and_flows(days: Days, money: PeriodMoney) -> list[Explanation]:
    """The opening value, each flow, the closing value."""
    return [opening_of(days, money), *flows_of(days, money), days.value(money.end)]


def opening_of(days: Days, money: PeriodMoney) -> Explanation:
    return days.value(days.close_before(money.start))


def flows_of(days: Days, money: PeriodMoney) -> list[Explanation]:
    """Each flow of a period, positive inwards."""
    return [flow_of(days, day, amount) for day, amount in money.flows]


def flow_of(days: Days, day: date, amount: Decimal) -> Explanation:
    """One flow of a day, positive inwards."""
    found = days.flow(day, 1 if amount > 0 else -1)
    if amount > 0:
        return found
    return Explanation(
        label=f"taken out until {day}, as a negative flow",
        value=amount,
        unit="money",
        currency=found.currency,
        formula=Formula("negative", "− what was taken out"),
        parts=[found],
        rule=FLOW_RULE,
    )


def net_flows(days: Days, money: PeriodMoney) -> Explanation:
    """What was paid in less what was taken out."""
    return Explanation(
        label="net flows",
        value=sum((amount for _, amount in money.flows), ZERO),
        unit="money",
        currency=days.ctx.base_currency or "",
        formula=Formula("sum", "paid in, and taken out as negative flows"),
        parts=lambda: flows_of(days, money),
        rule=GAIN_RULE,
    )


def gain_of(
    days: Days, money: PeriodMoney, figure: Figure, closing: Explanation | None = None
) -> Explanation:
    """Closing less opening value, less net flows; of another closing value where one is given."""
    return of_figure(
        figure,
        "gain",
        Formula("difference", "closing value − opening value − net flows"),
        lambda: [
            closing or days.value(money.end),
            opening_of(days, money),
            net_flows(days, money),
        ],
        rule=GAIN_RULE,
    )
