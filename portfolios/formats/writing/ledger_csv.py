"""A ledger as DawsOS CSV: every column, one row an entry."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any

from portfolios.formats.entry_row import NAMES, TEXTS
from portfolios.formats.entry_rules import COLUMNS
from portfolios.formats.neutral import neutral
from portfolios.formats.writing.rows import Fields, written

TEXT_COLUMNS = frozenset(TEXTS) | NAMES


def csv_chunks(rows: Iterable[Fields]) -> Iterator[str]:
    """The header, then each row."""
    buffer = StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for fields in rows:
        said = written(fields)
        writer.writerow([cell(name, said.get(name, "")) for name in COLUMNS])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def cell(column: str, value: Any) -> str:
    """A field as a cell: lists as JSON, texts so that no spreadsheet runs them."""
    if isinstance(value, list):
        return json.dumps(value)
    return neutral(value) if column in TEXT_COLUMNS else value
