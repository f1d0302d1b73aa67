"""An excess over a benchmark: both sides, the linking of daily effects, and how well they sum."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from patterns.explanation import SUM, Explanation, Formula, Number
from patterns.results import Figure
from portfolios.calc.active_linking import ActiveLinker, active_factors, carino_factor
from portfolios.calc.excess import LINKERS, Whole
from portfolios.calc.relative import geometric_excess
from portfolios.calc.returns import Floats
from portfolios.capabilities.excess_figures import Excess
from portfolios.capabilities.why.cut import Cut
from portfolios.capabilities.why.facts import dressed, of_figure
from portfolios.capabilities.why.grouping import Daily
from portfolios.capabilities.why.members import Members

EXCESS_RULE, LINKING = "benchmark-attribution.1", "benchmark-attribution.5"
CARINO = "[ln(1+r_p) − ln(1+r_b)] / (r_p − r_b) of the day over the same of the period"
NAMES = {"carino": "Cariño", "menchero": "Menchero", "frongello": "Frongello"}


@dataclass(frozen=True)
class Active:
    """A cut period beside a benchmark's days. portfolio and benchmark are their daily returns, as
    the effects sum to them; factors what the effects of each day are multiplied by."""

    cut: Cut
    members: Members
    portfolio: Floats
    benchmark: Floats
    factors: Floats
    whole: Whole

    def own_day(self, place: int) -> Explanation:
        return self.cut.days.daily_return(self.cut.date_of(place))

    def their_day(self, place: int) -> Explanation:
        return self.members.day(self.cut.date_of(place))

    @cached_property
    def own(self) -> Explanation:
        """The portfolio's return over the period."""
        return Daily(
            name="return",
            dates=self.cut.lines.dates,
            values=self.portfolio,
            day=self.own_day,
            kind="chain",
            rule="returns.3",
        ).node("return of the portfolio")

    @cached_property
    def theirs(self) -> Explanation:
        """The benchmark's."""
        chain = self.members.chain(self.cut.lines.dates, self.benchmark)
        return chain.node(f"return of {self.members.track.name}")

    def excess(self) -> Explanation:
        return Explanation(
            label="excess return",
            value=self.whole.excess,
            unit="fraction",
            formula=Formula("difference", "return − the benchmark's"),
            parts=lambda: [self.own, self.theirs],
            rule=EXCESS_RULE,
        )

    def factor(self, place: int, linker: ActiveLinker | None = None) -> Explanation:
        """What the effects of a day are multiplied by."""
        chosen = linker or self.whole.linker
        if chosen == "carino":
            return self._factor(
                place,
                CARINO,
                float(active_factors(self.portfolio, self.benchmark, chosen)[place]),
                _carino,
                lambda: [self.own_day(place), self.their_day(place), self.own, self.theirs],
            )

        def again(values: Sequence[Number]) -> float:
            both = np.array([float(one) for one in values]).reshape(2, -1)
            return float(active_factors(both[0], both[1], chosen)[place])

        days = range(len(self.cut.lines.dates))
        return self._factor(
            place,
            f"after {NAMES[chosen]}, from both sides' returns of all days",
            float(active_factors(self.portfolio, self.benchmark, chosen)[place]),
            again,
            lambda: [*map(self.own_day, days), *map(self.their_day, days)],
        )

    def _factor(
        self,
        place: int,
        text: str,
        value: float,
        compute: Callable[[Sequence[Number]], float],
        parts: Callable[[], list[Explanation]],
    ) -> Explanation:
        return Explanation(
            label=f"linking factor of {self.cut.date_of(place)}",
            value=value,
            unit="rate",
            formula=Formula("statistic", text, compute=compute),
            parts=parts,
            rule=LINKING,
        )

    def linked(self, name: str, effects: Floats, effect: Callable[[int], Explanation]) -> Daily:
        """Daily effects, linked; `effect` is the node of a day, unlinked."""

        def day(place: int) -> Explanation:
            return self._times(name, place, effects, effect, None)

        return Daily(
            name=name,
            dates=self.cut.lines.dates,
            values=self.factors * effects,
            day=day,
            rule=LINKING,
        )

    def _times(
        self,
        name: str,
        place: int,
        effects: Floats,
        effect: Callable[[int], Explanation],
        linker: ActiveLinker | None,
    ) -> Explanation:
        factors = active_factors(self.portfolio, self.benchmark, linker) if linker else self.factors
        return Explanation(
            label=f"{name} on {self.cut.date_of(place)}, linked",
            value=float(factors[place] * effects[place]),
            unit="fraction",
            formula=Formula("product", "linking factor × effect of the day"),
            parts=lambda: [self.factor(place, linker), effect(place)],
            rule=LINKING,
        )

    def by_linker(self, linker: ActiveLinker) -> Explanation:
        """The excess of all days, linked by one of the three."""
        excess = self.portfolio - self.benchmark
        factors = active_factors(self.portfolio, self.benchmark, linker)
        return Daily(
            name="excess",
            dates=self.cut.lines.dates,
            values=factors * excess,
            day=lambda place: self._times("excess", place, excess, self._day_excess, linker),
            rule=LINKING,
        ).node(f"excess linked by {NAMES[linker]}")

    def _day_excess(self, place: int) -> Explanation:
        return Explanation(
            label=f"excess of {self.cut.date_of(place)}",
            value=float(self.portfolio[place] - self.benchmark[place]),
            unit="fraction",
            formula=Formula("difference", "return − the benchmark's"),
            parts=lambda: [self.own_day(place), self.their_day(place)],
            rule=EXCESS_RULE,
        )


