"""The daily chain of time-weighted returns over the days that have a value.

With the value V0 before, V1 after, I in and O out, a day (or a span of days without a value in
between) earns, by the flow timing,

    in_start_out_end   (V1 + O − V0 − I) / (V0 + I)
    start_of_day       (V1 − (V0 + I − O)) / (V0 + I − O)
    end_of_day         (V1 − I + O − V0) / V0

A day without a value is bridged, V0 to V1, as long as no flow happened while the value was not
known: on the first day of the span a flow at the start of the day still meets V0, on its last a
flow at the end of the day meets V1. Any other flow breaks the chain, because no one knows what
the portfolio was worth when the money came. Quotients are Decimal; floats begin in statistics.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portfolios.calc.dietz import FlowTiming
from portfolios.calc.entries import ZERO
from portfolios.calc.evaluation.day_values import DayClose


@dataclass(frozen=True, slots=True)
class Link:
    """The return from one valued close to the next; None where it is not defined.

    invested: false where no capital was there to earn anything: before the first funding, after
    everything was paid out. days: how many closes it spans, 1 but for a bridge. funded_on: the
    day on which the first money came to an empty portfolio, None where something was there.
    """

    start: date
    end: date
    earned: Decimal | None
    invested: bool = True
    days: int = 1
    funded_on: date | None = None


@dataclass(slots=True)
class _Span:
    """What has happened since the last close with a value."""

    start: date
    value: Decimal
    early: Decimal = ZERO
    days: int = 0
    unknown: bool = False
    first_day: date | None = None


def links(closes: Sequence[DayClose], timing: FlowTiming) -> Iterator[Link]:
    """The chain's links in order. The first close is the baseline; without a value, the first
    that has one is, and what lies before is a link that is not defined."""
    span: _Span | None = None
    first = closes[0].day
    for close in closes:
        if span is None:
            if close.value is not None:
                if close.day != first:
                    yield Link(first, close.day, None)
                span = _Span(close.day, close.value)
            continue
        span.days += 1
        span.first_day = span.first_day or close.day
        if close.value is None:
            _pass(span, close, timing)
            continue
        yield _link(span, close, close.value, timing)
        span = _Span(close.day, close.value)
    if span is not None and span.days:
        yield Link(span.start, closes[-1].day, None)


def _pass(span: _Span, close: DayClose, timing: FlowTiming) -> None:
    """Take a day without a value into the span."""
    if close.inflow is None or close.outflow is None:
        span.unknown = True
        return
    if not close.inflow and not close.outflow:
        return
    at_start = timing is FlowTiming.START_OF_DAY or (
        timing is FlowTiming.IN_START_OUT_END and not close.outflow
    )
    if span.days == 1 and at_start:
        span.early += close.inflow - close.outflow
    else:
        span.unknown = True


def _link(span: _Span, close: DayClose, value: Decimal, timing: FlowTiming) -> Link:
    inflow, outflow = close.inflow, close.outflow
    if span.unknown or inflow is None or outflow is None:
        return Link(span.start, close.day, None, days=span.days)
    at_start = inflow if timing is FlowTiming.IN_START_OUT_END else inflow + outflow
    if span.days > 1 and timing is not FlowTiming.END_OF_DAY and at_start:
        return Link(span.start, close.day, None, days=span.days)
    capital, worth = span.value + span.early, value
    if timing is FlowTiming.IN_START_OUT_END:
        capital, worth = capital + inflow, value + outflow
    elif timing is FlowTiming.START_OF_DAY:
        capital += inflow - outflow
    else:
        worth += outflow - inflow
    if capital > 0:
        funded_on = None if span.value else span.first_day
        earned = worth / capital - 1
        return Link(span.start, close.day, earned, days=span.days, funded_on=funded_on)
    funded_late = timing is FlowTiming.END_OF_DAY and not span.value
    idle = not capital and (funded_late or not worth)
    return Link(span.start, close.day, None, invested=not idle, days=span.days)
