"""Alice's portfolio in the small world; Bob edits, Bob the viewer looks, Charlie is a stranger."""

import pytest

from accounts.identity import as_service
from accounts.models import User
from accounts.tests import cast
from accounts.tests.fixtures import *  # noqa: F403
from portfolios.models import Portfolio
from portfolios.services import run_import
from portfolios.tests.factories import PortfolioFactory
from portfolios.tests.restated import late_close, restate
from portfolios.tests.world import LEDGER, make_market


@pytest.fixture
def market(db: None) -> None:
    with as_service("tests: the market"):
        make_market()


@pytest.fixture
def portfolio(alice: User, bob: User, bob_viewer: User) -> Portfolio:
    """Empty, and open to the cast."""
    with as_service("tests: a portfolio"):
        made = PortfolioFactory.create(name="Savings", owner=alice)
        cast.open_to_cast(made.pk, alice=alice, bob=bob, bob_viewer=bob_viewer)
    return made


@pytest.fixture
def traded(market: None, portfolio: Portfolio, alice: User) -> Portfolio:
    """The portfolio with the ledger of `world`."""
    run_import(portfolio_id=portfolio.pk, content=LEDGER.encode(), filename="ledger.csv", by=alice)
    return portfolio


@pytest.fixture
def restated(traded: Portfolio) -> Portfolio:
    """The portfolio after a close of Thursday was corrected."""
    late_close()
    restate()
    return traded
