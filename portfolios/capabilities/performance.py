"""Time-weighted returns and the risk that was taken for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from patterns.context import Context
from patterns.registry import capability
from patterns.results import CountFigure, FractionFigure, MoneyFigure, RatioFigure, State
from portfolios.calc.drawdown import Drawdown, current_drawdown, max_drawdown
from portfolios.calc.money import round_money
from portfolios.calc.period_money import money_weighted
from portfolios.calc.periods import (
    Period,
    PeriodReturn,
    last_returns,
    lookback_return,
    return_of,
    span_of,
)
from portfolios.calc.returns import Floats, ReturnSeries, is_unbroken, known, since_funding
from portfolios.calc.risk import Statistic, measured, risk_free_returns, sharpe, sortino, volatility
from portfolios.capabilities.dressing import TWR, Dresser, why
from portfolios.capabilities.inputs import Answer, OverLookback
from portfolios.capabilities.sentences import SAID
from portfolios.selectors.performance import Track, track
from portfolios.selectors.periods import chosen
from portfolios.selectors.risk_free import METHOD, SERIES, yields_known_at


class Performance(Answer):
    """Returns and drawdowns are fractions; drawdowns are positive. Gains are money."""

    gain_1d: MoneyFigure
    twr_1d: FractionFigure
    twr_mtd: FractionFigure
    twr_qtd: FractionFigure
    twr_ytd: FractionFigure
    twr_1y: FractionFigure
    twr_3y_ann: FractionFigure
    twr_5y_ann: FractionFigure
    twr_inception: FractionFigure
    twr_inception_ann: FractionFigure
    twr_lookback: FractionFigure
    mwr_1y: FractionFigure
    volatility: FractionFigure
    sharpe_ratio: RatioFigure
    sortino_ratio: RatioFigure
    max_drawdown: FractionFigure
    max_drawdown_peak: date | None
    max_drawdown_trough: date | None
    max_drawdown_recovery: date | None
    current_drawdown: FractionFigure
    observations: CountFigure
    lookback_days: int
    flow_timing: str
    sources: tuple[str, ...]


@capability("metrics.compute_twr", version="5", agent="analyst")
def compute_twr(ctx: Context, args: OverLookback) -> Performance:
    """Time-weighted returns of the usual periods, and volatility, ratios and drawdown over the
    last `lookback_days` valuation days. A portfolio with an unpriced position has none of them."""
    path = track(ctx, args.portfolio_id)
    window = last_returns(path.series, args.lookback_days, path.asof_date)
    whole = since_funding(path.series)
    deepest = _deepest(window)
    return Performance(
        gain_1d=_gain(path, ctx.base_currency or ""),
        twr_1d=_period(path, Period.DAY),
        twr_mtd=_period(path, Period.MTD),
        twr_qtd=_period(path, Period.QTD),
        twr_ytd=_period(path, Period.YTD),
        twr_1y=_period(path, Period.YEAR),
        twr_3y_ann=_annualised(path, Period.THREE_YEARS),
        twr_5y_ann=_annualised(path, Period.FIVE_YEARS),
        twr_inception=_period(path, Period.SINCE_INCEPTION),
        twr_inception_ann=_annualised(path, Period.SINCE_INCEPTION),
        twr_lookback=_fraction(
            path, lookback_return(path.series, args.lookback_days, path.asof_date)
        ),
        mwr_1y=_money_weighted(ctx, args),
        volatility=_volatility(path, window),
        sharpe_ratio=_ratio(path, window, sharpe),
        sortino_ratio=_ratio(path, window, sortino),
        max_drawdown=_drawdown(path, window, deepest.depth if deepest else None),
        max_drawdown_peak=deepest.peak if deepest else None,
        max_drawdown_trough=deepest.trough if deepest else None,
        max_drawdown_recovery=deepest.recovery if deepest else None,
        current_drawdown=_drawdown(
            path, whole, current_drawdown(known(whole)) if is_unbroken(whole) else None
        ),
        observations=CountFigure(value=len(known(window))),
        lookback_days=args.lookback_days,
        flow_timing=path.flow_timing,
        sources=path.sources,
    )


def _gain(path: Track, currency: str) -> MoneyFigure:
    """What the last day brought: V1 + outflows - V0 - inflows, rounded once."""
    if len(path.rows) > 1:
        before, day = path.rows[-2:]
        parts = (day.total_value, day.outflow, before.total_value, day.inflow)
        if None not in parts and day.time_weighted_return is not None:
            end, out, start, into = (Decimal(part or 0) for part in parts)
            state = path.state_between(before.asof_date, day.asof_date)
            return MoneyFigure(
                value=round_money(end + out - start - into, currency),
                currency=currency,
                state=state,
                reason=path.reason_of(state),
                asof_date=day.asof_date,
            )
    return MoneyFigure.withheld(why(path, "NO_RETURNS"), missing=path.missing, currency=currency)


def _period(path: Track, period: Period) -> FractionFigure:
    return _fraction(path, _earned(path, period))


def _earned(path: Track, period: Period) -> PeriodReturn:
    return return_of(span_of(path.daily, period, path.asof_date), path.asof_date)


def _annualised(path: Track, period: Period) -> FractionFigure:
    found = _earned(path, period)
    if found.value is not None and found.annualised is None:
        return FractionFigure.withheld(SAID["PERIOD_LT_1Y"], n=found.n)
    return _fraction(path, found, annual=True)


def _fraction(path: Track, found: PeriodReturn, *, annual: bool = False) -> FractionFigure:
    value = found.annualised if annual else found.value
    if value is None:
        return FractionFigure.withheld(why(path, found.reason), missing=path.missing, n=found.n)
    state: State = "partial" if found.reason else path.state_between(found.start, found.end)
    return FractionFigure(
        value=value,
        state=state,
        reason=SAID.get(found.reason or "") or path.reason_of(state),
        n=found.n,
        asof_date=found.end,
        method=f"{TWR}, annualised ACT/365" if annual else TWR,
    )


def _money_weighted(ctx: Context, args: OverLookback) -> FractionFigure:
    """The rate a year of the last year's flows."""
    period = chosen(ctx, args.portfolio_id, Period.YEAR)
    found = None if period.money is None else money_weighted(period.money)
    dresser = Dresser.of(period).of_money(period)
    return dresser.rate(found, len(period.returns), period.why_none or "UNVALUED", annual=True)


