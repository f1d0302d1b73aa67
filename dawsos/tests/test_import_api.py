"""Importing by a program: a form or the file itself, the same answers as the page's."""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from market.formats.csv_records import Limits
from portfolios.models import ImportRun, InstrumentMatch, Portfolio, Transaction
from portfolios.tests.world import LEDGER

pytestmark = pytest.mark.django_db

Browser = Callable[[User], Client]
UNKNOWN = LEDGER.replace("ACME,XNAS", "ACMEX,NASDAQ")


def door(portfolio: object, more: str = "") -> str:
    return f"/api/v1/portfolios/{getattr(portfolio, 'pk', portfolio)}/imports/{more}"


def send(client: Client, portfolio: object, content: str | bytes, query: str = "") -> Any:
    body = content.encode() if isinstance(content, str) else content
    return client.post(door(portfolio, query), body, content_type="text/csv")


@pytest.mark.usefixtures("market")
class TestImporting:
    def test_the_body_itself_is_imported_once(
        self, browser: Browser, portfolio: Portfolio, alice: User
    ) -> None:
        client = browser(alice)
        done = send(client, portfolio, LEDGER, "?filename=a.csv")
        run = ImportRun.objects.get()
        assert (done.status_code, done.json()["import_run"]) == (201, run.pk)
        assert (done.json()["rows_added"], run.filename) == (5, "a.csv")
        again = send(client, portfolio, LEDGER)
        assert again.status_code == 200
        assert again.json()["sentence"] == f"Already imported in run {run.pk}."
        assert Transaction.objects.count() == 5

    def test_a_form_is_imported(self, browser: Browser, portfolio: Portfolio, alice: User) -> None:
        form = {"file": SimpleUploadedFile("a.csv", LEDGER.encode()), "format": "dawsos_csv"}
        assert browser(alice).post(door(portfolio), form).status_code == 201

    def test_a_dry_run_says_the_fate_of_every_row_and_writes_nothing(
        self, browser: Browser, portfolio: Portfolio, alice: User
    ) -> None:
        told = send(browser(alice), portfolio, LEDGER, "?dry_run=true&rows=true")
        assert (told.status_code, told.json()["counts"]["new"]) == (200, 5)
        assert [row["fate"] for row in told.json()["rows"]] == ["new"] * 5
        assert not Transaction.objects.exists()

    def test_mistakes_come_together(
        self, browser: Browser, portfolio: Portfolio, alice: User
    ) -> None:
        error = send(browser(alice), portfolio, UNKNOWN).json()["error"]
        assert error["code"] == "VALIDATION_2010"
        assert {each["reason"] for each in error["details"]["errors"]} == {"unknown_symbol"}
        assert not Transaction.objects.exists()

    def test_an_instrument_is_named_beside_the_file(
        self, browser: Browser, portfolio: Portfolio, alice: User
    ) -> None:
        named = "?match=symbol:ACMEX@NASDAQ=ACME.XNAS"
        assert send(browser(alice), portfolio, UNKNOWN, named).status_code == 201
        assert InstrumentMatch.objects.get().security.symbol == "ACME"

    @pytest.mark.parametrize(
        "query",
        [
            "?match=symbol:ACMEX@NASDAQ=NOPE",
            "?match=nothing",
            "?date_style=backwards",
            "?currency=ZZZ",
            "?format=nothing",
            "?match=a=%00",
        ],
    )
    def test_what_is_named_and_does_not_exist_is_422(
        self, browser: Browser, portfolio: Portfolio, alice: User, query: str
    ) -> None:
        response = send(browser(alice), portfolio, LEDGER, query)
        assert response.status_code == 422 and response.json()["error"]["suggestion"]

    def test_a_file_too_large_is_413(
        self, browser: Browser, portfolio: Portfolio, alice: User
    ) -> None:
        body = b"x" * ((Limits().max_bytes or 0) + 1)
        assert send(browser(alice), portfolio, body).status_code == 413

    def test_more_rows_than_allowed_are_413(
        self, browser: Browser, portfolio: Portfolio, alice: User
    ) -> None:
        row = "2013-02-04,DEPOSIT,,,,,1.00,CAD,,,\n"
        head = LEDGER.splitlines()[0] + "\n"
        response = send(browser(alice), portfolio, head + row * 50_001)
        assert response.status_code == 413
        assert not Transaction.objects.exists()

    @pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/json"])
    def test_no_file_is_said_to_be_none(
        self, browser: Browser, portfolio: Portfolio, alice: User, kind: str
    ) -> None:
        response = browser(alice).post(door(portfolio), b"", content_type=kind)
        assert response.status_code in {400, 422}


def test_runs_are_listed_and_undone(browser: Browser, traded: Portfolio, alice: User) -> None:
    client = browser(alice)
    (run,) = client.get(door(traded)).json()
    assert (run["row_count"], run["standing"], run["state"]) == (5, 5, "done")
    undone = client.post(door(traded, f"{run['id']}/undo/"))
    assert undone.json() == {"import_run": run["id"], "reversed": 5}
    assert client.get(door(traded)).json()[0]["state"] == "undone"


def test_a_foreign_portfolio_is_none(browser: Browser, traded: Portfolio, charlie: User) -> None:
    client, run = browser(charlie), ImportRun.objects.get()
    for portfolio in (traded.pk, uuid4()):
        assert client.get(door(portfolio)).status_code == 404
        assert send(client, portfolio, LEDGER).status_code == 404
        assert client.post(door(portfolio, f"{run.pk}/undo/")).status_code == 404
    assert ImportRun.objects.get().state == "done"


def test_a_viewer_reads_the_runs_and_imports_nothing(
    browser: Browser, traded: Portfolio, bob_viewer: User
) -> None:
    client = browser(bob_viewer)
    assert client.get(door(traded)).status_code == 200
    assert send(client, traded, LEDGER).status_code == 403


def test_a_run_number_of_many_digits_is_no_run(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    assert browser(alice).post(door(traded, f"{'9' * 30}/undo/")).status_code == 404


def test_the_doors_are_described(browser: Browser, alice: User) -> None:
    assert b"/imports/" in browser(alice).get("/api/docs/").content
    assert BytesIO(browser(alice).get("/api/schema/").content).read()
