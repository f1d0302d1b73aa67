"""Why markets, exchange rates and both at once had the effects they had."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from patterns.context import Context
from patterns.explaining import Path, explains
from patterns.explanation import SUM, Explanation, Formula
from patterns.results import Figure
from portfolios.calc.attribution import CurrencyAttribution, Effects, currency_attribution, total_of
from portfolios.calc.day_lines import Line
from portfolios.capabilities.attribution import LABELS, CurrencyEffects, currency, ranked
from portfolios.capabilities.inputs import OverPeriod
from portfolios.capabilities.why.facts import dressed, of_figure
from portfolios.capabilities.why.group import EFFECTS
from portfolios.capabilities.why.linked import Linked, furthest, linked_over

RULE, LINKING = "currency-attribution.3", "currency-attribution.7"
TOTALS = {
    "local_return": "local",
    "fx_return": "fx",
    "interaction_return": "interaction",
    "total_return": "total",
}


@explains("attribution.currency")
def why_currency(ctx: Context, args: OverPeriod, path: Path) -> Explanation | None:
    """Effects open into currencies, positions, months and days; a day into a gain and rates."""
    found = currency(ctx, args)
    if found.start_date is None or found.state == "withheld":
        return withheld_at(found, path)
    tree = Tree(linked_over(ctx, args))
    match path:
        case (name,) if name in TOTALS:
            return dressed(getattr(found, name), tree.whole(TOTALS[name]))
        case ("effects", number, "effect") if int(number) < len(found.effects):
            row = found.effects[int(number)]
            return dressed(row.effect, tree.whole(LABELS[int(number)][0]))
        case ("by_currency", number, name) if int(number) < len(found.by_currency):
            bucket = found.by_currency[int(number)]
            return _named(bucket, name, partial(tree.bucket, bucket.currency))
        case ("by_position", number, name) if int(number) < len(found.by_position):
            line, _ = ranked(tree.made)[int(number)]
            return _named(found.by_position[int(number)], name, partial(tree.line, line))
        case (name,) if name in OTHERS:
            return OTHERS[name](tree, found)
    return None


def withheld_at(found: object, path: Path) -> Explanation | None:
    """A figure of a period that has no effects says why; there is nothing below it."""
    figure = found
    for name in path:
        figure = figure[int(name)] if isinstance(figure, tuple) else getattr(figure, name, None)
    if not isinstance(figure, Figure):
        return None
    return of_figure(figure, path[-1].replace("_", " "), Formula("sum", ""))


def _named(row: object, name: str, node: Callable[[str], Explanation]) -> Explanation | None:
    figure = getattr(row, name, None)
    return dressed(figure, node(name)) if isinstance(figure, Figure) else None


@dataclass(frozen=True)
class Tree:
    """The linked effects, from all of them down to the days of a line."""

    linked: Linked

    @cached_property
    def made(self) -> CurrencyAttribution:
        return currency_attribution(self.linked.cut.lines)

    def whole(self, name: str) -> Explanation:
        """An effect on the whole portfolio, or all three."""
        codes = list(self.made.by_currency)
        effects = total_of(self.made.by_currency.values())
        return self._node("the portfolio", name, effects, self.whole, [*map(self._in(name), codes)])

    def bucket(self, code: str, name: str) -> Explanation:
        """An effect of everything in a currency."""
        lines = [line for line in self.made.by_line if line[0] == code]
        return self._node(
            f"all in {code}",
            name,
            self.made.by_currency[code],
            partial(self.bucket, code),
            [partial(self.line, line, name) for line in lines],
        )

    def line(self, line: Line, name: str) -> Explanation:
        """An effect of one position, or of the money in a currency."""
        at = self.linked.cut.lines.lines.index(line)
        own = self.linked.cut.name(at)
        effects = self.made.by_line[line]
        if name == "total":
            return self._node(own, name, effects, partial(self.line, line), ())
        lines = self.linked.cut.lines
        amounts = {"local": lines.local, "fx": lines.fx, "interaction": lines.interaction}[name]
        amount = getattr(self.linked.cut, name)
        daily = self.linked.effect(
            f"{own}, {EFFECTS[name]}", amounts[:, at], lambda place: amount(place, at), RULE
        )
        return daily.node(f"{own}, {EFFECTS[name]}")

    def _in(self, name: str) -> Callable[[str], Callable[[], Explanation]]:
        return lambda code: partial(self.bucket, code, name)

    def _node(
        self,
        own: str,
        name: str,
        effects: Effects,
        again: Callable[[str], Explanation],
        parts: Sequence[Callable[[], Explanation]],
    ) -> Explanation:
        """Of a total the three effects, of an effect its parts."""
        if name == "total":
            formula = Formula("sum", "local + currency + interaction")
            parts = [partial(again, each) for each in EFFECTS]
        else:
            formula = SUM
        return Explanation(
            label=f"{own}, {EFFECTS.get(name, 'all effects')}",
            value=getattr(effects, name),
            unit="fraction",
            formula=formula,
            parts=lambda: [part() for part in parts],
            rule=RULE,
        )


def _actual(tree: Tree, found: CurrencyEffects) -> Explanation:
    node = tree.linked.by_values().node("return chained from values and flows")
    return dressed(found.base_return_actual, node)


def _error(tree: Tree, found: CurrencyEffects) -> Explanation:
    return tree.linked.gap(
        found.error_bps, "gap of the effects", lambda: tree.whole("total"), LINKING
    )


def _worst(tree: Tree, found: CurrencyEffects) -> Explanation:
    """The largest distance of the two roads on a single day."""
    linked = tree.linked
    lines = linked.cut.lines

    def day(place: int) -> Explanation:
        at = linked.cut.date_of(place)
        return Explanation(
            label=f"gap of {at}",
            value=float(lines.returns[place] - lines.value_returns[place]),
            unit="fraction",
            formula=Formula("difference", "sum of the day's profits − the return from values"),
            parts=lambda: [linked.line_return(place), linked.value_return(place)],
            rule=LINKING,
        )

    return of_figure(
        found.worst_day_bps,
        "the largest gap of a day",
        Formula("statistic", "the largest distance, in basis points", compute=furthest),
        lambda: [day(place) for place in range(len(lines.dates))],
        rule=LINKING,
    )


def _observations(tree: Tree, found: CurrencyEffects) -> Explanation:
    return tree.linked.counted(found.observations)


OTHERS: Mapping[str, Callable[[Tree, CurrencyEffects], Explanation]] = {
    "base_return_actual": _actual,
    "error_bps": _error,
    "worst_day_bps": _worst,
    "observations": _observations,
}
