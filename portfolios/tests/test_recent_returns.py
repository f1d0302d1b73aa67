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
    if name not in BY_THE_YEAR:
        return alone.value, alone.reason
    assert alone.value is not None
    yearly = annualise(alone.value, alone.start, alone.end)
    return yearly.value, yearly.reason


@pytest.mark.parametrize("lost_in_week", [None, 40, 150, 300])
def test_periods_from_monthly_copies(db: None, alice: User, lost_in_week: int | None) -> None:
    """Seven years of weeks, +1 % and −0.8 % in turn. Who lost everything in between and began again
    with new money has the return on that money, not a broken chain."""
    days = weekly(7)
    returns = [0.01 if week % 2 else -0.008 for week in range(len(days))]
    if lost_in_week is not None:
        returns[lost_in_week] = -1.0
    copies, series = kept(alice, days, returns)
    figures = dict(period_figures(copies.as_recent(), series.dates[-1]))
    for name, period in PERIODS.items():
        value, reason = expected(series, name, period)
        figure = figures[name]
        assert REASONS[int(figure.reasons[0])] == (reason or ""), name
        assert figure.values[0] == pytest.approx(value or np.nan, rel=1e-9, nan_ok=True), name


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
