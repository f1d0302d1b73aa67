"""The positions of `world`, as the holding's page gets them."""

from decimal import Decimal
from uuid import UUID

import pytest

from accounts.models import User
from patterns.context import Context
from portfolios.capabilities.inputs import OfPosition
from portfolios.capabilities.position_details import (
    OneSecurity,
    SomeEntries,
    get_position_details,
    get_transaction_history,
)
from portfolios.capabilities.position_return import (
    compute_portfolio_contribution,
    compute_position_currency_attribution,
    compute_position_return,
)
from portfolios.capabilities.position_risk import compute_position_risk
from portfolios.formats.draft import Draft
from portfolios.models import Portfolio
from portfolios.selectors import build_context
from portfolios.tests.factories import append
from portfolios.tests.world import THU, TUE, WED, listing


@pytest.fixture
def ctx(traded: Portfolio, alice: User) -> Context:
    return build_context(user=alice, portfolio_id=traded.pk, correlation_id="test")


def position(traded: Portfolio, symbol: str, **more: object) -> OfPosition:
    known = {"portfolio_id": traded.pk, "security_id": listing(symbol).pk}
    return OfPosition.model_validate(known | more)


def one(traded: Portfolio, symbol: str) -> OneSecurity:
    return OneSecurity(portfolio_id=traded.pk, security_id=listing(symbol).pk)


def test_a_position_s_details(ctx: Context, traded: Portfolio) -> None:
    found = get_position_details(ctx, one(traded, "ACME"))
    assert (found.symbol, found.quantity.value, found.price.value) == (
        "ACME",
        Decimal(15),
        Decimal(12),
    )
    assert found.market_value.value == 216  # 15 × 12 × 1.20
    assert found.weight.value == pytest.approx(216 / 1198)
    assert (found.cost_basis.value, found.average_cost.value) == (Decimal(150), Decimal(10))
    assert found.unrealized_pnl.value == 66
    assert found.realized_pnl.value == Decimal("12.40")


def test_what_is_not_held_says_so(ctx: Context, traded: Portfolio) -> None:
    found = get_position_details(ctx, one(traded, "DARK"))
    assert (found.quantity.value, found.reason) == (Decimal(0), "Nothing of it is held.")
    assert found.market_value.reason == "Nothing of it is held."


def test_a_position_s_return(ctx: Context, traded: Portfolio) -> None:
    """MAPLE: 20 on Tuesday, 25 on Thursday and Friday. ACME in CAD: 10 → 11·1.04 → 12·1.04 →
    12·1.20, so 12·1.2/10 − 1 = 44 %, the quarter sold on Thursday at its close included."""
    maple = compute_position_return(ctx, position(traded, "MAPLE"))
    acme = compute_position_return(ctx, position(traded, "ACME"))
    assert maple.total_return.value == pytest.approx(0.25)
    assert (maple.days_held.value, maple.observations.value) == (4, 5)
    assert acme.total_return.value == pytest.approx(0.44)
    assert acme.portfolio_return.value == pytest.approx(0.198)
    assert acme.max_drawdown.value == 0
    assert acme.recovery_days.reason == "It never fell."
    assert acme.volatility.reason == "There are fewer than 60 daily returns."
    assert acme.points[-1].position == pytest.approx(0.44)
    assert maple.points[0].position is None  # bought on Tuesday


def test_what_it_added_and_from_where(ctx: Context, traded: Portfolio) -> None:
    """Wednesday alone: ACME 20·(11−10)·1.00 = 20 locally, 200·0.04 = 8 of currency, 0.80 of both:
    28.80 of 1,000; the cash added 300·0.04 = 12."""
    ctx_wednesday = build_context(
        user=User.objects.get(pk=ctx.user_id), portfolio_id=traded.pk, asof=WED, correlation_id="t"
    )
    args = position(traded, "ACME", start=TUE)
    found = compute_portfolio_contribution(ctx_wednesday, args)
    assert found.total_contribution.value == pytest.approx(0.0288)
    assert found.local_contribution.value == pytest.approx(0.02)
    assert found.fx_contribution.value == pytest.approx(0.008)
    assert found.interaction_contribution.value == pytest.approx(0.0008)
    assert found.pct_of_portfolio_return.value == pytest.approx(28.8 / 40.8)
    own = compute_position_currency_attribution(ctx_wednesday, args)
    assert own.local_return.value == pytest.approx(0.1)
    assert own.fx_return.value == pytest.approx(0.04)
    assert own.interaction_return.value == pytest.approx(0.004)
    assert own.total_return.value == pytest.approx(1.1 * 1.04 - 1)
    assert own.identity_holds is True


