"""A period of a portfolio's history, and a benchmark's returns on the same days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

import numpy as np

from patterns.context import Context
from patterns.memo import once_a_context
from portfolios.calc.daily_returns import DailyReturns
from portfolios.calc.period_money import PeriodMoney, between_valuations, money_of
from portfolios.calc.periods import Period, PeriodReturn, Span, return_of, span_of, span_since
from portfolios.calc.returns import Floats
from portfolios.calc.risk import risk_free_returns
from portfolios.selectors.benchmarks import BenchmarkTrack, benchmark_track
from portfolios.selectors.performance import Track, track
from portfolios.selectors.risk_free import SERIES, RiskFree, yields_known_at

WITHOUT = ("NO_RETURNS", "INSUFFICIENT_HISTORY")


@dataclass(frozen=True)
class Chosen:
    """The days of one period, and what was earned and paid on them."""

    path: Track
    label: str
    span: Span

    @property
    def returns(self) -> DailyReturns:
        """The daily returns of the period; those since funding where it cannot be asked for."""
        return self.span.returns

    @property
    def why_none(self) -> str | None:
        """NO_RETURNS or INSUFFICIENT_HISTORY, where the period cannot be asked for."""
        if not len(self.returns):
            return self.span.reason or "NO_RETURNS"
        return self.span.reason if self.span.reason in WITHOUT else None

    @cached_property
    def total(self) -> PeriodReturn:
        """The time-weighted return."""
        return return_of(self.span, self.path.asof_date)

    @cached_property
    def money(self) -> PeriodMoney | None:
        """Values at both ends and the flows between; None where one is not known.

        Where an end has no value, the last one known before it: see `valued_late`.
        """
        if self.span.reason == "INSUFFICIENT_HISTORY":
            return None
        whole = None
        if len(self.returns):
            whole = money_of(
                self.path.money_since(self.returns.start), self.returns.start, self.returns.end
            )
        return whole or between_valuations(self.path.money, self.span.anchor, self.path.asof_date)

    @property
    def valued_late(self) -> str:
        """That the money ends before the period does; "" when it does not."""
        money = self.money
        last = self.returns.end if len(self.returns) else self.path.asof_date
        return "" if money is None or money.end >= last else f"Valued whole last on {money.end}."


@dataclass(frozen=True)
class Beside:
    """A benchmark; `reason` says why it has no returns at all."""

    track: BenchmarkTrack
    daily: DailyReturns

    @property
    def reason(self) -> str:
        """Why nothing is compared; "" when there is something to compare with."""
        return self.track.reason or ("" if len(self.daily) else "The benchmark has no returns.")

    def on_days_of(self, returns: DailyReturns) -> Floats | None:
        """Its returns of the same closes, NaN where it has none; None without a benchmark."""
        return None if self.reason else self.daily.on(returns.days[1:])

    def over(self, returns: DailyReturns) -> DailyReturns | None:
        """The same as a series of its own."""
        found = self.on_days_of(returns)
        return None if found is None else DailyReturns(returns.days, found)

    def why_gap(self, returns: DailyReturns) -> str:
        """Which day of a period it lacks; "" when it has them all."""
        found = self.on_days_of(returns)
        gaps = [] if found is None else np.flatnonzero(np.isnan(found)).tolist()
        if not gaps:
            return self.reason
        first = date.fromordinal(int(returns.days[1 + gaps[0]]))
        more = f" and {len(gaps) - 1} more" if len(gaps) > 1 else ""
        return f"{self.track.name} has no return of {first}{more}."


def chosen(ctx: Context, portfolio_id: UUID, period: str, start: date | None = None) -> Chosen:
    """A named period, or the one after the close of `start`."""
    path = track(ctx, portfolio_id)
    if start is not None:
        return Chosen(path, f"Since {start}", span_since(path.daily, start, path.asof_date))
    return Chosen(path, period, span_of(path.daily, Period(period), path.asof_date))


@once_a_context
def beside(ctx: Context, portfolio_id: UUID, benchmark_id: UUID | None, *, hedged: bool) -> Beside:
    """The benchmark that was asked for, by default the portfolio's own."""
    found = benchmark_track(ctx, portfolio_id, benchmark_id=benchmark_id, hedged=hedged)
    return Beside(found, DailyReturns.of(found.series))


@dataclass(frozen=True)
class FreeOfRisk:
    """Risk-free returns of a period's days, or the reason why there are none."""

    returns: Floats | None
    reason: str = ""
    missing: tuple[str, ...] = ()


def free_of_risk(daily: DailyReturns) -> FreeOfRisk:
    """The risk-free rate of each day, as it was known at the close before."""
    closes = [date.fromordinal(day) for day in daily.days.tolist()]
    found: RiskFree = yields_known_at(closes[:-1])
    if found.yields is None:
        return FreeOfRisk(None, found.reason, (SERIES,))
    return FreeOfRisk(risk_free_returns(closes[0], closes[1:], found.yields))
