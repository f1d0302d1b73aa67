"""Text to rows: which sign divides the fields, and where the table begins in its file.

Brokers write titles above the header and disclaimers below the last row. Rows keep the numbers
a spreadsheet shows: a quoted field that runs over two lines is one row, a blank line counts.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from market.formats.csv_records import MAX_COLUMNS, MAX_FIELD, Limits
from market.formats.faults import Fault
from portfolios.formats.contract import Source
from portfolios.formats.reading.encodings import decode, malformed, opening, too_large

DELIMITERS = (",", ";", "\t", "|")
SAMPLE = 64 * 1024
BLANKS = " \t\r\n\u00a0\ufeff"


@dataclass(frozen=True, slots=True)
class Record:
    """The fields of one row, without the blanks around them."""

    row: int
    fields: tuple[str, ...]

    @property
    def first(self) -> str:
        return self.fields[0] if self.fields else ""


@dataclass(frozen=True, slots=True)
class Table:
    """All rows of a file that are not blank, in order."""

    records: tuple[Record, ...]
    delimiter: str = ","
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One row by column name; a column that the file does not have reads as empty."""

    number: int
    fields: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.fields.get(column, "")

    def first_of(self, *columns: str) -> str:
        """The first of several columns that is filled."""
        return next((self[column] for column in columns if self[column]), "")


def read_table(
    source: Source, limits: Limits | None = None, *, delimiter: str | None = None
) -> Table | Fault:
    """The rows of a file of separated values, or why it is none."""
    limits = limits or Limits()
    decoded = decode(source.content, limits)
    if isinstance(decoded, Fault):
        return decoded
    said, text = _announced(decoded.text)
    delimiter = delimiter or said or delimiter_of(text)
    records = _split(text, delimiter, limits.max_rows, first=2 if said else 1)
    if isinstance(records, Fault):
        return records
    if not records:
        return malformed("The file is empty.")
    return Table(tuple(records), delimiter, decoded.notes)


def peek(source: Source) -> list[Record]:
    """The first rows, for recognising a format; empty where they cannot be read."""
    said, text = _announced(opening(source.content))
    lines = text.splitlines(keepends=True)
    whole = "".join(lines[:-1] if len(lines) > 1 and len(source.content) > len(text) else lines)
    records = _split(whole, said or delimiter_of(text), None, first=2 if said else 1, strict=False)
    return [] if isinstance(records, Fault) else records


def delimiter_of(text: str) -> str:
    """The sign that divides most rows into the same number of fields; a comma in doubt."""
    sample = text[:SAMPLE]
    scores = {sign: _evenness(sample, sign) for sign in DELIMITERS}
    return max(DELIMITERS, key=lambda sign: (scores[sign], -DELIMITERS.index(sign)))


def plain(name: str) -> str:
    """A column's name for comparing: small letters, single blanks."""
    return " ".join(name.strip(BLANKS).casefold().split())


def find_header(records: Sequence[Record], *required: str, within: int = 60) -> int | None:
    """The index of the first record that has all `required` columns, whatever stands above it."""
    wanted = {plain(name) for name in required}
    for index, record in enumerate(records[:within]):
        if wanted <= {plain(field) for field in record.fields}:
            return index
    return None


def name_rows(
    header: Record, body: Iterable[Record], *, is_footer: Callable[[Record], bool] | None = None
) -> tuple[list[Row], list[Fault], list[Record]]:
    """Rows by the header's names, ragged rows as faults, and the footers set apart.

    Surplus fields are accepted where they are empty, as spreadsheets leave them; a row that ends
    early is a mistake, since what it lost is not known. Names keep the file's spelling.
    """
    names = header.fields
    rows: list[Row] = []
    faults = list(_header_faults(header))
    footers: list[Record] = []
    for record in body:
        if is_footer is not None and is_footer(record):
            footers.append(record)
        elif len(record.fields) < len(names) or any(record.fields[len(names) :]):
            said = f"The row has {len(record.fields)} fields, the header {len(names)}."
            faults.append(malformed(said, record.row))
        else:
            rows.append(Row(record.row, dict(zip(names, record.fields, strict=False))))
    return rows, faults, footers


def _header_faults(header: Record) -> Iterator[Fault]:
    if len(header.fields) > MAX_COLUMNS:
        yield malformed(f"The header has {len(header.fields):,} columns.", header.row)
    for name, count in Counter(name for name in header.fields if name).items():
        if count > 1:
            yield Fault(
                reason="column_duplicate",
                message=f"The column {name[:100]!r} is there {count} times.",
                remedy="Export the file again, or give each column its own name.",
                row=header.row,
                column=name[:100],
            )


def _announced(text: str) -> tuple[str | None, str]:
    """The delimiter that a first line `sep=;` announces to spreadsheets, and what follows it."""
    line, _, rest = text.partition("\n")
    if line.casefold().startswith("sep=") and line[4:].rstrip("\r") in DELIMITERS:
        return line[4:].rstrip("\r"), rest
    return None, text


def _evenness(sample: str, sign: str) -> int:
    """Fields won by dividing at this sign, counted over the rows of the most useful length."""
    lengths: Counter[int] = Counter()
    try:
        for record in csv.reader(io.StringIO(sample, newline=""), delimiter=sign):
            lengths[len(record)] += 1
    except csv.Error:
        return 0
    return max(((length - 1) * count for length, count in lengths.items()), default=0)


def _split(
    text: str, delimiter: str, max_rows: int | None, *, first: int, strict: bool = True
) -> list[Record] | Fault:
    """All records that are not blank; reading ends where the file turns out to be too long."""
    if csv.field_size_limit() < MAX_FIELD:
        csv.field_size_limit(MAX_FIELD)  # the module's one limit is global; it is only ever raised
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)
    records: list[Record] = []
    row = first - 1
    try:
        for row, fields in enumerate(reader, start=first):
            record = Record(row, tuple(field.strip(BLANKS) for field in fields))
            if any(record.fields):
                records.append(record)
            if max_rows is not None and max(len(records) - 1, row // 2) > max_rows:
                return too_large(f"The file has more than {max_rows:,} rows.")
    except csv.Error as error:
        if "field limit" in str(error):
            return too_large("A field is larger than 1 MiB.", row + 1)
        return malformed("A quoted field is not closed or not separated.", row + 1)
    return records
