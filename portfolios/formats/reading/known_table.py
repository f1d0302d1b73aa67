"""Tables whose columns are known: from bytes to named rows in one step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from market.formats.faults import Fault
from portfolios.formats.contract import Options, Parsed, Source
from portfolios.formats.reading.encodings import malformed
from portfolios.formats.reading.tables import Row, find_header, name_rows, peek, read_table


@dataclass(frozen=True, slots=True)
class KnownTable:
    """The rows of a table, its header's names, ragged rows, and what to know of the file."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]


def read_known(source: Source, options: Options, required: Iterable[str]) -> KnownTable | Parsed:
    """The table below the first row that has all `required` columns; a refusal otherwise."""
    table = read_table(source, options.limits)
    if isinstance(table, Fault):
        return Parsed(faults=(table,), unread=None)
    index = find_header(table.records, *required)
    if index is None:
        missing = ", ".join(required)
        return Parsed(faults=(malformed(f"No row names the columns {missing}."),), unread=None)
    header, body = table.records[index], table.records[index + 1 :]
    rows, faults, _ = name_rows(header, body)
    if not body:
        faults.append(malformed("The file has a header and no entries."))
    return KnownTable(header.fields, tuple(rows), tuple(faults), table.notes)


def has_header(source: Source, required: Iterable[str]) -> bool:
    """Whether one of the first rows names all these columns."""
    return find_header(peek(source), *required) is not None
