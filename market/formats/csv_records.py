"""Bytes to records: size, encoding, quoting and the header, before any field is read."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from market.formats.faults import Fault

MAX_FIELD = 1024 * 1024
MAX_COLUMNS = 200
WIDE_ENCODINGS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
SAVE_AS = "Save the file as CSV in UTF-8, with a header row and commas between the fields."


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may hold. None is no limit."""

    max_bytes: int | None = 10 * 1024 * 1024
    max_rows: int | None = 50_000


@dataclass(frozen=True, slots=True)
class Records:
    """Fields by column name, each record with its row; and what was wrong around them."""

    rows: tuple[tuple[int, Mapping[str, str]], ...]
    faults: tuple[Fault, ...]


def read_records(
    content: bytes, *, known: Sequence[str], required: Sequence[str], limits: Limits
) -> Records:
    """Split a CSV file into named fields; every mistake of shape is collected."""
    if limits.max_bytes is not None and len(content) > limits.max_bytes:
        return _refused(_too_large(f"The file is larger than {limits.max_bytes:,} bytes."))
    text = _decode(content)
    if isinstance(text, Fault):
        return _refused(text)
    records, broken = _split(text, limits.max_rows)
    if broken is not None:
        return _refused(broken)
    if not records:
        return _refused(_malformed("The file is empty."))
    (_, header), *body = records
    names = [name.strip(" \t") for name in header]
    faults = list(_header_faults(names, known, required))
    if faults:
        return _refused(*faults)
    if not body:
        return _refused(_malformed("The file has a header and no entries."))
    return _named(names, body)


def _decode(content: bytes) -> str | Fault:
    if content.startswith(WIDE_ENCODINGS):
        return _malformed("The file is encoded as UTF-16 or UTF-32.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _malformed(f"Byte {error.start + 1} of the file is not UTF-8.")
    if "\0" in text:
        return _malformed("The file contains NUL characters.")
    return text


def _split(text: str, max_rows: int | None) -> tuple[list[tuple[int, list[str]]], Fault | None]:
    """All records that are not blank, with their row numbers. Reading ends where the file turns
    out to be too long; blank lines have as much room as entries."""
    if csv.field_size_limit() < MAX_FIELD:
        csv.field_size_limit(MAX_FIELD)  # the module's one limit is global; it is only ever raised
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    records: list[tuple[int, list[str]]] = []
    row = 0
    try:
        for row, record in enumerate(reader, start=1):
            if any(len(field) > MAX_FIELD for field in record):
                return [], _too_large("A field is larger than 1 MiB.", row=row)
            if record and not (len(record) == 1 and not record[0].strip(" \t")):
                records.append((row, record))
            if max_rows is not None and max(len(records) - 1, row // 2) > max_rows:
                return [], _too_large(f"The file has more than {max_rows:,} rows.")
    except csv.Error as error:
        if "field limit" in str(error):
            return [], _too_large("A field is larger than 1 MiB.", row=row + 1)
        return [], _malformed("A quoted field is not closed or not separated.", row=row + 1)
    return records, None


def _header_faults(
    names: Sequence[str], known: Sequence[str], required: Sequence[str]
) -> Iterator[Fault]:
    if len(names) > MAX_COLUMNS:
        yield _malformed(f"The header has {len(names):,} columns.", row=1)
        return
    for name, count in Counter(names).items():
        if name not in known:
            yield _column(name, "column_unknown", f"{name[:100]!r} is not a column of this format.")
        elif count > 1:
            yield _column(name, "column_duplicate", f"The column {name} is there {count} times.")
    for name in required:
        if name not in names:
            yield _column(name, "column_missing", f"The column {name} is missing.")


def _named(names: Sequence[str], body: Sequence[tuple[int, list[str]]]) -> Records:
    rows: list[tuple[int, Mapping[str, str]]] = []
    faults: list[Fault] = []
    for row, record in body:
        if len(record) != len(names):
            said = f"The row has {len(record)} fields, the header {len(names)}."
            faults.append(_malformed(said, row=row))
            continue
        rows.append((row, dict(zip(names, (field.strip(" \t") for field in record), strict=True))))
    return Records(tuple(rows), tuple(faults))


def _refused(*faults: Fault) -> Records:
    return Records((), faults)


def _malformed(message: str, *, row: int | None = None) -> Fault:
    return Fault(reason="file_malformed", message=message, remedy=SAVE_AS, row=row)


def _too_large(message: str, *, row: int | None = None) -> Fault:
    return Fault(
        reason="file_too_large",
        message=message,
        remedy="Split the file, or import it with the command import_ledger.",
        row=row,
    )


def _column(name: str, reason: str, message: str) -> Fault:
    return Fault(
        reason=reason,
        message=message,
        remedy="The columns are listed in docs/import-csv.md.",
        row=1,
        column=name[:100],
        value=name,
    )
