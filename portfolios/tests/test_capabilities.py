"""The numbers of `world`, as patterns get them."""

from decimal import Decimal

import pytest

from accounts.models import User
from patterns.context import Context
from portfolios.capabilities.allocation import allocation, sector_allocation
from portfolios.capabilities.attribution import currency
from portfolios.capabilities.history import historical_nav
from portfolios.capabilities.inputs import OfPortfolio, OverLookback, OverPeriod
from portfolios.capabilities.performance import compute_twr
from portfolios.capabilities.positions import get_valued_positions
from portfolios.formats.draft import Draft
from portfolios.models import Portfolio
from portfolios.selectors import build_context
from portfolios.tests.factories import append
from portfolios.tests.world import FRI, THU, WED, listing


@pytest.fixture
def ctx(traded: Portfolio, alice: User) -> Context:
    return build_context(user=alice, portfolio_id=traded.pk, correlation_id="test")


def test_positions_are_valued_at_the_pack(ctx: Context, traded: Portfolio) -> None:
    found = get_valued_positions(ctx, OfPortfolio(portfolio_id=traded.pk))

    maple, acme = found.positions
    assert (maple.symbol, acme.symbol) == ("MAPLE", "ACME")
    assert acme.quantity.value == 15
    assert acme.market_value_local.value == 180  # 15 × 12 USD
    assert acme.market_value.value == 216  # 180 × 1.20
    assert acme.cost_basis.value == 150  # 15 × 10 × 1.00, the rate of the trade date
    assert acme.unrealized_pnl.value == 66
    assert acme.unrealized_pnl_pct.value == pytest.approx(0.44)
    assert acme.realized_pnl.value == Decimal("12.40")  # 60 × 1.04 − 50 × 1.00
    assert maple.market_value.value == 250
    assert found.total_value.value == 1198  # 216 + 250 + 300 + 360 × 1.20
    assert found.total_value.state == "exact"
    assert acme.weight.value == pytest.approx(216 / 1198)
    assert {c.currency: c.balance.value for c in found.cash} == {"CAD": 300, "USD": 360}
    assert acme.dividend_safety.reason == "ratings_not_available"


def test_returns_chain_to_the_gain_since_the_only_deposit(ctx: Context, traded: Portfolio) -> None:
    found = compute_twr(ctx, OverLookback(portfolio_id=traded.pk))

    assert found.twr_inception.value == pytest.approx(0.198)  # 1,198 / 1,000 − 1
    assert found.twr_1d.value == pytest.approx(1198 / 1111.6 - 1)
    assert (found.gain_1d.value, found.gain_1d.currency) == (Decimal("86.40"), "CAD")
    assert found.twr_1y.reason == "The portfolio is younger than the period."
    assert found.max_drawdown.value == 0
    assert found.volatility.reason == "There are fewer than 60 daily returns."
    assert found.mwr_1y.reason == "The portfolio is younger than the period."


def test_currency_effects_sum_to_the_return(ctx: Context, traded: Portfolio) -> None:
    found = currency(ctx, OverPeriod(portfolio_id=traded.pk))

    assert sum(row.effect.value or 0 for row in found.effects) == pytest.approx(0.198)
    assert found.base_return_actual.value == pytest.approx(0.198)
    assert found.error_bps.value == pytest.approx(0, abs=1e-6)
    assert [row.currency for row in found.by_currency] == ["CAD", "USD"]
    assert found.by_currency[0].fx.value == 0  # CAD is the base


def test_a_last_day_is_cut_by_hand(ctx: Context, traded: Portfolio) -> None:
    """Friday alone: no price moved, the dollar rose from 1.04 to 1.20 on 180 + 360 USD."""
    thursday_and_friday = OverPeriod(portfolio_id=traded.pk, lookback_days=2)
    found = currency(ctx, thursday_and_friday)
    # Thu: ACME 20·(12−11) USD at 1.04 and MAPLE 10·5; Fri: 540 USD · 0.16
    thursday = (20 * 1.04 + 50) / 1040.8
    friday = 540 * 0.16 / 1111.6
    assert found.total_return.value == pytest.approx((1 + thursday) * (1 + friday) - 1)
    assert found.interaction_return.value == pytest.approx(0)


