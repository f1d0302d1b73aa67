"""Why a position returned what it did, what it added, and what its currency did to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from patterns.context import Context
from patterns.explaining import Path, explains
from patterns.explanation import SUM, Explanation, Formula, Number
from patterns.results import Figure
from portfolios.calc.attribution import total_of
from portfolios.calc.drawdown import Drawdown, max_drawdown
from portfolios.calc.returns import Floats
from portfolios.calc.risk import sharpe, volatility
from portfolios.capabilities.inputs import OfPosition
from portfolios.capabilities.position_period import position_period
from portfolios.capabilities.position_return import (
    PARTS,
    PositionContribution,
    PositionCurrency,
    compute_portfolio_contribution,
    compute_position_currency_attribution,
    compute_position_return,
)
from portfolios.capabilities.why import contribution, currency
from portfolios.capabilities.why.currency import withheld_at
from portfolios.capabilities.why.facts import dressed, of_figure
from portfolios.capabilities.why.group import EFFECTS
from portfolios.capabilities.why.linked import distance, furthest
from portfolios.capabilities.why.own import Own, own_of
from portfolios.capabilities.why.pairs import array
from portfolios.capabilities.why.performance import above_risk_free

RULE, EFFECT_RULE, ADDED_RULE, FALL_RULE = (f"positions.{number}" for number in range(1, 5))
NAMES = [name for name, _ in PARTS]


def _own(ctx: Context, args: OfPosition) -> Own | None:
    """The position over the period; None where no day of it is known."""
    period = position_period(ctx, args)
    return None if period.days is None else own_of(ctx, args, period)


@explains("compute_position_return")
def why_return(ctx: Context, args: OfPosition, path: Path) -> Explanation | None:
    """A return opens into months and days, risk into the days that it is of."""
    found = compute_position_return(ctx, args)
    own = _own(ctx, args)
    if own is None:
        return withheld_at(found, path)
    match path:
        case ("points", number, name) if int(number) < len(found.points):
            return _point(own, int(number), name)
        case (name,) if name in RETURNS:
            return RETURNS[name](own, getattr(found, name))
    return None


def _total(own: Own, figure: Figure) -> Explanation:
    return replace(dressed(figure, own.chain().node(f"return of {own.name}")), rule=RULE)


def _portfolio(own: Own, figure: Figure) -> Explanation:
    return dressed(figure, own.linked.whole("return of the portfolio"))


def _volatility(own: Own, figure: Figure) -> Explanation:
    return _measured(own, figure, "sd of its daily returns × √252", "risk.2", volatility)


def _sharpe(own: Own, figure: Figure) -> Explanation:
    text = "mean / sd of its returns above the risk-free × √252"
    return of_figure(
        figure,
        text,
        Formula("statistic", text, compute=lambda values: sharpe(array(values))),
        lambda: above_risk_free(own.days.base_date, own.days.dates, own.group.return_on, own.held),
        rule="risk.8",
    )


def _drawdown(own: Own, figure: Figure) -> Explanation:
    return _of_fall(
        own, figure, "the deepest fall of its compounded returns", lambda fall: fall.depth
    )


def _recovery(own: Own, figure: Figure) -> Explanation:
    text = "calendar days from the trough of its deepest fall to the close that made up for it"
    return _of_fall(own, figure, text, lambda fall: fall.days_to_recovery)


def _of_fall(
    own: Own, figure: Figure, text: str, said: Callable[[Drawdown], Number | None]
) -> Explanation:
    """What the deepest fall of its returns says; its days are no figures but named."""

    def compute(values: Sequence[Number]) -> Number | None:
        fall = _fall(own, values)
        return said(fall) if fall else None

    formula = Formula("statistic", text, compute=compute)
    node = of_figure(figure, text, formula, own.returns, rule=FALL_RULE)
    return replace(node, parameters=_days_of(_fall(own, own.days.held_returns.tolist())))


def _fall(own: Own, values: Sequence[Number]) -> Drawdown | None:
    days = own.days
    first = own.held[0]
    base = days.dates[first - 1] if first else days.base_date
    return max_drawdown(base, days.held_dates, array(values))


def _days_of(fall: Drawdown | None) -> Mapping[str, str]:
    """The days of a fall, as far as it has any."""
    if fall is None:
        return {}
    found = {"peak": fall.peak, "trough": fall.trough, "recovery": fall.recovery}
    return {name: str(day) for name, day in found.items() if day}


def _days_held(own: Own, figure: Figure) -> Explanation:
    formula = Formula("statistic", "how many there are", compute=len)
    return of_figure(figure, f"days on which {own.name} was held", formula, own.returns, rule=RULE)


def _observations(own: Own, figure: Figure) -> Explanation:
    return own.linked.counted(figure)


def _measured(
    own: Own, figure: Figure, text: str, rule: str, measure: Callable[[Floats], float | None]
) -> Explanation:
    formula = Formula("statistic", text, compute=lambda values: measure(array(values)))
    return of_figure(figure, text, formula, own.returns, rule=rule)


RETURNS: Mapping[str, Callable[[Own, Figure], Explanation]] = {
    "total_return": _total,
    "portfolio_return": _portfolio,
    "volatility": _volatility,
    "sharpe_ratio": _sharpe,
    "max_drawdown": _drawdown,
    "recovery_days": _recovery,
    "days_held": _days_held,
    "observations": _observations,
}


def _point(own: Own, place: int, name: str) -> Explanation | None:
    """A point of the chart: what its days, or the portfolio's, compound to up to there."""
    day = own.days.dates[place]
    if name == "portfolio":
        return own.linked.chain.upto(place + 1, f"return of the portfolio until {day}")
    if name != "position":
        return None
    label = f"return of {own.name} until {day}"
    if own.days.held[place]:
        return own.chain().upto(own.held.index(place) + 1, label)
    return Explanation(
        label=label,
        value=None,
        unit="fraction",
        state="withheld",
        reason="It was not held on this day.",
        rule=RULE,
    )


