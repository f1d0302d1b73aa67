"""Why a sector added to the excess: weights and returns of both sides, day by day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from patterns.context import Context
from patterns.explaining import Path, explains
from patterns.explanation import Explanation, Formula
from patterns.results import Figure
from portfolios.calc.brinson import NOTHING_HELD
from portfolios.calc.contribution import held_days
from portfolios.calc.returns import Floats
from portfolios.calc.sector_excess import SectorDays, sector_days
from portfolios.capabilities.excess_figures import compared
from portfolios.capabilities.inputs import AgainstBenchmark
from portfolios.capabilities.sector_effects import EFFECTS, SectorRow, sector
from portfolios.capabilities.span_figures import lines_of
from portfolios.capabilities.why.active import Active, sum_of, why_excess
from portfolios.capabilities.why.currency import withheld_at
from portfolios.capabilities.why.cut import Cut
from portfolios.capabilities.why.days import Days
from portfolios.capabilities.why.facts import dressed, of_figure
from portfolios.capabilities.why.group import Group, mean
from portfolios.capabilities.why.grouping import Daily
from portfolios.capabilities.why.members import Members
from portfolios.selectors.against import sector_of

RULE, OTHERS_RULE = "benchmark-attribution.2", "benchmark-attribution.4"


@explains("attribution.sector")
def why_sector(ctx: Context, args: AgainstBenchmark, path: Path) -> Explanation | None:
    """Effects open into sectors, months and days; a day into weights and returns."""
    found = sector(ctx, args)
    if found.state == "withheld":
        return withheld_at(found, path)
    tree = tree_of(ctx, args)
    match path:
        case ("sectors", number, name) if int(number) < len(found.sectors):
            return tree.figure(found.sectors[int(number)], name)
        case ("steps", number, "effect") if int(number) < len(found.steps):
            name = [*EFFECTS, "hedge"][int(number)]
            return dressed(found.steps[int(number)].effect, tree.whole(name))
        case (name,) if name in EFFECTS or name == "hedge":
            return dressed(getattr(found, name), tree.whole(name))
        case (name,):
            return why_excess(tree.active, found, name, tree.all_effects)
    return None


def tree_of(ctx: Context, args: AgainstBenchmark) -> Tree:
    both = compared(ctx, args)
    made = sector_days(lines_of(both.span), lambda line: sector_of(both.span, line), both.index)
    days = Days(ctx, args.portfolio_id)
    cut, members = Cut(ctx, both.span, days), Members(days, both.beside.track)
    returns = made.effects.portfolio, both.index.total
    active = Active(cut, members, *returns, made.factors, made.whole)
    return Tree(active, made, both.index.sectors)


@dataclass(frozen=True)
class Tree:
    """The linked effects, from all of them down to a sector's days."""

    active: Active
    made: SectorDays
    sectors: tuple[str, ...]  # of the benchmark's members

    @property
    def cut(self) -> Cut:
        return self.active.cut

    @property
    def members(self) -> Members:
        return self.active.members

    def row(self, place: int) -> int:
        """The benchmark's own row of a day."""
        return self.members.rows[self.cut.date_of(place)]

    def whole(self, name: str) -> Explanation:
        """An effect of all sectors; the benchmark's hedge belongs to none."""
        if name == "hedge":
            return self.active.linked("hedge", self.made.hedge, self._hedge).node(
                "benchmark's hedge"
            )
        held = [at for at, present in enumerate(self.made.present) if present]
        return sum_of(EFFECTS[name].lower(), [self.sector(at, name) for at in held], RULE)

    def all_effects(self) -> list[Explanation]:
        return [self.whole(name) for name in (*EFFECTS, "hedge")]

    def sector(self, at: int, name: str) -> Explanation:
        """One effect of one sector over the period, or all three."""
        own = self.made.names[at]
        if name == "total":
            return sum_of(f"{own}, all effects", [self.sector(at, one) for one in EFFECTS], RULE)
        label = f"{own}, {EFFECTS[name].lower()}"
        effects: Floats = getattr(self.made.effects, name)[:, at]
        return self.active.linked(label, effects, partial(self._effect, at, name)).node(label)

    def figure(self, row: SectorRow, name: str) -> Explanation | None:
        figure = getattr(row, name, None)
        at = self.made.names.index(row.sector)
        if not isinstance(figure, Figure):
            return None
        if name in EFFECTS or name == "total":
            return dressed(figure, self.sector(at, name))
        made = FIGURES.get(name)
        return made(self, at, figure) if made else None

    def group(self, at: int) -> Group:
        return Group(self.cut, self.made.names[at], self.made.columns[at])

    # A day

    def _effect(self, at: int, name: str, place: int) -> Explanation:
        return {
            "allocation": self._allocation,
            "selection": self._selection,
            "interaction": self._interaction,
        }[name](at, place)

    def _day(
        self,
        at: int,
        place: int,
        name: str,
        formula: Formula,
        parts: Callable[[], list[Explanation]],
    ) -> Explanation:
        return Explanation(
            label=f"{self.made.names[at]}, {name} on {self.cut.date_of(place)}",
            value=float(getattr(self.made.effects, name)[place, at]),
            unit="fraction",
            formula=formula,
            parts=parts,
            rule=RULE,
        )

    def _allocation(self, at: int, place: int) -> Explanation:
        formula = Formula("product", "(w − W) × (B_i − B)")
        return self._day(
            at,
            place,
            "allocation",
            formula,
            lambda: [
                self.active_weight(at, place),
                self._less(
                    "the sector in the benchmark over all of it",
                    self.index_return(at, place),
                    self.index_whole(place),
                ),
            ],
        )

    def _selection(self, at: int, place: int) -> Explanation:
        formula = Formula("product", "W × (r − B_i)")
        return self._day(
            at,
            place,
            "selection",
            formula,
            lambda: [self.index_weight(at, place), self._better(at, place)],
        )

    def _interaction(self, at: int, place: int) -> Explanation:
        if self._is_held(at, place):
            return self._day(
                at,
                place,
                "interaction",
                Formula("product", "(w − W) × (r − B_i)"),
                lambda: [self.active_weight(at, place), self._better(at, place)],
            )
        return self._day(
            at,
            place,
            "interaction",
            Formula("difference", "what arrived − w × B_i − selection"),
            lambda: [
                self._arrived(at, place),
                self._weighted(at, place),
                self._selection(at, place),
            ],
        )

    def _is_held(self, at: int, place: int) -> bool:
        weight = self.made.invested[place, at] / self.cut.lines.capital[place]
        return bool(abs(weight) > NOTHING_HELD)

    def _arrived(self, at: int, place: int) -> Explanation:
        group = self.group(at)
        return self.cut.of_capital(
            f"what {group.name} brought on {self.cut.date_of(place)}",
            group.profit[place],
            place,
            lambda: group.profit_on(place),
            OTHERS_RULE,
        )

    def _weighted(self, at: int, place: int) -> Explanation:
        weight, theirs = self.group(at).weight_on(place), self.index_return(at, place)
        return Explanation(
            label="its weight at the benchmark's return",
            value=float(weight.value or 0.0) * float(theirs.value or 0.0),
            unit="fraction",
            formula=Formula("product", "w × B_i"),
            parts=[weight, theirs],
            rule=OTHERS_RULE,
        )

    def _better(self, at: int, place: int) -> Explanation:
        """r − B_i; where the portfolio holds nothing it has no return of its own, and is B_i."""
        group = self.group(at)
        theirs = self.index_return(at, place)
        own = group.return_on(place) if self._is_held(at, place) else theirs
        return self._less(f"{group.name} over the same in the benchmark", own, theirs)

    def _less(self, label: str, one: Explanation, other: Explanation) -> Explanation:
        return Explanation(
            label=label,
            value=float(one.value or 0.0) - float(other.value or 0.0),
            unit="fraction",
            formula=Formula("difference", "the one − the other"),
            parts=[one, other],
            rule=RULE,
        )

    def active_weight(self, at: int, place: int) -> Explanation:
        return self._less(
            f"weight of {self.made.names[at]} over the benchmark's",
            self.group(at).weight_on(place),
            self.index_weight(at, place),
        )

    def index_weight(self, at: int, place: int) -> Explanation:
        """A sector's weight in the benchmark at the start of a day."""
        row = self.row(place)
        return Explanation(
            label=f"weight of {self.made.names[at]} in {self.members.track.name}",
            value=float(self.made.index_weights[place, at]),
            unit="fraction",
            formula=Formula("sum", "its members"),
            parts=lambda: [self.members.weight(row, column) for column in self._columns(at, row)],
            rule=RULE,
        )

    def _columns(self, at: int, row: int) -> list[int]:
        name = self.made.names[at]
        return [column for column in self.members.columns(row) if self.sectors[column] == name]

    def index_return(self, at: int, place: int) -> Explanation:
        """A sector's return in the benchmark; that of the whole where it holds none of it."""
        value = float(self.made.index_returns[place, at])
        if np.isnan(value):
            return self.index_whole(place)
        row, day = self.row(place), self.cut.date_of(place)
        return Explanation(
            label=f"{self.made.names[at]} in {self.members.track.name} on {day}",
            value=value,
            unit="fraction",
            formula=Formula("quotient", "weighted returns of its members / their weight"),
            parts=lambda: [
                sum_of(
                    "weighted returns",
                    self.members.contributions(row, self._columns(at, row)),
                    RULE,
                ),
                self.index_weight(at, place),
            ],
            rule=RULE,
        )

    def index_whole(self, place: int) -> Explanation:
        return self.members.unhedged(self.row(place))

    def _hedge(self, place: int) -> Explanation:
        return Explanation(
            label=f"hedge on {self.cut.date_of(place)}",
            value=float(self.made.hedge[place]),
            unit="fraction",
            formula=Formula("difference", "the benchmark unhedged − as it is compared"),
            parts=lambda: [self.index_whole(place), self.active.their_day(place)],
            rule="benchmark-attribution.9",
        )