def sum_of(label: str, parts: Sequence[Explanation], rule: str = LINKING) -> Explanation:
    """Linked effects together."""
    return Explanation(
        label=label,
        value=sum(float(part.value or 0.0) for part in parts),
        unit="fraction",
        formula=SUM,
        parts=parts,
        rule=rule,
    )


def why_excess(
    active: Active, found: Excess, name: str, effects: Callable[[], Sequence[Explanation]]
) -> Explanation | None:
    """A figure that every attribution against a benchmark has; `effects` are all its effects."""
    figure = getattr(found, name, None)
    if not isinstance(figure, Figure) or name not in SHARED:
        return None
    return SHARED[name](active, figure, effects)


Effects = Callable[[], Sequence[Explanation]]


def _geometric(active: Active, figure: Figure, _effects: Effects) -> Explanation:
    def compute(values: Sequence[Number]) -> float:
        return geometric_excess(float(values[0]), float(values[1]))

    return of_figure(
        figure,
        "geometric excess",
        Formula("statistic", "(1 + return) / (1 + the benchmark's) − 1", compute=compute),
        lambda: [active.own, active.theirs],
        rule=EXCESS_RULE,
    )


def _linkers_gap(active: Active, figure: Figure, _effects: Effects) -> Explanation:
    def furthest(values: Sequence[Number]) -> float:
        totals = [float(one) for one in values]
        return (max(totals) - min(totals)) * 1e4

    linkers = LINKERS if active.whole.linker == "carino" else (active.whole.linker,)
    return of_figure(
        figure,
        "gap of the linkers",
        Formula("statistic", "the largest less the least, in basis points", compute=furthest),
        lambda: [active.by_linker(one) for one in linkers],
        rule=LINKING,
    )


def _error(active: Active, figure: Figure, effects: Effects) -> Explanation:
    def distance(values: Sequence[Number]) -> float:
        return abs(float(values[0]) - float(values[1])) * 1e4

    return of_figure(
        figure,
        "gap of the effects",
        Formula("statistic", "the distance of the two, in basis points", compute=distance),
        lambda: [sum_of("all effects", effects()), active.excess()],
        rule=LINKING,
    )


def _observations(active: Active, figure: Figure, _effects: Effects) -> Explanation:
    return of_figure(
        figure,
        "days with a return",
        Formula("statistic", "how many there are", compute=len),
        lambda: [active.own_day(place) for place in range(len(active.portfolio))],
        rule="returns.2",
    )


SHARED: Mapping[str, Callable[[Active, Figure, Effects], Explanation]] = {
    "portfolio_return": lambda active, figure, _: dressed(figure, active.own),
    "benchmark_return": lambda active, figure, _: dressed(figure, active.theirs),
    "excess_return": lambda active, figure, _: dressed(figure, active.excess()),
    "geometric_excess": _geometric,
    "linkers_gap_bps": _linkers_gap,
    "error_bps": _error,
    "observations": _observations,
}


def _carino(values: Sequence[Number]) -> float:
    own, theirs, whole, index = (float(one) for one in values)
    return carino_factor((own, theirs), (whole, index))
