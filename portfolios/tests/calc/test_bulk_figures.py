"""The figures of many portfolios at once are those of one by one, values and reasons alike."""

from __future__ import annotations

from datetime import date, timedelta
from math import sqrt

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from portfolios.calc.bulk.errorfree import Floats
from portfolios.calc.bulk.figures import REASONS, Figure, Recent, period_figures, risk_figures
from portfolios.calc.bulk.series import Standing, paths
from portfolios.calc.bulk.steps import Integers
from portfolios.calc.daily_returns import DailyReturns
from portfolios.calc.metric_card import metric_card
from portfolios.calc.periods import Period, period_return
from portfolios.calc.returns import ReturnSeries, add_months, annualise
from portfolios.calc.risk import TRADING_DAYS

NAN = np.nan
PERIODS = {
    "return_1d": Period.DAY,
    "return_mtd": Period.MTD,
    "return_qtd": Period.QTD,
    "return_ytd": Period.YTD,
    "return_1y": Period.YEAR,
    "return_3y": Period.THREE_YEARS,
    "return_5y": Period.FIVE_YEARS,
    "return_since_inception": Period.SINCE_INCEPTION,
}
BY_THE_YEAR = {Period.THREE_YEARS, Period.FIVE_YEARS, Period.SINCE_INCEPTION}
RISKS = (
    "volatility_30d",
    "volatility_60d",
    "volatility_90d",
    "volatility_1y",
    "sharpe_ratio",
    "sortino_ratio",
    "beta",
    "alpha",
)
Stated = tuple[float | None, str | None]
World = tuple[Integers, Floats, Integers]


def closes(count: int, step: int, start: date = date(2019, 1, 2)) -> Integers:
    return np.array([start.toordinal() + step * place for place in range(count)], dtype=np.int64)


def whole(days: Integers, returns: Floats, first: Integers) -> Recent:
    """A table that reaches back to the beginning of everybody."""
    path = paths(returns, days, Standing.none(len(returns)), first)
    return Recent(days, returns, path, {})


def later(days: Integers, returns: Floats, first: Integers, cut: int) -> Recent:
    """The same portfolios known by the columns from `cut` on and by how they stood before."""
    path = paths(returns, days, Standing.none(len(returns)), first)
    at = cut - 1
    count = path.observations[:, at]
    funded = np.where(count > 0, path.funded, 0)
    before = Standing(path.wealth[:, at], path.peak[:, at], path.fall[:, at], funded, count)
    begun = np.where(funded > 0, -1, np.maximum(first - cut, -1))
    asof = date.fromordinal(int(days[-1]))
    earlier = {}
    for months in (36, 60):
        anchor = add_months(asof, -months).toordinal()
        place = int(np.searchsorted(days, anchor, "right")) - 1
        if 0 <= place < at:
            close = np.full(len(returns), days[place])
            earlier[anchor] = path.wealth[:, place], close
    part = returns[:, cut:]
    return Recent(days[cut:], part, paths(part, days[cut:], before, begun), earlier)


def alone(days: Integers, returns: Floats, first: int) -> ReturnSeries:
    """One row as the series of its portfolio, from its first day on."""
    dates = tuple(map(date.fromordinal, days[first:].tolist()))
    values = tuple(None if np.isnan(one) else one for one in returns[first:].tolist())
    return ReturnSeries(dates[0] - timedelta(days=1), dates, values)


def period_alone(series: ReturnSeries, period: Period) -> Stated:
    """As the column has it: a year's rate where there is a year, else as it is."""
    found = period_return(series, period, series.dates[-1])
    if found.value is None or period not in BY_THE_YEAR:
        return found.value, found.reason
    yearly = annualise(found.value, found.start, found.end)
    if yearly.reason == "PERIOD_LT_1Y":
        return found.value, found.reason
    return yearly.value, yearly.reason or found.reason


def risk_alone(
    series: ReturnSeries, free: Floats | None, benchmark: Floats | None
) -> dict[str, Stated]:
    """The card of the last year's returns, drawdowns since funding."""
    funded = DailyReturns.of(series).since_funding()
    year = funded.last(TRADING_DAYS)
    n = len(year)
    card = metric_card(
        year,
        before=funded,
        risk_free=None if free is None else free[len(free) - n :],
        benchmark=None if benchmark is None else benchmark[len(benchmark) - n :],
    )
    ever = metric_card(funded)
    found = {name: card.figures[name] for name in RISKS}
    found |= {name: ever.figures[name] for name in ("max_drawdown", "current_drawdown")}
    return {
        name: (one.value, None if one.value is not None else one.reason)
        for name, one in found.items()
    }


