"""The periods of a performance strip, each from the last close before it (methods §3.4)."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from portfolios.calc.returns import (
    ReturnSeries,
    add_months,
    annualise,
    between,
    chain,
    is_unbroken,
    since_funding,
)


class Period(StrEnum):
    """1D is the last day alone; MTD, QTD, YTD are calendar; 1Y, 3Y, 5Y reach back; SI is all."""

    DAY = "1D"
    MTD = "MTD"
    QTD = "QTD"
    YTD = "YTD"
    YEAR = "1Y"
    THREE_YEARS = "3Y"
    FIVE_YEARS = "5Y"
    SINCE_INCEPTION = "SI"


_MONTHS_BACK = {Period.YEAR: 12, Period.THREE_YEARS: 36, Period.FIVE_YEARS: 60}


@dataclass(frozen=True, slots=True)
class PeriodReturn:
    """A return over (start, end] of n days, or None with the reason.

    reason beside a value says that it is partial: FUNDED_IN_PERIOD, a calendar period that began
    before the money came. annualised is None below a year.
    """

    value: float | None
    start: date
    end: date
    n: int
    annualised: float | None = None
    reason: str | None = None


def period_return(series: ReturnSeries, period: Period, asof: date) -> PeriodReturn:
    """The return of a period that ends on the last day of the series up to `asof`.

    A period of years needs that much history (else INSUFFICIENT_HISTORY); a day without a return
    inside any period breaks the chain (BROKEN_CHAIN); a series without a return is NO_RETURNS.
    """
    funded = since_funding(between(series, date.min, asof))
    if not len(funded):
        return _withheld(funded, asof, "NO_RETURNS")
    anchor = _anchor(funded, period, asof)
    if period in _MONTHS_BACK and funded.base_date > anchor:
        return PeriodReturn(
            None, funded.base_date, asof, len(funded), reason="INSUFFICIENT_HISTORY"
        )
    found = _chained(between(funded, anchor, asof), asof)
    if found.reason is None and funded.base_date > anchor and period is not Period.SINCE_INCEPTION:
        return PeriodReturn(found.value, found.start, found.end, found.n, None, "FUNDED_IN_PERIOD")
    return found


def lookback_return(series: ReturnSeries, days: int, asof: date) -> PeriodReturn:
    """The return over the last `days` valuation days, all of which must exist."""
    funded = since_funding(between(series, date.min, asof))
    if days < 1 or len(funded) < days:
        return _withheld(funded, asof, "INSUFFICIENT_HISTORY")
    anchor = funded.dates[-days - 1] if len(funded) > days else funded.base_date
    return _chained(between(funded, anchor, asof), asof)


def last_returns(series: ReturnSeries, days: int, asof: date) -> ReturnSeries:
    """The last `days` valuation days since funding up to `asof`, or as many as there are."""
    funded = since_funding(between(series, date.min, asof))
    if len(funded) <= days:
        return funded
    return between(funded, funded.dates[-days - 1], asof)


def _anchor(series: ReturnSeries, period: Period, asof: date) -> date:
    """The day on or before which the period's baseline close lies."""
    if period is Period.SINCE_INCEPTION:
        return series.base_date
    if period is Period.DAY:
        return series.dates[-2] if len(series) > 1 else series.base_date
    if period in _MONTHS_BACK:
        return add_months(asof, -_MONTHS_BACK[period])
    first_month = {
        Period.MTD: asof.month,
        Period.QTD: asof.month - (asof.month - 1) % 3,
        Period.YTD: 1,
    }[period]
    return date(asof.year, first_month, 1) - timedelta(days=1)


def _chained(series: ReturnSeries, asof: date) -> PeriodReturn:
    if not len(series):
        return _withheld(series, asof, "NO_RETURNS")
    start, end = series.base_date, series.dates[-1]
    if not is_unbroken(series):
        return _withheld(series, end, "BROKEN_CHAIN")
    total = chain(one for one in series.returns if one is not None)
    return PeriodReturn(total, start, end, len(series), annualise(total, start, end).value)


def _withheld(series: ReturnSeries, end: date, reason: str) -> PeriodReturn:
    return PeriodReturn(None, series.base_date, end, len(series), reason=reason)
