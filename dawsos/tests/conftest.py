"""The small world of `portfolios.tests.world`, seen through the project's doors."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from portfolios.tests.conftest import market, portfolio, traded

__all__ = ["market", "portfolio", "traded"]

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
def execute(browser: Callable[[User], Client]) -> Post:
    """POST /v1/execute as a user; keywords are the body."""

    def post(user: User, path: str = "/v1/execute", **body: Any) -> Any:
        return browser(user).post(path, body, content_type="application/json")

    return post
