"""Why a market or a currency added to the excess: premiums over cash, and what cash earned.

The letters are those of the method: w, W the weights of both sides in a market, h, H those of
forwards, r, B the local returns, c the local cash rate, e the currency's return, k what foreign
cash earned in base, P and K the benchmark's means of B − c and k.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from patterns.context import Context
from patterns.explaining import Path, explains
from patterns.explanation import SUM, Explanation, Formula
from patterns.results import Figure
from portfolios.calc.brinson import NOTHING_HELD
from portfolios.calc.market_excess import MarketDays, currencies_of, market_days
from portfolios.calc.returns import Floats
from portfolios.capabilities.excess_figures import compared
from portfolios.capabilities.inputs import AgainstBenchmark
from portfolios.capabilities.market_effects import EFFECTS, MarketRow, markets_and_currencies
from portfolios.capabilities.span_figures import lines_of
from portfolios.capabilities.why.active import Active, sum_of, why_excess
from portfolios.capabilities.why.currency import withheld_at
from portfolios.capabilities.why.cut import Cut
from portfolios.capabilities.why.days import Days
from portfolios.capabilities.why.facts import dressed, of_figure, series_source
from portfolios.capabilities.why.group import Group, mean
from portfolios.capabilities.why.members import Members
from portfolios.selectors.against import cash_returns
from portfolios.selectors.risk_free import SERIES

RULE, FORWARDS = "benchmark-attribution.6", "benchmark-attribution.7"
PARTS = ("by_assets", "by_forwards")
Parts = Callable[[], list[Explanation]]


@explains("attribution.karnosky_singer")
def why_market(ctx: Context, args: AgainstBenchmark, path: Path) -> Explanation | None:
    """Effects open into markets, months and days; a day into weights, premiums and cash."""
    found = markets_and_currencies(ctx, args)
    if found.state == "withheld":
        return withheld_at(found, path)
    tree = tree_of(ctx, args)
    match path:
        case ("markets", number, name) if int(number) < len(found.markets):
            return tree.figure(int(number), found.markets[int(number)], name)
        case ("steps", number, "effect") if int(number) < len(found.steps):
            name = [*EFFECTS, "trading"][int(number)]
            return dressed(found.steps[int(number)].effect, tree.whole(name))
        case (name,) if name in EFFECTS or name == "trading":
            return dressed(getattr(found, name), tree.whole(name))
        case (name,):
            return why_excess(tree.active, found, name, tree.all_effects)
    return None


def tree_of(ctx: Context, args: AgainstBenchmark, cash: Mapping[str, Floats] | None = None) -> Tree:
    """The effects of a period; `cash`: local cash returns, by default those that are connected."""
    both = compared(ctx, args)
    lines = lines_of(both.span)
    known = cash or cash_returns(lines, currencies_of(lines, both.index)).returns
    made = market_days(lines, both.index, known)
    days = Days(ctx, args.portfolio_id)
    cut, members = Cut(ctx, both.span, days), Members(days, both.beside.track)
    active = Active(cut, members, lines.returns, both.index.total, made.factors, made.whole)
    return Tree(active, made, both.index.currencies)


@dataclass(frozen=True)
class Tree:
    """The linked effects, from all of them down to a market's days."""

    active: Active
    made: MarketDays
    currencies: tuple[str, ...]  # of the benchmark's members

    def row(self, place: int) -> int:
        return self.active.members.rows[self.active.cut.date_of(place)]

    def whole(self, name: str) -> Explanation:
        """An effect of all markets; what trading left over belongs to none."""
        if name == "trading":
            return self.active.linked("trading", self.made.trading, self._trading).node("trading")
        markets = [self.market(at, name) for at in range(len(self.made.names))]
        return sum_of(EFFECTS[name].lower(), markets, RULE)

    def all_effects(self) -> list[Explanation]:
        return [self.whole(name) for name in (*EFFECTS, "trading")]

    def market(self, at: int, name: str) -> Explanation:
        """One effect of one market over the period, or all five."""
        own = self.made.names[at]
        if name == "total":
            return sum_of(f"{own}, all effects", [self.market(at, one) for one in EFFECTS], RULE)
        if name == "currency":
            parts = [self.market(at, one) for one in PARTS]
            return sum_of(f"{own}, currency", parts, FORWARDS)
        label = f"{own}, {EFFECTS.get(name, name.replace('_', ' ')).lower()}"
        effects: Floats = getattr(self.made.effects, name)[:, at]
        return self.active.linked(label, effects, partial(self._effect, at, name)).node(label)

    def figure(self, at: int, row: MarketRow, name: str) -> Explanation | None:
        figure = getattr(row, name, None)
        if not isinstance(figure, Figure):
            return None
        if name == "weight":
            return self.group(at).mean_weight(figure)
        if name == "benchmark_weight":
            days = range(len(self.made.factors))
            return of_figure(
                figure,
                f"mean weight of {self.made.names[at]} in {self.active.members.track.name}",
                Formula("statistic", "the mean of every day", compute=mean),
                lambda: [self.index_weight(at, place) for place in days],
                rule=RULE,
            )
        return dressed(figure, self.market(at, name))

    def group(self, at: int) -> Group:
        name = self.made.names[at]
        columns = self.active.cut.lines_in(lambda code, _: code == name)
        return Group(self.active.cut, f"all in {name}", tuple(columns))

    # A day

    def _effect(self, at: int, name: str, place: int) -> Explanation:
        text, parts = {
            "allocation": ("(w − W) × (B − c − P)", lambda: self._allocation(at, place)),
            "selection": ("W × (r − B)", lambda: self._selection(at, place)),
            "interaction": ("(w − W) × (r − B)", lambda: self._interaction(at, place)),
            "by_assets": ("(w − W) × (k − K)", lambda: self._by_assets(at, place)),
            "by_forwards": ("(h − H) × (k − K)", lambda: self._by_forwards(at, place)),
            "cross": ("[w(r − c) − W(B − c)] × e", lambda: self._cross(at, place)),
        }[name]
        value = float(getattr(self.made.effects, name)[place, at])
        label = f"{self.made.names[at]}, {name.replace('_', ' ')}"
        return self._node(label, value, Formula("product", text), parts)

    def _node(
        self, label: str, value: float, formula: Formula, parts: Parts | Sequence[Explanation]
    ) -> Explanation:
        return Explanation(
            label=label,
            value=float(value),
            unit="fraction",
            formula=formula,
            parts=parts,
            rule=RULE,
        )

    def _less(self, label: str, *parts: Explanation) -> Explanation:
        first, *rest = (float(part.value or 0.0) for part in parts)
        formula = Formula("difference", "the first − the others")
        return self._node(label, first - sum(rest), formula, parts)

    def _allocation(self, at: int, place: int) -> list[Explanation]:
        premium = self._less(
            "premium over cash, and over the benchmark's",
            self.index_return(at, place),
            self.cash(at, place),
            self._mean_premium(place),
        )
        return [self._active(at, place), premium]

    def _selection(self, at: int, place: int) -> list[Explanation]:
        return [self.index_weight(at, place), self._better(at, place)]

    def _interaction(self, at: int, place: int) -> list[Explanation]:
        return [self._active(at, place), self._better(at, place)]

    def _by_assets(self, at: int, place: int) -> list[Explanation]:
        return [self._active(at, place), self._lent_above(at, place)]

    def _by_forwards(self, at: int, place: int) -> list[Explanation]:
        facts = self.made.facts
        value = float(facts.h[place, at] - facts.index_h[place, at])
        forwards = self._node(
            "h − H",
            value,
            Formula("negative", "the portfolio has no forwards: − H"),
            lambda: [self._index_forward(at, place)],
        )
        return [forwards, self._lent_above(at, place)]

    def _cross(self, at: int, place: int) -> list[Explanation]:
        name = self.made.names[at]
        own = self._times(
            "w(r − c)",
            self.group(at).weight_on(place),
            self._less("r − c", self.own_return(at, place), self.cash(at, place)),
        )
        theirs = self._times(
            "W(B − c)",
            self.index_weight(at, place),
            self._less("B − c", self.index_return(at, place), self.cash(at, place)),
        )
        return [
            self._less(f"premium of {name} over the benchmark's", own, theirs),
            self.fx(at, place),
        ]

    def _times(self, label: str, one: Explanation, other: Explanation) -> Explanation:
        value = float(one.value or 0.0) * float(other.value or 0.0)
        return self._node(label, value, Formula("product", "the one × the other"), [one, other])

    def _active(self, at: int, place: int) -> Explanation:
        return self._less("w − W", self.group(at).weight_on(place), self.index_weight(at, place))

    def _better(self, at: int, place: int) -> Explanation:
        return self._less("r − B", self.own_return(at, place), self.index_return(at, place))

    def _lent_above(self, at: int, place: int) -> Explanation:
        return self._less("k − K", self.lent(at, place), self._mean_lent(place))

    def own_return(self, at: int, place: int) -> Explanation:
        """The portfolio's local return in a market; the benchmark's where it holds nothing."""
        group, facts = self.group(at), self.made.facts
        if abs(facts.w[place, at]) <= NOTHING_HELD:
            return self.index_return(at, place)
        return self._node(
            f"local return of {group.name} on {self.active.cut.date_of(place)}",
            facts.r[place, at],
            Formula("quotient", "local effect / its own capital"),
            lambda: [group.local_on(place), group.invested_on(place)],
        )

    def index_weight(self, at: int, place: int) -> Explanation:
        members, row = self.active.members, self.row(place)
        return self._node(
            f"weight of {self.made.names[at]} in {members.track.name}",
            self.made.facts.index_w[place, at],
            Formula("sum", "its members"),
            lambda: [members.weight(row, column) for column in self._columns(at, row)],
        )

    def _columns(self, at: int, row: int) -> list[int]:
        name, held = self.made.names[at], self.active.members.columns(row)
        return [column for column in held if self.currencies[column] == name]

    def index_return(self, at: int, place: int) -> Explanation:
        """The benchmark's local return in a market; 0 where it holds none of it."""
        members, row = self.active.members, self.row(place)
        columns = self._columns(at, row)
        label = f"local return of {self.made.names[at]} in {members.track.name}"
        value = self.made.facts.index_r[place, at]
        if not columns:
            return self._node(label, value, Formula("sum", "it holds none"), ())

        def weighted() -> Explanation:
            parts = [
                self._times(
                    f"{members.track.securities[column].symbol}, weighted",
                    members.weight(row, column),
                    members.local_return(row, column),
                )
                for column in columns
            ]
            return sum_of("weighted local returns", parts, RULE)

        formula = Formula("quotient", "weighted local returns of its members / their weight")
        return self._node(label, value, formula, lambda: [weighted(), self.index_weight(at, place)])

    def cash(self, at: int, place: int) -> Explanation:
        """What cash of a currency earned on a day."""
        name = self.made.names[at]
        return Explanation(
            label=f"cash return of {name} on {self.active.cut.date_of(place)}",
            value=float(self.made.facts.cash[place, at]),
            unit="fraction",
            source=series_source(
                SERIES if name == "USD" else f"cash rate of {name}", "benchmark-attribution.8"
            ),
        )

    def fx(self, at: int, place: int) -> Explanation:
        """A currency's return in base."""
        cut, name = self.active.cut, self.made.names[at]
        value = float(self.made.facts.fx[place, at])
        label = f"return of {name} on {cut.date_of(place)}"
        columns = cut.lines_in(lambda code, _: code == name)
        known = [at for at in columns if cut.lines.rate_before[place, at] > 0]
        if name == cut.lines.base_currency:
            return self._node(label, value, Formula("sum", "it is the portfolio's currency"), ())
        if known:
            formula = Formula("growth", "rate at the end / rate before − 1")
            return self._node(
                label,
                value,
                formula,
                lambda: [
                    cut.rate(place, known[0], before=False),
                    cut.rate(place, known[0], before=True),
                ],
            )
        row = self.row(place)
        return self.active.members.fx_return(row, self.currencies.index(name))

    def lent(self, at: int, place: int) -> Explanation:
        """k: what cash of a currency earned in base."""
        facts = self.made.facts
        value = (1.0 + facts.cash[place, at]) * (1.0 + facts.fx[place, at]) - 1.0
        return self._node(
            f"cash of {self.made.names[at]}, in base",
            value,
            Formula("chain", "cash return, compounded with that of the rate"),
            lambda: [self.cash(at, place), self.fx(at, place)],
        )

    def _mean_premium(self, place: int) -> Explanation:
        parts = [
            self._times(
                f"W(B − c) of {name}",
                self.index_weight(at, place),
                self._less("B − c", self.index_return(at, place), self.cash(at, place)),
            )
            for at, name in enumerate(self.made.names)
        ]
        return sum_of("P, the benchmark's premium", parts, RULE)

    def _mean_lent(self, place: int) -> Explanation:
        parts = [
            self._times(f"X·k of {name}", self._index_currency(at, place), self.lent(at, place))
            for at, name in enumerate(self.made.names)
        ]
        return sum_of("K, what the benchmark's currencies earned", parts, RULE)

    def _index_currency(self, at: int, place: int) -> Explanation:
        parts = [self.index_weight(at, place), self._index_forward(at, place)]
        return sum_of(f"X, the benchmark's weight in {self.made.names[at]}", parts, FORWARDS)

    def _index_forward(self, at: int, place: int) -> Explanation:
        """H: a hedged benchmark has sold every foreign weight forward, at its present value."""
        names, facts = self.made.names, self.made.facts
        label, value = f"H, forwards in {names[at]}", facts.index_h[place, at]
        if not self.active.members.track.hedged:
            return self._node(label, value, Formula("sum", "it is not hedged"), ())
        if at == 0:
            others = [self._index_forward(one, place) for one in range(1, len(names))]
            sold = sum_of("sold elsewhere", others, FORWARDS)
            return self._node(label, value, Formula("negative", "what was sold elsewhere"), [sold])
        formula = Formula(
            "statistic",
            "− weight / (1 + cash return)",
            compute=lambda values: -float(values[0]) / (1.0 + float(values[1])),
        )
        return self._node(
            label, value, formula, lambda: [self.index_weight(at, place), self.cash(at, place)]
        )

    def _trading(self, place: int) -> Explanation:
        earned = float(self.made.effects.portfolio[place])
        day = self.active.cut.date_of(place)
        return self._node(
            f"trading on {day}",
            self.made.trading[place],
            Formula("difference", "return − what weights and returns of the day explain"),
            lambda: [
                self.active.own_day(place),
                self._node(f"explained on {day}", earned, SUM, lambda: self._earned(place)),
            ],
        )

    def _earned(self, place: int) -> list[Explanation]:
        found = []
        for at, name in enumerate(self.made.names):
            local, fx = self.own_return(at, place), self.fx(at, place)
            base = (1.0 + float(local.value or 0.0)) * (1.0 + float(fx.value or 0.0)) - 1.0
            formula = Formula("chain", "r compounded with e")
            both = self._node(f"return of {name} in base", base, formula, [local, fx])
            found.append(self._times(f"all in {name}", self.group(at).weight_on(place), both))
        return found
