"""Booking policies and transfers on the page."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, User
from portfolios.exceptions import EntriesRefused, PortfolioInvalid
from portfolios.models import CostMethodChange, Lot, LotClosure, Portfolio, Transaction
from portfolios.services.policies import set_booking_policies
from portfolios.services.projections import projection_breaks
from portfolios.tests.factories import PortfolioFactory, append, trade
from portfolios.tests.world import FRI, MON, THU, listing

pytestmark = pytest.mark.django_db

Browser = Callable[[User], Client]


def address(name: str, portfolio: Portfolio) -> str:
    return reverse(f"portfolios:{name}", args=[portfolio.pk])


def html_of(response: Any) -> str:
    return str(response.content.decode())


def policies(portfolio: Portfolio, by: User, **said: object) -> None:
    set_booking_policies(portfolio_id=portfolio.pk, policies=said, by=by, reason="advice")


def test_fees_leave_the_cost_of_every_lot(traded: Portfolio, alice: User) -> None:
    """10 MAPLE at 20 with 9 of fees cost 209; without fees in cost 200."""
    append(traded, alice, trade("BUY", listing("MAPLE"), "10", "20", FRI, fees=Decimal(9)))
    lot = Lot.objects.filter(portfolio=traded, acquisition_date=FRI)
    assert lot.get().cost_basis == 209
    policies(traded, alice, fees_in_cost=False)
    assert lot.get().cost_basis == 200
    assert projection_breaks(traded.pk) == []
    assert AuditEvent.objects.get(action="booking_policies_set").details["to"] == {
        "fees_in_cost": False
    }
    policies(traded, alice, fees_in_cost=False)  # nothing to change, nothing to tell
    assert AuditEvent.objects.filter(action="booking_policies_set").count() == 1


def test_shorts_that_stand_keep_their_policy(traded: Portfolio, alice: User) -> None:
    """15 ACME are held and 16 sold."""
    policies(traded, alice, allow_short=True)
    append(traded, alice, trade("SELL", listing("ACME"), "16", "12", FRI))
    with pytest.raises(EntriesRefused):
        policies(traded, alice, allow_short=False)
    traded.refresh_from_db()
    assert traded.allow_short
    with pytest.raises(PortfolioInvalid):
        policies(traded, alice, base_currency="USD")


def test_the_method_changes_from_a_day_on_and_the_page_says_since_when(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    client, url = browser(alice), address("settings", traded)
    said = {"part": "method", "method": "HIFO", "account": "", "security": "", "reason": "advice"}
    assert client.post(url, said | {"effective_from": str(THU)}).status_code == 422  # sold that day
    assert client.post(url, said | {"effective_from": str(FRI)}).status_code == 302
    assert CostMethodChange.objects.get().cost_method == "HIFO"
    html = html_of(client.get(url))
    assert "Highest cost first" in html and "advice" in html


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"part": "loss_rule", "rule": "US", "reason": "resident"}, 302),
        ({"part": "loss_rule", "rule": "XX", "reason": "resident"}, 422),
        ({"part": "loss_rule", "rule": "US", "reason": ""}, 422),
        ({"part": "policies", "lot_scope": "account", "reason": "two brokers"}, 302),
        ({"part": "nonsense"}, 200),
    ],
)
def test_policies_are_changed_with_a_reason(
    browser: Browser, traded: Portfolio, alice: User, said: dict[str, str], status: int
) -> None:
    assert browser(alice).post(address("settings", traded), said).status_code == status


def test_only_an_owner_changes_policies(browser: Browser, traded: Portfolio, bob: User) -> None:
    client, url = browser(bob), address("settings", traded)
    html = html_of(client.get(url))
    assert "Change it" not in html
    assert "Shared by all accounts" in html and "Part of the cost" in html and "Refused" in html
    assert client.post(url, {"part": "loss_rule", "rule": "US", "reason": "x"}).status_code == 403


@pytest.fixture
def second(traded: Portfolio, alice: User) -> Portfolio:
    made: Portfolio = PortfolioFactory.create(owner=alice, name="Second")
    return made


def test_shares_are_transferred_with_their_lots_once(
    browser: Browser, traded: Portfolio, second: Portfolio, alice: User
) -> None:
    """6 of 15 ACME, bought on Monday for 10 each, arrive with that day and cost."""
    client, url = browser(alice), address("transfer", traded)
    said = {
        "target": str(second.pk),
        "day": str(FRI),
        "security": "ACME",
        "quantity": "6",
        "account": "main",
        "to_account": "main",
    }
    html = html_of(client.post(url, said | {"preview": "1"}))
    assert not Transaction.objects.filter(portfolio=second).exists()
    (token,) = re.findall(r'name="previewed" value="([0-9a-f]{64})"', html)
    write = said | {"previewed": token, "write": "1"}
    response = client.post(url, write)
    assert response.status_code == 302
    lot = Lot.objects.get(portfolio=second)
    assert (lot.quantity_open, lot.acquisition_date, lot.cost_basis_local) == (6, MON, 60)
    assert not LotClosure.objects.filter(portfolio=traded, close_date=FRI).exists()
    assert "The other side" in html_of(client.get(response["Location"]))
    assert "changed since its preview" in html_of(client.post(url, write))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"quantity": ""}, "quantity"),
        ({"security": "", "quantity": ""}, "amount"),
        ({"amount": "5"}, "amount"),
        ({"security": "NOPE"}, "security"),
        ({"target": "elsewhere"}, "target"),
    ],
)
def test_a_transfer_that_says_nothing_whole_is_refused_beside_its_field(
    browser: Browser,
    traded: Portfolio,
    second: Portfolio,
    alice: User,
    wrong: dict[str, str],
    field: str,
) -> None:
    said = {"target": str(second.pk), "day": str(FRI), "security": "ACME", "quantity": "6"}
    said |= {"account": "main", "to_account": "main"} | wrong
    response = browser(alice).post(address("transfer", traded), said)
    assert response.status_code == 422
    assert f'id="id_{field}_error"' in html_of(response)


def test_without_a_second_portfolio_there_is_nothing_to_transfer_to(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    assert "There is no other portfolio" in html_of(browser(alice).get(address("transfer", traded)))
