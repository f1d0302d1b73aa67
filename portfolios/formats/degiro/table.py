"""DEGIRO's tables: localised columns, days that come first, a decimal sign of the language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from market.formats.faults import Fault
from market.formats.fields import Place
from portfolios.formats.contract import DateStyle, DecimalStyle, Options, Parsed, Source
from portfolios.formats.degiro.words import CODE, places
from portfolios.formats.reading.encodings import malformed
from portfolios.formats.reading.localised import written
from portfolios.formats.reading.machine_row import MachineRow
from portfolios.formats.reading.numbers import Cell, decimal_style
from portfolios.formats.reading.tables import Record, peek, read_table


@dataclass(frozen=True, slots=True)
class DegiroTable:
    """The rows of a file by our names of its columns, numbers and days in a machine's writing."""

    rows: tuple[MachineRow, ...]
    notes: tuple[str, ...]


def looks_like(source: Source, needed: Sequence[str]) -> bool:
    """Whether one of the first rows has all these columns, in any language."""
    return any(set(needed) <= places(record.fields).keys() for record in peek(source)[:20])


def read_degiro(
    source: Source,
    options: Options,
    needed: Sequence[str],
    numbers: Sequence[str],
    *,
    amount_first: bool,
) -> DegiroTable | Parsed:
    """The table; `numbers` are its amounts. `amount_first` says that the unnamed neighbour of an
    amount is its currency; else the named column holds the currency."""
    table = read_table(source, options.limits)
    if isinstance(table, Fault):
        return Parsed(faults=(table,), unread=None)
    records = table.records
    start = next(
        (i for i, r in enumerate(records[:20]) if set(needed) <= places(r.fields).keys()), None
    )
    if start is None:
        return Parsed(faults=(malformed("No row names DEGIRO's columns."),), unread=None)
    header, body = records[start], _joined(records[start + 1 :], places(records[start].fields))
    named = [dict(_named(header.fields, r, amount_first=amount_first)) for r in body]
    cells = [
        Cell(Place(record.row, column), fields.get(column, ""))
        for record, fields in zip(body, named, strict=True)
        for column in numbers
    ]
    style = decimal_style((cell for cell in cells if cell.text), options.decimal_style)
    if not isinstance(style, DecimalStyle):
        return Parsed(questions=(style,))
    rows = [
        written(
            record.row,
            fields,
            options,
            numbers=numbers,
            days=("date", "value_date"),
            styles=(style, options.date_style or DateStyle.DAY_FIRST),
        )
        for record, fields in zip(body, named, strict=True)
    ]
    if not rows:
        return Parsed(faults=(malformed("The file has a header and no entries."),), unread=None)
    return DegiroTable(tuple(rows), table.notes)


def _joined(records: Sequence[Record], where: Mapping[str, int]) -> list[Record]:
    """A long name or identifier runs over into a row without a date, part of the one above."""
    joined: list[Record] = []
    for record in records:
        dated = len(record.fields) > where["date"] and record.fields[where["date"]]
        if dated or not joined:
            joined.append(record)
            continue
        above = joined.pop()
        width = max(len(above.fields), len(record.fields))
        pairs = zip(_padded(above, width), _padded(record, width), strict=True)
        joined.append(Record(above.row, tuple(_run_on(*pair) for pair in pairs)))
    return joined


def _run_on(above: str, below: str) -> str:
    """An order's identifier is cut in the middle, a name between words."""
    return above + below if "-" in below and " " not in below else f"{above} {below}".strip()


def _padded(record: Record, width: int) -> tuple[str, ...]:
    return (*record.fields, *[""] * (width - len(record.fields)))


def _named(
    header: Sequence[str], record: Record, *, amount_first: bool
) -> Iterator[tuple[str, str]]:
    cells = _padded(record, len(header))
    for column, index in places(header).items():
        unnamed = index + 1 < len(header) and not header[index + 1]
        beside = cells[index + 1] if unnamed else ""
        if column == "order":
            yield column, cells[index] or beside  # newer files move it one to the right
        elif column in ("change", "balance"):
            yield f"{column}_currency", cells[index]
            yield column, beside
        else:
            yield column, cells[index]
            code = CODE.search(header[index])
            if amount_first and (unnamed or code):
                yield f"{column}_currency", beside if unnamed else code[1] if code else ""


def magnitude(row: MachineRow, column: str) -> Decimal:
    """A charge as a positive number, zero where there is none."""
    return abs(row.number(column) or Decimal(0))
