"""The API's door to `evaluate`: who may, what is answered, what is refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from portfolios.models import Transaction

pytestmark = pytest.mark.django_db

DOOR = "/api/v1/evaluate/"
DOCUMENT = {
    "base_currency": "USD",
    "asof": "2024-01-31",
    "transactions": [{"seq": 1, "type": "DEPOSIT", "date": "2024-01-02", "gross_amount": 100.10}],
}


def post(client: Client, body: Any) -> Any:
    return client.post(DOOR, body, content_type="application/json")


def test_a_document_is_answered_and_nothing_is_stored(
    browser: Callable[[User], Client], alice: User
) -> None:
    response = post(browser(alice), json.dumps(DOCUMENT))
    assert response.status_code == 200
    assert response.json()["totals"]["total_value"] == "100.1"
    assert not Transaction.objects.exists()


def test_a_list_is_answered_with_a_list(browser: Callable[[User], Client], alice: User) -> None:
    told = post(browser(alice), json.dumps([DOCUMENT, {}])).json()
    assert [set(one) == {"error"} for one in told] == [False, True]


@pytest.mark.parametrize(
    ("body", "status"),
    [("", 400), ("{", 400), ('{"a": 1, "a": 2}', 400), ("{}", 422), ("1", 422)],
)
def test_what_is_no_document_is_refused(
    browser: Callable[[User], Client], alice: User, body: str, status: int
) -> None:
    response = post(browser(alice), body)
    assert response.status_code == status
    assert response.json()["error"]["code"] == "VALIDATION_2020"


def test_a_stranger_must_log_in() -> None:
    assert post(Client(), json.dumps(DOCUMENT)).status_code == 401


def test_the_door_is_described(browser: Callable[[User], Client], alice: User) -> None:
    assert DOOR.encode() in browser(alice).get("/api/docs/").content
