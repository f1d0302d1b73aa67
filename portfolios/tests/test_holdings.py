"""What is held, as it is stored: right at once, priced where there is a price."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from accounts.models import User
from portfolios.models import Lot, Portfolio
from portfolios.selectors.holdings import NO_PACK, holdings
from portfolios.tests.calc.ledgers import decimals
from portfolios.tests.factories import append, deposit, trade
from portfolios.tests.world import FRI, MON, TUE, listing, make_market


def test_holdings_of_the_small_world(traded: Portfolio) -> None:
    """15 ACME at 12 USD and 1.20 are 216 CAD, 10 MAPLE at 25 are 250; 360 USD are 432 CAD."""
    found = holdings(traded)
    amounts = {r.symbol: (r.quantity, r.cost_basis, r.market_value) for r in found.positions}
    assert amounts == {"ACME": decimals(15, 150, 216), "MAPLE": decimals(10, 200, 250)}
    cash = [(row.currency, row.balance, row.market_value) for row in found.cash]
    assert cash == [("CAD", *decimals(300, 300)), ("USD", *decimals(360, 432))]
    assert found.pack_id == "2013-02-08-ECB-r1"


def test_a_trade_is_in_the_holdings_at_once(traded: Portfolio, alice: User) -> None:
    """10 more on Friday at 25: 20 of two lots, the first of Tuesday; 500 less 250 and 200."""
    append(traded, alice, trade("BUY", listing("MAPLE"), "10", "25", FRI))
    maple = next(row for row in holdings(traded).positions if row.symbol == "MAPLE")
    assert (maple.lots, maple.first_acquired) == (2, TUE)
    assert (maple.quantity, maple.cost_basis, maple.market_value) == decimals(20, 450, 500)


def test_one_account_alone(traded: Portfolio, alice: User) -> None:
    append(traded, alice, trade("BUY", listing("MAPLE"), "1", "25", FRI, account="other"))
    found = holdings(traded, account="other")
    assert [(row.symbol, row.quantity) for row in found.positions] == [("MAPLE", Decimal(1))]
    assert [(row.currency, row.balance) for row in found.cash] == [("CAD", Decimal(-25))]


def test_what_has_no_price_says_so(traded: Portfolio, alice: User) -> None:
    append(traded, alice, trade("BUY", listing("DARK"), "3", "10", MON))
    dark = next(row for row in holdings(traded).positions if row.symbol == "DARK")
    assert (dark.price, dark.market_value) == (None, None)
    assert dark.reason == "DARK has no price in the pack of 2013-02-08."


def test_an_unknown_cost_stays_unknown_beside_a_known_one(traded: Portfolio, alice: User) -> None:
    lot = Lot.objects.get(security__symbol="MAPLE")
    append(traded, alice, trade("BUY", listing("MAPLE"), "1", "25", FRI))
    Lot.objects.filter(pk=lot.pk).update(cost_basis=None)
    maple = next(row for row in holdings(traded).positions if row.symbol == "MAPLE")
    assert (maple.cost_basis, maple.cost_basis_local) == (None, Decimal(225))


def test_a_short_lot_counts_negative(traded: Portfolio) -> None:
    """10 MAPLE owed, sold short for 200: worth −250 at 25."""
    Lot.objects.filter(security__symbol="MAPLE").update(is_short=True)
    maple = next(row for row in holdings(traded).positions if row.symbol == "MAPLE")
    assert (maple.quantity, maple.cost_basis, maple.market_value) == decimals(-10, -200, -250)


def test_a_split_after_the_last_price_restates_it(traded: Portfolio, alice: User) -> None:
    """Friday's 25 is a price of the old share; two new ones for it are worth 12.50 each."""
    late = date(2013, 2, 11)
    append(traded, alice, trade("BUY", listing("MAPLE"), "1", "25", FRI))
    draft = replace(
        trade("SPLIT", listing("MAPLE"), "1", "1", late),
        quantity=None,
        price=None,
        new_shares=Decimal(2),
        old_shares=Decimal(1),
    )
    append(traded, alice, draft)
    maple = next(row for row in holdings(traded).positions if row.symbol == "MAPLE")
    assert (maple.quantity, maple.price, maple.market_value) == decimals(22, "12.5", 275)


def test_without_a_pack_nothing_is_priced(db: None, portfolio: Portfolio, alice: User) -> None:
    """Cash in the base currency is worth itself; dollars wait for a rate."""
    append(portfolio, alice, deposit(), deposit("5", currency="USD", fx_rate=Decimal(1)))
    cad, usd = holdings(portfolio).cash
    assert cad.market_value == Decimal(1000)
    assert (usd.market_value, usd.reason) == (None, NO_PACK)


def test_an_empty_portfolio_holds_nothing(db: None, portfolio: Portfolio) -> None:
    make_market()
    found = holdings(portfolio)
    assert not found.positions and not found.cash