def stated(figure: Figure, row: int) -> Stated:
    value, code = float(figure.values[row]), int(figure.reasons[row])
    return None if np.isnan(value) else value, REASONS[code] or None


def same(found: Stated, expected: Stated, said: object) -> None:
    value, reason = expected
    close = None if value is None else pytest.approx(value, rel=1e-9, abs=1e-9)
    assert found == (close, reason), said


def held_to_one_by_one(
    recent: Recent, world: World, free: Floats | None, benchmark: Floats | None
) -> None:
    days, returns, first = world
    length = len(recent.days)
    figures = dict(period_figures(recent, date.fromordinal(int(days[-1]))))
    figures |= dict(
        risk_figures(
            recent,
            None if free is None else free[-length:],
            None if benchmark is None else benchmark[:, -length:],
        )
    )
    for row in range(len(returns)):
        series = alone(days, returns[row], int(first[row]))
        expected = {name: period_alone(series, period) for name, period in PERIODS.items()}
        theirs = None if benchmark is None or np.isnan(benchmark[row]).all() else benchmark[row]
        expected |= risk_alone(series, free, theirs)
        assert figures.keys() == expected.keys()
        for name, one in expected.items():
            same(stated(figures[name], row), one, (name, row))


COUNTS = (1, 2, 29, 31, 59, 60, 61, 95, 253, 300)


@st.composite
def worlds(
    draw: st.DrawFn, counts: tuple[int, ...] = COUNTS
) -> tuple[World, Floats | None, Floats | None]:
    """Rows that began late, have a gap, do not move, or lost everything; weekly closes make
    five years of few columns. Some have no benchmark, or one with a gap."""
    step = draw(st.sampled_from([1, 1, 7]))
    count = draw(st.sampled_from(counts))
    chance = np.random.default_rng(draw(st.integers(0, 10_000)))
    start = date(2019, 1, 2) + timedelta(days=draw(st.integers(0, 400)))
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=5))
    returns = np.array([_row(kind, count, chance) for kind in kinds])
    first = chance.integers(0, count, len(kinds)) * chance.integers(0, 2, len(kinds))
    returns[np.arange(count) < first[:, None]] = NAN
    free = draw(st.sampled_from([None, 0.0, 0.0001]))
    benchmark = draw(st.sampled_from([None, "moves", "still", "gap", "some"]))
    return (
        (closes(count, step, start), returns, first),
        None if free is None else np.full(count, free),
        None if benchmark is None else _beside(benchmark, returns.shape, chance),
    )


KINDS = ("moves", "waits", "gap", "still", "rises", "lost", "lost and refunded", "nothing")


def _row(kind: str, count: int, chance: np.random.Generator) -> Floats:
    row = chance.normal(0.0005, 0.01, count)
    place = int(chance.integers(0, count))
    if kind == "waits":
        row[:place] = NAN
    elif kind == "gap":
        row[place] = NAN
    elif kind == "still":
        row[:] = 0.001
    elif kind == "rises":
        row = np.abs(row)
    elif kind == "lost":
        row[-1] = -1.0
    elif kind == "lost and refunded":
        row[place] = -1.0
    elif kind == "nothing":
        row[:] = NAN
    return row


def _beside(kind: str, shape: tuple[int, ...], chance: np.random.Generator) -> Floats:
    table = chance.normal(0.0003, 0.008, shape)
    if kind == "still":
        table[:] = 0.001
    elif kind == "gap":
        table[:, chance.integers(0, shape[1])] = NAN
    elif kind == "some":
        table[chance.integers(0, shape[0])] = NAN
    return table


@settings(max_examples=120, deadline=None)
@given(worlds())
def test_random_returns_have_the_figures_of_one_by_one(
    drawn: tuple[World, Floats | None, Floats | None],
) -> None:
    world, free, benchmark = drawn
    held_to_one_by_one(whole(*world), world, free, benchmark)


