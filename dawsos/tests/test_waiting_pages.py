"""Pages that nobody has computed: the frame first, then the page, by a ticket; and cancelling."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from patterns.models import PatternRun
from patterns.services import onlookers
from portfolios.models import Portfolio

pytestmark = pytest.mark.django_db

Browser = Callable[[User], Client]
NAVIGATES = {"Sec-Fetch-Mode": "navigate"}
HTMX = {"HX-Request": "true", "HX-Target": "content"}
PAGES = ("overview", "performance", "holdings", "attribution")
PROGRESS = re.compile(r'hx-get="/patterns/[a-z_]+/progress/([0-9a-f-]{36})/"')


def address(name: str, portfolio: Portfolio) -> str:
    return reverse(f"portfolios:{name}", args=[portfolio.pk])


@pytest.mark.parametrize("name", PAGES)
def test_the_frame_stands_at_once_and_the_page_comes_into_it(
    browser: Browser, traded: Portfolio, alice: User, name: str
) -> None:
    client, path = browser(alice), address(name, traded)
    frame = client.get(path, {"currency": "USD"}, headers=NAVIGATES).content.decode()
    assert not PatternRun.objects.exists()
    assert 'aria-busy="true"' in frame and "waits--" in frame
    assert traded.name in frame and "2013-02-08" in frame
    assert 'id="currency-picker"' in frame and "Told in USD" in frame
    (ticket,) = set(PROGRESS.findall(frame))
    asked = f"{path}?currency=USD&ticket={ticket}"
    assert f'hx-get="{asked.replace("&", "&amp;")}"' in frame
    page = client.get(asked, headers=HTMX).content.decode()
    assert 'id="content"' in page and "<!doctype html>" in page
    assert ticket not in page  # no link and no field keeps it
    assert PatternRun.objects.exists()


def test_what_is_stored_is_in_the_first_answer(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    client, path = browser(alice), address("overview", traded)
    client.get(path)
    assert 'id="panel-holdings_table"' in client.get(path, headers=NAVIGATES).content.decode()
    assert (
        "Computing for the first time" not in client.get(path, headers=NAVIGATES).content.decode()
    )


def test_a_program_and_a_wrong_day_do_not_wait(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    client, path = browser(alice), address("overview", traded)
    assert client.get(path, {"asof": "x"}, headers=NAVIGATES).status_code == 422
    assert "Computing for the first time" not in client.get(path).content.decode()


def test_a_cancelled_page_says_so_and_can_be_asked_again(
    browser: Browser, traded: Portfolio, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onlookers, "PATIENCE", 0.0)
    monkeypatch.setattr(onlookers, "PAUSE", 0.0)
    client, path, ticket = browser(alice), address("performance", traded), uuid4()
    client.post(f"/patterns/portfolio_performance/cancel/{ticket}/")
    page = client.get(f"{path}?period=1Y&ticket={ticket}", headers=HTMX).content.decode()
    assert "Cancelled" in page and f'href="{path}?period=1Y"' in page
    assert not PatternRun.objects.exists()


def test_a_choice_within_the_page_is_a_part_of_it(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    headers = {"HX-Request": "true", "HX-Target": "performance"}
    part = browser(alice).get(address("performance", traded), headers=headers).content.decode()
    assert part.lstrip().startswith('<div id="performance"')
