"""Why the gain of a period came from where it did: prices, income, charges and exchange rates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np

from patterns.context import Context
from patterns.explaining import Path, explains
from patterns.explanation import Explanation, Formula
from patterns.results import Figure
from portfolios.calc.entries import ZERO
from portfolios.calc.gain_parts import GainDay
from portfolios.calc.period_money import PeriodMoney
from portfolios.capabilities.gain import LABELS, GainParts, gain_parts
from portfolios.capabilities.inputs import OverNamedPeriod
from portfolios.capabilities.why.currency import withheld_at
from portfolios.capabilities.why.days import Days
from portfolios.capabilities.why.facts import of_figure
from portfolios.capabilities.why.gain_day import OfDay
from portfolios.capabilities.why.grouping import Daily
from portfolios.capabilities.why.money import gain_of
from portfolios.selectors.gain import gain_days_of
from portfolios.selectors.periods import chosen

RULE = "returns.9"
DUST = Decimal("1e-12")  # what is left of exact sums in 28 digits
SAID = {
    "price": "what prices did",
    "income": "gross income",
    "fees": "fees",
    "taxes": "taxes",
    "fx": "what exchange rates did",
}


@explains("performance.gain_parts")
def why_gain(ctx: Context, args: OverNamedPeriod, path: Path) -> Explanation | None:
    """A part opens into the days that have some of it, a day into amounts and rates."""
    found = gain_parts(ctx, args)
    money = chosen(ctx, args.portfolio_id, args.period, args.start).money
    match path:
        case ("rows", number, "amount") if int(number) < len(found.rows):
            name = [*LABELS][int(number)]
        case (name,) if name in LABELS or name == "gain":
            pass
        case _:
            return None
    figure: Figure = getattr(found, name)
    if figure.value is None or money is None:
        return withheld_at(found, path)
    tree = Tree(Days(ctx, args.portfolio_id), money, found)
    return tree.gain if name == "gain" else tree.part(name)


@dataclass(frozen=True)
class Tree:
    """The parts of a period's gain."""

    days: Days
    money: PeriodMoney
    found: GainParts

    @cached_property
    def made(self) -> tuple[GainDay, ...]:
        return gain_days_of(self.days.ctx, self.days.portfolio_id, self.money) or ()

    @property
    def gain(self) -> Explanation:
        return gain_of(self.days, self.money, self.found.gain)

    def part(self, name: str) -> Explanation:
        """One part, as it is shown."""
        if name == "price":
            return of_figure(
                self.found.price,
                "from prices",
                Formula("sum", "every day's, and the stray cents of rounding"),
                lambda: [self.sum_of("price"), self._stray()],
                rule=RULE,
            )
        charge = name in ("fees", "taxes")
        return of_figure(
            getattr(self.found, name),
            f"from {LABELS[name].lower()}",
            Formula("rounded", "the sum of every day, rounded once"),
            lambda: [self._negative(name) if charge else self.sum_of(name)],
            rule=RULE,
        )

    def _negative(self, name: str) -> Explanation:
        whole = self.sum_of(name)
        return self._money(
            f"{name}, as a cost",
            -self._total(name),
            Formula("negative", "what was charged lessens the gain"),
            lambda: [whole],
        )

    def _total(self, name: str) -> Decimal:
        return sum((getattr(day, name) for day in self.made), ZERO)

    def sum_of(self, name: str) -> Explanation:
        """The days that have something of a part."""
        some = [day for day in self.made if abs(getattr(day, name)) > DUST]
        daily = Daily(
            name=SAID[name],
            dates=[day.after.asof_date for day in some],
            values=np.array([getattr(day, name) for day in some], dtype=object),
            day=lambda place: self._day(some[place], name),
            unit="money",
            currency=self._currency,
            rule=RULE,
        )
        return self._money(SAID[name], self._total(name), daily.formula, daily.parts)

    def _day(self, day: GainDay, name: str) -> Explanation:
        return OfDay(self.days, day).part(name)

    @property
    def _currency(self) -> str:
        return self.found.gain.currency

    def _stray(self) -> Explanation:
        """Parts are rounded, and price takes what is left of the gain."""
        names = ("income", "fees", "taxes", "fx")
        others = sum((getattr(self.found, name).value for name in names), ZERO)
        value = self.money.gain - others - self._total("price")
        return self._money(
            "stray cents of rounding",
            value,
            Formula("difference", "gain − the other parts as shown − what prices did"),
            lambda: [self.gain, *map(self.part, names), self.sum_of("price")],
        )

    def _money(
        self,
        label: str,
        value: Decimal,
        formula: Formula,
        parts: Callable[[], list[Explanation]],
    ) -> Explanation:
        return Explanation(
            label=label,
            value=value,
            unit="money",
            currency=self._currency,
            formula=formula,
            parts=parts,
            rule=RULE,
        )
