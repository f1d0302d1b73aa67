"""What a portfolio waits for, as its overview lists it."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from dawsos.dashboard.portfolio_attention import HEADINGS, attention_of
from market.calc.events import ActionFacts
from market.services import record_actions
from portfolios.models import Portfolio
from portfolios.services.portfolios import set_loss_rule
from portfolios.services.uploads import keep_upload
from portfolios.tests.factories import append, trade
from portfolios.tests.world import FRI, THU, listing

pytestmark = pytest.mark.django_db

Browser = Callable[[User], Client]


def kinds(user: User, portfolio: Portfolio, today: date = FRI) -> list[str]:
    return [item.kind for item in attention_of(user, portfolio, today=today)]


def test_each_card_leads_to_where_it_is_done(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    keep_upload(portfolio_id=traded.pk, filename="trades.csv", content=b"x", by=alice)
    client = browser(alice)
    html = client.get(reverse("portfolio-attention", args=[traded.pk])).content.decode()
    assert "trades.csv was read and is not imported yet." in html
    assert f'href="/portfolios/{traded.pk}/settings/"' in html  # there is no benchmark
    for item in attention_of(alice, traded, today=FRI):
        assert client.get(item.url).status_code == 200
        assert item.where == HEADINGS[item.kind]


def test_an_action_that_falls_due_comes_before_what_has_time(
    traded: Portfolio, alice: User
) -> None:
    fact = ActionFacts(
        symbol="ACME",
        exchange="XNAS",
        action_type="dividend",
        ex_date=FRI,
        source="tape",
        amount=Decimal("0.50"),
        currency="USD",
    )
    record_actions([fact])
    found = kinds(alice, traded)
    assert found.index("corporate_action") < found.index("benchmark")


def test_a_loss_in_its_window_is_named_until_it_closes(traded: Portfolio, alice: User) -> None:
    """5 MAPLE bought at 20 are sold at 12 on Thursday: 30 days after it the window is closed."""
    append(traded, alice, trade("SELL", listing("MAPLE"), "5", "12", THU))
    assert "loss_window" not in kinds(alice, traded)  # no rule, no window
    set_loss_rule(portfolio_id=traded.pk, rule="US", by=alice)
    traded.refresh_from_db()
    assert "loss_window" in kinds(alice, traded)
    assert "loss_window" not in kinds(alice, traded, date(2013, 4, 1))


def test_the_newest_pack_is_nothing_to_who_looks_at_a_day_of_its_own(
    traded: Portfolio, alice: User
) -> None:
    assert "pack" in kinds(alice, traded)  # of 2013, with many sessions since
    traded.default_asof_date = FRI
    assert "pack" not in kinds(alice, traded)


def test_the_overview_asks_for_it_when_it_is_shown(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    html = browser(alice).get(reverse("portfolios:overview", args=[traded.pk])).content.decode()
    assert f'hx-get="{reverse("portfolio-attention", args=[traded.pk])}"' in html


def test_a_stranger_is_told_nothing(browser: Browser, traded: Portfolio, charlie: User) -> None:
    address = reverse("portfolio-attention", args=[traded.pk])
    assert browser(charlie).get(address).status_code == 404
