"""The page of a listing, and the way there from a portfolio that holds it."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tests.factories import UserFactory
from market.models import PriceObservation
from portfolios.models import Portfolio
from portfolios.services import run_import
from portfolios.tests.test_unpriced import LEDGER
from portfolios.tests.world import listing

pytestmark = pytest.mark.django_db

Browser = Callable[[User], Client]
TWO = b"date,close\n2013-02-05,3\n2013-02-07,5\n"


@pytest.fixture
def holder(market: None, portfolio: Portfolio, alice: User) -> Portfolio:
    run_import(portfolio_id=portfolio.pk, content=LEDGER.encode(), filename="l.csv", by=alice)
    return portfolio


def page(symbol: str = "DARK") -> str:
    return reverse("portfolios:security", args=[listing(symbol).pk])


def upload(content: bytes) -> dict[str, SimpleUploadedFile]:
    return {"file": SimpleUploadedFile("dark.csv", content, "text/csv")}


def test_from_the_overview_to_a_price_and_back(
    browser: Browser, holder: Portfolio, alice: User
) -> None:
    client = browser(alice)
    overview = reverse("portfolios:overview", args=[holder.pk])
    html = client.get(overview).content.decode()
    there = f"{page()}?portfolio={holder.pk}"
    assert "no price source connected" in html and f'href="{there}"' in html

    asked = client.get(there).content.decode()
    assert "Upload closes" in asked and "date,close" in asked and f'href="{overview}"' in asked

    answer = client.post(there, upload(TWO), follow=True)
    said = answer.content.decode()
    assert answer.redirect_chain == [(there, 302)]
    assert "2 closes of DARK added. 4 packs restated from 2013-02-05 to 2013-02-08" in said
    assert "2013-02-07" in said and "Upload: dark.csv" in said

    after = client.get(overview).content.decode()
    assert "no price source connected" not in after and "1,085.00" in after


def test_mistakes_are_shown_by_row_and_nothing_is_stored(
    browser: Browser, holder: Portfolio, alice: User
) -> None:
    answer = browser(alice).post(page(), upload(b"date,close\n2013-02-09,3\n2013-02-07,NaN\n"))
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Nothing was stored: 2 mistakes" in html
    assert "XTSE has no session on Saturday 2013-02-09." in html
    assert "&#x27;NaN&#x27; is not a number." in html
    assert not PriceObservation.objects.brought().exists()


@pytest.mark.parametrize("content", [b"", b"date,close\n" + b" " * 10 * 1024 * 1024])
def test_a_file_that_is_empty_or_too_large_is_said_to_be_so(
    browser: Browser, holder: Portfolio, alice: User, content: bytes
) -> None:
    answer = browser(alice).post(page(), upload(content))
    assert answer.status_code == (413 if content else 422)
    assert "Nothing was stored: 1 mistake" in answer.content.decode()


def test_without_a_file_the_form_says_so(browser: Browser, holder: Portfolio, alice: User) -> None:
    answer = browser(alice).post(page(), {})
    assert answer.status_code == 422
    assert "This field is required" in answer.content.decode()


@pytest.mark.parametrize("role", ["VIEWER", "USER"])
def test_below_manager_the_page_says_who_may(
    browser: Browser, holder: Portfolio, role: str
) -> None:
    client = browser(UserFactory.create(email="x@example.org", role=role))
    html = client.get(page()).content.decode()
    assert "a manager or an administrator connects them" in html
    assert "Upload closes" not in html
    assert client.post(page(), upload(TWO)).status_code == 403
    assert not PriceObservation.objects.brought().exists()


def test_a_foreign_portfolio_in_the_address_is_not_named(
    browser: Browser, holder: Portfolio, charlie: User
) -> None:
    for asked in (str(holder.pk), "nonsense"):
        answer = browser(charlie).get(page(), {"portfolio": asked})
        assert answer.status_code == 200
        assert holder.name not in answer.content.decode()


def test_a_listing_with_a_source_has_no_form(
    browser: Browser, holder: Portfolio, alice: User
) -> None:
    client = browser(alice)
    assert "Upload closes" not in client.get(page("ACME")).content.decode()
    assert client.post(page("ACME"), upload(TWO)).status_code == 409


def test_an_unknown_listing_is_not_found(browser: Browser, market: None, alice: User) -> None:
    nowhere = reverse("portfolios:security", args=[UUID(int=7)])
    assert browser(alice).get(nowhere).status_code == 404
    assert browser(alice).post(nowhere, upload(TWO)).status_code == 404
