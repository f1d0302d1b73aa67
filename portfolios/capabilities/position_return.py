"""What a position returned, what it added to the portfolio, and what its currency did to it."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from patterns.context import Context
from patterns.registry import capability
from patterns.results import BpsFigure, CountFigure, Fraction, FractionFigure, RatioFigure, State
from portfolios.calc.attribution import Effects, currency_attribution, total_of
from portfolios.calc.contribution import Contribution, Kind, contributions_of
from portfolios.calc.drawdown import Drawdown, max_drawdown
from portfolios.calc.position_returns import own_effects
from portfolios.calc.risk import sharpe, volatility
from portfolios.capabilities.inputs import Answer, OfPosition
from portfolios.capabilities.position_period import (
    PositionPeriod,
    above_risk_free,
    of_sample,
    position_period,
)
from portfolios.capabilities.span_figures import bps, fraction, lines_of, state_of, why
from portfolios.selectors.risk_free import METHOD as RISK_FREE

OWN = "time-weighted over the days it was held"
IN_PORTFOLIO = "daily contributions to the portfolio's capital, linked"
ZERO_RETURN = "The portfolio's return is zero."
IDENTITY_BPS = 0.1
NEVER_RECOVERED = "It has not recovered yet."
NEVER_FELL = "It never fell."
PARTS = (("local", "Local"), ("fx", "FX"), ("interaction", "Interaction"))


class PositionPoint(Answer):
    """Compound returns since the period began; null on a day on which it was not held."""

    asof_date: date
    position: Fraction | None
    portfolio: Fraction


class PositionReturn(Answer):
    """A position's own return and risk; max_drawdown is positive, recovery counts calendar days
    from the trough."""

    total_return: FractionFigure
    portfolio_return: FractionFigure
    volatility: FractionFigure
    sharpe_ratio: RatioFigure
    max_drawdown: FractionFigure
    max_drawdown_peak: date | None
    max_drawdown_trough: date | None
    max_drawdown_recovery: date | None
    recovery_days: CountFigure
    days_held: CountFigure
    observations: CountFigure
    points: tuple[PositionPoint, ...]
    start_date: date | None
    end_date: date | None
    state: State
    reason: str | None
    sources: tuple[str, ...]


class PartRow(Answer):
    label: str
    effect: FractionFigure


class PositionContribution(Answer):
    """What the position added to the portfolio's return, cut into market and currency; `effects`
    sum to `total_contribution`."""

    total_contribution: FractionFigure
    pct_of_portfolio_return: FractionFigure
    portfolio_return: FractionFigure
    mean_weight: FractionFigure
    local_contribution: FractionFigure
    fx_contribution: FractionFigure
    interaction_contribution: FractionFigure
    effects: tuple[PartRow, ...]
    state: State
    reason: str | None
    sources: tuple[str, ...]


class PositionCurrency(Answer):
    """local + fx + interaction = total_return, the position's own. error_bps: the distance from
    the return chained from its values; worst_day_bps: that of the worst day."""

    local_return: FractionFigure
    fx_return: FractionFigure
    interaction_return: FractionFigure
    total_return: FractionFigure
    error_bps: BpsFigure
    worst_day_bps: BpsFigure
    identity_holds: bool | None
    effects: tuple[PartRow, ...]
    state: State
    reason: str | None
    sources: tuple[str, ...]


@capability("compute_position_return", version="1", agent="analyst")
def compute_position_return(ctx: Context, args: OfPosition) -> PositionReturn:
    """Daily and total return, volatility, Sharpe ratio and drawdown of a position over the days
    of a period on which it was held; beside it the portfolio's return."""
    period = position_period(ctx, args)
    if period.days is None:
        return _no_return(period)
    days = period.days
    first = int(np.argmax(days.held))
    base = days.dates[first - 1] if first else days.base_date
    fall = max_drawdown(base, days.held_dates, days.held_returns)
    held = days.held_returns
    return PositionReturn(
        total_return=fraction(period.span, days.total_return, method=OWN),
        portfolio_return=fraction(period.whole, float(np.prod(1 + days.portfolio) - 1)),
        volatility=of_sample(FractionFigure, period, volatility(held), held),
        sharpe_ratio=above_risk_free(period, sharpe, method=RISK_FREE),
        max_drawdown=fraction(period.span, fall.depth if fall else None),
        max_drawdown_peak=fall.peak if fall else None,
        max_drawdown_trough=fall.trough if fall else None,
        max_drawdown_recovery=fall.recovery if fall else None,
        recovery_days=_recovery(fall),
        days_held=CountFigure(value=int(days.held.sum())),
        observations=CountFigure(value=len(days.dates)),
        points=_points(period),
        start_date=days.base_date,
        end_date=days.dates[-1],
        state=state_of(period.span),
        reason=why(period.span),
        sources=period.span.sources,
    )


