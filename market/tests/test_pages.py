"""The list of packs and the page of one, in the browser and in the admin."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from market.exceptions import PackNotFound
from market.models import PricingPack, Security
from market.selectors.pages import pack_list
from market.services import backfill_packs, build_pack, supersede_pack
from market.tests.factories import (
    FxObservationFactory,
    PriceObservationFactory,
    SecurityFactory,
    make,
)

pytestmark = pytest.mark.django_db
THU = date(2013, 2, 28)


@pytest.fixture
def pack() -> PricingPack:
    ibm = make(SecurityFactory, symbol="IBM")
    make(SecurityFactory, symbol="RY", exchange="XTSE", price_source="")
    make(PriceObservationFactory, security=ibm, observed_on=date(2013, 2, 27))
    make(FxObservationFactory)
    return build_pack(THU)


@pytest.fixture
def browser(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def read(browser: Client, pack_id: str) -> str:
    answer = browser.get(reverse("market:pack", args=[pack_id]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_page_shows_all_that_the_hash_covers(browser: Client, pack: PricingPack) -> None:
    page = read(browser, pack.pk)
    for fact in (
        pack.content_hash,
        "2013-02-27",  # IBM's own day
        "100.00",
        "EUR/USD",
        "1.25",
        "No price source is connected",
        "ECB reference rate",
        "tape",
    ):
        assert fact in page


def test_both_revisions_name_each_other(browser: Client, pack: PricingPack) -> None:
    second = supersede_pack(pack.pk, "IBM's close arrived late.", None)
    assert "Restated: this pack was superseded by" in read(browser, pack.pk)
    assert reverse("market:pack", args=[second.pk]) in read(browser, pack.pk)
    assert "Restated" not in read(browser, second.pk)
    assert "IBM&#x27;s close arrived late." in read(browser, second.pk)


def test_the_list_has_pages(browser: Client) -> None:
    backfill_packs(date(2013, 1, 2), date(2013, 3, 15))  # 51 sessions
    first = browser.get(reverse("market:packs")).content.decode()
    assert "2013-03-15-ECB-r1" in first
    assert "2013-01-02-ECB-r1" not in first
    rest = browser.get(reverse("market:packs"), {"page": "2"}, headers={"HX-Request": "true"})
    assert "2013-01-02-ECB-r1" in rest.content.decode()
    assert "<html" not in rest.content.decode()


@pytest.mark.parametrize("page", ["0", "-1", "x", "²", "9" * 30, ""])
def test_a_strange_page_number_is_answered(browser: Client, pack: PricingPack, page: str) -> None:
    answer = browser.get(reverse("market:packs"), {"page": page})
    assert answer.status_code == 200
    assert pack.pk in answer.content.decode()


def test_pages_want_a_login(client: Client, pack: PricingPack) -> None:
    for address in (reverse("market:packs"), reverse("market:pack", args=[pack.pk])):
        answer = client.get(address)
        assert answer.status_code == 302
        assert "login" in answer["Location"]


def test_an_unknown_pack_is_not_found(browser: Client) -> None:
    browser.raise_request_exception = False
    answer = browser.get(reverse("market:pack", args=["2013-02-28-ECB-r9"]))
    assert answer.status_code == 404
    assert PackNotFound.code in answer.content.decode()


def test_the_list_asks_as_much_for_fifty_as_for_one(
    pack: PricingPack, django_assert_num_queries: object
) -> None:
    backfill_packs(date(2013, 1, 2), date(2013, 3, 15))
    with django_assert_num_queries(2):  # type: ignore[operator]
        assert len(pack_list().rows) == 50


@pytest.fixture
def boss(client: Client) -> Client:
    client.force_login(
        User.objects.create_user(email="boss@example.org", password="x" * 20, role="ADMIN")
    )
    return client


def test_the_admin_shows_history_and_changes_none(boss: Client, pack: PricingPack) -> None:
    for model in (
        "pricingpack packfreshness price fxrate priceobservation fxobservation security "
        "benchmark benchmarkcomponent"
    ).split():
        assert boss.get(reverse(f"admin:market_{model}_changelist")).status_code == 200
    address = reverse("admin:market_pricingpack_change", args=[pack.pk])
    assert boss.get(address).status_code == 200
    assert boss.post(address, {"reason": "none"}).status_code == 403
    assert boss.get(reverse("admin:market_price_add")).status_code == 403


def test_the_admin_connects_a_price_source(boss: Client, pack: PricingPack) -> None:
    ry = Security.objects.get(symbol="RY")
    answer = boss.post(
        reverse("admin:market_security_change", args=[ry.pk]),
        {
            "name": "Royal Bank of Canada",
            "security_type": "equity",
            "currency": "CAD",
            "dividend_currency": "CAD",
            "price_source": "my own file",
            "is_active": "on",
        },
    )
    assert answer.status_code == 302
    ry.refresh_from_db()
    assert (ry.symbol, ry.price_source) == ("RY", "my own file")