@explains("compute_portfolio_contribution")
def why_added(ctx: Context, args: OfPosition, path: Path) -> Explanation | None:
    """What it added opens into months and days, its parts into its market and its currency."""
    found = compute_portfolio_contribution(ctx, args)
    own = _own(ctx, args)
    if own is None:
        return withheld_at(found, path)
    match path:
        case ("effects", number, "effect") if int(number) < len(found.effects):
            return dressed(found.effects[int(number)].effect, _part(own, NAMES[int(number)]))
        case (name,) if name.removesuffix("_contribution") in NAMES:
            part = _part(own, name.removesuffix("_contribution"))
            return dressed(getattr(found, name), part)
        case (name,):
            return _added(own, found, name)
    return None


def _added(own: Own, found: PositionContribution, name: str) -> Explanation | None:
    tree = contribution.Tree(own.linked)
    line = next(line for line in tree.held if tree.group(line).columns == own.group.columns)
    made = {
        "total_contribution": "contribution",
        "pct_of_portfolio_return": "share",
        "mean_weight": "mean_weight",
    }
    if name == "portfolio_return":
        return _portfolio(own, found.portfolio_return)
    figure = getattr(found, name, None)
    if name not in made or not isinstance(figure, Figure):
        return None
    return contribution.FIGURES[made[name]](tree, line, figure)


def _part(own: Own, name: str) -> Explanation:
    """Its market's, its currency's or their joint effect on the portfolio's return."""
    tree = currency.Tree(own.linked)
    lines = [own.cut.lines.lines[column] for column in own.group.columns]
    nodes = [tree.line(line, name) for line in lines]
    if len(nodes) == 1:
        return nodes[0]
    effects = total_of(tree.made.by_line[line] for line in lines)
    return Explanation(
        label=f"{own.name}, {EFFECTS[name]}",
        value=getattr(effects, name),
        unit="fraction",
        formula=SUM,
        parts=nodes,
        rule=ADDED_RULE,
    )


@explains("compute_position_currency_attribution")
def why_own_currency(ctx: Context, args: OfPosition, path: Path) -> Explanation | None:
    """Effects over its own capital: linked days, each a gain and rates."""
    found = compute_position_currency_attribution(ctx, args)
    own = _own(ctx, args)
    if own is None:
        return withheld_at(found, path)
    match path:
        case ("effects", number, "effect") if int(number) < len(found.effects):
            figure = found.effects[int(number)].effect
            return dressed(figure, own.effects().effect(NAMES[int(number)]))
        case (name,) if name.removesuffix("_return") in NAMES:
            effect = own.effects().effect(name.removesuffix("_return"))
            return dressed(getattr(found, name), effect)
        case ("total_return",):
            return _total(own, found.total_return)
        case (name,) if name in GAPS:
            return GAPS[name](own, found)
    return None


def _error(own: Own, found: PositionCurrency) -> Explanation:
    return of_figure(
        found.error_bps,
        "gap of its effects",
        Formula("statistic", "the distance of the two, in basis points", compute=distance),
        lambda: [own.effects().total(), own.chain().node(f"return of {own.name}")],
        rule=EFFECT_RULE,
    )


def _worst(own: Own, found: PositionCurrency) -> Explanation:
    effects = own.effects()
    return of_figure(
        found.worst_day_bps,
        "the largest gap of a day",
        Formula("statistic", "the largest distance, in basis points", compute=furthest),
        lambda: [effects.gap(at) for at in range(len(own.held))],
        rule=EFFECT_RULE,
    )


GAPS: Mapping[str, Callable[[Own, PositionCurrency], Explanation]] = {
    "error_bps": _error,
    "worst_day_bps": _worst,
}
