"""Numbers of a workbook, some of which are typed as numbers and some written as texts.

A typed number has no decimal sign of its own. A text has one, which is found or asked for as in a
CSV file; typed numbers are then written in the same style, so that one style holds for the table.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from market.formats.fields import Place
from portfolios.formats.contract import DecimalStyle, Question
from portfolios.formats.reading.numbers import Cell, decimal_style, ways_to_read
from portfolios.formats.reading.tables import Record, Table

TYPED = "\x01"
"""Stands before a typed number while a sheet is read; no text of a workbook may hold it."""


def style_of_texts(
    table: Table, given: DecimalStyle | None, columns: Collection[int] | None, header: int = 0
) -> DecimalStyle | Question:
    """The decimal sign of the texts in some columns, or in all that hold nothing but numbers
    below the header."""
    names = in_style(table, DecimalStyle.POINT).records[header].fields
    below = table.records[header + 1 :]
    if columns is None:
        columns = [index for index in range(len(names)) if _is_of_numbers(below, index)]
    return decimal_style(_texts(below, columns, names), given)


def in_style(table: Table, style: DecimalStyle) -> Table:
    """The table with its typed numbers written in a style."""
    point = "." if style is DecimalStyle.POINT else ","
    records = (
        Record(
            record.row,
            tuple(
                field[1:].replace(".", point) if field.startswith(TYPED) else field
                for field in record.fields
            ),
        )
        for record in table.records
    )
    return replace(table, records=tuple(records))


def _texts(
    records: Collection[Record], columns: Collection[int], names: tuple[str, ...]
) -> Iterator[Cell]:
    for index in columns:
        for record in records:
            if record.fields[index] and not record.fields[index].startswith(TYPED):
                yield Cell(Place(record.row, names[index] or None), record.fields[index])


def _is_of_numbers(records: Collection[Record], index: int) -> bool:
    filled = [record.fields[index] for record in records if record.fields[index]]
    return bool(filled) and all(field.startswith(TYPED) or ways_to_read(field) for field in filled)
