"""The return of every calendar month and year since funding."""

from __future__ import annotations

from patterns.context import Context
from patterns.registry import capability
from patterns.results import CountFigure, FractionFigure, State
from portfolios.calc.months import MonthReturn, monthly_returns
from portfolios.capabilities.dressing import TWR, why
from portfolios.capabilities.inputs import Answer, OfPortfolio
from portfolios.selectors.performance import Track, track

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class YearRow(Answer):
    """One year. None is a month that is not part of the history."""

    year: str
    jan: FractionFigure | None
    feb: FractionFigure | None
    mar: FractionFigure | None
    apr: FractionFigure | None
    may: FractionFigure | None
    jun: FractionFigure | None
    jul: FractionFigure | None
    aug: FractionFigure | None
    sep: FractionFigure | None
    oct: FractionFigure | None
    nov: FractionFigure | None
    dec: FractionFigure | None
    total: FractionFigure


class MonthlyReturns(Answer):
    """rows: the last year first."""

    rows: tuple[YearRow, ...]
    state: State
    reason: str | None
    observations: CountFigure
    sources: tuple[str, ...]


@capability("performance.monthly_returns", version="2", agent="analyst")
def monthly(ctx: Context, args: OfPortfolio) -> MonthlyReturns:
    """Time-weighted returns by calendar month, and by year, of the whole history."""
    path = track(ctx, args.portfolio_id)
    daily = path.daily.upto(path.asof_date)
    rows = tuple(
        YearRow(
            year=str(year.year),
            total=_figure(path, year.total, "year"),
            **{
                name: None if found is None else _figure(path, found, "month")
                for name, found in zip(MONTHS, year.months, strict=True)
            },
        )
        for year in monthly_returns(daily)
    )
    return MonthlyReturns(
        rows=rows,
        state="exact" if rows else "withheld",
        reason=None if rows else why(path, "NO_RETURNS"),
        observations=CountFigure(value=len(daily.since_funding())),
        sources=path.sources,
    )


def _figure(path: Track, found: MonthReturn, unit: str) -> FractionFigure:
    if found.value is None:
        return FractionFigure.withheld(why(path, "BROKEN_CHAIN"), missing=path.missing, n=found.n)
    state = path.state_between(found.start, found.end) if found.whole else "partial"
    told = f"Only the part of the {unit} after {found.start}, up to {found.end}."
    return FractionFigure(
        value=found.value,
        state=state,
        reason=path.reason_of(state) if found.whole else told,
        n=found.n,
        asof_date=found.end,
        method=TWR,
    )
