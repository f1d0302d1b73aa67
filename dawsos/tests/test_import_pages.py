"""The import wizard as a browser gets it: every step, every refusal, and nothing written early."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, User
from market.models import Security
from portfolios.models import ImportRun, InstrumentMatch, PendingUpload, Portfolio, Transaction
from portfolios.services import uploads

pytestmark = pytest.mark.django_db

Browser = Callable[[User], Client]

HEADER = b"date,type,symbol,exchange,quantity,price,gross_amount,currency\n"
DEPOSIT = b"2013-02-08,DEPOSIT,,,,,250.00,CAD\n"
MISTAKES = b"2013-02-30,DEPOSIT,,,,,250.00,CAD\n2013-02-08,DEPOSIT,,,,,NaN,CAD\n"
UNKNOWN = b"2013-02-08,BUY,NEWCO,XTSE,1,20,,CAD\n"


def address(name: str, portfolio: Portfolio, *more: object) -> str:
    return reverse(f"portfolios:{name}", args=[portfolio.pk, *more])


def choose(client: Client, portfolio: Portfolio, content: bytes, name: str = "a.csv") -> Any:
    file = SimpleUploadedFile(name, content)
    return client.post(address("import", portfolio), {"file": file}, follow=True)


def step(portfolio: Portfolio) -> str:
    return address("import-step", portfolio, PendingUpload.objects.get().pk)


def test_a_file_is_reviewed_then_written_once(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    client, before = browser(alice), Transaction.objects.count()
    page = choose(client, traded, HEADER + DEPOSIT)
    assert page.status_code == 200 and b"1 new entry can be written" in page.content
    assert Transaction.objects.count() == before
    here = step(traded)
    done = client.post(here, {"action": "write"}, follow=True)
    assert b"1 entry imported" in done.content
    assert Transaction.objects.count() == before + 1
    assert client.post(here, {"action": "write"}).status_code == 422  # nothing waits any more
    assert Transaction.objects.count() == before + 1


def test_every_mistake_is_shown_with_its_row_and_nothing_can_be_written(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    client, before = browser(alice), Transaction.objects.count()
    html = choose(client, traded, HEADER + DEPOSIT + MISTAKES).content.decode()
    assert "2 mistakes: nothing can be written yet" in html
    assert "Date: " in html and "2013-02-30" in html  # the column, what stands there, the remedy
    assert "Gross amount: " in html and "NaN" in html
    assert client.post(step(traded), {"action": "write"}).status_code == 422
    assert Transaction.objects.count() == before


@pytest.mark.parametrize(
    ("fate", "rows"), [("", 3), ("new", 1), ("refused", 2), ("duplicate", 0), ("skipped", 0)]
)
def test_rows_are_filtered_by_their_fate(
    browser: Browser, traded: Portfolio, alice: User, fate: str, rows: int
) -> None:
    client = browser(alice)
    choose(client, traded, HEADER + DEPOSIT + MISTAKES)
    html = client.get(step(traded), {"step": "review", "fate": fate}).content.decode()
    assert html.count('<tr id="row-') == rows
    assert "Refused <b>2</b>" in html


def test_a_fragment_holds_the_rows_alone(browser: Browser, traded: Portfolio, alice: User) -> None:
    client = browser(alice)
    choose(client, traded, HEADER + DEPOSIT)
    fragment = client.get(step(traded), {"step": "review"}, headers={"HX-Request": "true"}).content
    assert b"<html" not in fragment and b'<tr id="row-2"' in fragment


def test_an_unknown_security_is_asked_about_and_the_answer_is_kept(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    """NEWCO is nobody's symbol. Its reader says that it is MAPLE; the next file does not ask."""
    client = browser(alice)
    page = choose(client, traded, HEADER + UNKNOWN)
    assert b"Say once which it is" in page.content
    answered = client.post(step(traded), {"action": "match", "i0-other": "maple.xtse"}, follow=True)
    assert b"1 new entry can be written" in answered.content
    assert not InstrumentMatch.objects.exists()  # nothing is kept before the import
    client.post(step(traded), {"action": "write"})
    match = InstrumentMatch.objects.get()
    assert (match.identifier, match.security.symbol) == ("symbol:NEWCO@XTSE", "MAPLE")
    again = choose(client, traded, HEADER + UNKNOWN.replace(b",20,", b",21,"))
    assert b"1 new entry can be written" in again.content


