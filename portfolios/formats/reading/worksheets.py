"""The first worksheet of an XLSX workbook as a table of texts, read without formulas or macros."""

from __future__ import annotations

import html
import io
import zipfile
import zlib
from datetime import date, datetime, time
from typing import Any

from market.formats.csv_records import MAX_COLUMNS, MAX_FIELD, Limits
from market.formats.faults import Fault
from portfolios.formats.reading.archives import declares_entities, refuse_archive
from portfolios.formats.reading.encodings import malformed, too_large
from portfolios.formats.reading.tables import BLANKS, Record, Table

DAMAGE = (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, EOFError, OSError)


def read_worksheet(
    content: bytes,
    limits: Limits | None = None,
    *,
    upto: int | None = None,
    index: int = 0,
    typed: str = "",
) -> Table | Fault:
    """All rows that are not blank, or those `upto` a row, numbered as a spreadsheet shows them;
    of the first sheet, or of another one by its `index`.

    Days are told as ISO dates, and numbers as the shortest decimal that reads back the same, with
    `typed` before it.
    """
    limits = limits or Limits()
    refusal = refuse_archive(content, limits) or (declares_entities(content) if not index else None)
    if refusal is not None:
        return refusal
    try:
        records = _records(content, limits, upto, index, typed)
    except Exception:  # noqa: BLE001 -- a damaged workbook fails in ways that openpyxl does not name
        return malformed("The file is not a workbook that can be read.")
    if isinstance(records, list) and not records:
        return malformed(
            "The workbook's first sheet is empty." if not index else "The sheet is empty."
        )
    return records if isinstance(records, Fault) else Table(tuple(records))


def opening_texts(content: bytes, size: int = 64 * 1024) -> str:
    """The raw beginnings of the parts that hold texts, for recognising a workbook by its header
    without reading it; empty where the archive is not one to be opened."""
    if refuse_archive(content) is not None:
        return ""
    found = []
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.infolist():
                if member.filename.startswith(("xl/sharedStrings", "xl/worksheets/sheet1.")):
                    with archive.open(member) as part:
                        found.append(part.read(size).decode(errors="ignore"))
    except DAMAGE:
        return ""
    return html.unescape("".join(found))


def sheet_names(content: bytes, limits: Limits | None = None) -> list[str] | Fault:
    """The names of the sheets that hold cells, in order."""
    refusal = refuse_archive(content, limits or Limits()) or declares_entities(content)
    if refusal is not None:
        return refusal
    try:
        book = _workbook(content)
        return [str(sheet.title) for sheet in book.worksheets]
    except Exception:  # noqa: BLE001 -- as above
        return malformed("The file is not a workbook that can be read.")


def _records(
    content: bytes, limits: Limits, upto: int | None, index: int, typed: str
) -> list[Record] | Fault:
    book = _workbook(content)
    rows: list[tuple[int, list[str]]] = []
    sheet = book.worksheets[index]
    for row, values in enumerate(sheet.iter_rows(values_only=True, max_row=upto), start=1):
        fields = _without_tail([cell_text(value, typed) for value in values])
        if len(fields) > MAX_COLUMNS or any(len(field) > MAX_FIELD for field in fields):
            return too_large("A row has too many columns, or a field is larger than 1 MiB.", row)
        if fields:
            rows.append((row, fields))
        if limits.max_rows is not None and max(len(rows) - 1, row // 2) > limits.max_rows:
            return too_large(f"The file has more than {limits.max_rows:,} rows.")
    width = max((len(fields) for _, fields in rows), default=0)
    return [Record(row, tuple(fields + [""] * (width - len(fields)))) for row, fields in rows]


def _workbook(content: bytes) -> Any:
    """Cells as they were last shown. The library is loaded for the first workbook, not before:
    every file is held against every format."""
    from openpyxl import load_workbook  # noqa: PLC0415

    return load_workbook(io.BytesIO(content), read_only=True, data_only=True)


def _without_tail(fields: list[str]) -> list[str]:
    """Spreadsheets pad rows with blank cells, as far as anyone ever clicked."""
    while fields and not fields[-1]:
        fields.pop()
    return fields


def cell_text(value: Any, typed: str = "") -> str:
    """A cell as a CSV file would hold it, with `typed` before what is a number by itself."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return f"{typed}{int(value)}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{typed}{value}"
    return str(value).strip(BLANKS)
