"""Performance of the small world after Monday's close, ACME alone as the benchmark.

total value   1,000   1,000   1,040.80   1,111.60   1,198.00 CAD
ACME in CAD   10      10      11.44      12.48      14.40
"""

from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from patterns.context import Context
from portfolios.capabilities.gain import fed_benchmark, gain_parts
from portfolios.capabilities.inputs import Compared, OfPortfolio, OverNamedPeriod
from portfolios.capabilities.metric_card import Card, metric_card
from portfolios.capabilities.months import monthly
from portfolios.capabilities.periods import periods
from portfolios.capabilities.wealth import drawdowns, rolling_measures, wealth
from portfolios.models import Portfolio
from portfolios.tests.factories import append, deposit
from portfolios.tests.test_benchmarks import beside, make
from portfolios.tests.world import FRI, MON, THU, TUE, WED

YOUNGER = "The portfolio is younger than the period."


@pytest.fixture
def acme(traded: Portfolio, alice: User) -> Context:
    return beside(alice, traded, make({"ACME": "1"}))


def asked(ctx: Context, **more: Any) -> Compared:
    return Compared.model_validate(
        {"portfolio_id": ctx.portfolio_id, "benchmark_id": ctx.benchmark_id, "start": MON} | more
    )


def test_all_three_returns_stand_beside_the_benchmarks(acme: Context) -> None:
    found = periods(acme, asked(acme)).chosen

    assert (found.label, found.start_date, found.end_date) == (f"Since {MON}", MON, FRI)
    assert found.twr.value == pytest.approx(0.198)
    assert found.mwr.value == pytest.approx(0.198)  # nothing came or went
    assert found.modified_dietz.value == pytest.approx(0.198)
    assert (found.gain.value, found.gain.currency) == (Decimal(198), "CAD")
    assert found.twr_annual.reason == found.mwr_annual.reason
    assert found.twr_annual.reason == "A period below a year is not annualised."
    assert found.benchmark_return.value == pytest.approx(0.44)  # 14.40 / 10 − 1
    assert found.excess.value == pytest.approx(0.198 - 0.44)
    assert found.geometric_excess.value == pytest.approx(1.198 / 1.44 - 1)


def test_every_usual_period_has_a_row_and_the_asked_one_leads(acme: Context) -> None:
    found = periods(acme, asked(acme))

    assert [row.label for row in found.rows] == [
        f"Since {MON}",
        "1 day",
        "Month to date",
        "Quarter to date",
        "Year to date",
        "1 year",
        "3 years",
        "5 years",
        "Since inception",
    ]
    day, month, year = found.rows[1], found.rows[2], found.rows[5]
    assert day.gain.value == Decimal("86.40")
    assert (month.twr.state, month.twr.reason) == (
        "partial",
        "The money came after the period began.",
    )
    assert year.twr.reason == year.gain.reason == year.benchmark_return.reason == YOUNGER
    assert year.start_date is None
    assert len(periods(acme, asked(acme, start=None)).rows) == 8


def test_a_flow_parts_the_three_definitions(traded: Portfolio, alice: User) -> None:
    """1,000 more on Friday morning: 2,198 at its close.

    TWR: Friday's capital is 2,111.60, so 1.1116 · (2,198/2,111.60) − 1.
    Dietz over four days: 198 / (1,000 + 1,000 · 1/4).
    """
    append(traded, alice, deposit("1000", FRI))
    ctx = beside(alice, traded, make({"ACME": "1"}))
    found = periods(ctx, asked(ctx)).chosen

    assert found.twr.value == pytest.approx(1.1116 * 2198 / 2111.6 - 1)
    assert found.modified_dietz.value == pytest.approx(198 / 1250)
    assert found.gain.value == Decimal(198)
    assert found.mwr.value != found.twr.value
    fed = fed_benchmark(ctx, asked(ctx))
    # 1,000 · 1.44, and 1,000 that earned Friday alone: 1,000 · 14.40 / 12.48 = 1,153.85
    assert fed.fed_value.value == (
        Decimal(1440) + Decimal(1000) * Decimal("14.40") / Decimal("12.48")
    ).quantize(Decimal("0.01"))


def test_without_a_benchmark_the_portfolio_is_still_measured(
    traded: Portfolio, alice: User
) -> None:
    ctx = beside(alice, traded, None)
    found = periods(ctx, asked(ctx))
    card = metric_card(ctx, asked(ctx))

    assert found.chosen.twr.value == pytest.approx(0.198)
    assert found.chosen.excess.reason == "No benchmark is chosen for this portfolio."
    assert found.benchmark_chosen is False
    assert card.card.beta.reason == card.benchmark.volatility.reason == found.benchmark_reason
    assert wealth(ctx, asked(ctx)).points[-1].benchmark_wealth is None


