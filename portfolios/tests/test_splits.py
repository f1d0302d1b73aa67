"""A split changes the number of shares and nothing else, whatever day its price is of."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.models import User
from portfolios.capabilities.history import historical_nav
from portfolios.capabilities.inputs import OfPortfolio, OverLookback
from portfolios.capabilities.positions import get_valued_positions
from portfolios.models import Portfolio
from portfolios.selectors import build_context
from portfolios.selectors.holdings import holdings
from portfolios.services import run_import
from portfolios.tests.world import FRI, MON, THU, TUE, WED, make_market

LEDGER = """\
date,type,symbol,quantity,price,gross_amount,currency,fx_rate,new_shares,old_shares
2013-02-04,DEPOSIT,,,,500.00,CAD,,,
2013-02-04,DEPOSIT,,,,200.00,USD,1,,
2013-02-04,BUY,ACME,20,10,,USD,1,,
{day},SPLIT,ACME,,,,,,2,1
"""
CLOSES = {MON: "10", TUE: "10", WED: "11", THU: "12"}
SATURDAY = date(2013, 2, 9)


@pytest.mark.parametrize(
    ("closes", "state"),
    [
        pytest.param(CLOSES | {FRI: "6"}, "exact", id="the close of the day"),
        pytest.param(CLOSES, "stale", id="a close carried over the split"),
    ],
)
def test_a_split_does_not_move_the_value(
    db: None, portfolio: Portfolio, alice: User, closes: dict[date, str], state: str
) -> None:
    """20 shares at 12 are 40 at 6: 240 USD, 288 CAD at Friday's 1.20; with the cash 788 CAD.

    Thursday: 240 USD · 1.04 + 500 = 749.60; Friday's return is that of the dollar alone.
    """
    make_market({"ACME": closes})
    text = LEDGER.format(day=FRI)
    run_import(portfolio_id=portfolio.pk, content=text.encode(), filename="l.csv", by=alice)
    ctx = build_context(user=alice, portfolio_id=portfolio.pk, correlation_id="test")

    found = get_valued_positions(ctx, OfPortfolio(portfolio_id=portfolio.pk))
    past = historical_nav(ctx, OverLookback(portfolio_id=portfolio.pk))
    (row,) = found.positions

    assert (row.quantity.value, row.price.value) == (Decimal(40), Decimal(6))
    assert (row.market_value.value, row.market_value.state) == (Decimal(288), state)
    assert found.total_value.value == 788
    assert [point.total_value for point in past.points[-2:]] == [Decimal("749.60"), 788]
    assert past.points[-1].time_weighted_return == pytest.approx(788 / 749.6 - 1, abs=1e-12)


def test_a_split_of_the_weekend_meets_the_price_of_friday(
    db: None, portfolio: Portfolio, alice: User
) -> None:
    """On Saturday 40 shares are held; Friday's 12 is of a share before the split."""
    make_market({"ACME": CLOSES | {FRI: "12"}})
    text = LEDGER.format(day=SATURDAY)
    run_import(portfolio_id=portfolio.pk, content=text.encode(), filename="l.csv", by=alice)
    ctx = build_context(user=alice, portfolio_id=portfolio.pk, correlation_id="test", asof=SATURDAY)

    found = get_valued_positions(ctx, OfPortfolio(portfolio_id=portfolio.pk))
    (row,) = found.positions

    assert (row.quantity.value, row.price.value, row.market_value.value) == (
        Decimal(40),
        Decimal(6),
        Decimal(288),
    )
    assert found.total_value.value == 788


@pytest.mark.parametrize(
    ("row", "shares", "price"),
    [
        pytest.param("REVERSE_SPLIT,ACME,,,,,,,1,10", "2", "120", id="1 for 10"),
        # One more for each four: 20 become 25, and 12 · 4/5 = 9.60
        pytest.param("STOCK_DIVIDEND,ACME,,,,,CA,carry_over,1,4", "25", "9.6", id="1 more for 4"),
    ],
)
def test_every_ratio_leaves_the_value_where_it_was(
    db: None, portfolio: Portfolio, alice: User, row: str, shares: str, price: str
) -> None:
    """Friday has no close: Thursday's 12 stands for each old share, 240 USD as before.

    Thursday 749.60 as above; Friday 240 · 1.20 + 500 = 788, in the history, among the positions
    and on the page of holdings.
    """
    make_market({"ACME": CLOSES})
    text = (
        "date,type,symbol,quantity,price,gross_amount,currency,jurisdiction,treatment,"
        "new_shares,old_shares,fx_rate\n"
        "2013-02-04,DEPOSIT,,,,500.00,CAD,,,,,\n2013-02-04,DEPOSIT,,,,200.00,USD,,,,,1\n"
        f"2013-02-04,BUY,ACME,20,10,,USD,,,,,1\n{FRI},{row},\n"
    )
    run_import(portfolio_id=portfolio.pk, content=text.encode(), filename="l.csv", by=alice)
    ctx = build_context(user=alice, portfolio_id=portfolio.pk, correlation_id="test")

    found = get_valued_positions(ctx, OfPortfolio(portfolio_id=portfolio.pk))
    past = historical_nav(ctx, OverLookback(portfolio_id=portfolio.pk))
    (position,) = found.positions
    (holding,) = holdings(portfolio).positions

    assert (position.quantity.value, position.price.value) == (Decimal(shares), Decimal(price))
    assert found.total_value.value == 788
    assert [point.total_value for point in past.points[-2:]] == [Decimal("749.60"), 788]
    assert holding.market_value == 288
