"""Adding, correcting and undoing an entry, as a browser does it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from portfolios.forms.entry import EntryForm
from portfolios.forms.entry_types import LAYOUTS, TYPES
from portfolios.forms.entry_words import HINTS
from portfolios.models import EntryType, Portfolio, Transaction

pytestmark = pytest.mark.django_db

Browser = Callable[[User], Client]
SALE = {
    "entry_type": "SELL",
    "transaction_date": "2013-02-08",
    "security": "ACME XNAS",
    "quantity": "6",
    "price": "12",
    "account": "main",
}


def address(name: str, portfolio: Portfolio, *more: int) -> str:
    return reverse(f"portfolios:{name}", args=[portfolio.pk, *more])


def html_of(response: Any) -> str:
    return str(response.content.decode())


def previewed(client: Client, url: str, said: dict[str, str]) -> dict[str, str]:
    """The form as the browser would send it after the preview."""
    html = html_of(client.post(url, said | {"preview": "1"}))
    (token,) = re.findall(r'name="previewed" value="([0-9a-f]{64})"', html)
    return said | {"previewed": token, "write": "1"}


def test_every_type_has_a_form_and_words() -> None:
    assert set(TYPES) == set(LAYOUTS) == set(HINTS) == set(EntryType.values) - {"REVERSAL"}


@pytest.mark.parametrize("kind", TYPES)
def test_the_form_of_every_type_is_shown(
    browser: Browser, traded: Portfolio, alice: User, kind: str
) -> None:
    response = browser(alice).get(address("new_entry", traded), {"entry_type": kind})
    assert response.status_code == 200
    assert HINTS[kind].split(".", maxsplit=1)[0] in html_of(response)


def test_another_type_keeps_what_was_typed(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    fragment = browser(alice).get(
        address("new_entry", traded),
        {"entry_type": "SELL", "quantity": "7", "security": "ACME XNAS"},
        headers={"HX-Request": "true"},
    )
    html = html_of(fragment)
    assert "<html" not in html and 'value="7"' in html
    assert "3.1: 15 of 2013-02-04" in html  # the open lot of ACME, to be named


def test_a_sale_is_previewed_then_written(browser: Browser, traded: Portfolio, alice: User) -> None:
    """6 of 15 ACME at 12, bought at 10: price 12.00, currency 12.00, both 2.40 CAD."""
    client, url = browser(alice), address("new_entry", traded)
    html = html_of(client.post(url, SALE | {"preview": "1"}))
    assert "26.40" in html and "72.00" in html  # realised, and the proceeds
    assert Transaction.objects.filter(portfolio=traded).count() == 5

    response = client.post(url, previewed(client, url, SALE))
    assert response["Location"] == address("entry", traded, 6)
    assert Transaction.objects.get(portfolio=traded, seq=6).gross_amount == 72


def test_a_button_that_is_pressed_twice_writes_once(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    client, url = browser(alice), address("new_entry", traded)
    said = previewed(client, url, SALE)
    client.post(url, said)
    again = client.post(url, said)
    assert again.status_code == 200 and "changed since its preview" in html_of(again)
    assert Transaction.objects.filter(portfolio=traded).count() == 6


def test_what_was_not_previewed_is_not_written(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    client, url = browser(alice), address("new_entry", traded)
    said = previewed(client, url, SALE) | {"quantity": "7"}
    assert "changed since its preview" in html_of(client.post(url, said))
    assert Transaction.objects.filter(portfolio=traded).count() == 5


@pytest.mark.parametrize(
    ("wrong", "said", "beside"),
    [
        ({"quantity": ""}, "Quantity is needed.", "quantity"),
        ({"quantity": "1,5"}, "can be read in two ways", "quantity"),
        ({"quantity": "-5"}, "is negative", "quantity"),
        ({"quantity": "NaN"}, "is not a number", "quantity"),
        ({"quantity": "16"}, "15", "quantity"),  # more than is held
        ({"security": "NOPE"}, "No listing is called NOPE", "security"),
        ({"currency": "ABC"}, "ABC is no currency", "currency"),
        ({"transaction_date": "2013-02-30"}, "no calendar day", "transaction_date"),
        ({"price": ""}, "needs gross_amount", "gross_amount"),
        ({"narration": "a\0b"}, "Null characters", "narration"),
    ],
)
def test_a_mistake_stands_beside_its_field(
    browser: Browser,
    traded: Portfolio,
    alice: User,
    wrong: dict[str, str],
    said: str,
    beside: str,
) -> None:
    response = browser(alice).post(address("new_entry", traded), SALE | wrong | {"preview": "1"})
    html = html_of(response)
    assert response.status_code == 422
    (list_of_field,) = re.findall(rf'id="id_{beside}_error">(.*?)</ul>', html, re.DOTALL)
    assert said in list_of_field
    assert 'name="write"' not in html


def test_an_entry_is_corrected_with_its_form_filled(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    client, url = browser(alice), address("amend_entry", traded, 5)
    html = html_of(client.get(url))
    assert 'value="ACME XNAS"' in html and 'value="12"' in html

    said = SALE | {"transaction_date": "2013-02-07", "quantity": "4", "reason": "misread"}
    assert client.post(url, previewed(client, url, said)).status_code == 302
    reversal, instead = Transaction.objects.filter(portfolio=traded, seq__gt=5)
    assert reversal.narration == "misread" and instead.quantity == 4


def test_an_entry_is_undone_with_a_reason(browser: Browser, traded: Portfolio, alice: User) -> None:
    client, url = browser(alice), address("reverse_entry", traded, 5)
    assert "is given back" in html_of(client.get(url))
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "never happened"})["Location"] == address("entry", traded, 5)
    html = html_of(client.get(address("entry", traded, 5)))
    assert "reversed by" in html and "Undo it" not in html
    assert client.get(url).status_code == 302  # once is enough


def test_an_entry_that_others_stand_on_is_not_undone_and_says_why(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    response = browser(alice).get(address("reverse_entry", traded, 3))
    assert response.status_code == 422
    assert "Nothing was written" in html_of(response)


def test_the_page_of_an_entry_says_what_it_did(
    browser: Browser, traded: Portfolio, alice: User, django_assert_max_num_queries: Any
) -> None:
    """5 ACME at 12, bought at 10: price 10.00, currency 50 × 0.04 = 2.00, both 0.40."""
    client = browser(alice)
    client.get(address("entry", traded, 5))
    # Session, user, identity; portfolio and rights; the entry, its lots and closures; the strip.
    with django_assert_max_num_queries(22):
        html = html_of(client.get(address("entry", traded, 5)))
    assert "Lots it took from" in html and "12.40" in html and "60.00" in html
    assert "ledger.csv, row 6" in html  # the header is row 1


@pytest.mark.parametrize("seq", [99, 999_999_999])
def test_an_entry_that_is_not_there(
    browser: Browser, traded: Portfolio, alice: User, seq: int
) -> None:
    assert browser(alice).get(address("entry", traded, seq)).status_code == 404


@pytest.mark.parametrize("name", ["new_entry", "amend_entry", "reverse_entry"])
def test_who_may_not_write_may_not_open_the_forms(
    browser: Browser, traded: Portfolio, bob_viewer: User, charlie: User, name: str
) -> None:
    more = () if name == "new_entry" else (5,)
    assert browser(bob_viewer).get(address(name, traded, *more)).status_code == 403
    assert browser(charlie).get(address(name, traded, *more)).status_code == 404


def test_listings_are_offered_while_typing(browser: Browser, traded: Portfolio, bob: User) -> None:
    html = html_of(browser(bob).get("/securities/like/", {"security": "ac"}))
    assert "ACME XNAS" in html and "MAPLE" not in html
    assert "MAPLE" in html_of(browser(bob).get("/securities/like/", {"to_security": "maple inc"}))
    assert browser(bob).get("/securities/like/", {"security": "\0"}).status_code == 200


def test_a_stored_entry_fills_its_form_so_that_it_says_the_same(
    traded: Portfolio, alice: User
) -> None:
    from portfolios.forms.entry_initial import initial_of
    from portfolios.services import append_entries, reverse_entry

    stored = Transaction.objects.select_related("security").get(portfolio=traded, seq=5)
    blank = EntryForm(traded, "SELL", initial=initial_of(stored))
    typed = {field.html_name: field.value() or "" for field in blank}
    form = EntryForm(traded, "SELL", typed)
    assert form.is_valid(), form.errors
    reverse_entry(portfolio_id=traded.pk, seq=5, by=alice, reason="to write it again")
    (again,) = append_entries(portfolio_id=traded.pk, entries=[form.draft()], by=alice).entries
    assert again.content_hash == stored.content_hash


def test_pages_say_how_long_the_view_took(browser: Browser, traded: Portfolio, alice: User) -> None:
    response = browser(alice).get(address("transactions", traded))
    assert re.fullmatch(r"view;dur=\d+\.\d", response["Server-Timing"])


def test_the_ledger_page_asks_a_bounded_number_of_times(
    browser: Browser, traded: Portfolio, alice: User, django_assert_max_num_queries: Any
) -> None:
    client = browser(alice)
    client.get(address("transactions", traded))
    # Six for the session, the user and the block of their identity; then the portfolio with the
    # rights on it, the entries, what reverses them, the pack and its freshness, the head, and the
    # names for the palette.
    with django_assert_max_num_queries(13):
        client.get(address("transactions", traded))