def test_a_day_that_the_benchmark_lacks_is_named(acme: Context) -> None:
    """ACME has no return of Monday, on which the portfolio was funded."""
    found = periods(acme, asked(acme, start=None)).rows[-1]

    assert found.twr.value == pytest.approx(0.198)
    assert (found.excess.reason or "").endswith("has no return of 2013-02-04.")


def test_wealth_and_drawdown_of_both(acme: Context) -> None:
    found = wealth(acme, asked(acme))

    assert [point.asof_date for point in found.points] == [MON, TUE, WED, THU, FRI]
    own = [point.wealth for point in found.points]
    assert own == pytest.approx([1, 1, 1.0408, 1.1116, 1.198])
    theirs = [point.benchmark_wealth for point in found.points]
    assert theirs == pytest.approx([1, 1, 1.144, 1.248, 1.44])
    assert {point.below_peak for point in found.points} == {0.0}
    assert found.weekly is False


def test_nothing_fell_so_there_is_no_drawdown(acme: Context) -> None:
    found = drawdowns(acme, OverNamedPeriod.model_validate({"portfolio_id": acme.portfolio_id}))

    assert found.rows == ()
    assert (found.reason, found.observations.value) == (None, 5)


def test_windows_that_are_not_full_are_not_drawn(acme: Context) -> None:
    found = rolling_measures(acme, asked(acme))

    for series in (found.returns, found.volatilities):
        assert (series.points, series.state) == ((), "withheld")
        assert series.reason == "The history is shorter than the window."


def test_the_gain_by_what_brought_it(acme: Context) -> None:
    """Prices: 20 USD at 1.00, 20 USD at 1.04, 50 CAD. Rates: 520 × 0.04, then 540 × 0.16."""
    found = gain_parts(
        acme, OverNamedPeriod.model_validate({"portfolio_id": acme.portfolio_id, "start": MON})
    )

    assert found.price.value == Decimal("90.80")
    assert found.fx.value == Decimal("107.20")
    assert found.income.value == found.fees.value == found.taxes.value == 0
    assert found.gain.value == 198
    assert sum(row.amount.value or 0 for row in found.rows) == 198


def test_the_same_money_in_the_benchmark(acme: Context) -> None:
    found = fed_benchmark(acme, asked(acme))

    assert found.fed_value.value == Decimal("1440.00")
    assert found.value_difference.value == Decimal("-242.00")
    assert found.fed_gain.value == Decimal("440.00")
    assert found.fed_mwr.value == pytest.approx(0.44)
    assert found.points[-1].total_value == 1198


def test_a_month_that_began_before_the_money_is_partial(acme: Context) -> None:
    (year,) = monthly(acme, OfPortfolio.model_validate({"portfolio_id": acme.portfolio_id})).rows

    assert (year.year, year.jan) == ("2013", None)
    assert year.feb is not None
    assert year.feb.value == pytest.approx(0.198)
    assert year.feb.reason == "Only the part of the month after 2013-02-03, up to 2013-02-08."
    assert (year.feb.state, year.total.state) == ("partial", "partial")


def test_the_card_says_each_of_its_figures_or_why_not(acme: Context) -> None:
    found = metric_card(acme, asked(acme))

    assert len(Card.model_fields) == 43
    assert found.card.total_return.value == pytest.approx(0.198)
    assert found.card.best_day.value == pytest.approx(1198 / 1111.6 - 1)
    assert found.dates.best_day == FRI
    assert found.card.volatility.reason == "There are fewer than 60 daily returns."
    assert found.card.arithmetic_excess.value == pytest.approx(0.198 - 0.44)
    assert found.benchmark.total_return.value == pytest.approx(0.44)
    assert found.benchmark.beta.reason == "The benchmark is not compared with itself."
    for name in Card.model_fields:
        figure = getattr(found.card, name)
        assert figure.value is not None or figure.reason, name


def test_a_period_that_is_too_long_says_so_everywhere(acme: Context) -> None:
    long = asked(acme, start=None, period="5Y")
    over = OverNamedPeriod.model_validate({"portfolio_id": acme.portfolio_id, "period": "5Y"})
    card = metric_card(acme, long)

    assert card.card.volatility.reason == card.benchmark.volatility.reason == YOUNGER
    assert card.dates.start_date is None
    assert wealth(acme, long).reason == drawdowns(acme, over).reason == YOUNGER
    assert (
        gain_parts(acme, over).gain.reason == fed_benchmark(acme, long).fed_value.reason == YOUNGER
    )
