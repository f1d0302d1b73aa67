"""A period of a portfolio's history, cut by day and line, as attribution and risk ask for it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from market.models import Security
from patterns.context import Context
from portfolios.calc.contribution import Charges, charges_of
from portfolios.calc.cutting import cut
from portfolios.calc.day_lines import DayLines
from portfolios.calc.entries import SecurityKey
from portfolios.calc.marks import splits_among
from portfolios.calc.replay import replay
from portfolios.calc.returns import Floats
from portfolios.selectors.ledger import first_date
from portfolios.selectors.sheets import DatedSheet, sheet_of
from portfolios.selectors.standing import Standing, portfolio_of, standing

KEPT = 12  # ten years of fifty holdings are 12 MB


@dataclass(frozen=True)
class Span:
    """The days of a period. `lines` is None when the portfolio has no day in it.

    missing: what has no price or rate at the end. why_stale: why the first or the last value is;
    "" when both are of their own day. charges: fees and taxes of the portfolio by day. shortened:
    why the period begins later than was asked for, and coverage the share of its days that is left.
    """

    lines: DayLines | None
    securities: Mapping[SecurityKey, Security]
    charges: Charges
    missing: tuple[str, ...]
    why_stale: str
    sources: tuple[str, ...]
    shortened: str = ""
    coverage: float | None = None

    def symbol(self, security: SecurityKey) -> str:
        return self.securities[security].symbol


@dataclass(frozen=True)
class Asked:
    """The period asked for: from the last close on or before `start`, or `lookback_days`
    valuation days. Both end on the pack's day; a period longer than the history is all of it."""

    lookback_days: int
    start: date | None = None


@dataclass(frozen=True)
class _Question:
    """What determines a span, as its key; the context answers it and is no part of the key."""

    facts: tuple[Any, ...]
    portfolio_id: UUID
    asked: Asked
    ctx: Context = field(compare=False, repr=False)


def span_of(ctx: Context, portfolio_id: UUID, asked: Asked) -> Span:
    """The period of a context. The steps of a run share it, and so does the next run of the same
    ledger, packs and settings: whoever asks was let in when the context was built."""
    portfolio_of(ctx, portfolio_id)
    facts = (*ctx.fingerprint().values(), ctx.pricing_pack_id)
    return _kept(_Question(facts, portfolio_id, asked, ctx))


@lru_cache(maxsize=KEPT)
def _kept(question: _Question) -> Span:
    now = standing(question.ctx, question.portfolio_id)
    found = _lines(now, question.asked)
    return Span(
        lines=None if found is None else found[0],
        securities=now.securities,
        charges=charges_of(now.booked.book.journal, now.booked.book.accepted),
        missing=now.missing,
        why_stale="" if found is None else found[1],
        sources=now.sources,
    )


def _lines(now: Standing, asked: Asked) -> tuple[DayLines, str] | None:
    """The lines, and why the first or last value is stale."""
    began = first_date(now.booked.book.accepted)
    if began is None:
        return None
    history = [day for day in now.booked.market.packs if began <= day <= now.pack_date]
    days, whole = period_days(history, asked)
    if not days or (len(days) == 1 and not whole):
        return None
    dated = sheet_of(now.booked.market, days, splits_among(now.booked.book.accepted))
    base = days[0] - timedelta(days=1) if whole else None
    lines = cut(replay(now.booked.book.journal, days), dated.sheet, base)
    if whole:
        lines = lines.funded()
    return lines, _why_stale(now, dated, lines, days)


def period_days(history: Sequence[date], asked: Asked) -> tuple[Sequence[date], bool]:
    """The closes of a period, its baseline first, and whether it reaches back to the beginning,
    before which there was nothing."""
    if asked.start is not None:
        first = bisect_right(history, asked.start) - 1
    else:
        first = len(history) - asked.lookback_days - 1
    return (history, True) if first < 0 else (history[first:], False)


def _why_stale(now: Standing, dated: DatedSheet, lines: DayLines, days: Sequence[date]) -> str:
    """Why the first or the last value is stale; "" when both are of their own day."""
    if not lines.dates:
        return ""
    if _is_stale(dated, lines.closing[-1], lines, len(days) - 1):
        return now.why_stale()
    first = len(days) - len(lines.dates) - 1
    if first >= 0 and _is_stale(dated, lines.opening[0], lines, first):
        return f"On {days[first]} a price or a rate was carried forward."
    return ""


def _is_stale(dated: DatedSheet, worths: Floats, lines: DayLines, at: int) -> bool:
    held = {line for line, worth in zip(lines.lines, worths, strict=True) if worth}
    listings = dated.sheet.listings
    closes = (
        dated.stale_closes[at, n] for n, (key, code) in enumerate(listings) if (code, key) in held
    )
    rates = (dated.stale_rates[code][at] for code, _ in held if code in dated.stale_rates)
    return any(closes) or any(rates)
