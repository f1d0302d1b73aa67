"""The card says every figure or why there is none, and agrees with each measure alone."""

from datetime import date, timedelta

import numpy as np
import pytest

from portfolios.calc.daily_returns import DailyReturns
from portfolios.calc.metric_card import NAMES, metric_card
from portfolios.calc.relative import tracking_error
from portfolios.calc.risk import sharpe, volatility

START = date(2020, 1, 1)
RISKY = ("volatility", "sharpe_ratio", "historical_var_95", "tracking_error", "beta")


def made(returns: list[float]) -> DailyReturns:
    days = [START.toordinal() + n for n in range(len(returns) + 1)]
    return DailyReturns(np.array(days, dtype=np.int64), np.array(returns, dtype=np.float64))


def swings(n: int) -> DailyReturns:
    """+2 % and −1 % in turn."""
    return made([0.02 if at % 2 == 0 else -0.01 for at in range(n)])


def card_of(daily: DailyReturns) -> dict[str, object]:
    """Beside a benchmark that moves half as much, above a risk-free of nothing."""
    none = np.zeros(len(daily))
    found = metric_card(daily, risk_free=none, benchmark=daily.returns / 2)
    return dict(found.figures)


def test_every_name_is_answered_and_there_are_more_than_forty() -> None:
    assert set(card_of(swings(400))) == set(NAMES)
    assert len(NAMES) > 40


def test_a_full_year_is_exact_and_each_figure_is_the_measure() -> None:
    daily = swings(400)
    found = metric_card(daily, risk_free=np.zeros(400), benchmark=daily.returns / 2)
    figures = found.figures
    assert figures["volatility"].value == volatility(daily.returns)
    assert figures["sharpe_ratio"].value == sharpe(daily.returns)
    assert figures["tracking_error"].value == tracking_error(daily.returns, daily.returns / 2)
    assert figures["beta"].value == pytest.approx(2.0)
    assert figures["correlation"].value == pytest.approx(1.0)
    assert figures["win_rate"].value == 0.5
    assert (figures["best_day"].value, found.best_day) == (0.02, START + timedelta(days=1))
    assert (figures["worst_day"].value, found.worst_day) == (-0.01, START + timedelta(days=2))
    assert figures["max_drawdown"].value == pytest.approx(0.01)
    assert figures["calmar_ratio"].value == pytest.approx(
        (figures["annualised_return"].value or 0) / 0.01
    )
    assert {figures[name].state for name in RISKY} == {"exact"}


@pytest.mark.parametrize(
    ("n", "state", "reason"),
    [(59, "withheld", "INSUFFICIENT"), (60, "partial", "SHORT_SAMPLE"), (252, "exact", None)],
)
def test_the_sample_decides_what_is_said(n: int, state: str, reason: str | None) -> None:
    daily = swings(n)
    found = metric_card(daily, risk_free=np.zeros(n), benchmark=daily.returns / 2)
    for name in RISKY:
        assert (found.figures[name].state, found.figures[name].reason) == (state, reason)
    assert found.figures["total_return"].state == "exact"


def test_the_far_tail_needs_a_year() -> None:
    card = metric_card(swings(251)).figures
    assert card["historical_var_99"].reason == "INSUFFICIENT_TAIL"
    assert card["historical_var_95"].state == "partial"
    assert metric_card(swings(252)).figures["historical_var_99"].state == "exact"


def test_thirty_days_are_never_enough_for_a_volatility() -> None:
    """The rule of 60 observations holds for windows too: 30 days are withheld, not estimated."""
    card = metric_card(swings(400)).figures
    assert (card["volatility_30d"].value, card["volatility_30d"].reason) == (None, "INSUFFICIENT")
    assert (card["volatility_60d"].state, card["volatility_60d"].n) == ("partial", 60)
    assert card["volatility_1y"].state == "exact"


def test_windows_reach_back_beyond_the_period() -> None:
    whole = swings(400)
    card = metric_card(whole.last(20), before=whole).figures
    assert card["volatility_90d"].value == volatility(whole.returns[-90:])
    assert card["volatility"].reason == "INSUFFICIENT"
    young = metric_card(swings(80)).figures
    assert young["volatility_90d"].reason == "WINDOW_NOT_FULL"


def test_a_day_without_a_return_withholds_everything_but_later_windows() -> None:
    returns = swings(200).returns.copy()
    returns[10] = np.nan
    broken = DailyReturns(swings(200).days, returns)
    card = metric_card(broken).figures
    assert card["total_return"].reason == card["volatility"].reason == "BROKEN_CHAIN"
    assert card["volatility_60d"].state == "partial"


def test_what_is_not_there_is_named() -> None:
    card = metric_card(swings(300)).figures
    assert card["sharpe_ratio"].reason == "NO_RISK_FREE"
    assert card["beta"].reason == card["arithmetic_excess"].reason == "NO_BENCHMARK"
    gap = np.full(300, 0.01)
    gap[5] = np.nan
    assert metric_card(swings(300), benchmark=gap).figures["beta"].reason == "BENCHMARK_GAP"
    none = metric_card(made([]))
    assert {one.reason for one in none.figures.values()} == {"NO_RETURNS"}


def test_what_never_varies_has_no_ratio() -> None:
    flat = made([0.01] * 300)
    card = metric_card(flat, risk_free=np.zeros(300), benchmark=flat.returns).figures
    assert card["volatility"].value == pytest.approx(0.0)
    assert card["sharpe_ratio"].reason == "NO_DISPERSION"
    assert card["sortino_ratio"].reason == "NO_SHORTFALL"
    assert card["down_capture"].reason == "NO_FALL"
    assert card["cornish_fisher_var_95"].reason == "NO_DISPERSION"
    assert card["calmar_ratio"].reason in ("PERIOD_LT_1Y", "NO_DRAWDOWN")


def test_a_bent_quantile_that_is_none_says_so() -> None:
    assert metric_card(swings(300)).figures["cornish_fisher_var_95"].reason == "NOT_MONOTONE"


def test_below_a_year_nothing_is_annualised() -> None:
    card = metric_card(swings(100)).figures
    assert card["annualised_return"].reason == card["calmar_ratio"].reason == "PERIOD_LT_1Y"


def test_lengths_must_agree() -> None:
    with pytest.raises(ValueError, match="days of the period"):
        metric_card(swings(10), risk_free=np.zeros(9))


def test_a_series_finds_its_days() -> None:
    """Closes that the series does not have are NaN, before, between and after."""
    daily = made([0.1, 0.2])
    first = START.toordinal()
    found = daily.on(np.array([first, first + 1, first + 2, first + 9]))
    assert np.isnan(found).tolist() == [True, False, False, True]
    assert found[1:3].tolist() == [0.1, 0.2]
    assert (daily.start, daily.end) == (START, START + timedelta(days=2))
    assert daily.last(1).returns.tolist() == [0.2]