def test_a_listing_that_nobody_knows_is_no_answer(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    client = browser(alice)
    choose(client, traded, HEADER + UNKNOWN)
    response = client.post(step(traded), {"action": "match", "i0-other": "NOPE.XTSE"})
    assert response.status_code == 422 and b"No listing NOPE.XTSE is known" in response.content


def described(**changes: str) -> dict[str, str]:
    said = {
        "symbol": "NEWCO",
        "exchange": "XTSE",
        "currency": "CAD",
        "name": "New Co",
        "security_type": "equity",
    }
    fields = {f"i0-{name}": value for name, value in (said | changes).items()}
    return {"action": "match", "register": "0", **fields}


def test_a_manager_registers_a_security_and_it_is_audited(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    client = browser(alice)
    choose(client, traded, HEADER + UNKNOWN)
    page = client.post(step(traded), described(), follow=True)
    assert b"1 new entry can be written" in page.content
    made = Security.objects.get(symbol="NEWCO")
    assert (made.exchange, made.price_source) == ("XTSE", "")
    assert alice.pk in AuditEvent.objects.filter(action="register_security").values_list(
        "actor_id", flat=True
    )


def test_below_manager_nobody_registers_a_security(
    browser: Browser, traded: Portfolio, bob: User
) -> None:
    client = browser(bob)
    assert b"Register it" not in choose(client, traded, HEADER + UNKNOWN).content
    assert client.post(step(traded), described()).status_code == 403
    assert not Security.objects.filter(symbol="NEWCO").exists()


@pytest.mark.parametrize("wrong", [{"currency": "dollars"}, {"exchange": "?"}, {"isin": "x"}])
def test_a_security_that_cannot_be_registered_says_why(
    browser: Browser, traded: Portfolio, alice: User, wrong: dict[str, str]
) -> None:
    client = browser(alice)
    choose(client, traded, HEADER + UNKNOWN)
    assert client.post(step(traded), described(**wrong)).status_code == 422
    assert not Security.objects.filter(symbol="NEWCO").exists()


def test_the_same_file_leads_to_the_run_that_brought_it(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    client = browser(alice)
    choose(client, traded, HEADER + DEPOSIT)
    client.post(step(traded), {"action": "write"})
    run = ImportRun.objects.latest("pk")
    page = choose(client, traded, HEADER + DEPOSIT)
    assert page.redirect_chain[-1][0] == address("import-run", traded, run.pk)
    assert f"Already imported in run {run.pk}".encode() in page.content


def test_an_import_is_undone_from_its_page(
    browser: Browser, traded: Portfolio, alice: User, bob_viewer: User
) -> None:
    run = ImportRun.objects.get()
    undo = address("import-undo", traded, run.pk)
    assert browser(bob_viewer).post(undo).status_code == 403
    page = browser(alice).post(undo, follow=True)
    assert b"5 entries of run" in page.content and b"undone" in page.content
    assert b"Undo this import" not in page.content
    assert browser(alice).get(address("import-runs", traded)).status_code == 200


def test_a_file_may_be_left(browser: Browser, traded: Portfolio, alice: User) -> None:
    client = browser(alice)
    choose(client, traded, HEADER + DEPOSIT)
    assert client.post(step(traded), {"action": "forget"})["Location"] == address("import", traded)
    assert not PendingUpload.objects.exists()


def test_another_users_file_is_not_shown_and_not_written(
    browser: Browser, traded: Portfolio, alice: User, bob: User
) -> None:
    choose(browser(alice), traded, HEADER + DEPOSIT)
    here = step(traded)
    assert browser(bob).get(here).status_code == 422
    assert browser(bob).post(here, {"action": "write"}).status_code == 422


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" \n\n",
        b"\0" * 50,
        b"\xff\xfe" + "date,type\n".encode("utf-16-le"),
        b"PK\x03\x04 not really a zip",
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
        b"{" * 10_000,
        b"date,type,gross_amount,currency\n",
    ],
)
def test_what_cannot_be_read_is_said_to_be_so(
    browser: Browser, traded: Portfolio, alice: User, content: bytes
) -> None:
    response = choose(browser(alice), traded, content, "statement.bin")
    assert response.status_code in {413, 422}
    assert b"cannot be read" in response.content and b"root:" not in response.content
    assert not PendingUpload.objects.exists()


def test_a_foreign_run_is_none(browser: Browser, traded: Portfolio, charlie: User) -> None:
    run = ImportRun.objects.get()
    for name, more in (("import-runs", ()), ("import-run", (run.pk,))):
        assert browser(charlie).get(address(name, traded, *more)).status_code == 404
    assert browser(charlie).post(address("import-undo", traded, run.pk)).status_code == 404
    assert ImportRun.objects.get().state == "done"


TABLE = (
    b"My broker;exported;;;;\n"
    b"Datum;Vorgang;Kurz;Stuck;Kurs;Betrag\n"
    b"04/02/2013;Einzahlung;;;;1.500,00\n"
    b"05/02/2013;Kauf;MAPLE;7;20,00;-140,00\n"
)
COLUMNS = {
    "date": "Datum",
    "type": "Vorgang",
    "symbol": "Kurz",
    "quantity": "Stuck",
    "price": "Kurs",
    "net_amount": "Betrag",
}
MAPPING = {f"column_{ours}": theirs for ours, theirs in COLUMNS.items()}
STYLES = {"date_style": "day_first", "currency": "cad"}


def test_a_table_is_mapped_its_styles_are_asked_and_both_are_remembered(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    """4 and 5 February or 2 April and 2 May: nothing in the file says so, so it is asked."""
    client = browser(alice)
    page = choose(client, traded, TABLE).content.decode()
    assert "Which column is what?" in page
    assert '<td class="mono">Einzahlung</td>' in page  # the first rows as they stand in the file
    saved = MAPPING | {"action": "answer", "save_as": "House bank"}
    asked = client.post(step(traded), saved, follow=True).content.decode()
    assert 'name="date_style"' in asked and 'name="currency"' in asked
    reviewed = client.post(step(traded), STYLES | {"action": "answer"}, follow=True)
    assert "2 new entries can be written" in reviewed.content.decode()
    client.post(step(traded), {"action": "write"})
    days = Transaction.objects.filter(import_run__format="generic_csv").values_list(
        "transaction_date", flat=True
    )
    assert [day.isoformat() for day in days] == ["2013-02-04", "2013-02-05"]

    again = choose(client, traded, TABLE.replace(b"140,00", b"147,00").replace(b"20,00", b"21,00"))
    html = again.content.decode()
    assert "saved mapping “House bank”" in html and "new entr" in html


def test_columns_that_others_call_otherwise_are_offered(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    """What few tables have is folded away on the page, so nothing is offered there."""
    table = b"Trade date,Buy/Sell,Ticker,No. of shares,Ccy,Rate\n2013-02-04,Buy,ACME,1,USD,1\n"
    page = choose(browser(alice), traded, table)
    fields = page.context["form"].fields
    offered = {n: f.initial for n, f in fields.items() if n.startswith("column_") and f.initial}
    assert offered == {
        "column_date": "Trade date",
        "column_type": "Buy/Sell",
        "column_symbol": "Ticker",
        "column_quantity": "No. of shares",
        "column_currency": "Ccy",
    }


BROKER = (
    b"Action,Time,ISIN,Ticker,No. of shares,Price / share,Currency (Price / share),Exchange rate,"
    b"Total,Currency (Total),ID\n"
    b"Market buy,2013-02-05 14:30:01,,ACME,5,26.74,USD,1.015,131.72,CAD,E1\n"
    b"Market buy,2013-02-05 14:30:01,,ACME,5,26.74,USD,1.015,131.72,CAD,E2\n"
    b"Market buy,2013-02-05 15:30:01,,ACME,5,26.74,USD,1.015,1131.72,CAD,E3\n"
)


def test_a_broker_s_trade_abroad_keeps_its_price_in_its_own_currency(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    """5 × 26.74 USD = 133.70 USD, at 1.015 USD a CAD 131.72 CAD: the rate is 0.985221674877, with
    as many decimals as there are. Two fills alike are two; a mistyped total is told in money."""
    client = browser(alice)
    html = choose(client, traded, BROKER).content.decode()
    assert "1 mistake: nothing can be written yet" in html
    assert "Quantity times price is 133.70 USD" in html

    good = BROKER.rsplit(b"Market", 1)[0]
    html = choose(client, traded, good).content.decode()
    assert "2 new entries can be written" in html
    price = html.split('value="26.74"', 1)[1].split("</td>", 1)[0]
    assert "USD" in price and "CAD" not in price
    latest = PendingUpload.objects.order_by("at").last()
    assert latest is not None
    client.post(address("import-step", traded, latest.pk), {"action": "write"})
    written = Transaction.objects.filter(import_run__format="trading212")
    assert {str(row.settlement_fx_rate) for row in written} == {"0.985221674877"}
    assert [row.price_currency for row in written] == ["USD", "USD"]


def test_the_first_rows_show_what_a_mapping_would_read(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    client = browser(alice)
    choose(client, traded, TABLE)
    here = address("import-sample", traded, PendingUpload.objects.get().pk)
    html = client.post(here, MAPPING | STYLES).content.decode()
    assert "<html" not in html and "How the first rows are read" in html
    assert client.post(here, {}).status_code == 200  # nothing is chosen yet


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (MAPPING | {"column_price": "Stuck"}, "is chosen for"),
        (MAPPING | {"column_date": "Nowhere"}, "Select a valid choice"),
    ],
)
def test_a_mapping_that_contradicts_itself_is_refused(
    browser: Browser, traded: Portfolio, alice: User, answer: dict[str, str], told: str
) -> None:
    client = browser(alice)
    choose(client, traded, TABLE)
    response = client.post(step(traded), answer | {"action": "answer"})
    assert response.status_code == 422 and told in response.content.decode()


def test_columns_can_be_mapped_anew(browser: Browser, traded: Portfolio, alice: User) -> None:
    client = browser(alice)
    choose(client, traded, TABLE)
    client.post(step(traded), MAPPING | {"action": "answer", "save_as": "House bank"})
    client.post(step(traded), STYLES | {"action": "answer"})
    page = client.post(step(traded), {"action": "again"}, follow=True).content
    assert b"Which column is what?" in page


def test_a_running_import_says_where_it_is(
    browser: Browser, traded: Portfolio, alice: User
) -> None:
    client = browser(alice)
    choose(client, traded, HEADER + DEPOSIT)
    pk = PendingUpload.objects.get().pk
    here = address("import-progress", traded, pk)
    assert client.get(here).status_code == 204
    # The process that imports is seldom the one that is asked.
    said = f"uploads._say_step('{pk}', 'Writing 10 of 20 entries')"
    program = f"import django; django.setup(); from portfolios.services import uploads; {said}"
    subprocess.run([sys.executable, "-c", program], check=True)
    assert b"Writing 10 of 20 entries" in client.get(here).content
    uploads._say_step(pk, None)
    assert client.get(here).status_code == 204
