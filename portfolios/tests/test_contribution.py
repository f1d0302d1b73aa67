"""The contributions of `world`, as patterns get them; periods, and what is withheld by name."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.models import User
from patterns.context import Context
from portfolios.calc.periods import Period
from portfolios.capabilities.attribution import currency
from portfolios.capabilities.contribution import PartRow, PortfolioContribution, contribution
from portfolios.capabilities.history import historical_nav
from portfolios.capabilities.inputs import OverLookback, OverPeriod
from portfolios.capabilities.performance import compute_twr
from portfolios.models import Portfolio
from portfolios.selectors import build_context
from portfolios.selectors.spans import Asked, period_days, span_of
from portfolios.services import run_import
from portfolios.tests.world import DAYS, FRI, MON, THU, TUE, WED


@pytest.fixture
def ctx(traded: Portfolio, alice: User) -> Context:
    return build_context(user=alice, portfolio_id=traded.pk, correlation_id="test")


def since(ctx: Context, traded: Portfolio, start: date) -> PortfolioContribution:
    return contribution(ctx, OverPeriod(portfolio_id=traded.pk, start=start))


def test_friday_alone_by_hand(ctx: Context, traded: Portfolio) -> None:
    """No price moved; the dollar rose from 1.04 to 1.20 on 180 USD of ACME and 360 USD of cash.
    180·0.16 = 28.80 and 360·0.16 = 57.60, of Thursday's 1,111.60."""
    found = since(ctx, traded, THU)
    assert (found.start_date, found.end_date) == (THU, FRI)
    assert {row.symbol: row.contribution.value for row in found.holdings} == {
        "ACME": pytest.approx(28.8 / 1111.6),
        "MAPLE": 0,
    }
    assert {row.label: row.contribution.value for row in found.others} == {
        "Cash FX": pytest.approx(57.6 / 1111.6),
        "Cash CAD": 0,
        "Cash USD": 0,
    }
    acme = found.holdings[0]
    assert acme.market_value_start.value == Decimal("187.20")  # 180 × 1.04
    assert acme.market_value_end.value == 216
    assert acme.weight_start.value == pytest.approx(187.2 / 1111.6)
    assert acme.time_weighted_return.value == pytest.approx(1.2 / 1.04 - 1)
    assert acme.share.value == pytest.approx(28.8 / 86.4)
    assert found.total_return.value == pytest.approx(86.4 / 1111.6)


def test_lines_sum_to_the_time_weighted_return(ctx: Context, traded: Portfolio) -> None:
    found = contribution(ctx, OverPeriod(portfolio_id=traded.pk))
    lines: list[PartRow] = [*found.holdings, *found.others]
    total = compute_twr(ctx, OverLookback(portfolio_id=traded.pk)).twr_inception.value
    assert sum(line.contribution.value or 0 for line in lines) == pytest.approx(total, abs=1e-12)
    assert sum(step.effect.value or 0 for step in found.steps) == pytest.approx(total, abs=1e-12)
    assert (found.holdings_total.value or 0) + (found.others_total.value or 0) == pytest.approx(
        total
    )
    assert found.error_bps.value == pytest.approx(0, abs=1e-6)
    assert sum(line.share.value or 0 for line in lines) == pytest.approx(1)


def test_the_rows_are_sorted_by_what_they_added(ctx: Context, traded: Portfolio) -> None:
    found = contribution(ctx, OverPeriod(portfolio_id=traded.pk))
    added = [row.contribution.value or 0 for row in found.holdings]
    assert added == sorted(added, reverse=True)
    assert [row.symbol for row in found.holdings] == ["ACME", "MAPLE"]


def test_an_unpriced_holding_withholds_all_and_is_named(
    market: None, portfolio: Portfolio, alice: User
) -> None:
    text = (
        "date,type,symbol,exchange,quantity,price,gross_amount,currency\n"
        "2013-02-04,DEPOSIT,,,,,1000.00,CAD\n"
        "2013-02-06,BUY,DARK,XTSE,10,20,,CAD\n"
    )
    run_import(portfolio_id=portfolio.pk, content=text.encode(), filename="l.csv", by=alice)
    ctx = build_context(user=alice, portfolio_id=portfolio.pk, correlation_id="test")
    found = contribution(ctx, OverPeriod(portfolio_id=portfolio.pk))
    said = "2013-02-06 has no return, because not everything held was priced. Not priced: DARK."
    assert (found.state, found.reason, found.holdings) == ("withheld", said, ())
    assert found.total_return.missing == ("DARK",)
    assert currency(ctx, OverPeriod(portfolio_id=portfolio.pk)).reason == said


