"""A period of a portfolio's history, cut by day and line, as attribution and risk ask for it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

import numpy as np

from market.models import Security
from patterns.context import Context
from patterns.memo import once_a_context
from portfolios.calc.contribution import Charges, charges_of
from portfolios.calc.cutting import cut
from portfolios.calc.day_lines import DayLines, Line
from portfolios.calc.entries import SecurityKey
from portfolios.calc.marks import splits_among
from portfolios.calc.periods import Period, anchor_of
from portfolios.calc.replay import replay
from portfolios.calc.returns import Floats
from portfolios.calc.sheet import Sheet
from portfolios.selectors.sheets import DatedSheet, sheet_of
from portfolios.selectors.standing import Standing, standing


@dataclass(frozen=True)
class Span:
    """The days of a period. `lines` is None when the portfolio has no day in it.

    missing: what has no price or rate at the end. why_stale: why the first or the last value is;
    "" when both are of their own day. charges: fees and taxes of the portfolio by day. shortened:
    why the period begins later than was asked for, and coverage the share of its days that is left.
    carried: the lines whose own price or rate is carried at either end. priced: the securities that
    have a price and its currency a rate at every close of the period, the first included.
    """

    lines: DayLines | None
    securities: Mapping[SecurityKey, Security]
    charges: Charges
    missing: tuple[str, ...]
    why_stale: str
    sources: tuple[str, ...]
    shortened: str = ""
    coverage: float | None = None
    carried: frozenset[Line] = frozenset()
    priced: frozenset[SecurityKey] = frozenset()

    def symbol(self, security: SecurityKey) -> str:
        return self.securities[security].symbol


@dataclass(frozen=True)
class Asked:
    """The period asked for: from the last close on or before `start`, else a named one, else
    `lookback_days` valuation days. All end on the pack's day."""

    lookback_days: int
    start: date | None = None
    period: Period | None = None


@once_a_context
def span_of(ctx: Context, portfolio_id: UUID, asked: Asked) -> Span:
    """The period of a context, which the steps of a run share."""
    now = standing(ctx, portfolio_id)
    found = _lines(now, asked)
    return Span(
        lines=None if found is None else found.lines,
        securities=now.securities,
        charges=charges_of(now.booked.book.journal, now.booked.book.accepted),
        missing=now.missing,
        why_stale="" if found is None else found.why_stale,
        sources=now.sources,
        shortened="" if found is None else found.shortened,
        carried=frozenset() if found is None else found.carried,
        priced=frozenset() if found is None else found.priced,
    )


class _Found(NamedTuple):
    lines: DayLines
    why_stale: str
    shortened: str
    carried: frozenset[Line]
    priced: frozenset[SecurityKey]


def _lines(now: Standing, asked: Asked) -> _Found | None:
    began = now.booked.book.began
    if began is None:
        return None
    history = [day for day in now.booked.market.packs if began <= day <= now.pack_date]
    chosen = period_days(history, asked)
    days = chosen.days
    if not days or (len(days) == 1 and not chosen.whole):
        return None
    dated = sheet_of(now.booked.market, days, splits_among(now.booked.book.accepted))
    base = days[0] - timedelta(days=1) if chosen.whole else None
    lines = cut(replay(now.booked.book.journal, days), dated.sheet, base)
    if chosen.whole:
        lines = lines.funded()
    short = f"The portfolio is younger than the period, which begins on {lines.base_date}."
    start, end = _carried(dated, lines, days)
    return _Found(
        lines,
        _why_stale(now, lines, start, end),
        short if chosen.short else "",
        start | end,
        _priced(dated.sheet),
    )


class PeriodDays(NamedTuple):
    """The closes of a period, its baseline first. whole: it reaches back to the beginning, before
    which there was nothing. short: it was asked to begin earlier than that."""

    days: Sequence[date]
    whole: bool = False
    short: bool = False


def period_days(history: Sequence[date], asked: Asked) -> PeriodDays:
    """Which of the ascending closes of a portfolio belong to a period."""
    if not history:
        return PeriodDays(())
    start = asked.start
    if start is None and asked.period is not None:
        start = anchor_of(asked.period, history[-1])
    if start is not None:
        first = bisect_right(history, start) - 1
        return PeriodDays(history[first:]) if first >= 0 else PeriodDays(history, True, True)
    back = {Period.SINCE_INCEPTION: len(history), Period.DAY: 1, None: asked.lookback_days}
    first = len(history) - back[asked.period] - 1
    return PeriodDays(history[first:]) if first >= 0 else PeriodDays(history, whole=True)


def _priced(sheet: Sheet) -> frozenset[SecurityKey]:
    known = np.isfinite(sheet.closes)
    return frozenset(
        security
        for at, (security, currency) in enumerate(sheet.listings)
        if known[:, at].all() and np.isfinite(sheet.rate(currency)).all()
    )


def _why_stale(now: Standing, lines: DayLines, start: frozenset[Line], end: frozenset[Line]) -> str:
    """Why the first or the last value is stale; "" when both are of their own day."""
    if end:
        return now.why_stale()
    return f"On {lines.base_date} a price or a rate was carried forward." if start else ""


def _carried(
    dated: DatedSheet, lines: DayLines, days: Sequence[date]
) -> tuple[frozenset[Line], frozenset[Line]]:
    """The lines that were worth something at a carried price or rate, at the start and the end."""
    if not lines.dates:
        return frozenset(), frozenset()
    baseline = len(days) - len(lines.dates) - 1
    start = _stale_lines(dated, lines.opening[0], lines, baseline) if baseline >= 0 else frozenset()
    return start, _stale_lines(dated, lines.closing[-1], lines, len(days) - 1)


def _stale_lines(dated: DatedSheet, worths: Floats, lines: DayLines, at: int) -> frozenset[Line]:
    listings = enumerate(dated.sheet.listings)
    carried = {(code, key) for n, (key, code) in listings if dated.stale_closes[at, n]}
    rates = {code for code, stale in dated.stale_rates.items() if stale[at]}
    return frozenset(
        line
        for line, worth in zip(lines.lines, worths, strict=True)
        if worth and (line in carried or line[0] in rates)
    )
