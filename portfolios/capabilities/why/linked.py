"""Days linked into a period: their factors, their returns, and what a line adds to each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from patterns.context import Context
from patterns.explanation import Explanation, Formula, Number
from patterns.results import Figure
from portfolios.calc.linking import Linker, carino_factor, link_factors
from portfolios.calc.returns import Floats
from portfolios.capabilities.inputs import OverPeriod
from portfolios.capabilities.span_figures import asked_of
from portfolios.capabilities.why.cut import Cut
from portfolios.capabilities.why.days import Days
from portfolios.capabilities.why.facts import of_figure
from portfolios.capabilities.why.grouping import Daily
from portfolios.selectors.spans import span_of

LINKING = "currency-attribution.7"
CARINO = "ln(1 + r)/r of the day over the same of the period"
FRONGELLO = "what the days before the last of these made of 1"


@dataclass(frozen=True)
class Linked:
    """A cut period whose every day has a return."""

    cut: Cut

    @cached_property
    def factors(self) -> Floats:
        return np.array(self._linking[0])

    @cached_property
    def _linking(self) -> tuple[list[float], Linker]:
        return link_factors(self.cut.lines.returns.tolist())

    def whole(self, label: str = "return of the period") -> Explanation:
        """The time-weighted return: every day's, compounded."""
        return self.chain.node(label)

    @property
    def chain(self) -> Daily:
        dates = self.cut.lines.dates
        return Daily(
            name="return",
            dates=dates,
            values=self.cut.lines.returns,
            day=lambda place: self.cut.days.daily_return(dates[place]),
            kind="chain",
            rule="returns.3",
        )

    def counted(self, figure: Figure) -> Explanation:
        """How many days have a return."""
        formula = Formula("statistic", "how many there are", compute=len)
        return of_figure(figure, "days with a return", formula, self.returns, rule="returns.2")

    def returns(self) -> list[Explanation]:
        """Every day's return, one beside the other."""
        return [self.cut.days.daily_return(day) for day in self.cut.lines.dates]

    def factor(self, place: int) -> Explanation:
        """What the contributions of a day are multiplied by."""
        return factor_of(
            self.cut.date_of(place),
            float(self.factors[place]),
            self._linking[1],
            place,
            day=lambda at: self.cut.days.daily_return(self.cut.date_of(at)),
            whole=self.whole,
        )

    def effect(
        self, name: str, amounts: Floats, amount: Callable[[int], Explanation], rule: str
    ) -> Daily:
        """What daily amounts in base added to the period's return, day by day."""
        values = amounts / self.cut.lines.capital

        def day(place: int) -> Explanation:
            return self.times(
                f"{name} on {self.cut.date_of(place)}, linked",
                place,
                lambda: self.cut.of_capital(
                    f"{name} on {self.cut.date_of(place)}",
                    amounts[place],
                    place,
                    lambda: amount(place),
                    rule,
                ),
                float(values[place]),
            )

        return Daily(
            name=name, dates=self.cut.lines.dates, values=values * self.factors, day=day, rule=rule
        )

    def times(
        self, label: str, place: int, effect: Callable[[], Explanation], value: float
    ) -> Explanation:
        """A day's effect, linked: times the factor of its day."""
        return Explanation(
            label=label,
            value=float(self.factors[place] * value),
            unit="fraction",
            formula=Formula("product", "linking factor × effect of the day"),
            parts=lambda: [self.factor(place), effect()],
            rule=LINKING,
        )

    def line_return(self, place: int) -> Explanation:
        """A day's return as the sum of what every line earned."""
        cut, profit = self.cut, self.cut.lines.profit[place]
        day = cut.date_of(place)
        return cut.of_capital(
            f"return of {day}, from profits",
            float(profit.sum()),
            place,
            lambda: cut.summed(
                f"profit of {day}",
                float(profit.sum()),
                [cut.profit(place, line) for line in profit.nonzero()[0].tolist()],
            ),
            "contribution.1",
        )

    def by_values(self, label: str = "return chained from values and flows") -> Daily:
        """The other road to the return: total values and what crossed the border, alone."""
        return Daily(
            name=label,
            dates=self.cut.lines.dates,
            values=self.cut.lines.value_returns,
            day=self.value_return,
            kind="chain",
            rule="currency-attribution.7",
        )

    def value_return(self, place: int) -> Explanation:
        """A day's return from total values and external flows alone."""
        lines, cut = self.cut.lines, self.cut
        start = lines.opening[place] * lines.rate_before[place]
        end = lines.closing[place] * lines.rate_after[place]
        crossed = lines.external[place]
        day = cut.date_of(place)

        def earned() -> Explanation:
            return cut.in_base(
                f"earned on {day}, from values and flows",
                float(end.sum() - start.sum() - crossed.sum()),
                Formula("difference", "value at the end − value at the start − net flows"),
                lambda: [
                    cut.summed(
                        f"value on {day}",
                        float(end.sum()),
                        [cut.closing(place, line) for line in end.nonzero()[0].tolist()],
                    ),
                    cut.summed(
                        f"value on {cut.date_of(place - 1)}",
                        float(start.sum()),
                        [cut.opening(place, line) for line in start.nonzero()[0].tolist()],
                    ),
                    cut.summed(
                        "net flows",
                        float(crossed.sum()),
                        [cut.from_outside(place, line) for line in crossed.nonzero()[0].tolist()],
                    ),
                ],
            )

        return cut.of_capital(
            f"return of {day}, from values and flows",
            float(end.sum() - start.sum() - crossed.sum()),
            place,
            earned,
            "returns.1",
        )

    def gap(
        self, figure: Figure, label: str, effects: Callable[[], Explanation], rule: str
    ) -> Explanation:
        """How far the linked sum is from the return that came by the other road."""
        return of_figure(
            figure,
            label,
            Formula("statistic", "the distance of the two, in basis points", compute=distance),
            lambda: [effects(), self.by_values().node("return chained from values and flows")],
            rule=rule,
        )


def factor_of(
    on: date,
    factor: float,
    linker: Linker,
    at: int,
    *,
    day: Callable[[int], Explanation],
    whole: Callable[[], Explanation],
) -> Explanation:
    """The linking factor of one of several days: by Cariño of its return and the period's, by
    Frongello of the returns before it."""
    carino = linker == "carino"
    return Explanation(
        label=f"linking factor of {on}",
        value=factor,
        unit="rate",
        formula=Formula(
            "statistic",
            CARINO if carino else FRONGELLO,
            compute=_carino if carino else _before_last,
        ),
        parts=lambda: [day(at), whole()] if carino else [day(one) for one in range(at + 1)],
        rule=LINKING,
    )


def linked_over(ctx: Context, args: OverPeriod) -> Linked:
    """The period that a capability was asked for."""
    days = Days(ctx, args.portfolio_id)
    return Linked(Cut(ctx, span_of(ctx, args.portfolio_id, asked_of(args)), days))


def _carino(values: Sequence[Number]) -> float:
    day, whole = (float(one) for one in values)
    return carino_factor(day, whole)


def _before_last(values: Sequence[Number]) -> float:
    return float(np.prod([1.0 + float(one) for one in values[:-1]]))


def distance(values: Sequence[Number]) -> float:
    """Of two fractions, in basis points."""
    one, other = (float(value) for value in values)
    return abs(one - other) * 1e4


def furthest(values: Sequence[Number]) -> float:
    """The largest of many distances, in basis points."""
    return max(abs(float(value)) for value in values) * 1e4