def test_a_period_in_which_nothing_was_priced_says_so(
    market: None, portfolio: Portfolio, alice: User
) -> None:
    text = (
        "date,type,symbol,exchange,quantity,price,gross_amount,currency\n"
        "2013-02-04,DEPOSIT,,,,,1000.00,CAD\n"
        "2013-02-04,BUY,DARK,XTSE,10,20,,CAD\n"
    )
    run_import(portfolio_id=portfolio.pk, content=text.encode(), filename="l.csv", by=alice)
    ctx = build_context(user=alice, portfolio_id=portfolio.pk, correlation_id="test")
    assert contribution(ctx, OverPeriod(portfolio_id=portfolio.pk)).reason == (
        "No day of the period has a return, because not everything held was priced. "
        "Not priced: DARK."
    )


def test_an_empty_ledger_has_no_history(market: None, portfolio: Portfolio, alice: User) -> None:
    ctx = build_context(user=alice, portfolio_id=portfolio.pk, correlation_id="test")
    found = contribution(ctx, OverPeriod(portfolio_id=portfolio.pk))
    assert found.reason == "There is no history in this period."


def test_effects_of_positions_sum_to_their_currency(ctx: Context, traded: Portfolio) -> None:
    found = currency(ctx, OverPeriod(portfolio_id=traded.pk))
    rows = {row.label: row for row in found.by_position}
    assert set(rows) == {"ACME", "MAPLE", "Cash USD"}  # the base currency's cash has no effect
    dollars = (rows["ACME"].total.value or 0) + (rows["Cash USD"].total.value or 0)
    assert {row.currency: row.total.value for row in found.by_currency}["USD"] == pytest.approx(
        dollars
    )
    assert found.identity_holds is True
    assert found.worst_day_bps.value == pytest.approx(0, abs=1e-6)


def test_a_period_begins_at_the_last_close_before_it() -> None:
    """Saturday's start is Friday's close; one before the ledger began is all of it, and short."""
    days = list(DAYS)
    assert period_days(days, Asked(252, date(2013, 2, 9))) == ([FRI], False, False)
    assert period_days(days, Asked(252, WED)) == ([WED, THU, FRI], False, False)
    assert period_days(days, Asked(252, date(2013, 2, 1))) == (days, True, True)
    assert period_days(days, Asked(4)) == (days, False, False)
    assert period_days(days, Asked(5)) == (days, True, False)
    assert period_days(days, Asked(2)) == ([WED, THU, FRI], False, False)
    assert period_days([], Asked(2)) == ((), False, False)


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (Period.DAY, ([THU, FRI], False, False)),
        (Period.MTD, (list(DAYS), True, True)),  # January's last close was before the money
        (Period.YEAR, (list(DAYS), True, True)),
        (Period.SINCE_INCEPTION, (list(DAYS), True, False)),
    ],
)
def test_a_period_has_a_name(period: Period, expected: object) -> None:
    assert period_days(list(DAYS), Asked(252, period=period)) == expected
    # a start beats it
    assert period_days(list(DAYS), Asked(252, WED, period)) == ([WED, THU, FRI], False, False)


def test_a_portfolio_younger_than_the_period_says_so(ctx: Context, traded: Portfolio) -> None:
    found = contribution(ctx, OverPeriod(portfolio_id=traded.pk, period="1Y"))
    said = "The portfolio is younger than the period, which begins on 2013-02-03."
    assert (found.state, found.reason) == ("partial", said)
    assert found.total_return.value == pytest.approx(0.198)


def test_the_arrays_have_the_returns_that_are_stored(ctx: Context, traded: Portfolio) -> None:
    span = span_of(ctx, traded.pk, Asked(10_000))
    stored = historical_nav(ctx, OverLookback(portfolio_id=traded.pk)).points
    assert span.lines is not None
    assert span.lines.base_date < MON < TUE
    for point, one in zip(stored, span.lines.series().returns, strict=True):
        assert point.time_weighted_return == pytest.approx(one, abs=1e-12)
