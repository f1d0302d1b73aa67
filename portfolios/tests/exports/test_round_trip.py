"""Out of one portfolio and into another: the same entries, lots, closures and cash."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import AuditEvent, User
from portfolios.models import CashBalance, Lot, LotClosure, Portfolio, Transaction
from portfolios.services import run_import
from portfolios.services.exports import ExportFormat, export_ledger
from portfolios.tests.exports.ledgers import BOOKED, numbered
from portfolios.tests.factories import PortfolioFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def everything(market: None, portfolio: Portfolio, alice: User) -> Portfolio:
    """Savings, with an entry of every type that is booked."""
    Portfolio.objects.filter(pk=portfolio.pk).update(allow_short=True)
    portfolio.refresh_from_db()
    into(portfolio, json.dumps(numbered(*BOOKED)).encode(), "ledger.json", alice)
    return portfolio


def into(portfolio: Portfolio, content: bytes, filename: str, by: User) -> None:
    run_import(portfolio_id=portfolio.pk, content=content, filename=filename, by=by)


def exported(portfolio: Portfolio, file_format: str, by: User) -> bytes:
    export = export_ledger(portfolio=portfolio, file_format=ExportFormat(file_format), by=by)
    return b"".join(export.chunks)


def state(portfolio: Portfolio) -> dict[str, Any]:
    """What a ledger means, without the ids of its rows."""
    entries = Transaction.objects.filter(portfolio=portfolio).order_by("seq")
    parts: dict[str, Any] = {
        "entries": list(entries.values_list("seq", "content_hash", "net_amount", "narration"))
    }
    for model in (Lot, LotClosure, CashBalance):
        rows = model.objects.filter(portfolio=portfolio)
        plain = [{k: v for k, v in row.items() if not _own(k)} for row in rows.values()]
        parts[model.__name__] = sorted(plain, key=str)
    return parts


def _own(name: str) -> bool:
    return name == "id" or (name.endswith("_id") and name != "security_id")


@pytest.mark.parametrize("file_format", ["csv", "json"])
def test_a_file_brings_back_the_same_ledger(
    everything: Portfolio, alice: User, file_format: str
) -> None:
    other = PortfolioFactory.create(name="Copy", owner=alice, allow_short=True)
    into(other, exported(everything, file_format, alice), f"copy.{file_format}", alice)
    assert Transaction.objects.filter(portfolio=other).count() == len(BOOKED)
    assert state(other) == state(everything)
    assert exported(other, file_format, alice) == exported(everything, file_format, alice)


def test_an_export_is_audited(everything: Portfolio, alice: User) -> None:
    exported(everything, "csv", alice)
    event = AuditEvent.objects.get(action="ledger_exported")
    assert (event.actor, event.details["format"]) == (alice, "csv")


def test_the_command_writes_a_file_or_prints(everything: Portfolio, tmp_path: Path) -> None:
    out = StringIO()
    call_command("export_ledger", "--portfolio", "Savings", "--format", "json", stdout=out)
    assert len(json.loads(out.getvalue())["transactions"]) == len(BOOKED)
    path = tmp_path / "ledger.xlsx"
    words = ("--portfolio", "Savings", "--format", "xlsx")
    call_command("export_ledger", *words, "--output", str(path), stdout=StringIO())
    assert path.read_bytes()[:2] == b"PK"
    with pytest.raises(CommandError, match="Name a file"):
        call_command("export_ledger", *words, stdout=StringIO())


def test_an_exported_document_can_be_evaluated(everything: Portfolio, tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    words = ("--portfolio", "Savings", "--output", str(path))
    call_command("export_ledger", *words, stdout=StringIO())
    out = StringIO()
    call_command("evaluate", str(path), "--json", stdout=out)
    said = json.loads(out.getvalue())
    held = {(one["symbol"], one["account"]): one["quantity"] for one in said["positions"]}
    assert held["ACME", "main"] == "70"  # (30 + 10 − 5) × 2
    assert held["DARK", "margin"] == "-3"


@pytest.mark.parametrize("file_format", list(ExportFormat))
def test_a_manager_of_the_portfolio_downloads_it(
    everything: Portfolio, alice: User, file_format: ExportFormat
) -> None:
    client = Client()
    client.force_login(alice)
    page: Any = client.get(f"/portfolios/{everything.pk}/export/", {"format": file_format})
    door: Any = client.get(f"/api/v1/portfolios/{everything.pk}/export/{file_format}/")
    assert (page.status_code, door.status_code) == (200, 200)
    assert f"savings.{file_format}" in page["Content-Disposition"]
    content = b"".join(page.streaming_content)
    assert content
    if file_format is not ExportFormat.XLSX:  # a workbook holds the minute it was made
        assert content == b"".join(door.streaming_content)


def test_an_unknown_format_is_refused(everything: Portfolio, alice: User) -> None:
    client = Client()
    client.force_login(alice)
    response = client.get(f"/api/v1/portfolios/{everything.pk}/export/exe/")
    assert (response.status_code, response.json()["error"]["code"]) == (422, "VALIDATION_2021")


def test_who_may_not_export_does_not(everything: Portfolio, bob: User, charlie: User) -> None:
    # Bob edits here, but his role does not export; Charlie sees no such portfolio.
    for user, status in ((bob, 403), (charlie, 404)):
        client = Client()
        client.force_login(user)
        assert client.get(f"/portfolios/{everything.pk}/export/").status_code == status
        door = client.get(f"/api/v1/portfolios/{everything.pk}/export/csv/")
        assert door.status_code == status


def test_the_page_offers_exports_to_those_who_may(
    everything: Portfolio, alice: User, bob: User
) -> None:
    for user, offered in ((alice, True), (bob, False)):
        client = Client()
        client.force_login(user)
        content = client.get(f"/portfolios/{everything.pk}/transactions/").content
        assert (b"export/?format=csv" in content) is offered
