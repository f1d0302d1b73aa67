"""The small world of `portfolios.tests.world` seen through the project's doors, and a data
directory of its own for tests of the embedded server."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from dawsos.db import server
from dawsos.db.places import Cluster
from patterns.tests.conftest import shop
from portfolios.models import Portfolio
from portfolios.tests.conftest import market, portfolio, traded
from portfolios.tests.factories import PortfolioFactory, append, deposit

__all__ = ["market", "portfolio", "shop", "traded"]

Post = Callable[..., Any]


@pytest.fixture
def browser() -> Callable[[User], Client]:
    """A logged-in browser of a user."""

    def of(user: User) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(user)
        return client

    return of


@pytest.fixture
def euros(traded: Portfolio, alice: User) -> Portfolio:
    """Alice's second portfolio: 100 EUR."""
    made = PortfolioFactory.create(name="Euros", owner=alice, base_currency="EUR")
    append(made, alice, deposit("100", currency="EUR"))
    return made


@pytest.fixture
def execute(browser: Callable[[User], Client]) -> Post:
    """POST /v1/execute as a user; keywords are the body."""

    def post(user: User, path: str = "/v1/execute", **body: Any) -> Any:
        return browser(user).post(path, body, content_type="application/json")

    return post


@pytest.fixture
def home() -> Iterator[Path]:
    """Short, because a socket's address must be; open to enter, as root's server is `nobody`."""
    folder = Path(tempfile.mkdtemp(prefix="dawsos-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def cluster(home: Path) -> Iterator[Cluster]:
    cluster = Cluster(home, "pg")
    yield cluster
    server.leave(cluster)
    server.stop(cluster)
