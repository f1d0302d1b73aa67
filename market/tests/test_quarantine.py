"""A doubted close waits until a manager has looked: accepted it is known from then, rejected it
stays out. S0 closed at 100 on Wednesday; for Thursday a source says 10,000."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.exceptions import PermissionDenied
from accounts.models import AuditEvent, User
from market.calc.quotes import PriceQuote, RateQuote
from market.exceptions import QuarantineNotFound, QuarantineRefused
from market.models import FxObservation, PriceObservation, PricingPack, Quarantine, Security
from market.selectors import pack_prices
from market.services import (
    accept_observation,
    build_pack,
    receive,
    reject_observation,
    restate_packs,
)
from market.tests.factories import (
    FxObservationFactory,
    PriceObservationFactory,
    SecurityFactory,
    make,
)

WED, THU = date(2013, 2, 27), date(2013, 2, 28)
EVENING = datetime(2013, 2, 28, 22, tzinfo=UTC)
JUMP = PriceQuote("S0", "XNYS", "raw", THU, Decimal(10_000), "USD", "tape", "A", EVENING)


@pytest.fixture
def listing(db: None) -> Security:
    listing = make(SecurityFactory, symbol="S0")
    make(PriceObservationFactory, security=listing, observed_on=WED)
    return listing


@pytest.fixture
def item(listing: Security) -> Quarantine:
    receive([JUMP])
    return Quarantine.objects.get()


def test_it_says_what_and_why(item: Quarantine) -> None:
    assert (item.subject, item.value, item.unit) == ("S0.XNYS.raw", "10000", "USD")
    assert (item.reason, item.state) == ("hundredfold", "held")
    assert item.message == (
        "10000 after 100 on 2013-02-27: about a hundred times, as pence after pounds."
    )


def test_accepting_makes_an_observation_known_from_that_moment(
    item: Quarantine, listing: Security, alice: User
) -> None:
    before = timezone.now()
    build_pack(THU, known_at=EVENING)
    accept_observation(item.pk, "It did rise: see the exchange.", alice)

    seen = PriceObservation.objects.get(observed_on=THU)
    assert (seen.close, seen.source) == (Decimal(10_000), "tape")
    assert seen.available_at >= before
    # The sealed pack stays; a restatement from what is known now holds it.
    assert pack_prices("2013-02-28-ECB-r1").prices[listing.pk].close == 100
    restate_packs(THU, THU, reason="Accepted.")
    assert pack_prices("2013-02-28-ECB-r2").prices[listing.pk].close == 10_000
    event = AuditEvent.objects.get(action="market.quarantine.accepted")
    assert (event.actor, event.details["reason"]) == (alice, "It did rise: see the exchange.")


def test_what_was_decided_is_not_asked_again(item: Quarantine, alice: User) -> None:
    reject_observation(item.pk, "Cents.", alice)
    again = receive([JUMP])
    assert (again.quarantined, again.remembered) == ((), 1)
    assert PriceObservation.objects.filter(observed_on=THU).count() == 0
    assert Quarantine.objects.get().note == "Cents."


def test_an_accepted_value_that_comes_again_is_not_known_any_earlier(
    item: Quarantine, alice: User
) -> None:
    accept_observation(item.pk, "It did rise.", alice)
    receive([JUMP])  # says that it knew in 2013
    assert PriceObservation.objects.filter(observed_on=THU).count() == 1
    assert not PriceObservation.objects.filter(observed_on=THU, available_at=EVENING).exists()


def test_a_rate_is_accepted_as_a_rate(db: None, alice: User) -> None:
    make(FxObservationFactory, observed_on=WED, rate=Decimal("1.30"))
    rate = RateQuote("EUR", "USD", THU, Decimal("13.5"), "ECB", "ECB reference rate", "A", EVENING)
    receive([], [rate])
    accept_observation(Quarantine.objects.get().pk, "A new dollar.", alice)
    assert FxObservation.objects.get(observed_on=THU).rate == Decimal("13.5")


def test_what_is_no_number_can_only_be_rejected(listing: Security, alice: User) -> None:
    receive([replace(JUMP, close=Decimal("NaN"))])
    item = Quarantine.objects.get()
    with pytest.raises(QuarantineRefused, match="cannot be a price"):
        accept_observation(item.pk, "Why not.", alice)
    assert reject_observation(item.pk, "No number.", alice).state == "rejected"


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, "a\0b"])
def test_a_decision_has_a_reason(item: Quarantine, alice: User, reason: str) -> None:
    for decide in (accept_observation, reject_observation):
        with pytest.raises(QuarantineRefused, match="Say why"):
            decide(item.pk, reason, alice)
    assert Quarantine.objects.held().count() == 1


def test_one_decision_is_enough(item: Quarantine, alice: User) -> None:
    reject_observation(item.pk, "Cents.", alice)
    with pytest.raises(QuarantineRefused, match="rejected already: Cents"):
        accept_observation(item.pk, "Rather not.", alice)
    with pytest.raises(QuarantineNotFound):
        accept_observation(item.pk + 1, "Which?", alice)


def test_only_who_manages_decides(item: Quarantine, bob: User) -> None:
    for decide in (accept_observation, reject_observation):
        with pytest.raises(PermissionDenied):
            decide(item.pk, "Mine.", bob)


def test_the_database_wants_a_whole_decision(item: Quarantine) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Quarantine.objects.update(state="accepted")


def browse(client: Client, user: User) -> Client:
    client.force_login(user)
    client.raise_request_exception = False
    return client


def test_the_page_lists_and_decides(client: Client, item: Quarantine, alice: User) -> None:
    browser = browse(client, alice)
    page = browser.get(reverse("market:quarantine")).content.decode()
    assert "About a hundred times" in page
    assert "10000 USD" in page
    assert "Quarantine (1)" in browser.get(reverse("market:packs")).content.decode()

    address = reverse("market:decide", args=[item.pk])
    answer = browser.post(address, {"decision": "reject", "reason": "Cents."}, follow=True)
    assert "Nothing waits" in answer.content.decode()
    assert "Cents." in answer.content.decode()
    assert browser.post(address, {"decision": "accept", "reason": "x"}).status_code == 422
    nowhere = reverse("market:decide", args=[10**30])
    assert browser.post(nowhere, {"decision": "reject", "reason": "x"}).status_code == 404


def test_others_may_look(client: Client, item: Quarantine, bob: User) -> None:
    browser = browse(client, bob)
    page = browser.get(reverse("market:quarantine")).content.decode()
    assert "A manager or an administrator decides." in page
    answer = browser.post(reverse("market:decide", args=[item.pk]), {"reason": "Mine."})
    assert answer.status_code == 403


def test_the_policies_have_a_page(client: Client, alice: User) -> None:
    page = browse(client, alice).get(reverse("market:policies")).content.decode()
    for said in ("ECB reference rate", "the listing’s own", "what any portfolio holds"):
        assert said in page


def post(client: Client, name: str, item: int, body: Any) -> Any:
    address = reverse(f"market_api:{name}", args=[item])
    return client.post(address, body, content_type="application/json")


def test_programs_do_the_same(client: Client, item: Quarantine, alice: User, bob: User) -> None:
    browser = browse(client, bob)
    listed = browser.get(reverse("market_api:quarantine"), {"page": "x"}).json()
    assert (listed["waiting"], listed["observations"][0]["doubt"]) == (1, "hundredfold")
    assert post(browser, "quarantine-reject", item.pk, {"reason": "x"}).status_code == 403

    browser = browse(client, alice)
    bodies: tuple[Any, ...] = ({}, [], {"reason": 1})
    for body in bodies:
        assert post(browser, "quarantine-accept", item.pk, body).status_code == 422
    done = post(browser, "quarantine-accept", item.pk, {"reason": "It did rise."})
    assert (done.status_code, done.json()["state"]) == (200, "accepted")
    assert post(browser, "quarantine-accept", 10**30, {"reason": "x"}).status_code == 404
    assert PricingPack.objects.count() == 0
