"""What a position could lose in a day, and what it adds to the risk of the portfolio."""

from __future__ import annotations

from typing import Any

from patterns.context import Context
from patterns.registry import capability
from patterns.results import FractionFigure, MoneyFigure, RatioFigure, State
from portfolios.calc.money import decimal_from_float, round_money
from portfolios.calc.position_risk import PositionRisk, position_risk
from portfolios.calc.value_at_risk import historical_tail
from portfolios.capabilities.inputs import Answer, OfPosition
from portfolios.capabilities.position_period import (
    PositionPeriod,
    of_sample,
    position_period,
)
from portfolios.capabilities.span_figures import lines_of, state_of, why

CONFIDENCE = 0.95
ONE_DAY = "Too few days: it was held on one."
NOTHING_NOW = "Nothing of it is held now."
HISTORICAL = "historical, 95 %, one day"
EULER = "Euler, over what happened: cov(contribution, return)/var(return)"
NORMAL = "normal, 95 %, one day"


class PositionRiskFigures(Answer):
    """Losses are positive. var_1d is a fraction of the position, var_1d_amount of its value now;
    alone, component, marginal and diversification_benefit are fractions of the portfolio."""

    var_1d: FractionFigure
    var_1d_amount: MoneyFigure
    alone_var: FractionFigure
    component_var: FractionFigure
    marginal_var: FractionFigure
    pct_portfolio_risk: FractionFigure
    diversification_benefit: FractionFigure
    beta_to_portfolio: RatioFigure
    correlation: RatioFigure
    state: State
    reason: str | None
    sources: tuple[str, ...]


@capability("compute_position_risk", version="1", agent="analyst")
def compute_position_risk(ctx: Context, args: OfPosition) -> PositionRiskFigures:
    """One-day value at risk of a position, its share of the portfolio's risk, what one more unit
    of it would add, what diversification takes away, beta and correlation to the portfolio."""
    period = position_period(ctx, args)
    if period.days is None or period.days.held.sum() < 2:
        return _withheld(period, period.reason or ONE_DAY)
    days = period.days
    held, whole = days.held_returns, days.portfolio
    found = position_risk(days, CONFIDENCE)

    def on_held(value: float | None) -> RatioFigure:
        return of_sample(RatioFigure, period, value, held)

    def on_all(value: float | None, method: str) -> FractionFigure:
        return of_sample(FractionFigure, period, value, whole, method=method)

    tail = historical_tail(held, CONFIDENCE)
    worst = of_sample(FractionFigure, period, tail.var if tail else None, held, method=HISTORICAL)
    return PositionRiskFigures(
        var_1d=worst,
        var_1d_amount=_amount(period, worst, args),
        **_of_portfolio(found, on_all),
        beta_to_portfolio=on_held(found.beta),
        correlation=on_held(found.correlation),
        state=state_of(period.span),
        reason=why(period.span),
        sources=period.span.sources,
    )


def _of_portfolio(found: PositionRisk, figure: Any) -> dict[str, FractionFigure]:
    return {
        "alone_var": figure(found.alone, NORMAL),
        "component_var": figure(found.component, NORMAL),
        "marginal_var": figure(found.marginal, NORMAL),
        "pct_portfolio_risk": figure(found.risk_share, EULER),
        "diversification_benefit": figure(found.diversified, NORMAL),
    }


def _amount(period: PositionPeriod, share: FractionFigure, args: OfPosition) -> MoneyFigure:
    """Of what the position is worth at the end of the period."""
    lines = lines_of(period.whole)
    base = lines.base_currency
    if share.value is None:
        return MoneyFigure.withheld(share.reason or "", missing=share.missing, currency=base)
    columns = [at for at, (_, key) in enumerate(lines.lines) if key == args.security_id]
    worth = float((lines.closing * lines.rate_after)[-1, columns].sum())
    if not worth:
        return MoneyFigure.withheld(NOTHING_NOW, currency=base)
    return MoneyFigure(
        value=round_money(decimal_from_float(share.value * worth), base),
        currency=base,
        state=share.state,
        reason=share.reason,
        method=HISTORICAL,
    )


def _withheld(period: PositionPeriod, reason: str) -> PositionRiskFigures:
    missing = period.whole.missing
    unknown = FractionFigure.withheld(reason, missing=missing)
    ratio = RatioFigure.withheld(reason, missing=missing)
    lines = period.whole.lines
    return PositionRiskFigures(
        var_1d=unknown,
        var_1d_amount=MoneyFigure.withheld(
            reason, missing=missing, currency=lines.base_currency if lines else ""
        ),
        alone_var=unknown,
        component_var=unknown,
        marginal_var=unknown,
        pct_portfolio_risk=unknown,
        diversification_benefit=unknown,
        beta_to_portfolio=ratio,
        correlation=ratio,
        state="withheld",
        reason=reason,
        sources=period.whole.sources,
    )
