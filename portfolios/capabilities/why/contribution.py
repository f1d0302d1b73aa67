"""Why every holding, every balance, fees and taxes added what they did to the return."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial

from patterns.context import Context
from patterns.explaining import Path, explains
from patterns.explanation import Explanation, Formula
from patterns.results import Figure
from portfolios.calc.contribution import (
    Contribution,
    Contributions,
    Kind,
    Source,
    columns_of,
    contributions_of,
    profits_of,
)
from portfolios.calc.returns import Floats
from portfolios.capabilities.contribution import (
    HoldingRow,
    OtherRow,
    PortfolioContribution,
    contribution,
    label_of,
    named_and_rest,
    ranked_lines,
)
from portfolios.capabilities.inputs import OverPeriod
from portfolios.capabilities.why.charges import Charging
from portfolios.capabilities.why.currency import withheld_at
from portfolios.capabilities.why.facts import dressed, of_figure
from portfolios.capabilities.why.group import Group, everything
from portfolios.capabilities.why.linked import Linked, linked_over

RULE, LINKING, WEIGHT = "contribution.1", "contribution.4", "contribution.6"
Row = HoldingRow | OtherRow
Lines = Sequence[Contribution]


@explains("attribution.contribution")
def why_contribution(ctx: Context, args: OverPeriod, path: Path) -> Explanation | None:
    """A contribution opens into months and days; a day into a profit and the capital at work."""
    found = contribution(ctx, args)
    if found.state == "withheld":
        return withheld_at(found, path)
    tree = Tree(linked_over(ctx, args))
    match path:
        case ("holdings", number, name) if int(number) < len(tree.held):
            return tree.figure(tree.held[int(number)], found.holdings[int(number)], name)
        case ("others", number, name) if int(number) < len(tree.rest):
            return tree.figure(tree.rest[int(number)], found.others[int(number)], name)
        case ("steps", number, "effect") if int(number) < len(found.steps):
            return dressed(found.steps[int(number)].effect, tree.step(int(number)))
        case (name,) if name in TOTALS:
            return TOTALS[name](tree, found)
    return None


@dataclass(frozen=True)
class Tree:
    """The linked lines, from all of them down to the days of one."""

    linked: Linked

    @cached_property
    def made(self) -> Contributions:
        return contributions_of(self.linked.cut.lines, self.linked.cut.span.charges)

    @cached_property
    def profits(self) -> Mapping[Source, Floats]:
        return profits_of(self.linked.cut.lines, self.linked.cut.span.charges)

    @cached_property
    def ranked(self) -> list[Contribution]:
        return ranked_lines(self.linked.cut.span, self.made)

    @property
    def held(self) -> list[Contribution]:
        return [line for line in self.ranked if line.source.kind is Kind.HOLDING]

    @property
    def rest(self) -> list[Contribution]:
        return [line for line in self.ranked if line.source.kind is not Kind.HOLDING]

    def label(self, line: Contribution) -> str:
        return label_of(self.linked.cut.span, line.source)

    def group(self, line: Contribution) -> Group:
        columns = columns_of(self.linked.cut.lines, line.source)
        return Group(self.linked.cut, self.label(line), tuple(columns))

    def line(self, line: Contribution) -> Explanation:
        """What one line added over the period."""
        name = f"contribution of {self.label(line)}"
        daily = self.linked.effect(
            name, self.profits[line.source], partial(self.earned, line), RULE
        )
        return daily.node(name)

    def earned(self, line: Contribution, place: int) -> Explanation:
        """What a line earned on a day, in base."""
        source, charging = line.source, Charging(self.linked.cut)
        if source.kind is Kind.HOLDING:
            return self.group(line).profit_on(place)
        if source.kind is Kind.CASH:
            return charging.interest(place, self.group(line).columns[0], self.profits[source])
        if source.kind is Kind.CASH_FX:
            return charging.cash_fx(place, self.profits[source])
        return charging.charged(place, source.kind, self.profits[source])

    def sum_of(self, label: str, lines: Lines) -> Explanation:
        return Explanation(
            label=label,
            value=sum(line.contribution for line in lines),
            unit="fraction",
            formula=Formula("sum", "sum of the lines"),
            parts=lambda: [self.line(line) for line in lines],
            rule=LINKING,
        )

    def step(self, number: int) -> Explanation:
        named, rest = named_and_rest(self.ranked)
        if number < len(named):
            return self.line(named[number])
        return self.sum_of(f"{len(rest)} others", rest)

    def figure(self, line: Contribution, row: Row, name: str) -> Explanation | None:
        """One figure of a line's row."""
        figure = getattr(row, name, None)
        made = FIGURES.get(name)
        if made is None or not isinstance(figure, Figure):
            return None
        return made(self, line, figure)


