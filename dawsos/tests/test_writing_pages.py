"""Pages write numbers and days as their reader does; what programs read is the same for all."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.template import Context, Template
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.writing import Writing, writing_of, written
from portfolios.models import Portfolio

pytestmark = pytest.mark.django_db

Browser = Callable[[User], Client]
GERMAN = {"Accept-Language": "de-DE,de;q=0.9,en;q=0.5"}


def text(html: bytes) -> str:
    return re.sub(r"<[^>]*>", "", html.decode())


def german() -> Writing:
    found = writing_of("de")
    assert found is not None
    return found


@pytest.mark.parametrize("name", ["overview", "holdings", "performance"])
def test_a_page_follows_its_browser(
    browser: Browser, traded: Portfolio, alice: User, name: str
) -> None:
    client, path = browser(alice), reverse(f"portfolios:{name}", args=[traded.pk])
    for _ in range(2):  # computed, then made for keeping
        client.get(path, headers=GERMAN)
        client.get(path)
    in_german, in_neutral = client.get(path, headers=GERMAN), client.get(path)

    assert "1.198,00" in text(in_german.content)  # Friday, see portfolios.tests.world
    assert "08.02.2013" in text(in_german.content)
    assert "1,198.00" not in text(in_german.content)
    assert "1,198.00" in text(in_neutral.content)
    assert "1.198,00" not in text(in_neutral.content)
    assert "2013-02-08" in text(in_neutral.content)


def test_what_the_profile_says_beats_the_browser(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    client, path = browser(alice), reverse("portfolios:overview", args=[traded.pk])
    warm = [client.get(path, headers=GERMAN) for _ in range(3)][-1]
    assert "1.198,00" in text(warm.content)

    said = {"display_name": "Alice", "locale": "de-CH"}
    assert client.post(reverse("accounts:profile"), said).status_code == 302

    assert "1’198.00" in text(client.get(path, headers=GERMAN).content)
    assert '<option value="de-CH" selected>' in client.get("/profile/").content.decode()


def test_a_profile_takes_only_what_it_offers(browser: Browser, alice: User) -> None:
    said = {"display_name": "Alice", "locale": "tlh"}
    assert browser(alice).post(reverse("accounts:profile"), said).status_code == 422
    alice.refresh_from_db()
    assert alice.locale == ""


def test_programs_and_files_are_told_neutrally(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    client = browser(alice)
    path = reverse("portfolios:overview", args=[traded.pk])
    html = client.get(path, headers=GERMAN).content.decode()

    assert re.search(r'<data class="figure__value" value="1198(\.0+)?">', html)  # for sorting
    assert re.search(r'name="asof"[^>]*value="2013-02-08"', html)  # a date field's own form
    [csv, *_] = re.findall(r'href="([^"]+\.csv)"', html)
    assert "2013-02-08" in client.get(csv, headers=GERMAN).headers["Content-Disposition"]
    assert "1.198" not in client.get(csv, headers=GERMAN).content.decode()
    ledger = client.get(f"/api/v1/portfolios/{traded.pk}/transactions/", headers=GERMAN)
    assert b'"2013-02-04"' in ledger.content


def test_a_chart_keeps_its_axis_and_says_its_values_as_they_are_read() -> None:
    chart: dict[str, Any] = {
        "categories": ["2013-02-07", "2013-02-08"],
        "category_kind": "date",
        "series": [{"format": "money", "values": [1.5, None], "texts": ["1,000.50 CAD", ""]}],
    }
    with written(german()):
        html = Template("{{ chart|written|json_script:'spec' }}").render(Context({"chart": chart}))

    assert '"said": ["07.02.2013", "08.02.2013"]' in html
    assert '"categories": ["2013-02-07", "2013-02-08"]' in html
    assert '"texts": ["1.000,50 CAD", ""]' in html


def test_the_parts_of_a_page_that_are_texts_already() -> None:
    page = Template(
        "{% load figures %}{{ day|day }}|{{ none|day }}|{{ text|days }}|{{ number|numeral }}|"
        '{{ rate|digits }}|{% number amount "money" "CAD" %}'
    )
    said = {
        "day": date(2013, 2, 8),
        "none": None,
        "text": "return of 2013-02-08",
        "number": "−1,000.50 CAD",
        "rate": Decimal("1.25"),
        "amount": Decimal("1000.5"),
    }
    with written(german()):
        shown = text(page.render(Context(said)).encode())
    assert shown == "08.02.2013||return of 08.02.2013|−1.000,50 CAD|1,25|1.000,50 CAD"


def test_no_page_shows_a_day_that_is_meant_for_programs() -> None:
    """`|date:'Y-m-d'` stands in addresses and in the values of fields, in single quotes there."""
    shown = [
        f"{path.name}: {found}"
        for path in (settings.BASE_DIR / "templates").rglob("*.html")
        for found in re.findall(r'\{\{[^}]*\|date:"Y-m-d[^}]*\}\}', path.read_text())
    ]
    assert shown == []
