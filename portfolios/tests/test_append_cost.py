"""What one more entry asks the database for does not depend on how many there are already."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.identity import as_service, as_user
from accounts.models import User
from market.models import Security
from portfolios.formats.draft import Draft
from portfolios.models import Portfolio
from portfolios.selectors.holdings import holdings
from portfolios.services import append_entries, projection_breaks
from portfolios.tests.factories import PortfolioFactory, append, trade
from portfolios.tests.world import MON, WED, listing

# Statements, what opens and closes a transaction and switches an identity and back included.
APPENDED, BACK_DATED, HELD = 16, 20, 7


@pytest.fixture
def maple(market: None) -> Security:
    return listing("MAPLE")


@pytest.fixture
def ledger(alice: User, maple: Security) -> Portfolio:
    """In account A: 10 bought on Monday, 6 of them sold on Wednesday. Nothing of it has a pack."""
    portfolio = PortfolioFactory.create(
        owner=alice, lot_scope="account", pricing_policy="elsewhere"
    )
    append(portfolio, alice, bought(maple, "A", "10"), sold(maple, "A", "6"))
    return portfolio


def bought(security: Security, account: str, quantity: str, day: int = 0) -> Draft:
    when = MON + timedelta(days=day)
    return trade("BUY", security, quantity, "5", when, account=account, fx_rate=Decimal(1))


def sold(security: Security, account: str, quantity: str) -> Draft:
    return trade("SELL", security, quantity, "7", WED, account=account, fx_rate=Decimal(1))


def moved(security: Security, account: str, to_account: str, quantity: str) -> Draft:
    return Draft(
        entry_type="TRANSFER",
        transaction_date=WED,
        currency=security.currency,
        security_id=security.pk,
        account=account,
        to_account=to_account,
        quantity=Decimal(quantity),
    )


def lengthen(portfolio: Portfolio, alice: User, security: Security) -> None:
    """Forty other accounts buy and sell the same security."""
    others = [f"B{number}" for number in range(40)]
    append(portfolio, alice, *(bought(security, account, "3") for account in others))
    append(portfolio, alice, *(sold(security, account, "2") for account in others))


def asked(portfolio: Portfolio, alice: User, drafts: Sequence[Draft]) -> int:
    with CaptureQueriesContext(connection) as statements:
        append_entries(portfolio_id=portfolio.pk, entries=drafts, by=alice)
    return len(statements)


def test_one_more_entry_is_a_bounded_number_of_statements(
    ledger: Portfolio, alice: User, maple: Security
) -> None:
    short = asked(ledger, alice, [bought(maple, "A", "1", day=4)])
    lengthen(ledger, alice, maple)
    long = asked(ledger, alice, [bought(maple, "A", "1", day=4)])
    assert short == long <= APPENDED


def test_a_back_dated_entry_is_a_bounded_number_of_statements(
    ledger: Portfolio, alice: User, maple: Security
) -> None:
    """Two shares bought the day before the first: the sale takes 2 and 4 instead of 6, so that
    its closures are written anew and a lot is changed."""
    before = [bought(maple, "A", "2", day=-1)]
    short = asked(ledger, alice, before)
    lengthen(ledger, alice, maple)
    long = asked(ledger, alice, [bought(maple, "A", "1", day=-2)])
    assert short == long <= BACK_DATED
    with as_service("tests"):
        assert projection_breaks(ledger.pk) == []


def test_holdings_are_a_bounded_number_of_statements(
    ledger: Portfolio, alice: User, maple: Security
) -> None:
    """Held in A: 10 - 6 = 4, in B7: 3 - 2 = 1."""
    lengthen(ledger, alice, maple)
    with CaptureQueriesContext(connection) as statements, as_user(alice.pk):
        (held,) = holdings(ledger, account="B7").positions
    assert (held.symbol, held.quantity) == ("MAPLE", Decimal(1))
    assert len(statements) <= HELD


def test_an_account_is_found_through_others_that_it_had_shares_from(
    ledger: Portfolio, alice: User, maple: Security
) -> None:
    """A sends 4 to C, C sends 3 to D: one more purchase of A before that changes all three."""
    append(ledger, alice, moved(maple, "A", "C", "4"))
    append(ledger, alice, moved(maple, "C", "D", "3"))
    lengthen(ledger, alice, maple)
    append(ledger, alice, bought(maple, "A", "2", day=-1))
    with as_service("tests"):
        assert projection_breaks(ledger.pk) == []
