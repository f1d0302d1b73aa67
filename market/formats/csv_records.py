"""Bytes to records: size, encoding, quoting and the header, before any field is read."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from market.formats.faults import Fault

MAX_FIELD = 1024 * 1024
MAX_COLUMNS = 200
WIDE_ENCODINGS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
# Only where a blank stands beside a border of fields can a field have one to be stripped.
BORDERS, BLANKS = (b",", b'"', b"\r", b"\n"), (b" ", b"\t")
PADDED = tuple(
    pair for edge in BORDERS for blank in BLANKS for pair in (edge + blank, blank + edge)
)
SAVE_AS = "Save the file as CSV in UTF-8, with a header row and commas between the fields."


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may hold. None is no limit."""

    max_bytes: int | None = 10 * 1024 * 1024
    max_rows: int | None = 50_000


@dataclass(frozen=True, slots=True)
class Rows:
    """The records of a file, each with its row, fields by column name. They are read anew by
    whoever goes through them, so a long file is never held in pieces."""

    content: bytes = b""
    names: Sequence[str] = ()

    def __iter__(self) -> Iterator[tuple[int, Mapping[str, str]]]:
        for row, texts in self.texts():
            yield row, dict(zip(self.names, texts, strict=True))

    def texts(self) -> Iterator[tuple[int, Sequence[str]]]:
        """Each record's fields in the order of the columns."""
        padded = self.content.endswith(BLANKS) or any(pair in self.content for pair in PADDED)
        width, header = len(self.names), True
        for row, record in enumerate(_lines(self.content) if self.names else (), start=1):
            if len(record) != width or (width == 1 and _is_blank(record)):
                continue
            if header:  # the first that is not blank, and as wide as itself
                header = False
                continue
            yield row, [cell.strip(" \t") for cell in record] if padded else record


@dataclass(frozen=True, slots=True)
class Records:
    """Fields by column name, each record with its row; and what was wrong around them."""

    rows: Rows
    faults: tuple[Fault, ...]


def read_records(
    content: bytes, *, known: Sequence[str], required: Sequence[str], limits: Limits
) -> Records:
    """Split a CSV file into named fields; every mistake of shape is collected."""
    if limits.max_bytes is not None and len(content) > limits.max_bytes:
        return _refused(_too_large(f"The file is larger than {limits.max_bytes:,} bytes."))
    undecoded = _undecoded(content)
    if undecoded is not None:
        return _refused(undecoded)
    found = _survey(content, limits)
    if isinstance(found, Fault):
        return _refused(found)
    if not found.count:
        return _refused(_malformed("The file is empty."))
    faults = list(_header_faults(found.header, known, required))
    if faults:
        return _refused(*faults)
    if found.count == 1:
        return _refused(_malformed("The file has a header and no entries."))
    uneven = tuple(_uneven_fault(row, fields, len(found.header)) for row, fields in found.uneven)
    return Records(Rows(content, found.header), uneven)


def _undecoded(content: bytes) -> Fault | None:
    if content.startswith(WIDE_ENCODINGS):
        return _malformed("The file is encoded as UTF-16 or UTF-32.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _malformed(f"Byte {error.start + 1} of the file is not UTF-8.")
    if "\0" in text:
        return _malformed("The file contains NUL characters.")
    return None


def _survey(content: bytes, limits: Limits) -> _Survey | Fault:
    """The whole file once, for its shape alone. Reading ends where the file turns out to be too
    long; blank lines have as much room as entries."""
    if csv.field_size_limit() < MAX_FIELD:
        csv.field_size_limit(MAX_FIELD)  # the module's one limit is global; it is only ever raised
    even = _even(content, limits.max_rows)
    if even is not None:
        return even
    found, row, most = _Survey(), 0, limits.max_rows
    unguarded = csv.field_size_limit() > MAX_FIELD  # somebody else has raised it further
    try:
        for row, record in enumerate(_lines(content), start=1):
            if unguarded and max(map(len, record), default=0) > MAX_FIELD:
                return _too_large("A field is larger than 1 MiB.", row=row)
            if not _is_blank(record):
                found.take(row, record)
            if most is not None and max(found.count - 1, row // 2) > most:
                return _too_large(f"The file has more than {most:,} rows.")
    except csv.Error as error:
        if "field limit" in str(error):
            return _too_large("A field is larger than 1 MiB.", row=row + 1)
        return _malformed("A quoted field is not closed or not separated.", row=row + 1)
    return found


def _even(content: bytes, most: int | None) -> _Survey | None:
    """The survey of a file in which nothing is amiss: all lines as wide as the header, none blank,
    no more than there may be. None sends whoever asks through it line by line."""
    if csv.field_size_limit() > MAX_FIELD:
        return None
    try:
        lines = _lines(content)
        header = next(lines, [])
        widths = Counter(map(len, islice(lines, None if most is None else most + 1)))
    except csv.Error:
        return None
    count = widths[len(header)]
    if len(header) < 2 or count != widths.total() or (most is not None and count > most):
        return None
    return _Survey([name.strip(" \t") for name in header], count + 1)


@dataclass(slots=True)
class _Survey:
    """How many records there are, the header, and the records of another length."""

    header: list[str] = field(default_factory=list)
    count: int = 0
    uneven: list[tuple[int, int]] = field(default_factory=list)

    def take(self, row: int, record: list[str]) -> None:
        if not self.count:
            self.header = [name.strip(" \t") for name in record]
        elif len(record) != len(self.header):
            self.uneven.append((row, len(record)))
        self.count += 1


def _lines(content: bytes) -> Iterator[list[str]]:
    """Every line of the table as its fields."""
    text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
    return csv.reader(text, strict=True)


def _is_blank(record: Sequence[str]) -> bool:
    return not record or (len(record) == 1 and not record[0].strip(" \t"))


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


def _uneven_fault(row: int, fields: int, header: int) -> Fault:
    return _malformed(f"The row has {fields} fields, the header {header}.", row=row)


def _refused(*faults: Fault) -> Records:
    return Records(Rows(), faults)


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
