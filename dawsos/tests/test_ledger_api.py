"""The ledger as programs read and write it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from portfolios.models import Portfolio, Transaction
from portfolios.tests.world import listing

pytestmark = pytest.mark.django_db

Browser = Callable[[User], Client]
SALE = {
    "type": "SELL",
    "date": "2013-02-08",
    "symbol": "ACME",
    "quantity": "6",
    "price": "12",
    "currency": "USD",
}


def address(portfolio: Portfolio, end: str) -> str:
    return f"/api/v1/portfolios/{portfolio.pk}/{end}"


def post(client: Client, url: str, **body: Any) -> Any:
    return client.post(url, body, content_type="application/json")


def test_entries_are_read_with_the_filters_of_the_page(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    client = browser(alice)
    answer = client.get(address(traded, "transactions/"), {"symbol": "ACME"}).json()
    assert [entry["seq"] for entry in answer["entries"]] == [5, 3]
    assert answer["count"] == 2 and answer["older"] is None
    sale = answer["entries"][0]
    assert (sale["type"], sale["quantity"], sale["net_amount"]) == ("SELL", "5", "60")
    assert sale["security"]["symbol"] == "ACME" and sale["reversed_by"] is None


def test_a_filter_that_means_nothing_is_named(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    response = browser(alice).get(address(traded, "transactions/"), {"start": "2013-02-30"})
    assert response.status_code == 422
    assert response.json()["error"]["details"]["errors"][0]["field"] == "start"


def test_entries_are_added_all_or_none(browser: Browser, traded: Portfolio, alice: User) -> None:
    client, url = browser(alice), address(traded, "transactions/")
    wrong = SALE | {"quantity": "NaN", "symbol": "NOPE"}
    refused = post(client, url, transactions=[SALE, wrong, {"type": "SELL", "quantity": 6}])
    assert refused.status_code == 422
    errors = refused.json()["error"]["details"]["errors"]
    assert {error["row"] for error in errors} == {1, 2}
    assert Transaction.objects.filter(portfolio=traded).count() == 5

    answer = post(client, url, transactions=[SALE])
    assert answer.status_code == 201
    assert (answer.json()["last_seq"], answer.json()["entries"][0]["source"]) == (6, "api")


@pytest.mark.parametrize("symbol", ["NOPE", ""])
def test_a_listing_that_is_not_known_is_named(
    browser: Browser, traded: Portfolio, alice: User, symbol: str
) -> None:
    entry = SALE | {"symbol": symbol}
    response = post(browser(alice), address(traded, "transactions/"), transactions=[entry])
    (error,) = response.json()["error"]["details"]["errors"]
    assert error["column"] == "symbol"


def test_an_entry_is_reversed_once(browser: Browser, traded: Portfolio, alice: User) -> None:
    client, url = browser(alice), address(traded, "transactions/5/reverse/")
    assert post(client, url).status_code == 422  # no reason
    assert post(client, url, reason="wrong").json()["entries"][0]["reverses"] == 5
    assert post(client, url, reason="wrong").status_code == 409
    missing = address(traded, "transactions/99/reverse/")
    assert post(client, missing, reason="wrong").status_code == 404


def test_lots_come_with_their_closures(browser: Browser, traded: Portfolio, alice: User) -> None:
    """15 of 20 ACME are worth 216.00 CAD and cost 150.00; the 5 realised 12.40."""
    acme = str(listing("ACME").pk)
    answer = browser(alice).get(address(traded, "lots/"), {"security": acme}).json()
    (lot,) = answer["lots"]
    assert (lot["lot"], lot["quantity_open"], lot["unrealized_pnl"]) == ("3.1", "15", "66")
    (closure,) = lot["closures"]
    assert (closure["closed_by"], closure["realized_pnl"]) == (5, "12.4")
    assert browser(alice).get(address(traded, "lots/"), {"security": "x"}).status_code == 422


@pytest.mark.parametrize("end", ["transactions/", "lots/?security=" + "0" * 32])
def test_strangers_find_nothing(
    browser: Browser, traded: Portfolio, charlie: User, end: str
) -> None:
    assert browser(charlie).get(address(traded, end)).status_code == 404


def test_a_viewer_writes_nothing(browser: Browser, traded: Portfolio, bob_viewer: User) -> None:
    client = browser(bob_viewer)
    url = address(traded, "transactions/")
    assert post(client, url, transactions=[SALE]).status_code == 403
    reverse = address(traded, "transactions/5/reverse/")
    assert post(client, reverse, reason="x").status_code == 403
