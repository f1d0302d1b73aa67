"""Why the points of a history are where they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from patterns.context import Context
from patterns.explaining import Path, explains
from patterns.explanation import Explanation, Formula
from portfolios.calc.drawdown import current_drawdown
from portfolios.calc.returns import between, known, since_funding
from portfolios.capabilities.history import HistoricalNav, historical_nav
from portfolios.capabilities.inputs import OverLookback
from portfolios.capabilities.why.chains import chained
from portfolios.capabilities.why.days import Days
from portfolios.capabilities.why.facts import day_source, of_figure
from portfolios.capabilities.why.pairs import array
from portfolios.capabilities.why.worth import total

OVERDRAWN = "how far the close lies below the highest since funding"


@explains("portfolio.historical_nav")
def why_history(ctx: Context, args: OverLookback, path: Path) -> Explanation | None:
    """A point opens into the portfolio of its day; a change into its two ends and the flows."""
    found = historical_nav(ctx, args)
    days = Days(ctx, args.portfolio_id)
    match path:
        case ("points", number, name) if int(number) < len(found.points):
            return _point(days, found, int(number), name)
        case ("changes", name) if name in CHANGES and found.points:
            return CHANGES[name](days, found)
        case ("observations",):
            return _observations(days, found)
    return None


def _point(days: Days, found: HistoricalNav, number: int, name: str) -> Explanation | None:
    point = found.points[number]
    day, row = point.asof_date, days.path.rows[days.places[point.asof_date]]
    if name == "total_value":
        return days.value(day)
    if name == "time_weighted_return":
        return days.daily_return(day)
    if name == "cash_balance":
        return _cash(days, found, number)
    if name == "positions_value":
        return Explanation(
            label=f"positions on {day}",
            value=row.positions_value,
            unit="money",
            currency=row.currency,
            state=point.state,
            reason=point.reason or "",
            formula=Formula("difference", "total value − cash"),
            parts=lambda: [days.value(day), _cash(days, found, number)],
            rule="valuation.2",
        )
    if name == "drawdown":
        return _drawdown(days, found, number)
    return None


def _cash(days: Days, found: HistoricalNav, number: int) -> Explanation:
    point = found.points[number]
    row = days.path.rows[days.places[point.asof_date]]

    def parts() -> list[Explanation]:
        now = days.standing_at(row)
        held = (*now.valuation.cash, *now.valuation.receivables)
        return [total(now, held, "sum of cash and receivables")]

    return Explanation(
        label=f"cash and receivables on {point.asof_date}",
        value=row.cash_balance,
        unit="money",
        currency=row.currency,
        formula=Formula("rounded", "the sum, rounded once"),
        parts=parts,
        rule="valuation.2",
    )


def _drawdown(days: Days, found: HistoricalNav, number: int) -> Explanation:
    point = found.points[number]
    whole = since_funding(days.path.series)
    series = between(whole, whole.base_date, point.asof_date)
    unknown = point.drawdown is None
    return Explanation(
        label=f"drawdown on {point.asof_date}",
        value=point.drawdown,
        unit="fraction",
        state="withheld" if unknown else "exact",
        reason="The chain of returns is broken." if unknown else "",
        formula=Formula(
            "statistic", OVERDRAWN, compute=lambda values: current_drawdown(array(values))
        ),
        parts=chained(days, series) if len(known(series)) else (),
        rule="risk.13",
    )


def _value_change(days: Days, found: HistoricalNav) -> Explanation:
    first, last = found.points[0].asof_date, found.points[-1].asof_date
    return of_figure(
        found.changes.value_change,
        f"change of value from {first} to {last}",
        Formula("difference", "value at the end − value at the beginning"),
        lambda: [days.value(last), days.value(first)],
        rule="returns.8",
    )


def _net_flows(days: Days, found: HistoricalNav) -> Explanation:
    return of_figure(
        found.changes.net_flows,
        "paid in less taken out",
        Formula("difference", "all that was paid in − all that was taken out"),
        lambda: [_all_flows(days, found, 1), _all_flows(days, found, -1)],
        rule="returns.8",
    )


def _all_flows(days: Days, found: HistoricalNav, sign: int) -> Explanation:
    """The days that have a flow of that direction."""
    nodes = [days.flow(point.asof_date, sign) for point in found.points[1:]]
    moved = [node for node in nodes if node.value]
    return Explanation(
        label="paid in" if sign > 0 else "taken out",
        value=sum((Decimal(str(node.value)) for node in moved), Decimal(0)),
        unit="money",
        currency=found.points[0].currency,
        formula=Formula("sum", "each day's flows"),
        parts=moved or nodes[:1],
        rule="booking.16",
    )


def _gain(days: Days, found: HistoricalNav) -> Explanation:
    return of_figure(
        found.changes.gain,
        "gain",
        Formula("difference", "change of value − net flows"),
        lambda: [_value_change(days, found), _net_flows(days, found)],
        rule="returns.8",
    )


def _gain_fraction(days: Days, found: HistoricalNav) -> Explanation:
    return of_figure(
        found.changes.gain_fraction,
        "gain on the first value",
        Formula("quotient", "gain / value at the beginning"),
        lambda: [_gain(days, found), days.value(found.points[0].asof_date)],
        rule="returns.8",
    )


def _observations(days: Days, found: HistoricalNav) -> Explanation:
    return of_figure(
        found.observations,
        "valued days",
        Formula("sum", "one each"),
        lambda: [
            Explanation(
                label=str(point.asof_date),
                value=1,
                unit="count",
                source=day_source(days.path.rows[days.places[point.asof_date]].pack_id),
            )
            for point in found.points
        ],
        rule="valuation.7",
    )


CHANGES: Mapping[str, Callable[[Days, HistoricalNav], Explanation]] = {
    "value_change": _value_change,
    "net_flows": _net_flows,
    "gain": _gain,
    "gain_fraction": _gain_fraction,
}
