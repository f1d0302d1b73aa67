"""Asking whether an answer still holds: 304 while it does, and nothing computed to say so."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from patterns.canonical import text_hash
from portfolios.models import Portfolio
from portfolios.services import set_loss_rule
from portfolios.tests.factories import append, deposit
from portfolios.tests.world import listing

pytestmark = pytest.mark.django_db

Browser = Callable[[User], Client]
FRI = "2013-02-08"


def again(client: Client, address: str, first: Any, **query: str) -> Any:
    return client.get(address, query, headers={"If-None-Match": first["ETag"]})


@pytest.mark.parametrize("end", ["transactions/", "holdings/", "lots/"])
def test_the_tag_holds_until_the_ledger_moves(
    browser: Browser, traded: Portfolio, alice: User, end: str
) -> None:
    client, address = browser(alice), f"/api/v1/portfolios/{traded.pk}/{end}"
    query = {"security": str(listing("ACME").pk)} if end == "lots/" else {}
    first = client.get(address, query)
    assert first.status_code == 200 and not first["ETag"].startswith("W/")
    with CaptureQueriesContext(connection) as had:
        same = again(client, address, first, **query)
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", first["ETag"])
    assert not [query for query in had if "FROM portfolios_lot" in query["sql"]]
    append(traded, alice, deposit("1"))
    moved = again(client, address, first, **query)
    assert moved.status_code == 200 and moved["ETag"] != first["ETag"]


def test_settings_and_filters_are_part_of_the_tag(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    client, address = browser(alice), f"/api/v1/portfolios/{traded.pk}/transactions/"
    first = client.get(address)
    assert again(client, address, first, symbol="ACME").status_code == 200
    set_loss_rule(portfolio_id=traded.pk, rule="US", by=alice)
    assert again(client, address, first).status_code == 200


def test_a_tag_opens_nothing(
    browser: Browser, traded: Portfolio, alice: User, charlie: User
) -> None:
    address = f"/api/v1/portfolios/{traded.pk}/holdings/"
    first = browser(alice).get(address)
    assert again(browser(charlie), address, first).status_code == 404
    assert again(Client(), address, first).status_code == 401


def test_a_question_that_was_answered_is_not_answered_again(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    client = browser(alice)
    body = {"pattern_id": "portfolio_overview", "inputs": {"portfolio_id": str(traded.pk)}}
    body |= {"asof": FRI}
    first = client.post("/v1/execute", body, content_type="application/json")
    tag = {"If-None-Match": first["ETag"]}
    assert first["ETag"] == f'W/"{first.json()["run_hash"]}"'
    same = client.post("/v1/execute", body, content_type="application/json", headers=tag)
    assert (same.status_code, same.content) == (304, b"")
    by_address = f"/api/v1/portfolios/{traded.pk}/patterns/portfolio_overview/"
    assert client.get(by_address, {"asof": FRI}, headers=tag).status_code == 304
    assert client.get(by_address, {"asof": "2013-02-07"}, headers=tag).status_code == 200
    append(traded, alice, deposit("1"))
    assert client.get(by_address, {"asof": FRI}, headers=tag).status_code == 200


def test_a_result_is_tagged_with_its_own_hash(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    client = browser(alice)
    address = f"/api/v1/portfolios/{traded.pk}/patterns/portfolio_overview/"
    run = client.get(address, {"asof": FRI}).json()
    result = client.get(f"/api/v1/runs/{run['run_id']}/result/")
    assert result["ETag"] == f'"{run["result_hash"]}"'
    assert text_hash(result.content.decode()) == run["result_hash"]
    assert again(client, f"/api/v1/runs/{run['run_id']}/result/", result).status_code == 304


def test_what_is_known_only_afterwards_is_tagged_by_its_bytes(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    client, address = browser(alice), "/api/v1/packs/2013-02-08-ECB-r1/"
    first = client.get(address)
    assert first.json()["content_hash"] and first["Cache-Control"] == "no-store"
    assert again(client, address, first).status_code == 304
    other = client.get(address, headers={"If-None-Match": '"0"'})
    assert other.status_code == 200 and other["ETag"] == first["ETag"]
