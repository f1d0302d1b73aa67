"""An XLSX workbook that holds a table which one of the CSV formats reads.

Each sheet is tried in order; the first whose columns a format knows is read, as if it had been
saved as CSV: days as ISO dates, numbers in one style with those that are written as texts, rows
numbered as the sheet shows them. Where none is known, the first sheet is a table whose columns the
reader names. Formulas are not computed: what the program that wrote the file last saw in them is
read, and nothing where it left nothing. Sheets that were not read are named in a note.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace

from market.formats.csv_records import Limits
from market.formats.faults import Fault
from portfolios.formats.contract import (
    DecimalStyle,
    Format,
    Options,
    Parsed,
    Question,
    Shape,
    Source,
)
from portfolios.formats.generic_csv import NUMBERS
from portfolios.formats.reading.signatures import Kind, kind_of
from portfolios.formats.reading.tables import Table, find_header
from portfolios.formats.reading.typed_cells import TYPED, in_style, style_of_texts
from portfolios.formats.reading.worksheets import read_worksheet, sheet_names
from portfolios.formats.registry import SURE, detect, format_named

MOST_SHEETS = 20
TRIED = 60  # rows of a sheet that are looked at to know it
ADAPTING = frozenset(
    {"generic_csv", "degiro_transactions", "degiro_account", "portfolio_performance_csv"}
)
"""The formats whose programs write numbers in the style of their country."""
BY_THEMSELVES = frozenset({"questrade", "holdings"})  # they read workbooks on their own


class Xlsx:
    """A workbook with transactions."""

    name = "xlsx"
    title = "XLSX workbook"
    shape = Shape.TRANSACTIONS

    def recognises(self, source: Source) -> float:
        """Any workbook, unless a format that reads workbooks itself knows it."""
        if kind_of(source) is not Kind.ZIP:
            return 0.0
        others = (format_named(name) for name in BY_THEMSELVES)
        taken = any(other and other.recognises(source) > SURE for other in others)
        return 0.0 if taken or b"xl/workbook.xml" not in source.content else 0.9

    def parse(self, source: Source, options: Options) -> Parsed:
        """The first sheet that a format knows, else the first one by the reader's mapping."""
        names = sheet_names(source.content, options.limits)
        if isinstance(names, Fault):
            return Parsed(faults=(names,), unread=None)
        known = _known(source, names)
        index, format_ = known if known is not None else (0, format_named("generic_csv"))
        table = read_worksheet(source.content, options.limits, index=index, typed=TYPED)
        if isinstance(table, Fault) or format_ is None:
            return Parsed(faults=(table,) if isinstance(table, Fault) else (), unread=None)
        parsed = _parsed(format_, table, options)
        others = [name for place, name in enumerate(names) if place != index]
        read = f"Read as {format_.title}, sheet {names[index][:60]!r}."
        unread = [f"Not read: the sheets {', '.join(others)}."] if others else []
        return replace(parsed, notes=(read, *unread, *parsed.notes))


FORMAT = Xlsx()


def as_csv(table: Table) -> Source:
    """A sheet as the CSV file that it would be saved as; blank rows keep the numbers right."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    row = 1
    for record in table.records:
        for _ in range(record.row - row):
            text.write("\n")
        writer.writerow(record.fields)
        row = record.row + 1
    return Source(text.getvalue().encode("utf-8", "replace"), "sheet.csv")


def _parsed(format_: Format, table: Table, options: Options) -> Parsed:
    """The table by its format. What its texts leave open is asked together with the rest."""
    style = _style(format_, table, options)
    open_one = style if isinstance(style, Question) else None
    known = DecimalStyle.POINT if isinstance(style, Question) else style
    parsed = format_.parse(as_csv(in_style(table, known)), replace(options, decimal_style=known))
    if open_one is None:
        return parsed
    asked = (open_one, *parsed.questions)
    return Parsed(questions=asked, columns=parsed.columns, notes=parsed.notes)


def _style(format_: Format, table: Table, options: Options) -> DecimalStyle | Question:
    """The decimal sign of the texts: of the columns that the reader named, or of all that hold
    numbers. A format that has one style of its own keeps it."""
    if format_.name not in ADAPTING:
        return DecimalStyle.POINT
    named = [options.columns[name] for name in NUMBERS if name in options.columns]
    if format_.name != "generic_csv":
        return style_of_texts(table, options.decimal_style, None)
    plain = in_style(table, DecimalStyle.POINT).records
    header = find_header(plain, *options.columns.values()) if named else None
    if header is None:
        return options.decimal_style or DecimalStyle.POINT
    columns = [index for index, name in enumerate(plain[header].fields) if name in named]
    return style_of_texts(table, options.decimal_style, columns, header)


def _known(source: Source, names: list[str]) -> tuple[int, Format] | None:
    """The first sheet that one CSV format is sure of."""
    for index, candidate in _candidates(source, names):
        sure = [format_ for format_, score in detect(candidate) if score > SURE]
        if len(sure) == 1:
            return index, sure[0]
    return None


def _candidates(source: Source, names: list[str]) -> Iterator[tuple[int, Source]]:
    for index in range(min(len(names), MOST_SHEETS)):
        table = read_worksheet(source.content, Limits(), upto=TRIED, index=index)
        if not isinstance(table, Fault):
            yield index, as_csv(table)
