"""The first rows of a file of separated values, for whoever maps its columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portfolios.formats.contract import Source
from portfolios.formats.reading.tables import peek

SHOWN = 5


@dataclass(frozen=True, slots=True)
class FirstRows:
    """The header, and the rows below it as they stand in the file."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def first_rows(content: bytes, filename: str, columns: Sequence[str]) -> FirstRows | None:
    """The rows below the header that a format has found; None where there is no such table."""
    records = peek(Source(content, filename))
    wanted = tuple(columns)
    for place, record in enumerate(records):
        if record.fields == wanted:
            below = records[place + 1 : place + 1 + SHOWN]
            return FirstRows(wanted, tuple((each.row, each.fields) for each in below))
    return None
