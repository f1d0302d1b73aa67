"""One key, one effect, one answer, however often and however closely together it is sent."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.identity import as_service
from accounts.models import IdempotencyKey, Membership, User
from accounts.tests.factories import UserFactory
from portfolios.models import Portfolio, Transaction
from portfolios.tests.factories import PortfolioFactory

Browser = Callable[[User], Client]
ROUNDS = 200 if os.environ.get("DAWSOS_FULL_DOSE") else 20
WRITERS = 8
DEPOSIT = {"type": "DEPOSIT", "date": "2013-02-08", "gross_amount": "10", "currency": "USD"}


def send(client: Client, portfolio: Portfolio, key: str, **entry: str) -> Any:
    return client.post(
        f"/api/v1/portfolios/{portfolio.pk}/transactions/",
        {"transactions": [DEPOSIT | entry]},
        content_type="application/json",
        headers={"Idempotency-Key": key},
    )


@pytest.mark.django_db
def test_the_same_request_again_gets_the_same_answer_and_does_nothing(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    first = send(browser(alice), traded, "k1")
    again = send(browser(alice), traded, "k1")
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert again["Idempotency-Replayed"] == "true" and "Idempotency-Replayed" not in first
    assert again["Content-Type"] == first["Content-Type"] == "application/json"
    assert Transaction.objects.filter(portfolio=traded).count() == 6
    assert send(browser(alice), traded, "k2").json()["last_seq"] == 7


@pytest.mark.django_db
def test_another_request_under_the_key_is_refused(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    client = browser(alice)
    send(client, traded, "k1")
    other = send(client, traded, "k1", gross_amount="11")
    assert other.status_code == 422
    assert other.json()["error"]["details"]["reason"] == "idempotency_key_reused"
    elsewhere = client.post(
        f"/api/v1/portfolios/{traded.pk}/transactions/5/reverse/",
        {"reason": "wrong"},
        content_type="application/json",
        headers={"Idempotency-Key": "k1"},
    )
    assert elsewhere.status_code == 422
    assert Transaction.objects.filter(portfolio=traded).count() == 6


@pytest.mark.django_db
def test_a_refusal_is_an_answer_too(browser: Browser, traded: Portfolio, alice: User) -> None:
    client = browser(alice)
    first = send(client, traded, "k1", gross_amount="NaN")
    again = send(client, traded, "k1", gross_amount="NaN")
    assert first.status_code == again.status_code == 422 and first.content == again.content


@pytest.mark.django_db
def test_a_failure_of_ours_is_none_and_may_be_tried_again(
    browser: Browser, traded: Portfolio, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr("portfolios.api.ledger.append_entries", broken)
        assert send(browser(alice), traded, "k1").status_code == 500
    assert send(browser(alice), traded, "k1").status_code == 201


@pytest.mark.django_db
def test_a_key_is_its_users_own_and_lasts_a_day(
    browser: Browser, traded: Portfolio, alice: User, bob: User
) -> None:
    assert send(browser(alice), traded, "k1").json()["last_seq"] == 6
    assert send(browser(bob), traded, "k1").json()["last_seq"] == 7
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=24))
    assert send(browser(alice), traded, "k1").json()["last_seq"] == 8
    assert IdempotencyKey.objects.count() == 1  # the old ones are swept


@pytest.mark.django_db
def test_who_was_shut_out_is_not_shown_the_old_answer(
    browser: Browser, traded: Portfolio, alice: User, bob: User
) -> None:
    assert send(browser(bob), traded, "k1").status_code == 201
    Membership.objects.filter(user=bob, portfolio_id=traded.pk).delete()
    assert send(browser(bob), traded, "k1").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", " ", "x" * 256, "ключ".encode().decode("latin-1")])
def test_what_is_no_key_is_refused(
    browser: Browser, traded: Portfolio, alice: User, key: str
) -> None:
    response = send(browser(alice), traded, key)
    assert response.status_code == 422
    assert response.json()["error"]["details"]["reason"] == "idempotency_key_invalid"


@pytest.mark.django_db
def test_a_form_is_the_same_form_whatever_boundary_it_is_sent_with(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    client = browser(alice)
    content = b"date,type,gross_amount,currency\n2013-02-08,DEPOSIT,10,USD\n"

    def upload(boundary: str) -> Any:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n'
        body = f"{head}\r\n{content.decode()}\r\n--{boundary}--\r\n".encode()
        return client.post(
            f"/api/v1/portfolios/{traded.pk}/imports/",
            body,
            content_type=f"multipart/form-data; boundary={boundary}",
            headers={"Idempotency-Key": "k1"},
        )

    first, again = upload("aaaaaaaa"), upload("bbbbbbbb")
    assert first.status_code == again.status_code == 201, first.content
    assert first.content == again.content and "Idempotency-Replayed" in again.headers


@pytest.fixture
def ledger(transactional_db: None) -> Portfolio:
    with as_service("tests"):
        owner = UserFactory.create(role="MANAGER")
        portfolio = PortfolioFactory.create(owner=owner)
        Membership.objects.get_or_create(
            user=owner, portfolio_id=portfolio.pk, defaults={"role": "owner"}
        )
    return portfolio


def test_of_eight_at_once_one_writes_and_all_get_its_answer(ledger: Portfolio) -> None:
    """Every round: eight threads, a new key; a ninth request under the key says something else."""
    with as_service("tests"):
        clients = [Client() for _ in range(WRITERS)]
        for client in clients:
            client.force_login(ledger.owner)

    def at_once(key: str) -> list[Any]:
        barrier = Barrier(WRITERS)

        def post(client: Client) -> tuple[int, bytes]:
            barrier.wait()
            try:
                response = send(client, ledger, key)
                return response.status_code, response.content
            finally:
                connection.close()

        with ThreadPoolExecutor(WRITERS) as pool:
            return list(pool.map(post, clients))

    for turn in range(1, ROUNDS + 1):
        key = str(uuid4())
        answers = at_once(key)
        assert {status for status, _ in answers} == {201}
        assert len({content for _, content in answers}) == 1
        assert send(clients[0], ledger, key, gross_amount="11").status_code == 422
        with as_service("tests"):
            assert Transaction.objects.filter(portfolio=ledger).count() == turn
