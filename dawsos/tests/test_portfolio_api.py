"""A portfolio by a program: made, set, moved between, and asked the old way."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.identity import as_service
from accounts.models import AuditEvent, User
from portfolios.models import Portfolio, Transaction
from portfolios.tests.world import listing

pytestmark = pytest.mark.django_db

Browser = Callable[[User], Client]
V1 = "/api/v1/portfolios/"
FRI = "2013-02-08"


def send(client: Client, address: str, verb: str = "post", **body: Any) -> Any:
    return getattr(client, verb)(address, body, content_type="application/json")


def test_a_portfolio_is_made_and_listed(browser: Browser, market: None, alice: User) -> None:
    client = browser(alice)
    made = send(client, V1, name="Pension", base_currency="CAD")
    assert made.status_code == 201 and made.json()["membership"] == "owner"
    assert send(client, V1, name="Pension", base_currency="XXX").status_code == 422
    (card,) = client.get(V1).json()["portfolios"]
    assert (card["name"], card["state"]) == ("Pension", "withheld")
    one = client.get(f"{V1}{card['id']}/").json()
    assert one["policy"]["cost_method"] == "FIFO"


def test_holdings_are_those_of_the_page(browser: Browser, traded: Portfolio, alice: User) -> None:
    """15 ACME at 12 USD, 1.20 CAD each: 216.00, for 150.00. 500 USD less 200 plus 60 are left."""
    held = browser(alice).get(f"{V1}{traded.pk}/holdings/").json()
    acme = next(row for row in held["positions"] if row["security"]["symbol"] == "ACME")
    assert (acme["quantity"], acme["market_value"], acme["unrealized_pnl"]) == ("15", "216", "66")
    cash = {row["currency"]: row["balance"] for row in held["cash"]}
    assert cash == {"CAD": "300", "USD": "360"}


def test_an_entry_is_looked_at_corrected_and_linked(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    client, address = browser(alice), f"{V1}{traded.pk}/transactions/5/"
    shown = client.get(address).json()
    assert shown["stands"] and shown["closed"][0]["realized_pnl"] == "12.4"
    sale = {"type": "SELL", "date": "2013-02-07", "symbol": "ACME", "quantity": "4"}
    sale |= {"price": "12", "currency": "USD", "fx_rate": "1.04"}
    seen = send(client, f"{address}correct/?dry_run", transaction=sale, reason="four, not five")
    assert seen.status_code == 200
    (position,) = seen.json()["positions"]
    assert (position["before"], position["after"]) == ("15", "16")
    assert Transaction.objects.filter(portfolio=traded).count() == 5
    done = send(client, f"{address}correct/", transaction=sale, reason="four, not five")
    assert done.status_code == 201 and done.json()["last_seq"] == 7
    assert client.get(address).json()["stands"] is False


def test_cash_and_shares_move_between_two_portfolios(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    client = browser(alice)
    other = send(client, V1, name="Pension", base_currency="CAD").json()["id"]
    address = f"{V1}{traded.pk}/transfers/"
    shares = {"security_id": str(listing("ACME").pk), "quantity": "3"}
    both = send(client, address, to_portfolio_id=other, date=FRI, amount="1", **shares)
    assert both.status_code == 422
    moved = send(client, address, to_portfolio_id=other, date=FRI, **shares)
    assert moved.status_code == 201 and moved.json()["link_id"]
    (there,) = client.get(f"{V1}{other}/holdings/").json()["positions"]
    assert (there["quantity"], there["cost_basis"]) == ("3", "30")


def test_owners_alone_set_policies(
    browser: Browser, traded: Portfolio, alice: User, bob: User
) -> None:
    address = f"{V1}{traded.pk}/settings/"
    body = {"allow_short": True, "reason": "hedges"}
    assert send(browser(bob), f"{address}policies/", "put", **body).status_code == 403
    answer = send(browser(alice), f"{address}policies/", "put", **body)
    assert answer.status_code == 200 and answer.json()["policy"]["allow_short"] is True
    rule = send(browser(alice), f"{address}loss-rule/", "put", rule="US", reason="US person")
    assert rule.json()["policy"]["loss_rule"] == "US"
    method = {"method": "LIFO", "effective_from": "2013-02-08", "reason": "advice"}
    assert send(browser(bob), f"{address}cost-method/", **method).status_code == 403
    changed = send(browser(alice), f"{address}cost-method/", **method)
    assert changed.status_code == 201
    assert changed.json()["cost_methods"][0]["method"] == "LIFO"


def test_what_agrees_has_no_differences(browser: Browser, traded: Portfolio, alice: User) -> None:
    client, address = browser(alice), f"{V1}{traded.pk}/reconciliation/"
    assert send(client, f"{address}check/").json()["open_items"] == 0
    assert client.get(address).json()["open"] == []
    assert send(client, f"{address}1/accept/", reason="x").status_code == 404


def test_listings_are_found_by_symbol_and_name(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    client = browser(alice)
    (found,) = client.get("/api/v1/securities/", {"q": "acm"}).json()["securities"]
    shown = client.get(f"/api/v1/securities/{found['id']}/").json()
    assert (shown["symbol"], shown["days"], shown["last"]) == ("ACME", 5, FRI)


def test_older_paths_are_answered_by_the_same_code(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    client = browser(alice)
    new = client.get(f"{V1}{traded.pk}/patterns/portfolio_overview/", {"asof": FRI}).json()
    for address in (f"/api/metrics/{traded.pk}", "/api/portfolio"):
        assert client.get(address, {"asof": FRI}).json()["run_hash"] == new["run_hash"]
    for name in ("holdings", "transactions"):
        old = client.get(f"/api/{name}", {"portfolio_id": str(traded.pk)}).json()
        assert (
            old
            == client.get(f"{V1}{traded.pk}/{name}/").json()
            == client.get(f"/api/{name}").json()
        )
    send(client, V1, name="Pension", base_currency="CAD")
    which = client.get("/api/holdings")
    assert (which.status_code, which.json()["error"]["code"]) == (422, "VALIDATION_2001")


def test_the_audit_trail_is_for_administrators_and_looking_leaves_a_trace(
    browser: Browser, traded: Portfolio, alice: User, bob: User
) -> None:
    assert browser(alice).get("/api/v1/audit/").status_code == 403
    with as_service("tests"):
        User.objects.filter(pk=alice.pk).update(role="ADMIN")
    address = {"actor": alice.email, "portfolio_id": str(traded.pk)}
    answer = browser(alice).get("/api/v1/audit/", address).json()
    assert {event["actor"] for event in answer["events"]} == {alice.email}
    assert AuditEvent.objects.filter(action="audit_read", actor=alice).count() == 1
    assert browser(bob).get("/api/v1/activity/").json()["events"] == []
