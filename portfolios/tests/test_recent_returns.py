"""Figures from the monthly copies of a long history are those of the whole series."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import import_module

import numpy as np
import pytest
from django.db import connection

from accounts.identity import as_service
from accounts.models import User
from market.models import PricingPack
from market.tests.factories import PricingPackFactory
from portfolios.calc.bulk.figures import REASONS, period_figures, risk_figures
from portfolios.calc.bulk.series import Standing, paths
from portfolios.calc.bulk.steps import Integers
from portfolios.calc.daily_returns import DailyReturns
from portfolios.calc.metric_card import metric_card
from portfolios.calc.periods import Period, period_return
from portfolios.calc.returns import ReturnSeries, add_months, annualise
from portfolios.models import MonthlyReturns, Portfolio, PortfolioMetrics
from portfolios.selectors.many_months import RecentReturns, recent_returns
from portfolios.selectors.market_tables import PackDay
from portfolios.services.many_months import store_months
from portfolios.tests.factories import (
    MonthlyReturnsFactory,
    PortfolioFactory,
    PortfolioMetricsFactory,
)

LINEAGE = "packs"
FIRST = date(2014, 1, 3)
PERIODS = {
    "return_mtd": Period.MTD,
    "return_ytd": Period.YTD,
    "return_1y": Period.YEAR,
    "return_3y": Period.THREE_YEARS,
    "return_5y": Period.FIVE_YEARS,
    "return_since_inception": Period.SINCE_INCEPTION,
}
BY_THE_YEAR = ("return_3y", "return_5y", "return_since_inception")


def weekly(years: int) -> Integers:
    """Four or five a month, so that months of three and five years ago are as long as others."""
    return np.array([FIRST.toordinal() + 7 * week for week in range(52 * years)])


def kept(alice: User, days: Integers, returns: list[float]) -> tuple[RecentReturns, ReturnSeries]:
    """What the copies of a portfolio with these returns say, and its series."""
    portfolio = PortfolioFactory.create(owner=alice)
    table, nothing, begun = np.array([returns]), Standing.none(1), np.zeros(1, dtype=np.int64)
    path = paths(table, days, nothing, begun)
    store_months([portfolio.pk], days, table, nothing, path, begun, LINEAGE)
    dates = tuple(map(date.fromordinal, days.tolist()))
    series = ReturnSeries(dates[0] - timedelta(days=1), dates, tuple(returns))
    packs = [PackDay(day, str(day)) for day in dates]
    return recent_returns([portfolio.pk], packs, LINEAGE), series


def expected(series: ReturnSeries, name: str, period: Period) -> tuple[float | None, str | None]:
    alone = period_return(series, period, series.dates[-1])
    if name not in BY_THE_YEAR or alone.value is None:
        return alone.value, alone.reason
    yearly = annualise(alone.value, alone.start, alone.end)
    return yearly.value, yearly.reason


def weekdays(first: date, last: date, *, but: tuple[date, date] = (date.max, date.max)) -> Integers:
    """Without those of a time without packs."""
    days = map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))
    some = [day for day in days if day.weekday() < 5 and not but[0] <= day <= but[1]]
    return np.array([day.toordinal() for day in some])


def periods_hold(alice: User, days: Integers, unlike: dict[int, float]) -> None:
    """+1 % and −0.8 % in turn, but for some of the days by their places."""
    returns = [unlike.get(place, 0.01 if place % 2 else -0.008) for place in range(len(days))]
    copies, series = kept(alice, days, returns)
    figures = dict(period_figures(copies.as_recent(), series.dates[-1]))
    for name, period in PERIODS.items():
        value, reason = expected(series, name, period)
        figure = figures[name]
        assert REASONS[int(figure.reasons[0])] == (reason or ""), name
        wanted = np.nan if value is None else value
        assert figure.values[0] == pytest.approx(wanted, rel=1e-9, nan_ok=True), name


@pytest.mark.parametrize("lost_in_week", [None, 40, 150, 300])
def test_periods_from_monthly_copies(db: None, alice: User, lost_in_week: int | None) -> None:
    """Seven years of weeks. Who lost everything in between and began again with new money has the
    return on that money, not a broken chain."""
    periods_hold(alice, weekly(7), {} if lost_in_week is None else {lost_in_week: -1.0})


@pytest.mark.parametrize(
    "unlike",
    [{300: np.nan}, {1100: np.nan}, {1100: -1.0}, {300: -1.0, 301: np.nan}, {2100: np.nan}],
)
def test_what_broke_a_chain_before_a_period_is_no_part_of_it(
    db: None, alice: User, unlike: dict[int, float]
) -> None:
    """Eight years of weekdays, with a day of no return in the first, fifth or last of them."""
    periods_hold(alice, weekdays(FIRST, date(2022, 7, 1)), unlike)


@pytest.mark.parametrize(
    ("first", "last", "but"),
    [
        (FIRST, date(2020, 6, 18), (date(2019, 4, 20), date(2019, 6, 20))),
        (FIRST, date(2020, 6, 18), (date(2015, 6, 1), date(2015, 6, 30))),
        (FIRST, date(2020, 10, 1), (date.max, date.max)),  # three years ago a Sunday, the 1st
        (date(2017, 10, 2), date(2020, 10, 1), (date.max, date.max)),
        (date(2015, 10, 2), date(2020, 10, 1), (date.max, date.max)),
    ],
)
def test_periods_begin_at_the_last_close_there_was(
    db: None, alice: User, first: date, last: date, but: tuple[date, date]
) -> None:
    """Weekdays without packs for two months a year ago, or for one five years ago; and an anchor on
    the very day before the first close."""
    periods_hold(alice, weekdays(first, last, but=but), {})


def test_three_years_of_weeks_are_three_years(db: None, alice: User) -> None:
    """All of them are among the last 252 returns, and the anchor is the day before the first."""
    days = np.array([*weekly(3), date(2017, 1, 2).toordinal()])
    periods_hold(alice, np.unique(days), {})


def test_a_history_that_waits_for_money_has_its_base_inside_a_month(db: None, alice: User) -> None:
    """Eight closes without a return in the month of three years ago, before the first that has."""
    waits = dict.fromkeys(range(8), np.nan)
    periods_hold(alice, weekdays(date(2017, 9, 4), date(2020, 9, 22)), waits)


def test_a_history_that_waited_for_money_until_the_year_began_has_its_base(
    db: None, alice: User
) -> None:
    """Its first return is of Monday, 1 July, where a year of returns begins; it is based on the
    Friday before, which is not among them."""
    days = weekdays(date(2018, 1, 1), date(2020, 7, 15))
    waits = int(np.searchsorted(days, date(2019, 7, 1).toordinal()))
    periods_hold(alice, days, dict.fromkeys(range(waits), np.nan))


def test_the_deepest_fall_is_remembered_from_before_the_last_year(db: None, alice: User) -> None:
    """Half is lost in the first year and nothing since: a fall of 50 %, of which 0.5 · 1.001^n is
    what is left."""
    days = weekly(7)
    returns = [0.001] * len(days)
    returns[30] = -0.5
    copies, series = kept(alice, days, returns)
    figures = dict(risk_figures(copies.as_recent(), None, None))
    card = metric_card(DailyReturns.of(series).since_funding()).figures
    assert figures["max_drawdown"].values[0] == pytest.approx(0.5)
    assert figures["current_drawdown"].values[0] == pytest.approx(card["current_drawdown"].value)
    assert copies.as_recent().paths.observations[0, -1] == len(days)


def test_a_part_of_a_history_is_measured_at_its_own_anchors_alone(db: None, alice: User) -> None:
    """Wealth five years before the last close says nothing of five years before the next one."""
    days = weekly(7)
    copies, series = kept(alice, days, [0.001] * len(days))
    later = series.dates[-1] + timedelta(days=7)
    with pytest.raises(LookupError, match=str(add_months(later, -60))):
        dict(period_figures(copies.as_recent(), later))


def test_the_close_before_252_returns_is_among_them(db: None, alice: User) -> None:
    """The oldest of 252 weeks is the first of its month: it is based on a close of the one before,
    over which a riskless day of a week is counted, too."""
    days = weekly(7)
    first = next(at for at in range(60, 70) if date.fromordinal(int(days[at])).day <= 7)
    some = days[: first + 252]
    copies, _ = kept(alice, some, [0.001] * len(some))
    assert copies.days[0] <= days[first - 1]


def measured(portfolio: Portfolio, pack: PricingPack) -> PortfolioMetrics:
    return PortfolioMetricsFactory.create(portfolio=portfolio, pack=pack, asof_date=pack.asof_date)


def test_figures_of_long_histories_are_forgotten_once(db: None, alice: User) -> None:
    """Copies of three years and their later figures go; those of a young portfolio stay."""
    old, young = PortfolioFactory.create_batch(2, owner=alice)
    for portfolio, months in ((old, 36), (young, 35)):
        for back in range(months):
            MonthlyReturnsFactory.create(
                portfolio=portfolio, month=add_months(date(2024, 12, 1), -back)
            )
    before, later = (
        PricingPackFactory.create(asof_date=day) for day in (date(2024, 11, 29), date(2024, 12, 2))
    )
    early = measured(old, before)
    measured(old, later)
    kept_too = measured(young, later)
    forget = import_module("portfolios.migrations.0019_long_histories_measured_again").FORGET
    with connection.cursor() as cursor:
        cursor.execute(forget)
    with as_service("tests: what is left"):  # a migration gives its role back
        assert set(PortfolioMetrics.objects.all()) == {early, kept_too}
        assert MonthlyReturns.objects.filter(portfolio=old).count() == 0
        assert MonthlyReturns.objects.filter(portfolio=young).count() == 35
