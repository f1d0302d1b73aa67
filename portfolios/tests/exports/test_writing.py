"""Files as text: what is written is read back the same, and no spreadsheet runs any of it."""

import csv
import json
from dataclasses import fields
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from portfolios.calc.entries import EntryType
from portfolios.formats import dawsos_csv, dawsos_json
from portfolios.formats.contract import Options, Parsed, Source
from portfolios.formats.draft import Draft
from portfolios.formats.entry_rules import COLUMNS
from portfolios.formats.neutral import neutral, plain
from portfolios.formats.writing.ledger_csv import csv_chunks
from portfolios.formats.writing.ledger_json import json_chunks
from portfolios.formats.writing.ledger_xlsx import xlsx_bytes
from portfolios.tests.exports.ledgers import BOOKED, ONLY_WRITTEN, numbered

OPTIONS = Options(base_currency="CAD", today=date(2026, 1, 1))
ASIDE = {"row", "figi", "security_name", "security_id", "to_security_id"}


def drafts_of(parsed: Parsed) -> tuple[Draft, ...]:
    assert parsed.faults == ()
    return parsed.drafts


EVERYTHING = drafts_of(
    dawsos_json.FORMAT.parse(Source(json.dumps(numbered(*BOOKED, *ONLY_WRITTEN)).encode()), OPTIONS)
)


def row_of(draft: Draft) -> dict[str, Any]:
    """A draft as the ledger's row gives it to the files."""
    said = {each.name: getattr(draft, each.name) for each in fields(draft)}
    return {
        **said,
        "seq": said["number"],
        "date": said["transaction_date"],
        "type": said["entry_type"],
    }


ROWS = [row_of(draft) for draft in EVERYTHING]


def content(draft: Draft) -> dict[str, Any]:
    said = {each.name: getattr(draft, each.name) for each in fields(draft)}
    return {name: value for name, value in said.items() if name not in ASIDE}


def test_every_type_of_entry_is_tried() -> None:
    assert {draft.entry_type for draft in EVERYTHING} == {*EntryType, "REVERSAL"}


def test_csv_is_read_back_to_the_same_entries() -> None:
    text = "".join(csv_chunks(ROWS))
    again = dawsos_csv.FORMAT.parse(Source(text.encode()), OPTIONS)
    assert list(map(content, drafts_of(again))) == list(map(content, EVERYTHING))


def test_json_is_read_back_to_the_same_entries() -> None:
    head = {"base_currency": "CAD", "asof": "2013-02-08", "policy": {}, "instruments": []}
    text = "".join(json_chunks(head, ROWS))
    assert json.loads(text)["asof"] == "2013-02-08"
    again = dawsos_json.FORMAT.parse(Source(text.encode()), OPTIONS)
    assert list(map(content, drafts_of(again))) == list(map(content, EVERYTHING))


def test_an_empty_ledger_is_a_file_too() -> None:
    assert json.loads("".join(json_chunks({"base_currency": "CAD"}, [])))["transactions"] == []
    assert "".join(csv_chunks([])) == ",".join(COLUMNS) + "\r\n"
    assert load_workbook(BytesIO(xlsx_bytes([]))).active.max_row == 1


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", " =", "'=", '"=', "\n1"])
def test_what_a_spreadsheet_would_run_is_text(start: str) -> None:
    draft = EVERYTHING[2].changed(narration=f"{start}cmd|' /C calc'!A0")
    [header, cells] = csv.reader(StringIO("".join(csv_chunks([row_of(draft)])), newline=""))
    said = dict(zip(header, cells, strict=True))
    assert said["narration"].startswith("'")
    assert plain(said["narration"]) == draft.narration
    sheet = load_workbook(BytesIO(xlsx_bytes([row_of(draft)]))).active
    cell = sheet.cell(2, COLUMNS.index("narration") + 1)
    assert cell.data_type == "s"
    assert str(cell.value).startswith("'")


def test_negative_numbers_stay_numbers() -> None:
    draft = Draft(
        entry_type="OPENING_BALANCE",
        transaction_date=date(2024, 1, 2),
        currency="CAD",
        gross_amount=Decimal("-12.5"),
        account="-side",
    )
    [header, cells] = csv.reader(StringIO("".join(csv_chunks([row_of(draft)])), newline=""))
    said = dict(zip(header, cells, strict=True))
    assert (said["gross_amount"], said["account"]) == ("-12.5", "'-side")
    sheet = load_workbook(BytesIO(xlsx_bytes([row_of(draft)]))).active
    assert sheet.cell(2, COLUMNS.index("gross_amount") + 1).value == -12.5


def test_a_number_that_a_spreadsheet_cannot_hold_is_its_text() -> None:
    draft = EVERYTHING[4].changed(price=Decimal("1234567.8912345678"))
    sheet = load_workbook(BytesIO(xlsx_bytes([row_of(draft)]))).active
    assert sheet.cell(2, COLUMNS.index("price") + 1).value == "1234567.8912345678"


@given(st.text(max_size=20))
def test_a_marked_text_comes_back(text: str) -> None:
    assert plain(neutral(text)) == text


@given(st.text(alphabet="=+-@'\" \tx1", max_size=6))
def test_no_marked_text_begins_with_what_runs(text: str) -> None:
    assert not neutral(text).startswith(("=", "+", "-", "@", "\t", "\r", " "))
