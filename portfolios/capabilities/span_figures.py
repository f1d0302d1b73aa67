"""Figures of a period: their state, and why they are withheld where a day has no return."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from patterns.results import BpsFigure, FractionFigure, MoneyFigure, State
from portfolios.calc.day_lines import DayLines
from portfolios.calc.entries import SecurityKey
from portfolios.calc.money import decimal_from_float, half_even
from portfolios.calc.periods import Period
from portfolios.capabilities.inputs import OverPeriod
from portfolios.selectors.spans import Asked, Span

PLACES = 4  # of an amount that was a float on its way
DUST_PLACES = 14  # decimals: what is beyond comes from cancelling and depends on the processor
NO_HISTORY = "There is no history in this period."
NO_RETURNS = "No day of the period has a return: nothing was invested."
UNPRICED = "No day of the period has a return, because not everything held was priced."


def asked_of(args: OverPeriod) -> Asked:
    return Asked(args.lookback_days, args.start, Period(args.period) if args.period else None)


def unmade(span: Span) -> str | None:
    """Why nothing can be linked over a period; None when every day has a return."""
    lines = span.lines
    if lines is None:
        return NO_HISTORY
    if not lines.has_return.any():
        nothing = NO_RETURNS if lines.dates else NO_HISTORY
        return _named(span, UNPRICED) if span.missing else nothing
    if lines.has_return.all():
        return None
    first = lines.dates[int(np.argmin(lines.has_return))]
    return _named(span, f"{first} has no return, because not everything held was priced.")


def lines_of(span: Span) -> DayLines:
    """The lines of a period that `unmade` found nothing against."""
    if span.lines is None:
        raise ValueError(NO_HISTORY)
    return span.lines


def fraction(
    span: Span, value: float | None, reason: str | None = None, *, method: str | None = None
) -> FractionFigure:
    """A fraction over the period; withheld with the reason when there is no value."""
    lines = lines_of(span)
    if value is None:
        return FractionFigure.withheld(reason or NO_RETURNS, n=len(lines.dates))
    return FractionFigure(
        value=round(value, DUST_PLACES) + 0.0,
        state=state_of(span),
        reason=why(span),
        coverage=span.coverage,
        n=len(lines.dates),
        asof_date=lines.dates[-1],
        method=method,
    )


def of_lines(span: Span, keys: Iterable[SecurityKey | None]) -> Span:
    """The span as figures of some lines alone stand on it: stale only where they are."""
    own = set(keys)
    if any(key in own for _, key in span.carried):
        return span
    return replace(span, why_stale="")


def money(span: Span, value: float) -> MoneyFigure:
    """An amount of base currency that comes from arrays, back through the shortest text."""
    lines = lines_of(span)
    return MoneyFigure(
        value=half_even(decimal_from_float(value), PLACES),
        currency=lines.base_currency,
        state=state_of(span),
        reason=why(span),
        coverage=span.coverage,
    )


def bps(span: Span, value: float) -> BpsFigure:
    return BpsFigure(value=round(value, 6) + 0.0, n=len(lines_of(span).dates))


def state_of(span: Span) -> State:
    if span.shortened:
        return "partial"
    return "stale" if span.why_stale else "exact"


def why(span: Span) -> str | None:
    """Why a figure of the period is not exact."""
    return " ".join(said for said in (span.shortened, span.why_stale) if said) or None


def withheld(span: Span, reason: str) -> FractionFigure:
    return FractionFigure.withheld(reason, missing=span.missing)


def _named(span: Span, said: str) -> str:
    return f"{said} Not priced: {', '.join(span.missing)}." if span.missing else said
