"""The cast as fixtures, for every app's tests. They are written by the service, whoever the test
itself runs as."""

from uuid import UUID

import pytest

from accounts.identity import as_service
from accounts.models import User
from accounts.tests import cast
from accounts.tests.factories import make_portfolio


@pytest.fixture
def alice(db: None) -> User:
    with as_service("tests: the cast"):
        return cast.make_alice()


@pytest.fixture
def bob(db: None) -> User:
    with as_service("tests: the cast"):
        return cast.make_bob()


@pytest.fixture
def bob_viewer(db: None) -> User:
    with as_service("tests: the cast"):
        return cast.make_bob_viewer()


@pytest.fixture
def charlie(db: None) -> User:
    with as_service("tests: the cast"):
        return cast.make_charlie()


@pytest.fixture
def shared_portfolio_id(alice: User, bob: User, bob_viewer: User) -> UUID:
    """Alice's, with Bob editing and Bob the viewer looking."""
    with as_service("tests: the cast"):
        portfolio_id = make_portfolio(alice)
        return cast.open_to_cast(portfolio_id, alice=alice, bob=bob, bob_viewer=bob_viewer)
