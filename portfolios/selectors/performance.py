"""The return series of a portfolio as one frozen context sees it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from operator import attrgetter
from uuid import UUID

from patterns.context import Context
from patterns.memo import once_a_context
from patterns.results import State
from portfolios.calc.daily_returns import DailyReturns
from portfolios.calc.period_money import MoneyDay
from portfolios.calc.returns import ReturnSeries
from portfolios.selectors.history import history_rows, series_of
from portfolios.selectors.standing import pack_of, portfolio_of, sources_of, standing
from portfolios.selectors.stored_days import HistoryDay

FEW_DAYS = (
    400  # of which the money is made anew; whoever asks for more asks for all sooner or later
)


@dataclass(frozen=True)
class Track:
    """Daily values and returns up to the pack's day, and what is not priced on it."""

    rows: tuple[HistoryDay, ...]
    series: ReturnSeries
    asof_date: date
    missing: tuple[str, ...]
    why_stale: str
    flow_timing: str
    sources: tuple[str, ...]

    @cached_property
    def daily(self) -> DailyReturns:
        """The series as arrays."""
        return DailyReturns.of(self.series)

    @cached_property
    def money(self) -> tuple[MoneyDay, ...]:
        """Values and flows in the context's currency; a partial day has no value of the whole."""
        return _money(self.rows)

    def money_since(self, start: date) -> tuple[MoneyDay, ...]:
        """`money` from the last close on or before a day on."""
        first = max(0, bisect_right(self.rows, start, key=attrgetter("asof_date")) - 1)
        few = "money" not in self.__dict__ and len(self.rows) - first < FEW_DAYS
        return _money(self.rows[first:]) if few else self.money[first:]

    @cached_property
    def _states(self) -> dict[date | None, str]:
        return dict(map(attrgetter("asof_date", "state"), self.rows))

    def state_between(self, start: date | None, end: date | None) -> State:
        """Stale when one of the two values that a return compares is."""
        ends = {self._states.get(start), self._states.get(end)}
        return "stale" if "stale" in ends else "exact"

    def reason_of(self, state: str) -> str | None:
        if state != "stale":
            return None
        return self.why_stale or "On the first day a price or a rate was carried forward."


def _money(rows: Iterable[HistoryDay]) -> tuple[MoneyDay, ...]:
    return tuple(
        [
            MoneyDay(
                row.asof_date,
                row.total_value if row.state in ("exact", "stale") else None,
                row.inflow,
                row.outflow,
            )
            for row in rows
        ]
    )


@once_a_context
def track(ctx: Context, portfolio_id: UUID) -> Track:
    """The history that belongs to a context, stored or valued anew; both give the same."""
    portfolio = portfolio_of(ctx, portfolio_id)
    _, day = pack_of(ctx)
    now = standing(ctx, portfolio_id)
    then = now if ctx.asof_date == day else standing(replace(ctx, asof_date=day), portfolio_id)
    rows = history_rows(
        portfolio,
        asof=day,
        market_head=ctx.market_head or 0,
        ledger_seq=ctx.ledger_seq or 0,
        booked=then.booked,
    )
    series = series_of(rows) or ReturnSeries(day, (), ())
    stale = bool(rows) and rows[-1].state == "stale"
    return Track(
        rows=tuple(rows),
        series=series,
        asof_date=day,
        missing=now.missing if None in series.returns else (),
        why_stale=now.why_stale() if stale else "",
        flow_timing=portfolio.flow_timing,
        sources=sources_of(ctx),
    )
