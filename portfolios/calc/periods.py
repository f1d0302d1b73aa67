"""The periods of a performance strip, each from the last close before it (methods §3.4)."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from portfolios.calc.daily_returns import DailyReturns
from portfolios.calc.returns import ReturnSeries, add_months, annualise, between, since_funding


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


@dataclass(frozen=True, slots=True)
class Span:
    """The returns of a period, and the day after whose close it begins.

    reason: NO_RETURNS or INSUFFICIENT_HISTORY, when it cannot be asked for; FUNDED_IN_PERIOD, when
    the money came later than its beginning.
    """

    returns: DailyReturns
    anchor: date
    reason: str | None = None


def period_return(series: ReturnSeries, period: Period, asof: date) -> PeriodReturn:
    """The return of a period that ends on the last day of the series up to `asof`.

    A period of years needs that much history (else INSUFFICIENT_HISTORY); a day without a return
    inside any period breaks the chain (BROKEN_CHAIN); a series without a return is NO_RETURNS.
    """
    return return_of(span_of(DailyReturns.of(series), period, asof), asof)


def return_since(series: ReturnSeries, start: date, asof: date) -> PeriodReturn:
    """The return after the close of `start`, or of the last day before it that has one."""
    return return_of(span_since(DailyReturns.of(series), start, asof), asof)


def span_of(daily: DailyReturns, period: Period, asof: date) -> Span:
    """Which days a named period consists of."""
    known = daily.upto(asof)
    funded = known.since_funding()
    anchor = _anchor(funded if len(funded) else known, period, asof)
    if period in _MONTHS_BACK and len(funded) and funded.start > anchor:
        return Span(funded, anchor, "INSUFFICIENT_HISTORY")
    return _after(funded, anchor, whole=period is Period.SINCE_INCEPTION)


def span_since(daily: DailyReturns, start: date, asof: date) -> Span:
    """Which days a period consists of that begins after the close of `start`."""
    return _after(daily.upto(asof).since_funding(), start, whole=False)


def return_of(span: Span, asof: date) -> PeriodReturn:
    """What a span compounds to."""
    returns, reason = span.returns, span.reason
    if not len(returns) or reason in ("NO_RETURNS", "INSUFFICIENT_HISTORY"):
        reason = reason or "NO_RETURNS"
        return PeriodReturn(None, returns.start, asof, len(returns), reason=reason)
    start, end = returns.start, returns.end
    if not returns.is_unbroken:
        return PeriodReturn(None, start, end, len(returns), reason="BROKEN_CHAIN")
    total = returns.total
    yearly = annualise(total, start, end).value
    return PeriodReturn(total, start, end, len(returns), yearly, reason)


def lookback_return(series: ReturnSeries, days: int, asof: date) -> PeriodReturn:
    """The return over the last `days` valuation days, all of which must exist."""
    funded = DailyReturns.of(series).upto(asof).since_funding()
    short = days < 1 or len(funded) < days
    last = funded if short else funded.last(days)
    return return_of(Span(last, last.start, "INSUFFICIENT_HISTORY" if short else None), asof)


def last_returns(series: ReturnSeries, days: int, asof: date) -> ReturnSeries:
    """The last `days` valuation days since funding up to `asof`, or as many as there are."""
    funded = since_funding(between(series, date.min, asof))
    if len(funded) <= days:
        return funded
    return between(funded, funded.dates[-days - 1], asof)


def _after(funded: DailyReturns, anchor: date, *, whole: bool) -> Span:
    returns = funded.after(anchor)
    if not len(returns):
        return Span(returns, anchor, "NO_RETURNS")
    late = funded.start > anchor and not whole
    return Span(returns, anchor, "FUNDED_IN_PERIOD" if late else None)


def anchor_of(period: Period, asof: date) -> date | None:
    """The day on or before which a period's baseline close lies, by the calendar alone; None for
    1D and SI, which depend on the days that there are."""
    if period in (Period.DAY, Period.SINCE_INCEPTION):
        return None
    if period in _MONTHS_BACK:
        return add_months(asof, -_MONTHS_BACK[period])
    first_month = {
        Period.MTD: asof.month,
        Period.QTD: asof.month - (asof.month - 1) % 3,
        Period.YTD: 1,
    }[period]
    return date(asof.year, first_month, 1) - timedelta(days=1)


def _anchor(daily: DailyReturns, period: Period, asof: date) -> date:
    """The day on or before which the period's baseline close lies."""
    if period is Period.DAY:
        return date.fromordinal(int(daily.days[max(0, len(daily) - 1)]))
    return anchor_of(period, asof) or daily.start
