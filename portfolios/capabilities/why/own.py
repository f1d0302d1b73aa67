"""One position over a period, day by day: what it earned on its own capital, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial

import numpy as np

from patterns.context import Context
from patterns.explanation import SUM, Explanation, Formula
from portfolios.calc.linking import Linker, link_factors
from portfolios.calc.position_returns import PositionDays
from portfolios.calc.returns import Floats
from portfolios.capabilities.inputs import OfPosition
from portfolios.capabilities.position_period import PositionPeriod
from portfolios.capabilities.why.cut import Cut
from portfolios.capabilities.why.group import EFFECTS, Group
from portfolios.capabilities.why.grouping import Daily
from portfolios.capabilities.why.linked import Linked, factor_of, linked_over

EFFECT_RULE = "positions.2"


@dataclass(frozen=True)
class Own:
    """`linked` is the whole portfolio over the same days, `group` the position's lines in it."""

    period: PositionPeriod
    linked: Linked
    group: Group

    @property
    def name(self) -> str:
        return self.group.name

    @property
    def cut(self) -> Cut:
        return self.linked.cut

    @property
    def days(self) -> PositionDays:
        return self.period.known()

    @cached_property
    def held(self) -> list[int]:
        """The places of the days on which it had a capital of its own."""
        places: list[int] = self.days.held.nonzero()[0].tolist()
        return places

    def returns(self) -> list[Explanation]:
        """Its return of every day on which it was held, one beside the other."""
        return [self.group.return_on(place) for place in self.held]

    def beside(self) -> list[Explanation]:
        """The portfolio's return of the same days."""
        return [self.portfolio_return(place) for place in self.held]

    def chain(self) -> Daily:
        """Its returns compounded, by month where there are many."""
        return self.group.own_days()

    def portfolio_return(self, place: int) -> Explanation:
        return self.cut.days.daily_return(self.cut.date_of(place))

    def added(self, place: int) -> Explanation:
        """What it added on a day to the portfolio's return."""
        name = f"contribution of {self.name} on {self.cut.date_of(place)}"
        profit = partial(self.group.profit_on, place)
        return self.cut.of_capital(
            name, float(self.days.profit[place]), place, profit, "contribution.1"
        )

    def effects(self) -> OwnEffects:
        return OwnEffects(self)


@dataclass(frozen=True)
class OwnEffects:
    """What its market and its currency did to a position: effects over its own capital, linked so
    that they sum to its return. An array has one element for each day on which it was held."""

    own: Own

    @cached_property
    def daily(self) -> dict[str, Floats]:
        own, held = self.own, self.own.held
        invested, columns = own.days.invested[held], [*own.group.columns]
        return {
            name: getattr(own.cut.lines, name)[:, columns].sum(axis=1)[held] / invested
            for name in EFFECTS
        }

    @cached_property
    def summed(self) -> Floats:
        found: Floats = np.sum([*self.daily.values()], axis=0)
        return found

    @cached_property
    def factors(self) -> Floats:
        return np.array(self._linking[0])

    @cached_property
    def _linking(self) -> tuple[list[float], Linker]:
        return link_factors(self.summed.tolist())

    @property
    def dates(self) -> list[date]:
        return [self.own.cut.date_of(place) for place in self.own.held]

    def effect(self, name: str) -> Explanation:
        """One effect over the period: every day's, linked."""
        label = f"{EFFECTS[name]} of {self.own.name}"
        return Daily(
            name=label,
            dates=self.dates,
            values=self.daily[name] * self.factors,
            day=partial(self._linked, name),
            rule=EFFECT_RULE,
        ).node(label)

    def total(self) -> Explanation:
        """All three over the period."""
        parts = [self.effect(name) for name in EFFECTS]
        return Explanation(
            label=f"all effects of {self.own.name}",
            value=sum(float(part.value or 0.0) for part in parts),
            unit="fraction",
            formula=Formula("sum", "local + currency + interaction"),
            parts=parts,
            rule=EFFECT_RULE,
        )

    def gap(self, at: int) -> Explanation:
        """How far a day's effects are from its return."""
        place = self.own.held[at]
        other = self.own.group.return_on(place)
        return Explanation(
            label=f"gap of {self.own.cut.date_of(place)}",
            value=float(self.summed[at] - float(other.value or 0.0)),
            unit="fraction",
            formula=Formula("difference", "its effects of the day − its return"),
            parts=[self.day(at), other],
            rule=EFFECT_RULE,
        )

    def day(self, at: int) -> Explanation:
        """The three effects of a day together."""
        return Explanation(
            label=f"effects on {self.own.name} on {self.own.cut.date_of(self.own.held[at])}",
            value=float(self.summed[at]),
            unit="fraction",
            formula=SUM,
            parts=lambda: [self._effect(name, at) for name in EFFECTS],
            rule=EFFECT_RULE,
        )

    def _linked(self, name: str, at: int) -> Explanation:
        day = self.own.cut.date_of(self.own.held[at])
        return Explanation(
            label=f"{EFFECTS[name]} of {self.own.name} on {day}, linked",
            value=float(self.factors[at] * self.daily[name][at]),
            unit="fraction",
            formula=Formula("product", "linking factor × effect of the day"),
            parts=lambda: [self._factor(at), self._effect(name, at)],
            rule=EFFECT_RULE,
        )

    def _effect(self, name: str, at: int) -> Explanation:
        """An effect of a day over what the position had to work with."""
        place, group = self.own.held[at], self.own.group
        return Explanation(
            label=f"{EFFECTS[name]} of {group.name} on {self.own.cut.date_of(place)}",
            value=float(self.daily[name][at]),
            unit="fraction",
            formula=Formula("quotient", "effect / its own capital"),
            parts=lambda: [group.effect_on(name, place), group.invested_on(place)],
            rule=EFFECT_RULE,
        )

    def _factor(self, at: int) -> Explanation:
        return factor_of(
            self.own.cut.date_of(self.own.held[at]),
            float(self.factors[at]),
            self._linking[1],
            at,
            day=self.day,
            whole=self._compounded,
        )

    def _compounded(self) -> Explanation:
        """Its effects of every day, compounded: its return by this road."""
        label = f"return of {self.own.name}, from its effects"
        return Daily(
            name=label,
            dates=self.dates,
            values=self.summed,
            day=self.day,
            kind="chain",
            rule=EFFECT_RULE,
        ).node(label)


def own_of(ctx: Context, args: OfPosition, period: PositionPeriod) -> Own:
    """A position over a period that has days of it."""
    linked = linked_over(ctx, args)
    columns = linked.cut.lines_in(lambda _, key: key == args.security_id)
    name = linked.cut.span.symbol(args.security_id)
    return Own(period, linked, Group(linked.cut, name, tuple(columns)))