def _sample(path: Track, window: ReturnSeries) -> str | None:
    """Why risk cannot be measured on a window; None when it can."""
    if not len(window):
        return why(path, "NO_RETURNS")
    return None if is_unbroken(window) else why(path, "BROKEN_CHAIN")


def _volatility(path: Track, window: ReturnSeries) -> FractionFigure:
    reason = _sample(path, window)
    if reason:
        return FractionFigure.withheld(reason, missing=path.missing, n=len(window))
    found = measured(volatility, known(window))
    if found.value is None:
        return FractionFigure.withheld(SAID[found.reason or ""], n=found.n)
    return FractionFigure(value=found.value, **_details(path, window, found))


def _ratio(
    path: Track, window: ReturnSeries, measure: Callable[[Floats], float | None]
) -> RatioFigure:
    reason = _sample(path, window)
    if reason:
        return RatioFigure.withheld(reason, missing=path.missing, n=len(window))
    free = yields_known_at((window.base_date, *window.dates[:-1]))
    if free.yields is None:
        return RatioFigure.withheld(free.reason, missing=(SERIES,), n=len(window))
    excess = known(window) - risk_free_returns(window.base_date, window.dates, free.yields)
    found = measured(measure, excess)
    if found.value is None:
        return RatioFigure.withheld(SAID[found.reason or ""], n=found.n)
    return RatioFigure(value=found.value, **_details(path, window, found), method=METHOD)


def _details(path: Track, window: ReturnSeries, found: Statistic) -> dict[str, Any]:
    ends = path.state_between(window.base_date, window.dates[-1])
    state = found.state if found.state != "exact" else ends
    reason = SAID.get(found.reason or "") or path.reason_of(state)
    return {"state": state, "reason": reason, "n": found.n, "asof_date": window.dates[-1]}


def _deepest(window: ReturnSeries) -> Drawdown | None:
    if not len(window) or not is_unbroken(window):
        return None
    return max_drawdown(window.base_date, window.dates, known(window))


def _drawdown(path: Track, series: ReturnSeries, depth: float | None) -> FractionFigure:
    if depth is None:
        reason = _sample(path, series) or why(path, "NO_RETURNS")
        return FractionFigure.withheld(reason, missing=path.missing, n=len(series))
    state = path.state_between(series.base_date, series.dates[-1])
    return FractionFigure(
        value=depth,
        state=state,
        reason=path.reason_of(state),
        n=len(series),
        asof_date=series.dates[-1],
    )