def test_allocations_sum_to_one(ctx: Context, traded: Portfolio) -> None:
    sectors = sector_allocation(ctx, OfPortfolio(portfolio_id=traded.pk))
    money = allocation(ctx, OfPortfolio(portfolio_id=traded.pk))

    assert [s.label for s in sectors.slices] == ["Finance", "Manufacturing"]
    assert [s.market_value.value for s in sectors.slices] == [250, 216]
    assert [s.label for s in money.by_holding] == ["Cash", "MAPLE", "ACME"]  # 732, 250, 216
    for slices in (sectors.slices, money.by_holding, money.by_currency, money.by_asset_class):
        assert sum(s.weight.value or 0 for s in slices) == pytest.approx(1)


def test_history_has_a_point_a_pack(ctx: Context, traded: Portfolio) -> None:
    found = historical_nav(ctx, OverLookback(portfolio_id=traded.pk))

    values = [point.total_value for point in found.points]
    assert values == [Decimal(v) for v in ("1000", "1000", "1040.80", "1111.60", "1198")]
    assert found.changes.value_change.value == 198
    assert found.changes.gain.value == 198
    assert found.points[-1].pack_id == "2013-02-08-ECB-r1"
    assert found.points[-1].drawdown == 0


def test_an_earlier_day_leaves_out_what_came_later(traded: Portfolio, alice: User) -> None:
    ctx = build_context(user=alice, portfolio_id=traded.pk, asof=THU, correlation_id="test")

    found = get_valued_positions(ctx, OfPortfolio(portfolio_id=traded.pk))

    assert ctx.pricing_pack_id == "2013-02-07-ECB-r1"
    assert found.total_value.value == Decimal("1111.60")
    assert ctx.asof_date == THU < FRI


def test_a_dividend_is_owed_from_its_ex_date_and_paid_at_the_pay_dates_rate(
    traded: Portfolio, alice: User
) -> None:
    """20 ACME × 1.00 USD less 15 % is 17 USD: owed on Wednesday and Thursday (× 1.04 = 17.68),
    cash on Friday (× 1.20 = 20.40)."""
    dividend = Draft(
        entry_type="DIVIDEND",
        security_id=listing("ACME").pk,
        transaction_date=WED,
        ex_date=WED,
        pay_date=FRI,
        quantity=Decimal(20),
        gross_amount=Decimal(20),
        taxes=Decimal(3),
        currency="USD",
    )
    append(traded, alice, dividend)
    args = OfPortfolio(portfolio_id=traded.pk)
    owed, paid = (
        get_valued_positions(
            build_context(user=alice, portfolio_id=traded.pk, asof=day, correlation_id="test"),
            args,
        )
        for day in (THU, FRI)
    )

    assert owed.receivable_balance.value == Decimal("17.68")
    assert owed.total_value.value == Decimal("1129.28")  # 1,111.60 + 17.68
    assert [(c.kind, c.currency) for c in owed.cash][-1] == ("receivable", "USD")
    assert paid.receivable_balance.value == 0
    assert paid.total_value.value == Decimal("1218.40")  # 1,198 + 20.40


def test_a_split_changes_shares_and_no_value(traded: Portfolio, alice: User) -> None:
    """Two for one on Friday: 15 shares become 30, at a cost of 150 as before."""
    split = Draft(
        entry_type="SPLIT",
        security_id=listing("ACME").pk,
        transaction_date=FRI,
        new_shares=Decimal(2),
        old_shares=Decimal(1),
    )
    append(traded, alice, split)
    ctx = build_context(user=alice, portfolio_id=traded.pk, correlation_id="test")
    _, acme = sorted(
        get_valued_positions(ctx, OfPortfolio(portfolio_id=traded.pk)).positions,
        key=lambda row: row.symbol,
        reverse=True,
    )
    assert acme.quantity.value == 30
    assert acme.cost_basis.value == 150
    assert acme.average_cost.value == 5
