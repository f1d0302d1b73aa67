"""The attribution of a portfolio as a browser gets it; its address says everything."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from market.models import Benchmark
from portfolios.models import Portfolio
from portfolios.tests.test_benchmarks import make

pytestmark = pytest.mark.django_db

Browser = Callable[[User], Client]


def html_of(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def page(traded: Portfolio) -> str:
    return reverse("portfolios:attribution", args=[traded.pk])


@pytest.fixture
def halves(traded: Portfolio) -> Benchmark:
    return make({"ACME": "0.5", "MAPLE": "0.5"}, {"rebalancing": "daily"})


def test_friday_is_explained(browser: Browser, page: str, alice: User) -> None:
    """86.40 of 1,111.60 CAD are 7.77 %: ACME 28.80, which are 2.59 %, dollars in cash 5.18 %."""
    html = html_of(browser(alice).get(page, {"start": "2013-02-07"}))
    period = (
        'After the close of <span class="nowrap">2013-02-07</span>, '
        'up to <span class="nowrap">2013-02-08</span>'
    )
    for expected in ("7.77", "2.59", "5.18", period):
        assert expected in html


def test_without_a_benchmark_the_page_says_where_to_choose_one(
    browser: Browser, page: str, alice: User
) -> None:
    html = html_of(browser(alice).get(page, {"start": "2013-02-07"}))
    assert "Choose one in the settings" in html
    assert "No benchmark is chosen for this portfolio." in html


def test_a_benchmark_in_the_address_is_compared_with(
    browser: Browser, page: str, alice: User, halves: Benchmark
) -> None:
    """1/13 is 7.69 %, the excess 0.08 %; Karnosky–Singer names the rate that it lacks."""
    html = html_of(browser(alice).get(page, {"start": "2013-02-07", "benchmark": str(halves.pk)}))
    assert halves.name in html
    assert "7.69" in html and "0.08" in html
    assert "No cash rate of CAD is connected." in html


def test_hedged_is_in_the_address_too(
    browser: Browser, page: str, alice: User, halves: Benchmark
) -> None:
    asked = {"start": "2013-02-07", "benchmark": str(halves.pk), "hedged": "1"}
    html = html_of(browser(alice).get(page, asked))
    assert "A hedge needs forward rates. No cash rate of CAD is connected." in html


def test_a_fragment_is_what_the_choice_changes(browser: Browser, page: str, alice: User) -> None:
    whole, part = (
        html_of(browser(alice).get(page, {"period": "SI"}, headers=headers))
        for headers in ({}, {"HX-Request": "true"})
    )
    assert "<html" in whole and "<html" not in part
    assert part.strip().startswith('<div id="attribution"')
    assert "19.80" in part  # 1,198 / 1,000


@pytest.mark.parametrize("asked", [{"start": "x"}, {"benchmark": "x"}, {"period": "2W"}])
def test_a_choice_that_means_nothing_is_422(
    browser: Browser, page: str, alice: User, asked: dict[str, str]
) -> None:
    assert browser(alice).get(page, asked).status_code == 422


def test_a_stranger_finds_nothing(browser: Browser, page: str, charlie: User) -> None:
    assert browser(charlie).get(page).status_code == 404