def test_effects_sum_over_a_period_with_trades(ctx: Context, traded: Portfolio) -> None:
    args = position(traded, "ACME")
    added = compute_portfolio_contribution(ctx, args)
    own = compute_position_currency_attribution(ctx, args)
    for found, total in ((added, added.total_contribution), (own, own.total_return)):
        assert sum(row.effect.value or 0 for row in found.effects) == pytest.approx(total.value)
    assert own.error_bps.value == pytest.approx(0, abs=1e-6)


def test_four_days_are_too_few_for_risk(ctx: Context, traded: Portfolio) -> None:
    found = compute_position_risk(ctx, position(traded, "ACME"))
    for figure in (found.var_1d, found.pct_portfolio_risk, found.beta_to_portfolio):
        assert figure.reason == "There are fewer than 60 daily returns."
    alone = compute_position_risk(ctx, position(traded, "ACME", start=THU))
    assert alone.var_1d.reason == "Too few days: it was held on one."


def test_what_was_never_held_has_no_return_and_no_risk(ctx: Context, traded: Portfolio) -> None:
    args = position(traded, "DARK")
    said = "The portfolio did not hold it in this period."
    assert compute_position_return(ctx, args).total_return.reason == said
    assert compute_portfolio_contribution(ctx, args).total_contribution.reason == said
    assert compute_position_currency_attribution(ctx, args).total_return.reason == said
    assert compute_position_risk(ctx, args).var_1d.reason == said


def test_its_entries_newest_first(ctx: Context, traded: Portfolio) -> None:
    """Bought 20 at 10 on Monday, sold 5 at 12 on Thursday for 12.40 CAD of gain."""
    acme: UUID = listing("ACME").pk
    asked = SomeEntries(portfolio_id=traded.pk, security_id=acme)
    sold, bought = get_transaction_history(ctx, asked).entries
    assert (sold.entry_type, sold.quantity.value, sold.total.value) == (
        "Sell",
        Decimal(-5),
        Decimal(60),
    )
    assert sold.realized_pnl.value == Decimal("12.40")
    assert (bought.entry_type, bought.quantity.value, bought.total.value) == (
        "Buy",
        Decimal(20),
        Decimal(-200),
    )
    assert bought.realized_pnl.value == 0
    newest = get_transaction_history(ctx, asked.model_copy(update={"limit": 1}))
    assert ([row.seq for row in newest.entries], newest.count.value) == ([5], 2)


def test_an_entry_says_its_own_charges(traded: Portfolio, alice: User) -> None:
    """10 at 12 with a commission of 1.50 and a tax of 0.60: 122.10 USD are paid."""
    bought = Draft(
        entry_type="BUY",
        security_id=listing("ACME").pk,
        transaction_date=THU,
        quantity=Decimal(10),
        price=Decimal(12),
        fees=Decimal("1.50"),
        taxes=Decimal("0.60"),
        currency="USD",
    )
    append(traded, alice, bought)
    ctx = build_context(user=alice, portfolio_id=traded.pk, correlation_id="test")
    asked = SomeEntries(portfolio_id=traded.pk, security_id=listing("ACME").pk)
    newest = get_transaction_history(ctx, asked).entries[0]
    assert (newest.commission.value, newest.taxes.value) == (Decimal("1.50"), Decimal("0.60"))
    assert (newest.price.value, newest.total.value) == (Decimal(12), Decimal("-122.10"))