@settings(max_examples=40, deadline=None)
@given(worlds((440, 470)), st.integers(1, 40))
def test_a_table_of_the_last_year_has_the_figures_of_the_whole(
    drawn: tuple[World, Floats | None, Floats | None], cut: int
) -> None:
    """Thirteen months of days, and before them wealth alone: nobody has lost everything there."""
    world, free, benchmark = drawn
    assume(not (world[1] == -1.0).any())
    held_to_one_by_one(later(*world, cut), world, free, benchmark)


def figures_of(rows: list[list[float]], days: Integers, **beside: Floats) -> dict[str, Figure]:
    returns = np.array(rows)
    recent = whole(days, returns, np.zeros(len(rows), dtype=np.int64))
    found = dict(period_figures(recent, date.fromordinal(int(days[-1]))))
    return found | dict(risk_figures(recent, beside.get("free"), beside.get("benchmark")))


# 1.10·0.95·1.02 = 1.0659 in all, and 0.95·1.02 = 0.969 since the last close of the old year.
BY_HAND = (
    ("return_1d", 0.02, None),
    ("return_mtd", -0.031, None),
    ("return_ytd", -0.031, None),
    ("return_since_inception", 0.0659, None),
    ("max_drawdown", 0.05, None),  # from 1.10 to 1.045
    ("current_drawdown", 0.031, None),  # 1.0659/1.10 = 0.969
    ("return_1y", None, "INSUFFICIENT_HISTORY"),
    ("volatility_30d", None, "WINDOW_NOT_FULL"),
    ("sharpe_ratio", None, "NO_RISK_FREE"),
    ("beta", None, "NO_BENCHMARK"),
)


@pytest.mark.parametrize(("name", "value", "reason"), BY_HAND)
def test_three_days_by_hand(name: str, value: float | None, reason: str | None) -> None:
    days = np.array([date(2018, 12, 31).toordinal() + place for place in range(3)])
    figure = figures_of([[0.10, -0.05, 0.02]], days)[name]
    same(stated(figure, 0), (value, reason), name)


def test_a_wiped_out_portfolio_has_no_yearly_rate() -> None:
    """−100 % on the last of 400 days: a return over the month, no rate over the year."""
    found = figures_of([[0.0] * 399 + [-1.0]], closes(400, 1))
    assert stated(found["return_mtd"], 0) == (-1.0, None)
    assert stated(found["return_1y"], 0) == (-1.0, None)
    assert stated(found["return_since_inception"], 0) == (None, "TOTAL_LOSS")
    assert stated(found["max_drawdown"], 0) == (1.0, None)


def test_up_and_down_by_one_percent_by_hand() -> None:
    """60 days of ±1 % in turn: mean 0, so Sharpe and Sortino are 0, and σ² = 60·0.01²/59. Twice
    the benchmark's returns have beta 2 and alpha 0."""
    turns = [0.01, -0.01] * 30
    beside = np.array([turns]) / 2.0
    found = figures_of([turns], closes(60, 1), free=np.zeros(60), benchmark=beside)
    assert stated(found["volatility_60d"], 0)[0] == pytest.approx(0.01 * sqrt(60 / 59 * 252))
    for name, value in (("sharpe_ratio", 0), ("sortino_ratio", 0), ("beta", 2), ("alpha", 0)):
        same(stated(found[name], 0), (value, None), name)


def test_three_years_that_double_each_year_by_hand() -> None:
    """Closes a year apart that double: 8 after 1,095 days, and 8^(365/1095) = 8^(1/3) = 2."""
    days = np.array([date(year, 6, 3).toordinal() for year in (2019, 2020, 2021, 2022, 2023)])
    found = figures_of([[0.0, 1.0, 1.0, 1.0, 1.0]], days)
    same(stated(found["return_3y"], 0), (1.0, None), "return_3y")
    same(stated(found["return_1y"], 0), (1.0, None), "return_1y")
    assert stated(found["return_5y"], 0) == (None, "INSUFFICIENT_HISTORY")


def test_only_rises_have_no_shortfall_and_a_benchmark_at_rest_no_beta() -> None:
    rises = [0.01, 0.02] * 30
    found = figures_of([rises], closes(60, 1), free=np.zeros(60), benchmark=np.full((1, 60), 0.001))
    assert stated(found["sortino_ratio"], 0) == (None, "NO_SHORTFALL")
    assert stated(found["beta"], 0) == (None, "NO_DISPERSION")
