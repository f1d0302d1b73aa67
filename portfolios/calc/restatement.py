"""Which figures a restatement moved: the same figures from two histories, held side by side.

Values are money of the base currency, everything else fractions. A figure that is None on one
side moved too: from nothing to a number, or back, and its reason says why there is none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Final, Literal

from portfolios.calc.drawdown import max_drawdown
from portfolios.calc.periods import Period, last_returns, period_return
from portfolios.calc.returns import ReturnSeries, between, is_unbroken, known, since_funding
from portfolios.calc.risk import measured, volatility

YEAR: Final = 252
# Chaining the same wealth through other days ends in other last bits; that is no move.
NOISE: Final = 1e-12
HEADLINES: Final = {
    "twr_mtd": Period.MTD,
    "twr_ytd": Period.YTD,
    "twr_1y": Period.YEAR,
    "twr_inception": Period.SINCE_INCEPTION,
}
Unit = Literal["money", "fraction"]


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure of one history, or None with the reason; `start` is the first day it rests on."""

    value: Decimal | float | None
    reason: str
    start: date


@dataclass(frozen=True, slots=True)
class DayFigures:
    """One day of one history. The return compares with the day before it."""

    total_value: Decimal | None
    time_weighted_return: float | None
    state: str


@dataclass(frozen=True, slots=True)
class History:
    """The days of a portfolio as one market head sees them, and the returns between them."""

    days: Mapping[date, DayFigures]
    series: ReturnSeries


@dataclass(frozen=True, slots=True)
class Move:
    """One figure that is another one now. `start` and `asof_date` span the days it rests on;
    `difference` is new less old, None where one of them is none."""

    figure: str
    unit: Unit
    start: date
    asof_date: date
    old: Decimal | float | None
    new: Decimal | float | None
    old_reason: str
    new_reason: str

    @property
    def difference(self) -> Decimal | float | None:
        if isinstance(self.old, Decimal) and isinstance(self.new, Decimal):
            return self.new - self.old
        if self.old is None or self.new is None:
            return None
        return float(self.new) - float(self.old)


def moves(old: History, new: History, restated: Iterable[date], asof: date) -> tuple[Move, ...]:
    """What moved, in order: the value of each restated day, its return and that of the day after
    it, then the headline figures as of `asof`.

    `restated` are the days with another pack. A day without a row has no figure on that side.
    """
    found = [*_days(old, new, sorted(restated)), *_headlines(old.series, new.series, asof)]
    return tuple(move for move in found if not _agree(move.old, move.new))


def _days(old: History, new: History, restated: Sequence[date]) -> Iterable[Move]:
    """A day's return moves when its own pack or the one before it is another one."""
    order = sorted(old.days.keys() | new.days.keys())
    after = dict(pairwise(order))
    before = {later: earlier for earlier, later in after.items()}
    values = [day for day in restated if day in old.days or day in new.days]
    returns = sorted({*values, *(after[day] for day in values if day in after)})
    for day in values:
        yield _move("total_value", "money", day, day, _value(old, day), _value(new, day))
    for day in returns:
        start = before.get(day, day)
        yield _move("twr_1d", "fraction", start, day, _earned(old, day), _earned(new, day))


def _headlines(old: ReturnSeries, new: ReturnSeries, asof: date) -> Iterable[Move]:
    before, after = headlines(old, asof), headlines(new, asof)
    for name, was in before.items():
        start = min(was.start, after[name].start)
        yield _move(name, "fraction", start, asof, was, after[name])


def headlines(series: ReturnSeries, asof: date) -> dict[str, Measured]:
    """MTD, YTD, one year and since inception; a year's volatility; the deepest fall of all."""
    found = {}
    for name, period in HEADLINES.items():
        earned = period_return(series, period, asof)
        found[name] = Measured(earned.value, earned.reason or "", earned.start)
    window = last_returns(series, YEAR, asof)
    whole = since_funding(between(series, date.min, asof))
    found["volatility_1y"] = _volatility(window)
    found["max_drawdown"] = _deepest(whole)
    return found


def _volatility(window: ReturnSeries) -> Measured:
    if not len(window) or not is_unbroken(window):
        return Measured(None, _why_not(window), window.base_date)
    found = measured(volatility, known(window))
    return Measured(found.value, found.reason or "", window.base_date)


def _deepest(whole: ReturnSeries) -> Measured:
    if not len(whole) or not is_unbroken(whole):
        return Measured(None, _why_not(whole), whole.base_date)
    fall = max_drawdown(whole.base_date, whole.dates, known(whole))
    return Measured(fall.depth if fall is not None else None, "", whole.base_date)


def _why_not(series: ReturnSeries) -> str:
    return "BROKEN_CHAIN" if len(series) else "NO_RETURNS"


def _value(history: History, day: date) -> Measured:
    found = history.days.get(day)
    if found is None:
        return Measured(None, "NO_PACK", day)
    return Measured(found.total_value, "" if found.total_value is not None else "WITHHELD", day)


def _earned(history: History, day: date) -> Measured:
    found = history.days.get(day)
    if found is None:
        return Measured(None, "NO_PACK", day)
    earned = found.time_weighted_return
    return Measured(earned, "" if earned is not None else "BROKEN_CHAIN", day)


def _move(figure: str, unit: Unit, start: date, asof: date, old: Measured, new: Measured) -> Move:
    return Move(figure, unit, start, asof, old.value, new.value, old.reason, new.reason)


def _agree(old: Decimal | float | None, new: Decimal | float | None) -> bool:
    if old is None or new is None or isinstance(old, Decimal):
        return old == new
    return abs(float(old) - float(new)) <= NOISE * max(1.0, abs(old))