@capability("compute_portfolio_contribution", version="1", agent="analyst")
def compute_portfolio_contribution(ctx: Context, args: OfPosition) -> PositionContribution:
    """What a position added to the portfolio's return over a period, and how much of that came
    from its market, its currency and both."""
    period = position_period(ctx, args)
    if period.days is None:
        names = (
            "total_contribution pct_of_portfolio_return portfolio_return mean_weight "
            "local_contribution fx_contribution interaction_contribution"
        )
        return PositionContribution(**_unknown(period, names))
    span, lines = period.whole, lines_of(period.whole)
    found = contributions_of(lines, span.charges)
    own = next(line for line in found.lines if _is_of(line, args))
    cut = currency_attribution(lines)
    effects = total_of(
        one for (_, security), one in cut.by_line.items() if security == args.security_id
    )
    whole = found.total_return
    figures = _parts(period, effects, IN_PORTFOLIO)
    return PositionContribution(
        total_contribution=fraction(span, own.contribution, method=IN_PORTFOLIO),
        pct_of_portfolio_return=fraction(
            span, own.contribution / whole if whole else None, ZERO_RETURN
        ),
        portfolio_return=fraction(span, whole),
        mean_weight=fraction(span, own.mean_weight),
        **{f"{name}_contribution": figures[name] for name, _ in PARTS},
        effects=_rows(figures),
        state=state_of(span),
        reason=why(span),
        sources=span.sources,
    )


@capability("compute_position_currency_attribution", version="1", agent="analyst")
def compute_position_currency_attribution(ctx: Context, args: OfPosition) -> PositionCurrency:
    """How much of a position's own return came from its market, its currency and both."""
    period = position_period(ctx, args)
    found = None if period.days is None else own_effects(lines_of(period.whole), args.security_id)
    if found is None:
        gap = BpsFigure.withheld(period.reason, missing=period.whole.missing)
        return PositionCurrency(
            **_unknown(period, "local_return fx_return interaction_return total_return"),
            error_bps=gap,
            worst_day_bps=gap,
            identity_holds=None,
        )
    figures = _parts(period, found.effects, OWN)
    return PositionCurrency(
        **{f"{name}_return": figures[name] for name, _ in PARTS},
        total_return=fraction(period.span, found.chained, method=OWN),
        error_bps=bps(period.span, found.error_bps),
        worst_day_bps=bps(period.span, found.worst_day_bps),
        identity_holds=max(found.error_bps, found.worst_day_bps) <= IDENTITY_BPS,
        effects=_rows(figures),
        state=state_of(period.span),
        reason=why(period.span),
        sources=period.span.sources,
    )


def _is_of(line: Contribution, args: OfPosition) -> bool:
    return line.source.kind is Kind.HOLDING and line.source.security == args.security_id


def _parts(period: PositionPeriod, effects: Effects, method: str) -> dict[str, FractionFigure]:
    span = period.span if method == OWN else period.whole
    return {name: fraction(span, getattr(effects, name), method=method) for name, _ in PARTS}


def _rows(figures: dict[str, FractionFigure]) -> tuple[PartRow, ...]:
    return tuple(PartRow(label=label, effect=figures[name]) for name, label in PARTS)


def _points(period: PositionPeriod) -> tuple[PositionPoint, ...]:
    days = period.known()
    own = np.cumprod(1.0 + np.where(days.held, days.returns, 0.0)) - 1.0
    whole = np.cumprod(1.0 + days.portfolio) - 1.0
    return tuple(
        PositionPoint(asof_date=day, position=float(one) if held else None, portfolio=float(two))
        for day, held, one, two in zip(days.dates, days.held, own, whole, strict=True)
    )


def _recovery(fall: Drawdown | None) -> CountFigure:
    if fall is None or not fall.depth:
        return CountFigure.withheld(NEVER_FELL)
    if fall.days_to_recovery is None:
        return CountFigure.withheld(NEVER_RECOVERED)
    return CountFigure(value=fall.days_to_recovery)


def _no_return(period: PositionPeriod) -> PositionReturn:
    lines = period.whole.lines
    unknown = _unknown(period, "total_return portfolio_return volatility max_drawdown")
    unknown.pop("effects")
    return PositionReturn(
        **unknown,
        sharpe_ratio=period.unknown(RatioFigure),
        max_drawdown_peak=None,
        max_drawdown_trough=None,
        max_drawdown_recovery=None,
        recovery_days=CountFigure.withheld(period.reason, missing=period.whole.missing),
        days_held=CountFigure(value=0),
        observations=CountFigure(value=0),
        points=(),
        start_date=lines.base_date if lines else None,
        end_date=lines.dates[-1] if lines and lines.dates else None,
    )


def _unknown(period: PositionPeriod, names: str) -> dict[str, Any]:
    return {
        **dict.fromkeys(names.split(), period.unknown(FractionFigure)),
        "effects": (),
        "state": "withheld",
        "reason": period.reason,
        "sources": period.whole.sources,
    }
