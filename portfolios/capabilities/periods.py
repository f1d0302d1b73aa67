"""The returns of every usual period side by side, by each definition, and the benchmark's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from patterns.context import Context
from patterns.registry import capability
from patterns.results import CountFigure, FractionFigure, MoneyFigure
from portfolios.calc.period_money import dietz_return, money_weighted
from portfolios.calc.periods import Period
from portfolios.calc.relative import arithmetic_excess, geometric_excess
from portfolios.capabilities.dressing import DIETZ, Dresser, time_weighted
from portfolios.capabilities.inputs import Answer, Compared
from portfolios.selectors.periods import Beside, Chosen, beside, chosen

LABELS = {
    Period.DAY: "1 day",
    Period.MTD: "Month to date",
    Period.QTD: "Quarter to date",
    Period.YTD: "Year to date",
    Period.YEAR: "1 year",
    Period.THREE_YEARS: "3 years",
    Period.FIVE_YEARS: "5 years",
    Period.SINCE_INCEPTION: "Since inception",
}


class PeriodRow(Answer):
    """One period. Returns of the period are fractions over all of it, `_annual` ones a year."""

    label: str
    period: str
    start_date: date | None
    end_date: date | None
    observations: CountFigure
    twr: FractionFigure
    twr_annual: FractionFigure
    mwr: FractionFigure
    mwr_annual: FractionFigure
    modified_dietz: FractionFigure
    gain: MoneyFigure
    benchmark_return: FractionFigure
    excess: FractionFigure
    geometric_excess: FractionFigure


class Periods(Answer):
    """rows: the named periods, shortest first, before them the one that begins at `start`."""

    rows: tuple[PeriodRow, ...]
    chosen: PeriodRow
    benchmark_name: str
    benchmark_method: str
    benchmark_reason: str
    benchmark_chosen: bool
    hedged: bool
    flow_timing: str
    sources: tuple[str, ...]


@capability("performance.periods", version="3", agent="analyst")
def periods(ctx: Context, args: Compared) -> Periods:
    """Time-weighted, money-weighted and Modified Dietz returns and the gain of each usual period
    and of the one that was chosen, beside the benchmark's return and the excess over it."""
    other = beside(ctx, args.portfolio_id, args.benchmark_id, hedged=args.hedged)
    currency = ctx.base_currency or ""
    named = {
        period: _row(chosen(ctx, args.portfolio_id, period), LABELS[period], other, currency)
        for period in Period
    }
    path = chosen(ctx, args.portfolio_id, args.period, args.start)
    picked = (
        named[Period(args.period)]
        if args.start is None
        else _row(path, path.label, other, currency)
    )
    return Periods(
        rows=(*((picked,) if args.start is not None else ()), *named.values()),
        chosen=picked,
        benchmark_name=other.track.name,
        benchmark_method=other.track.method,
        benchmark_reason=other.reason,
        benchmark_chosen=other.track.benchmark_id is not None,
        hedged=args.hedged,
        flow_timing=path.path.flow_timing,
        sources=path.path.sources,
    )


def _row(period: Chosen, label: str, other: Beside, currency: str) -> PeriodRow:
    dresser, none, money = Dresser.of(period), period.why_none, period.money
    n, weighed = len(period.returns), dresser.of_money(period)
    rate = money_weighted(money) if money is not None else None
    unknown = none or "UNVALUED"
    start = money.start if none and money else None if none else period.returns.start
    end = money.end if none and money else None if none else period.returns.end
    return PeriodRow(
        label=label,
        period=period.label,
        start_date=start,
        end_date=end,
        observations=CountFigure(value=0 if none else n),
        twr=time_weighted(dresser, period.total, annual=False),
        twr_annual=time_weighted(dresser, period.total, annual=True),
        mwr=weighed.rate(rate, n, unknown, annual=False),
        mwr_annual=weighed.rate(rate, n, unknown, annual=True),
        modified_dietz=weighed.number(
            None if money is None else dietz_return(money),
            n,
            unknown if money is None else "NO_CAPITAL",
            DIETZ,
        ),
        gain=weighed.money(None if money is None else money.gain, currency, unknown),
        **_compared(period, dresser, other),
    )


def _compared(period: Chosen, dresser: Dresser, other: Beside) -> dict[str, FractionFigure]:
    n, none = len(period.returns), period.why_none
    returns = None if none else other.over(period.returns)
    missing = other.track.missing
    if returns is None or not returns.is_unbroken:
        reason = other.reason if other.reason or none is None else ""
        reason = reason or (other.why_gap(period.returns) if none is None else "")
        said = reason or dresser.said(none)[0]
        unknown = FractionFigure.withheld(said, missing=missing if reason else (), n=n)
        return dict.fromkeys(("benchmark_return", "excess", "geometric_excess"), unknown)
    theirs, own = returns.total, period.total.value
    found = replace(dresser, aged=False).number(theirs, n, "", other.track.method)
    if own is None:
        lacking = time_weighted(dresser, period.total, annual=False)
        return {"benchmark_return": found, "excess": lacking, "geometric_excess": lacking}
    relative = geometric_excess(own, theirs) if theirs > -1.0 else None
    return {
        "benchmark_return": found,
        "excess": dresser.number(arithmetic_excess(own, theirs), n, "", "arithmetic, R_p − R_b"),
        "geometric_excess": dresser.number(
            relative, n, "TOTAL_LOSS", "geometric, (1 + R_p)/(1 + R_b) − 1"
        ),
    }
