"""Everything that is measured of one period, the portfolio's and the benchmark's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from patterns.context import Context
from patterns.registry import capability
from patterns.results import CountFigure, FractionFigure, RatioFigure
from portfolios.calc import metric_card as card
from portfolios.calc.daily_returns import DailyReturns
from portfolios.capabilities.dressing import Dresser
from portfolios.capabilities.inputs import Answer, Compared
from portfolios.capabilities.metric_rows import FractionRow, RatioRow, fraction_rows, ratio_rows
from portfolios.selectors.periods import Beside, Chosen, FreeOfRisk, beside, chosen, free_of_risk
from portfolios.selectors.risk_free import METHOD


class Card(Answer):
    """Fractions, but for ratios and moments. Losses and drawdowns are positive."""

    total_return: FractionFigure
    annualised_return: FractionFigure
    best_day: FractionFigure
    worst_day: FractionFigure
    best_month: FractionFigure
    worst_month: FractionFigure
    win_rate: FractionFigure
    positive_months: FractionFigure
    volatility: FractionFigure
    volatility_30d: FractionFigure
    volatility_60d: FractionFigure
    volatility_90d: FractionFigure
    volatility_1y: FractionFigure
    ewma_volatility: FractionFigure
    downside_deviation: FractionFigure
    downside_deviation_zero: FractionFigure
    max_drawdown: FractionFigure
    current_drawdown: FractionFigure
    average_drawdown: FractionFigure
    historical_var_95: FractionFigure
    historical_cvar_95: FractionFigure
    normal_var_95: FractionFigure
    normal_cvar_95: FractionFigure
    cornish_fisher_var_95: FractionFigure
    historical_var_99: FractionFigure
    historical_cvar_99: FractionFigure
    normal_var_99: FractionFigure
    normal_cvar_99: FractionFigure
    cornish_fisher_var_99: FractionFigure
    tracking_error: FractionFigure
    alpha: FractionFigure
    arithmetic_excess: FractionFigure
    geometric_excess: FractionFigure
    up_capture: FractionFigure
    down_capture: FractionFigure
    sharpe_ratio: RatioFigure
    sortino_ratio: RatioFigure
    calmar_ratio: RatioFigure
    information_ratio: RatioFigure
    beta: RatioFigure
    correlation: RatioFigure
    skew: RatioFigure
    excess_kurtosis: RatioFigure


class CardDates(Answer):
    """When the extremes were; None where there is none."""

    start_date: date | None
    end_date: date | None
    best_day: date | None
    worst_day: date | None
    max_drawdown_peak: date | None
    max_drawdown_trough: date | None
    max_drawdown_recovery: date | None


class MetricCard(Answer):
    """risk, tails, ratios: the same figures as rows, the benchmark's beside them."""

    card: Card
    benchmark: Card
    dates: CardDates
    risk: tuple[FractionRow, ...]
    tails: tuple[FractionRow, ...]
    ratios: tuple[RatioRow, ...]
    observations: CountFigure
    benchmark_name: str
    risk_free: str
    sources: tuple[str, ...]


@capability("performance.metric_card", version="2", agent="analyst")
def metric_card(ctx: Context, args: Compared) -> MetricCard:
    """The metric card of a period: 43 figures from one pass over the daily returns, and those of
    the benchmark over the same days."""
    period = chosen(ctx, args.portfolio_id, args.period, args.start)
    other = beside(ctx, args.portfolio_id, args.benchmark_id, hedged=args.hedged)
    returns = period.returns
    free = free_of_risk(returns)
    found = card.metric_card(
        _none_of(returns) if period.why_none else returns,
        before=period.path.daily.upto(period.path.asof_date),
        risk_free=None if period.why_none else free.returns,
        benchmark=None if period.why_none else other.on_days_of(returns),
    )
    dresser = Dresser.of(period, *_instead(period, other, free))
    own = _dressed(found, dresser)
    theirs = _of_benchmark(period, other, free)
    return MetricCard(
        card=own,
        benchmark=theirs,
        dates=_dates(found, empty=period.why_none is not None),
        risk=fraction_rows("risk", own, theirs),
        tails=fraction_rows("tails", own, theirs),
        ratios=ratio_rows(own, theirs),
        observations=CountFigure(value=found.n),
        benchmark_name=other.track.name,
        risk_free=free.reason or METHOD,
        sources=period.path.sources,
    )


def _instead(
    period: Chosen, other: Beside, free: FreeOfRisk
) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Sentences that name what is missing, for the reasons that a card knows by code only."""
    found = [
        ("NO_RISK_FREE", free.reason, free.missing),
        ("NO_BENCHMARK", other.reason, other.track.missing),
        ("BENCHMARK_GAP", other.why_gap(period.returns), other.track.missing),
    ]
    if period.why_none is not None:
        plain = Dresser.of(period).said(period.why_none)
        found.append(("NO_RETURNS", *plain))
    return tuple(found)


def _of_benchmark(period: Chosen, other: Beside, free: FreeOfRisk) -> Card:
    """The card of the benchmark's own returns; what compares it with itself is withheld."""
    returns = None if period.why_none else other.over(period.returns)
    reason = other.reason or ("" if period.why_none else other.why_gap(period.returns))
    none = returns is None or not returns.is_unbroken
    found = card.metric_card(
        _none_of(period.returns) if returns is None or none else returns,
        before=_none_of(period.returns)
        if none
        else other.over(period.path.daily.upto(period.path.asof_date)),
        risk_free=None if none else free.returns,
    )
    missing = other.track.missing
    said = [
        ("NO_RISK_FREE", free.reason, free.missing),
        ("NO_BENCHMARK", "The benchmark is not compared with itself.", ()),
    ]
    if reason:
        said.append(("NO_RETURNS", reason, missing))
    elif period.why_none is not None:
        said.append(("NO_RETURNS", *Dresser.of(period).said(period.why_none)))
    return _dressed(found, replace(Dresser.of(period, *said), aged=False))


def _dressed(found: card.MetricCard, dresser: Dresser) -> Card:
    """Every figure by the unit that its field of `Card` declares."""
    figures: dict[str, FractionFigure | RatioFigure] = {}
    for name in card.NAMES:
        if Card.model_fields[name].annotation is RatioFigure:
            figures[name] = dresser.figure(RatioFigure, found.figures[name])
        else:
            figures[name] = dresser.figure(FractionFigure, found.figures[name])
    return Card.model_validate(figures)


def _dates(found: card.MetricCard, *, empty: bool) -> CardDates:
    fall = found.drawdown
    return CardDates(
        start_date=None if empty else found.start,
        end_date=None if empty else found.end,
        best_day=found.best_day,
        worst_day=found.worst_day,
        max_drawdown_peak=fall.peak if fall else None,
        max_drawdown_trough=fall.trough if fall else None,
        max_drawdown_recovery=fall.recovery if fall else None,
    )


def _none_of(returns: DailyReturns) -> DailyReturns:
    """A series without a day, where the period cannot be asked for."""
    return returns.stretch(0, 0)
