"""Benchmarks on the page and by a program."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, User
from market.models import Benchmark
from market.services.benchmarks import define_benchmark
from portfolios.models import Portfolio
from portfolios.tests.world import listing

pytestmark = pytest.mark.django_db

Browser = Callable[[User], Client]
PAGE = "/benchmarks/"
DOOR = "/api/v1/benchmarks/"


@pytest.fixture
def acme(traded: Portfolio, alice: User) -> Benchmark:
    return define_benchmark(name="Acme", members={listing("ACME").pk: None}, by=alice)


def html_of(response: Any) -> str:
    return str(response.content.decode())


def test_a_manager_makes_a_blend_line_by_line(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    form = {"name": "Two", "members": "acme 60\nMAPLE XTSE 40%\n", "rebalancing": "quarterly"}
    response = browser(alice).post(PAGE, form, follow=True)

    assert response.redirect_chain == [(PAGE, 302)]
    assert "Two can be chosen" in html_of(response)
    weights = Benchmark.objects.get(name="Two").components.values_list("security__symbol", "weight")
    assert {symbol: str(weight) for symbol, weight in weights} == {
        "ACME": "0.6000000000",
        "MAPLE": "0.4000000000",
    }


def test_every_line_that_is_wrong_is_named(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    form = {
        "name": "Two",
        "members": "ACME 60\nNOBODY 20\nMAPLE 2x\nACME 20",
        "rebalancing": "never",
    }
    response = browser(alice).post(PAGE, form)

    assert response.status_code == 422
    shown = html_of(response)
    for said in ("Line 2: no listing is called NOBODY.", "Line 3:", "Line 4: this listing is a"):
        assert said in shown
    assert not Benchmark.objects.exists()


def test_others_look_and_make_none(browser: Browser, acme: Benchmark, bob_viewer: User) -> None:
    viewer = browser(bob_viewer)

    assert "New benchmark" not in html_of(viewer.get(PAGE))
    assert viewer.post(PAGE, {"name": "x"}).status_code == 403


def test_the_owner_chooses_one_with_a_reason(
    browser: Browser, traded: Portfolio, acme: Benchmark, alice: User
) -> None:
    page = reverse("portfolios:settings", args=[traded.pk])
    form = {"part": "benchmark", "benchmark": str(acme.pk), "reason": "the mandate"}
    response = browser(alice).post(page, form, follow=True)

    assert "<dt>Benchmark</dt><dd>Acme</dd>" in html_of(response)
    assert AuditEvent.objects.get(action="benchmark_chosen").details == {
        "from": None,
        "to": "Acme",
        "reason": "the mandate",
    }


def test_a_program_makes_and_chooses_one(browser: Browser, traded: Portfolio, alice: User) -> None:
    client = browser(alice)
    body = {"name": "Acme", "members": [{"security_id": str(listing("ACME").pk)}]}
    made = client.post(DOOR, body, content_type="application/json")
    assert made.status_code == 201
    assert client.get(DOOR).json() == [made.json()]

    door = f"/api/v1/portfolios/{traded.pk}/benchmark/"
    said = {"benchmark_id": made.json()["id"], "reason": "the mandate"}
    assert client.put(door, said, content_type="application/json").json() == {
        "benchmark_id": made.json()["id"]
    }
    traded.refresh_from_db()
    assert str(traded.benchmark_id) == made.json()["id"]

    unknown = client.put(
        door, said | {"benchmark_id": str(uuid4())}, content_type="application/json"
    )
    assert unknown.json()["error"]["code"] == "NOT_FOUND_3041"
