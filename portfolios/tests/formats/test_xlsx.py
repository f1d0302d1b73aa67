"""Workbooks: a sheet that a CSV format knows is read as if it had been saved as CSV."""

import io
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from portfolios.formats.contract import DecimalStyle, Source
from portfolios.formats.holdings import FORMAT as HOLDINGS
from portfolios.formats.registry import SURE, detect
from portfolios.formats.xlsx import FORMAT
from portfolios.tests.formats.sample_files import options, survives, told, wrong

HEAD = ["date", "type", "symbol", "quantity", "price", "fees", "currency", "narration"]
BUY = [date(2025, 1, 3), "BUY", "ACME", 10, 20.1, 1.5, "USD", "=not a formula here"]
Sheets = dict[str, list[list[Any]]]


def workbook(sheets: Sheets) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sure_of(content: bytes) -> list[str]:
    return [format_.name for format_, score in detect(Source(content)) if score > SURE]


def test_the_sheet_that_a_format_knows_is_read() -> None:
    """Typed cells: a day, and 20.1 as the number that it is."""
    bought = [*BUY[:7], "first"]
    content = workbook({"Notes": [["hello"]], "Ledger": [HEAD, bought, [], bought]})
    assert sure_of(content) == ["xlsx"]
    parsed = FORMAT.parse(Source(content), options())
    assert not parsed.faults
    first, second = parsed.drafts
    assert told(first) == {
        "entry_type": "BUY",
        "transaction_date": "2025-01-03",
        "symbol": "ACME",
        "currency": "USD",
        "quantity": "10",
        "price": "20.1",
        "gross_amount": "201",
        "fees": "1.5",
        "net_amount": "-202.5",
        "narration": "first",
    }
    assert (first.row, second.row) == (2, 4)  # as the sheet shows them
    assert parsed.notes[:2] == (
        "Read as DawsOS CSV, sheet 'Ledger'.",
        "Not read: the sheets Notes.",
    )


def test_holdings_in_a_workbook_keep_their_shape() -> None:
    rows: list[list[Any]] = [["Symbol", "Quantity", "Cost basis", "Currency", "As of"],
            ["ACME", 10, 200.5, "USD", datetime(2025, 5, 31)]]  # fmt: skip  # noqa: DTZ001
    content = workbook({"Positions": rows})
    assert sure_of(content) == ["holdings"]
    (draft,) = HOLDINGS.parse(Source(content), options()).drafts
    assert (str(draft.cost_basis), str(draft.transaction_date)) == ("200.5", "2025-05-31")


def test_an_unknown_table_asks_for_its_columns() -> None:
    content = workbook({"S": [["When", "What", "Which"], [date(2025, 1, 3), "BUY", "ACME"]]})
    parsed = FORMAT.parse(Source(content), options())
    assert [question.about for question in parsed.questions] == ["columns"]
    assert parsed.columns == ("When", "What", "Which")


NAMED = {"date": "Datum", "type": "Typ", "symbol": "Aktie", "quantity": "Anzahl"}
NAMED |= {"gross_amount": "Betrag"}


def table(*rows: tuple[Any, Any]) -> Source:
    """A sheet of purchases: shares and amount, each typed as a number or written as a text."""
    body = [[date(2025, 1, 3), "Kauf", "ACME", *row] for row in rows]
    return Source(workbook({"S": [["Datum", "Typ", "Aktie", "Anzahl", "Betrag"], *body]}))


def test_a_text_that_can_be_read_in_two_ways_is_asked_about() -> None:
    parsed = FORMAT.parse(table(("1,234", "59,849")), options(columns=NAMED))
    assert [question.about for question in parsed.questions] == ["decimal_style", "currency"]
    assert not parsed.drafts


def test_typed_numbers_are_read_beside_texts_with_a_comma() -> None:
    """The text says that a comma is decimal; 1.234 is typed, and 2 whole."""
    source = table((1.234, "1.059,84"), (2, 59.5))
    parsed = FORMAT.parse(source, options(columns=NAMED, currency="EUR"))
    said = [(str(draft.quantity), str(draft.gross_amount)) for draft in parsed.drafts]
    assert said == [("1.234", "1059.84"), ("2", "59.5")]


def test_an_answer_holds_for_texts_and_not_for_typed_numbers() -> None:
    answered = options(columns=NAMED, currency="EUR", decimal_style=DecimalStyle.COMMA)
    parsed = FORMAT.parse(table(("1,234", 20.125)), answered)
    said = [(str(draft.quantity), str(draft.gross_amount)) for draft in parsed.drafts]
    assert said == [("1.234", "20.125")]


def test_holdings_whose_texts_can_be_read_in_two_ways_are_asked_about() -> None:
    head = ["Symbol", "Quantity", "Cost basis", "Currency"]
    rows: list[list[Any]] = [head, ["ACME", "1,234", 200.5, "USD"]]
    content = workbook({"Positions": rows})
    parsed = HOLDINGS.parse(Source(content), options())
    assert [question.about for question in parsed.questions] == ["decimal_style"]
    (draft,) = HOLDINGS.parse(Source(content), options(decimal_style=DecimalStyle.COMMA)).drafts
    assert (str(draft.quantity), str(draft.cost_basis)) == ("1.234", "200.5")


def test_a_formula_is_not_computed() -> None:
    """Nothing has computed it, so there is nothing to read: the quantity is missing."""
    content = workbook({"S": [HEAD, [*BUY[:3], "=5+5", *BUY[4:7], ""]]})
    assert wrong(FORMAT.parse(Source(content), options())) == [(2, "quantity", "value_missing")]


def bomb(name: str, size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, b"0" * size)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (bomb("xl/workbook.xml", 50_000_000), "archive_refused"),
        (bomb("../xl/workbook.xml", 10), "archive_refused"),
        (bomb("inner.zip", 10), "archive_refused"),
        (bomb("xl/workbook.xml", 10), "file_malformed"),
        (b"PK\x03\x04 and no more", "file_malformed"),
        (workbook({"S": [HEAD, BUY]})[:-200], "file_malformed"),
    ],
)
def test_a_workbook_that_is_refused(content: bytes, reason: str) -> None:
    assert [f.reason for f in FORMAT.parse(Source(content), options()).faults] == [reason]


def test_entities_in_a_workbook_are_refused() -> None:
    """The sheet declares one; nothing of the file is taken."""
    source = io.BytesIO(workbook({"S": [HEAD, BUY]}))
    out = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                text = b'<!DOCTYPE s [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + text
            new.writestr(name, text)
    parsed = FORMAT.parse(Source(out.getvalue()), options())
    assert [fault.reason for fault in parsed.faults] == ["xml_refused"]


def test_a_damaged_workbook_never_breaks_the_reader() -> None:
    survives(FORMAT, workbook({"S": [HEAD, BUY]}), seeds=60)
