"""A restatement on the page, by a program and from the shell."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import User
from market.exceptions import RestatementNotFound
from market.models import PricingPack
from portfolios.models import Portfolio
from portfolios.tests.restated import NEW, OLD, REASON, late_close, report
from portfolios.tests.world import (
    FRI,
    MON,
    THU,
    WED,
)


@pytest.fixture
def browser(client: Client, alice: User) -> Client:
    client.force_login(alice)
    client.raise_request_exception = False
    return client


def test_the_page_names_row_figures_and_hash(browser: Client, restated: Portfolio) -> None:
    page = browser.get(reverse("portfolios:restatement", args=[NEW])).content.decode()
    for said in (
        "ACME",
        "12.00 USD",
        "13.00 USD",
        "2013-02-10 14:00 UTC",
        "1,111.60",
        "1,127.20",
        "+15.60",
        "6.8025 %",
        "8.3013 %",
        report().report_hash,
        "are the same as before",
    ):
        assert said in page
    answer = browser.get(reverse("portfolios:restatement", args=["2013-02-06-ECB-r1"]))
    assert (answer.status_code, RestatementNotFound.code in answer.content.decode()) == (404, True)


def test_pack_and_banner_lead_there(browser: Client, restated: Portfolio) -> None:
    address = reverse("portfolios:restatement", args=[NEW])
    pack = browser.get(reverse("market:pack", args=[OLD])).content.decode()
    assert pack.count(f'href="{address}"') == 2  # the banner, and the list of revisions
    overview = reverse("portfolios:overview", args=[restated.pk])
    for day in (THU, FRI):  # the day itself, and the one whose return begins there
        page = browser.get(overview, {"asof": str(day)}).content.decode()
        assert f'href="{address}"' in page
    assert address not in browser.get(overview, {"asof": str(WED)}).content.decode()


def test_a_reader_sees_only_own_portfolios(
    client: Client, restated: Portfolio, charlie: User
) -> None:
    client.force_login(charlie)
    page = client.get(reverse("portfolios:restatement", args=[NEW])).content.decode()
    assert restated.name not in page
    assert "No figure moved" in page
    api = client.get(reverse("portfolios_api:restatement", args=[NEW])).json()
    assert (api["portfolios"], len(api["facts"])) == ([], 1)


def test_programs_get_all_of_it(browser: Client, restated: Portfolio) -> None:
    api = browser.get(reverse("portfolios_api:restatement", args=[NEW])).json()
    assert api["report_hash"] == report().report_hash
    assert api["packs"] == [{"asof_date": str(THU), "superseded": OLD, "pack": NEW}]
    figure = api["portfolios"][0]["figures"][0]
    assert (figure["figure"], figure["old"], figure["new"], figure["because"]) == (
        "total_value",
        "1111.6",
        "1127.2",
        [0],
    )
    address = reverse("portfolios_api:restatement", args=["2013-02-06-ECB-r1"])
    assert browser.get(address).status_code == 404


def shell(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_the_shell_sees_every_portfolio(restated: Portfolio, charlie: User) -> None:
    said = shell("restatement_report", NEW)
    assert "Total value of 2013-02-07: 1,111.60" in said
    assert "1 portfolio moved, 0 did not." in said
    assert "1,127.20 CAD, +15.60 CAD, because of [1]" in said
    found = json.loads(shell("restatement_report", NEW, "--json"))
    assert found["report_hash"] == report().report_hash
    mine = json.loads(shell("restatement_report", NEW, "--json", "--user", charlie.email))
    assert mine["portfolios"] == []
    with pytest.raises(CommandError, match="NOT_FOUND_3033"):
        shell("restatement_report", "2013-02-06-ECB-r1")


def test_the_shell_rehearses_and_restates(traded: Portfolio, tmp_path: Any) -> None:
    late_close()
    assert "Nothing was changed." in shell("restate", "--dry-run")
    assert not PricingPack.objects.filter(pk=NEW).exists()
    with pytest.raises(CommandError, match="VALIDATION_2007"):
        shell("restate")
    assert "Restated: 1. The same, and kept: 4." in shell("restate", "--reason", REASON)
    assert "No pack would change." in shell("restate", "--dry-run")
    file = tmp_path / "dark.csv"
    file.write_text("date,close\n2013-02-05,3\n")
    said = shell("restate", "--dry-run", "--symbol", "DARK", "--closes", str(file))
    assert "4 packs of ECB would be restated" in said
    with pytest.raises(CommandError, match="--dry-run"):
        shell("restate", "--symbol", "DARK", "--closes", str(file))


def test_a_manager_rehearses_on_a_page_and_then_does_it(browser: Client, traded: Portfolio) -> None:
    late_close()
    address = reverse("portfolios:restate")
    said = {"start": str(MON), "end": str(FRI), "policy": "ECB", "reason": REASON}
    assert "Restate now" not in browser.get(address).content.decode()
    page = browser.post(address, said | {"decision": "rehearse"}).content.decode()
    assert "Rehearsed, not done" in page
    assert "+15.60" in page
    assert not PricingPack.objects.filter(pk=NEW).exists()

    done = browser.post(address, said | {"decision": "restate"})
    assert (done.status_code, done["Location"]) == (
        302,
        reverse("portfolios:restatement", args=[NEW]),
    )
    again = browser.post(address, said | {"decision": "restate"}, follow=True)
    assert "nothing was changed" in again.content.decode()
    assert "No pack would change" in browser.post(address, said).content.decode()
    assert browser.post(address, said | {"end": "2013-01-01"}).status_code == 422
    assert browser.post(address, said | {"policy": "NONE"}).status_code == 422


def test_others_do_not_restate(client: Client, traded: Portfolio, bob: User) -> None:
    client.force_login(bob)
    client.raise_request_exception = False
    assert client.get(reverse("portfolios:restate")).status_code == 403
    assert "Restate" not in client.get(reverse("market:packs")).content.decode()
