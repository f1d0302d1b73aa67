"""Any table of transactions, read by a mapping: which of its columns holds which of our values.

The mapping comes with `Options.columns`; without one the format asks, and tells the columns of the
file. The decimal sign and the order of day and month are found from all mapped columns together,
since one program wrote them, and are asked where nothing decides. Words for types are those below
and our own. Amounts may be signed: money that leaves may be written with a minus, money that
arrives may not, and `generic_signs` tells what contradicts that. Events other than splits need
more than a table of this kind says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from market.formats.faults import Fault
from market.formats.fields import Place
from portfolios.formats.contract import Options, Parsed, Question, Shape, Source
from portfolios.formats.draft import ZERO, Draft
from portfolios.formats.generic_signs import Signs
from portfolios.formats.generic_words import MEANINGS, type_of
from portfolios.formats.reading.broker_table import is_prose, of_trade
from portfolios.formats.reading.dates import date_style
from portfolios.formats.reading.encodings import malformed
from portfolios.formats.reading.findings import TRADES, Findings, refused
from portfolios.formats.reading.numbers import Cell, decimal_style
from portfolios.formats.reading.row_reader import RowReader
from portfolios.formats.reading.signatures import Kind, kind_of
from portfolios.formats.reading.tables import Record, Row, find_header, name_rows, peek, read_table

DATES = ("date", "settlement_date", "ex_date", "pay_date")
NUMBERS = tuple(
    "quantity price gross_amount fees taxes net_amount fx_rate new_shares old_shares "
    "to_amount".split()
)
TEXTS = "symbol exchange isin figi security_name external_id narration".split()
NEEDED = ("date", "type")


class GenericCsv:
    name = "generic_csv"
    title = "CSV with columns you name"
    shape = Shape.TRANSACTIONS

    def recognises(self, source: Source) -> float:
        """Little: any table may be one, and every other format knows its own better."""
        if kind_of(source) is not Kind.TEXT:
            return 0.0
        records = peek(source)
        header = _likely_header(records)
        is_table = header is not None and len(records) > header + 1
        return 0.2 if is_table else 0.0

    def parse(self, source: Source, options: Options) -> Parsed:
        table = read_table(source, options.limits)
        if isinstance(table, Fault):
            return refused(table)
        index = _header(table.records, options.columns)
        if index is None:
            return refused(*_missing_columns(table.records, options.columns))
        header = table.records[index]
        columns = tuple(field for field in header.fields if field)
        if not set(NEEDED) <= options.columns.keys():
            return Parsed(questions=(_which_columns(),), columns=columns, notes=table.notes)
        findings = Findings(options, columns=options.columns)
        findings.notes.extend(table.notes)
        rows, faults, prose = name_rows(header, table.records[index + 1 :], is_footer=is_prose)
        if faults:
            findings.fail_shape(faults)
        elif not rows:
            findings.fail_shape([malformed("The file has a header and no rows.")])
        for record in (*table.records[:index], *prose):
            findings.skip(record.row, "Text around the table.", record.first)
        _read(findings, rows)
        return replace(findings.parsed(), columns=columns)


FORMAT = GenericCsv()


def _likely_header(records: Sequence[Record]) -> int | None:
    """The first row of three fields or more, all of them filled in and none a number."""
    for index, record in enumerate(records[:60]):
        filled = [field for field in record.fields if field]
        if len(filled) >= 3 and not any(field[0].isdigit() for field in filled):
            return index
    return None


def _header(records: Sequence[Record], columns: Mapping[str, str]) -> int | None:
    return find_header(records, *columns.values()) if columns else _likely_header(records)


def _missing_columns(records: Sequence[Record], columns: Mapping[str, str]) -> Iterator[Fault]:
    """Each mapped column that the likely header does not have; or that there is no header."""
    index = _likely_header(records)
    header = records[index] if index is not None else Record(1, ())
    missing = [name for name in columns.values() if name not in header.fields]
    for name in missing or [""]:
        yield Fault(
            reason="column_missing",
            message=f"The column {name[:100]!r} is missing." if name else "There is no header.",
            remedy="Choose the columns again." if name else "Give each column a name.",
            row=header.row,
            column=name[:100] or None,
        )


def _which_columns() -> Question:
    return Question(
        about="columns",
        message="Which column holds what? The date and the type are needed.",
        choices=tuple(MEANINGS.items()),
    )


def _read(findings: Findings, rows: Sequence[Row]) -> None:
    options = findings.options
    dates = date_style(_cells(rows, options.columns, DATES), options.date_style)
    decimals = decimal_style(_cells(rows, options.columns, NUMBERS), options.decimal_style)
    findings.questions += [each for each in (dates, decimals) if isinstance(each, Question)]
    if not (options.currency or "currency" in options.columns):
        message = "The file does not say its currency. Which one is it?"
        findings.questions.append(Question(about="currency", message=message, choices=()))
    if isinstance(dates, Question) or isinstance(decimals, Question) or findings.questions:
        return
    lines = []
    for row in rows:
        line = _line(findings, RowReader(row, options, dates=dates, decimals=decimals))
        lines += [line] if line is not None else []
    signs = Signs((line.kind, line.numbers) for line in lines)
    for line in lines:
        _enter(findings, line, signs)


def _cells(rows: Sequence[Row], columns: Mapping[str, str], names: Sequence[str]) -> Iterator[Cell]:
    for name in names:
        column = columns.get(name)
        for row in rows:
            if column and row[column]:
                yield Cell(Place(row.number, column), row[column])


@dataclass(frozen=True, slots=True)
class _Line:
    """A row as it says itself, before its signs are held against those of others."""

    reader: RowReader
    kind: str
    texts: dict[str, Any]
    days: dict[str, Any]
    numbers: dict[str, Decimal | None]


def _line(findings: Findings, reader: RowReader) -> _Line | None:
    columns = findings.options.columns
    texts: dict[str, Any] = {name: reader.text(columns[name]) for name in TEXTS if name in columns}
    kind = type_of(reader.text(columns["type"]))
    if kind is None:
        findings.fail([_unknown_type(reader, columns["type"])], texts.get("symbol", ""))
        return None
    days: dict[str, Any] = {name: _day(reader, columns, name) for name in DATES}
    numbers = {name: _number(reader, columns, name) for name in NUMBERS}
    return _Line(reader, kind, texts, days, numbers)


def _enter(findings: Findings, line: _Line, signs: Signs) -> None:
    columns, reader, numbers = findings.options.columns, line.reader, line.numbers
    kind = signs.meaning(line.kind, numbers)
    for odd in signs.contradictions(line.kind, numbers):
        place, remedy = reader.place(columns[odd.name]), "Check the sign or the type."
        reader.faults.append(place.fault(odd.reason, odd.message, remedy, str(odd.number)))
    money = _currencies(reader, columns, received=numbers["to_amount"] is not None)
    day = line.days["date"]
    if reader.faults or day is None:
        findings.fail(reader.faults, line.texts.get("symbol", ""))
        return
    findings.place_in_time(reader.number_of_row, "", day, reader.text(columns["date"]))
    draft = Draft(
        entry_type=kind,
        transaction_date=day,
        account=reader.text(columns.get("account", "")) or findings.options.account,
        row=reader.number_of_row,
        **money,
        **line.texts,
        **{name: day for name, day in line.days.items() if name != "date"},
        **_amounts(kind, numbers),
    )
    findings.add(draft)


def _unknown_type(reader: RowReader, column: str) -> Fault:
    said = reader.text(column)
    return reader.place(column).fault(
        "type_unknown" if said else "value_missing",
        f"{said[:40]!r} is not a type that is known." if said else "The type is missing.",
        "Use words such as buy, sell, dividend, deposit, fee or interest.",
        said or None,
    )


def _currencies(reader: RowReader, columns: Mapping[str, str], *, received: bool) -> dict[str, Any]:
    """The row's currency, else the file's; and of a conversion, the one received."""
    otherwise = reader.options.currency.upper()
    said: dict[str, Any] = {"currency": reader.currency(columns.get("currency", ""), otherwise)}
    if received:
        said["to_currency"] = reader.currency(columns.get("to_currency", ""))
    return said


def _day(reader: RowReader, columns: Mapping[str, str], name: str) -> date | None:
    if name not in columns:
        return None
    return reader.day(columns[name], needed=name == "date", ahead=name in DATES[1:])


def _number(reader: RowReader, columns: Mapping[str, str], name: str) -> Decimal | None:
    return reader.amount(columns[name]) if name in columns else None


def _amounts(kind: str, numbers: Mapping[str, Decimal | None]) -> dict[str, Any]:
    """Numbers without their signs. A trade's net amount alone leaves its gross amount."""
    said: dict[str, Any] = {
        name: abs(number) if number else None for name, number in numbers.items()
    }
    said["fees"], said["taxes"] = said["fees"] or ZERO, said["taxes"] or ZERO
    if kind in TRADES and said["gross_amount"] is None and said["net_amount"]:
        charges = said["fees"] + said["taxes"]
        traded = of_trade(
            kind,
            quantity=said["quantity"],
            price=said["price"],
            net=said["net_amount"],
            fees=charges,
        )
        said["gross_amount"] = traded["gross_amount"]
    return said
