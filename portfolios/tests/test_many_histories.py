"""What the night writes of many portfolios at once is what one by one gives, figures included."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from uuid import UUID

import pytest

from accounts.models import User
from market.models import PricingPack
from portfolios.calc.daily_returns import DailyReturns
from portfolios.calc.metric_card import metric_card
from portfolios.calc.periods import Period, period_return
from portfolios.calc.returns import ReturnSeries
from portfolios.models import (
    CurrencyAttribution,
    MonthlyReturns,
    Portfolio,
    PortfolioDailyValue,
    PortfolioMetrics,
)
from portfolios.selectors.projected import stored_history
from portfolios.services import compute_day, rebuild_all, rebuild_history
from portfolios.services.month_rows import forget_values
from portfolios.tests.many_worlds import make_world

PERIODS = {
    "return_1d": Period.DAY,
    "return_mtd": Period.MTD,
    "return_qtd": Period.QTD,
    "return_ytd": Period.YTD,
    "return_1y": Period.YEAR,
    "return_since_inception": Period.SINCE_INCEPTION,
}


def series(portfolio: Portfolio) -> ReturnSeries:
    rows = list(PortfolioDailyValue.objects.filter(portfolio=portfolio).order_by("asof_date"))
    return ReturnSeries(
        rows[0].asof_date - timedelta(days=1),
        tuple(row.asof_date for row in rows),
        tuple(row.time_weighted_return for row in rows),
    )


def last_pack() -> PricingPack:
    return PricingPack.objects.order_by("-asof_date")[0]


def figures_hold(portfolio: Portfolio) -> None:
    """Against the functions of one series: periods, and the card."""
    stored = PortfolioMetrics.objects.get(portfolio=portfolio, pack=last_pack())
    found = series(portfolio)
    asof = found.dates[-1]
    for name, period in PERIODS.items():
        expected = period_return(found, period, asof)
        assert getattr(stored, name) == pytest.approx(expected.value, abs=1e-12), name
        assert stored.reasons.get(name) == expected.reason, name
    daily = DailyReturns.of(found).since_funding()
    card = metric_card(daily)
    for name in ("volatility_30d", "volatility_1y", "max_drawdown", "current_drawdown"):
        figure = card.figures[name]
        assert getattr(stored, name) == pytest.approx(figure.value, abs=1e-12), name
        assert stored.reasons.get(name) == (None if figure.value is not None else figure.reason)
    assert stored.observations == len(daily)


def effects_sum_to_the_return(portfolio: Portfolio) -> None:
    rows = CurrencyAttribution.objects.filter(portfolio=portfolio, pack=last_pack())
    whole = sum(row.local_effect + row.fx_effect + row.interaction_effect for row in rows)
    earned = series(portfolio).returns[-1]
    assert whole == pytest.approx(earned or 0.0, abs=1e-9)
    assert all(row.error_bps < 0.1 for row in rows)


def test_a_whole_history_and_one_more_day(db: None, alice: User) -> None:
    portfolios, _ = make_world(Random(21), 4, alice, 7)
    ids = [portfolio.pk for portfolio in portfolios]
    expected = {}
    for portfolio in portfolios:
        rebuild_history(portfolio.pk)
        expected[portfolio.pk] = stored_history(portfolio.pk)

    found = rebuild_all(ids)
    assert found.failures == ()
    assert found.in_bulk >= 3
    assert found.daily_values == sum(map(len, expected.values()))
    assert {pk: stored_history(pk) for pk in ids} == expected

    # The last day again, as a night would add it to what stands until the day before.
    day = last_pack()
    forget_values(ids, day.asof_date)
    PortfolioMetrics.objects.filter(portfolio__in=ids, asof_date=day.asof_date).delete()
    for _ in range(2):
        night = compute_day(ids, day.pk)
        assert (night.failures, night.in_bulk) == ((), found.in_bulk)
        assert {pk: stored_history(pk) for pk in ids} == expected
        for portfolio in portfolios:
            figures_hold(portfolio)
            effects_sum_to_the_return(portfolio)


def figures(ids: list[UUID]) -> dict[UUID, dict[str, object]]:
    """The figures of the last pack, by their columns."""
    rows = PortfolioMetrics.objects.filter(portfolio__in=ids, pack=last_pack()).values()
    return {
        row["portfolio_id"]: {
            name: value for name, value in row.items() if name not in ("id", "created_at")
        }
        for row in rows
    }


def differing(found: dict[str, object], expected: dict[str, object]) -> dict[str, object]:
    """The columns that say something else, with both."""
    return {
        name: (found[name], value)
        for name, value in expected.items()
        if found[name]
        != (pytest.approx(value, rel=1e-9, abs=1e-12) if isinstance(value, float) else value)
    }


def test_nights_measure_a_long_history_as_a_rebuild_does(db: None, alice: User) -> None:
    """Six years with a pack on Fridays: months of three and five years ago have as many days as
    those of the last year, and each night asks for wealth at anchors of its own."""
    portfolios, _ = make_world(Random(5), 2, alice, 3, days=6 * 366, weekdays=(4,))
    ids = [portfolio.pk for portfolio in portfolios]
    rebuild_all(ids)
    expected = figures(ids)
    assert any(row["return_5y"] is not None for row in expected.values())

    nights = list(PricingPack.objects.order_by("asof_date"))[-6:]
    forget_values(ids, nights[0].asof_date)
    PortfolioMetrics.objects.filter(portfolio__in=ids).delete()
    for pack in nights:
        assert compute_day(ids, pack.pk).failures == ()
    found = figures(ids)
    assert {pk: differing(found[pk], row) for pk, row in expected.items()} == {pk: {} for pk in ids}


def test_monthly_copies_are_made_again_when_they_are_gone(db: None, alice: User) -> None:
    portfolios, _ = make_world(Random(21), 2, alice, 4)
    ids = [portfolio.pk for portfolio in portfolios]
    rebuild_all(ids)
    months = list(MonthlyReturns.objects.order_by("portfolio_id", "month").values())
    MonthlyReturns.objects.all().delete()
    done = compute_day(ids, last_pack().pk)
    again = list(MonthlyReturns.objects.order_by("portfolio_id", "month").values())
    assert [(row["month"], bytes(row["returns"])) for row in again] == [
        (row["month"], bytes(row["returns"])) for row in months
    ]
    assert done.failures == ()
    assert date(2013, 1, 1) in {row["month"] for row in again}
