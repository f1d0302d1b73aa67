"""What one member wrote, another can read: by whom it was included."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from portfolios.models import ImportRun, Portfolio
from portfolios.services.cost_methods import change_cost_method
from portfolios.tests.world import FRI

pytestmark = pytest.mark.django_db

Browser = Callable[[User], Client]


def read(client: Client, name: str, portfolio: Portfolio, *more: object) -> str:
    answer = client.get(reverse(f"portfolios:{name}", args=[portfolio.pk, *more]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_entry_of_another_member_opens(
    browser: Browser, traded: Portfolio, alice: User, bob: User
) -> None:
    client = browser(bob)
    assert "<dd>Alice</dd>" in read(client, "entry", traded, 3)
    assert "Alice" not in read(client, "amend_entry", traded, 3)  # a form, and still his to fill


def test_an_import_of_another_member_is_listed(
    browser: Browser, traded: Portfolio, alice: User, bob_viewer: User
) -> None:
    client = browser(bob_viewer)
    assert "<td>Alice</td>" in read(client, "import-runs", traded)
    assert "by Alice on" in read(client, "import-run", traded, ImportRun.objects.get().pk)
    (run,) = client.get(f"/api/v1/portfolios/{traded.pk}/imports/").json()
    assert run["created_by"] == alice.email


def test_what_another_member_decided_is_shown(
    browser: Browser, traded: Portfolio, alice: User, bob: User
) -> None:
    change_cost_method(
        portfolio_id=traded.pk,
        method="LIFO",
        effective_from=FRI + timedelta(days=1),
        reason="a ruling",
        by=alice,
    )
    assert "a ruling (Alice" in read(browser(bob), "settings", traded)
