"""The daily returns of one position, and what they compound to.

A position works with what it was worth at the start of a day and what was bought that day; its
profit over that is its return, income and trading costs included. On days without a capital it
has none: the series skips them, and what a position did not earn while it was not held is no part
of its return.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from portfolios.calc.attribution import Effects
from portfolios.calc.contribution import HELD
from portfolios.calc.day_lines import DayLines, Flags
from portfolios.calc.entries import SecurityKey
from portfolios.calc.linking import link_factors
from portfolios.calc.returns import Floats, chain


@dataclass(frozen=True, slots=True)
class PositionDays:
    """A position over the days of a period; arrays have one element a day.

    profit and invested are in base; returns are their quotient, NaN on days that are not `held`.
    contributions: profit over the portfolio's capital. portfolio: the portfolio's returns.
    """

    base_date: date
    dates: tuple[date, ...]
    held: Flags
    profit: Floats
    invested: Floats
    returns: Floats
    contributions: Floats
    portfolio: Floats

    @property
    def held_returns(self) -> Floats:
        """The returns of the days on which it was held."""
        return self.returns[self.held]

    @property
    def held_dates(self) -> tuple[date, ...]:
        return tuple(day for day, held in zip(self.dates, self.held, strict=True) if held)

    @property
    def total_return(self) -> float | None:
        """Time-weighted over the days it was held; None where it never was."""
        return chain(self.held_returns.tolist()) if self.held.any() else None


@dataclass(frozen=True, slots=True)
class OwnEffects:
    """Local, currency and interaction effects of a position on itself, linked; their sum is its
    time-weighted return. error_bps: how far it is from the return chained from its profits;
    worst_day_bps: the same of the worst day."""

    effects: Effects
    chained: float
    error_bps: float
    worst_day_bps: float


def columns_of(lines: DayLines, security: SecurityKey) -> list[int]:
    """The lines of a security: one for each currency that its price was in."""
    return [at for at, (_, key) in enumerate(lines.lines) if key == security]


def position_days(lines: DayLines, security: SecurityKey) -> PositionDays:
    """The days of one position. Raises ValueError where the portfolio lacks a day's return."""
    if not lines.has_return.all():
        raise ValueError("a position needs the portfolio's return on every day")
    columns = columns_of(lines, security)
    profit = _values(lines, columns)
    invested = lines.invested[:, columns].sum(axis=1)
    held = np.abs(invested) > HELD * lines.capital
    returns = np.where(held, profit / np.where(held, invested, 1.0), np.nan)
    return PositionDays(
        base_date=lines.base_date,
        dates=lines.dates,
        held=held,
        profit=profit,
        invested=invested,
        returns=returns,
        contributions=profit / lines.capital,
        portfolio=lines.returns,
    )


def own_effects(lines: DayLines, security: SecurityKey) -> OwnEffects | None:
    """What markets and what the currency did to a position; None where it was never held.

    A day's effects are local, fx and interaction over the position's own capital.
    """
    days, columns = position_days(lines, security), columns_of(lines, security)
    if not days.held.any():
        return None
    invested = days.invested[days.held]
    daily = [
        part[:, columns].sum(axis=1)[days.held] / invested
        for part in (lines.local, lines.fx, lines.interaction)
    ]
    summed = np.sum(daily, axis=0)
    factors, _ = link_factors(summed.tolist())
    local, fx, interaction = (float(np.array(factors) @ part) for part in daily)
    effects = Effects(local, fx, interaction)
    chained = chain(days.held_returns.tolist())
    return OwnEffects(
        effects,
        chained,
        abs(effects.total - chained) * 1e4,
        float(np.max(np.abs(summed - days.held_returns))) * 1e4,
    )


def _values(lines: DayLines, columns: Iterable[int]) -> Floats:
    """Profit from values alone, not from effects: another road than theirs."""
    at = list(columns)
    end = (lines.closing + lines.moved)[:, at] * lines.rate_after[:, at]
    start = lines.opening[:, at] * lines.rate_before[:, at] + lines.worth[:, at]
    profit: Floats = (end - start).sum(axis=1)
    return profit