def _weight(tree: Tree, at: int, figure: Figure) -> Explanation:
    return tree.group(at).mean_weight(figure)


def _benchmark_weight(tree: Tree, at: int, figure: Figure) -> Explanation:
    return of_figure(
        figure,
        f"mean weight of {tree.made.names[at]} in {tree.members.track.name}",
        Formula("statistic", "the mean of every day", compute=mean),
        lambda: [tree.index_weight(at, place) for place in range(len(tree.made.factors))],
        rule=RULE,
    )


def _active_weight(tree: Tree, at: int, figure: Figure) -> Explanation:
    def part(value: float, made: Callable[[Tree, int, Figure], Explanation]) -> Explanation:
        return made(tree, at, figure.model_copy(update={"value": value}))

    capital = tree.cut.lines.capital
    return of_figure(
        figure,
        f"mean weight of {tree.made.names[at]} over the benchmark's",
        Formula("difference", "mean weight − the benchmark's"),
        lambda: [
            part(float(np.mean(tree.made.invested[:, at] / capital)), _weight),
            part(float(np.mean(tree.made.index_weights[:, at])), _benchmark_weight),
        ],
        rule=RULE,
    )


def _own_return(tree: Tree, at: int, figure: Figure) -> Explanation:
    return tree.group(at).own_return(figure)


def _index_return(tree: Tree, at: int, figure: Figure) -> Explanation:
    """Compounded over the days on which the benchmark held the sector."""
    weights = tree.made.index_weights[:, at]
    held = held_days(weights, np.ones(len(weights))).nonzero()[0].tolist()
    name = f"return of {tree.made.names[at]} in {tree.members.track.name}"
    daily = Daily(
        name=name,
        dates=[tree.cut.date_of(place) for place in held],
        values=tree.made.index_returns[held, at],
        day=lambda number: tree.index_return(at, held[number]),
        kind="chain",
        rule=RULE,
    )
    return dressed(figure, daily.node(name))


FIGURES: Mapping[str, Callable[[Tree, int, Figure], Explanation]] = {
    "weight": _weight,
    "benchmark_weight": _benchmark_weight,
    "active_weight": _active_weight,
    "time_weighted_return": _own_return,
    "benchmark_return": _index_return,
}