def _contribution(tree: Tree, line: Contribution, figure: Figure) -> Explanation:
    return dressed(figure, tree.line(line))


def _share(tree: Tree, line: Contribution, figure: Figure) -> Explanation:
    return of_figure(
        figure,
        f"share of {tree.label(line)} in the return",
        Formula("quotient", "contribution / return"),
        lambda: [tree.line(line), tree.linked.whole()],
        rule="contribution.7",
    )


def _last(tree: Tree) -> int:
    return len(tree.linked.cut.lines.dates) - 1


def _value_start(tree: Tree, line: Contribution, figure: Figure) -> Explanation:
    return dressed(figure, tree.group(line).value_before(0))


def _value_end(tree: Tree, line: Contribution, figure: Figure) -> Explanation:
    return dressed(figure, tree.group(line).value_after(_last(tree)))


def _weight(
    figure: Figure, group: Group, worth: Callable[[Group], Explanation], day: date
) -> Explanation:
    return of_figure(
        figure,
        f"weight of {group.name} on {day}",
        Formula("quotient", "worth / value of the portfolio"),
        lambda: [worth(group), worth(everything(group.cut))],
        rule=WEIGHT,
    )


def _weight_start(tree: Tree, line: Contribution, figure: Figure) -> Explanation:
    day = tree.linked.cut.date_of(-1)
    return _weight(figure, tree.group(line), lambda group: group.value_before(0), day)


def _weight_end(tree: Tree, line: Contribution, figure: Figure) -> Explanation:
    last = _last(tree)
    day = tree.linked.cut.date_of(last)
    return _weight(figure, tree.group(line), lambda group: group.value_after(last), day)


def _mean_weight(tree: Tree, line: Contribution, figure: Figure) -> Explanation:
    return tree.group(line).mean_weight(figure)


def _own_return(tree: Tree, line: Contribution, figure: Figure) -> Explanation:
    return tree.group(line).own_return(figure)


FIGURES: Mapping[str, Callable[[Tree, Contribution, Figure], Explanation]] = {
    "contribution": _contribution,
    "share": _share,
    "market_value_start": _value_start,
    "market_value_end": _value_end,
    "weight_start": _weight_start,
    "weight_end": _weight_end,
    "mean_weight": _mean_weight,
    "time_weighted_return": _own_return,
}


def _total(tree: Tree, found: PortfolioContribution) -> Explanation:
    return dressed(found.total_return, tree.linked.whole())


def _holdings(tree: Tree, found: PortfolioContribution) -> Explanation:
    return dressed(found.holdings_total, tree.sum_of("from holdings", tree.held))


def _others(tree: Tree, found: PortfolioContribution) -> Explanation:
    return dressed(found.others_total, tree.sum_of("from cash and charges", tree.rest))


def _error(tree: Tree, found: PortfolioContribution) -> Explanation:
    return tree.linked.gap(
        found.error_bps,
        "gap of the contributions",
        lambda: tree.sum_of("all lines", tree.ranked),
        LINKING,
    )


def _observations(tree: Tree, found: PortfolioContribution) -> Explanation:
    return tree.linked.counted(found.observations)


TOTALS: Mapping[str, Callable[[Tree, PortfolioContribution], Explanation]] = {
    "total_return": _total,
    "holdings_total": _holdings,
    "others_total": _others,
    "error_bps": _error,
    "observations": _observations,
}
