"""Lines that are looked at as one: a holding, a sector, a market. What they had to work with and
what they earned on a day, and their mean weight and own return over the period."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from patterns.explanation import SUM, Explanation, Formula, Number
from patterns.results import Figure
from portfolios.calc.contribution import held_days
from portfolios.calc.returns import Floats
from portfolios.capabilities.why.cut import Cut
from portfolios.capabilities.why.facts import dressed, of_figure
from portfolios.capabilities.why.grouping import Daily

EFFECTS = {"local": "local effect", "fx": "currency effect", "interaction": "interaction"}
OWN_RULE, WEIGHT_RULE, PROFIT_RULE = "contribution.5", "contribution.6", "contribution.1"


@dataclass(frozen=True)
class Group:
    """`columns` are the places of its lines."""

    cut: Cut
    name: str
    columns: tuple[int, ...]

    @cached_property
    def profit(self) -> Floats:
        return self._of(self.cut.lines.profit)

    @cached_property
    def local(self) -> Floats:
        return self._of(self.cut.lines.local)

    @cached_property
    def invested(self) -> Floats:
        return self._of(self.cut.lines.invested)

    def _of(self, array: Floats) -> Floats:
        found: Floats = array[:, [*self.columns]].sum(axis=1)
        return found

    def profit_on(self, place: int) -> Explanation:
        return self._summed("profit", self.profit, self.cut.lines.profit, self.cut.profit, place)

    def local_on(self, place: int) -> Explanation:
        return self.effect_on("local", place)

    def effect_on(self, name: str, place: int) -> Explanation:
        """The local, fx or interaction effect of a day in base."""
        amounts: Floats = getattr(self.cut.lines, name)
        part: Callable[[int, int], Explanation] = getattr(self.cut, name)
        return self._summed(EFFECTS[name], self._of(amounts), amounts, part, place)

    def invested_on(self, place: int) -> Explanation:
        """What the lines had to work with on a day; those of all sum to the capital at work."""
        return self._summed(
            "capital", self.invested, self.cut.lines.invested, self.cut.invested, place
        )

    def _summed(
        self,
        what: str,
        whole: Floats,
        parts: Floats,
        part: Callable[[int, int], Explanation],
        place: int,
    ) -> Explanation:
        if len(self.columns) == 1:
            return part(place, self.columns[0])
        return self.cut.in_base(
            f"{what} of {self.name} on {self.cut.date_of(place)}",
            whole[place],
            SUM,
            lambda: [part(place, column) for column in self.columns if parts[place, column]],
            PROFIT_RULE,
        )

    def weight_on(self, place: int) -> Explanation:
        day = self.cut.date_of(place)
        return self.cut.of_capital(
            f"weight of {self.name} on {day}",
            self.invested[place],
            place,
            lambda: self.invested_on(place),
            WEIGHT_RULE,
        )

    def mean_weight(self, figure: Figure) -> Explanation:
        """A mean of every day's weight."""
        return of_figure(
            figure,
            f"mean weight of {self.name}",
            Formula("statistic", "the mean of every day", compute=mean),
            lambda: [self.weight_on(place) for place in range(len(self.cut.lines.dates))],
            rule=WEIGHT_RULE,
        )

    def own_return(self, figure: Figure) -> Explanation:
        """Compounded over the days on which it had a capital of its own."""
        return dressed(figure, self.own_days().node(f"own return of {self.name}"))

    def own_days(self) -> Daily:
        held = held_days(self.invested, self.cut.lines.capital).nonzero()[0].tolist()
        return Daily(
            name=f"return of {self.name}",
            dates=[self.cut.date_of(place) for place in held],
            values=self.profit[held] / self.invested[held],
            day=lambda number: self.return_on(held[number]),
            kind="chain",
            rule=OWN_RULE,
        )

    def return_on(self, place: int) -> Explanation:
        return Explanation(
            label=f"return of {self.name} on {self.cut.date_of(place)}",
            value=float(self.profit[place] / self.invested[place]),
            unit="fraction",
            formula=Formula("quotient", "profit / its own capital"),
            parts=lambda: [self.profit_on(place), self.invested_on(place)],
            rule=OWN_RULE,
        )

    def value_before(self, place: int) -> Explanation:
        """What the lines were worth at the start of a day."""
        lines = self.cut.lines
        return self._worth(
            f"{self.name} on {self.cut.date_of(place - 1)}",
            lines.opening[place] * lines.rate_before[place],
            lambda column: self.cut.opening(place, column),
        )

    def value_after(self, place: int) -> Explanation:
        """What they were worth at its end."""
        lines = self.cut.lines
        return self._worth(
            f"{self.name} on {self.cut.date_of(place)}",
            lines.closing[place] * lines.rate_after[place],
            lambda column: self.cut.closing(place, column),
        )

    def _worth(self, label: str, worths: Floats, part: Callable[[int], Explanation]) -> Explanation:
        return self.cut.in_base(
            label,
            worths[[*self.columns]].sum(),
            Formula("sum", "what it was worth"),
            lambda: [part(column) for column in self.columns if worths[column]],
            "valuation.1",
        )


def everything(cut: Cut) -> Group:
    """All lines of the portfolio."""
    return Group(cut, "the portfolio", tuple(range(len(cut.lines.lines))))


def mean(values: Sequence[Number]) -> float:
    return float(np.mean([float(one) for one in values]))
