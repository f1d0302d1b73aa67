"""Holdings without a history: what is held on a day, as CSV, XLSX or the positions of an OFX file.

A table needs a quantity and a symbol or ISIN, and no column of types, actions, orders or times;
English and German names of columns are known. Each row becomes an OPENING_BALANCE of its day: the
cost is the column of costs, or the cost per share times the quantity; without either it is
unknown, and gains are withheld. A row of cash (symbol CASH without ISIN and exchange, or the name
Cash alone) opens the cash: the quantity is the amount, and a cost that is another one is a mistake.
A file without a day is taken over on the day of the import, and a note says so.

Of an OFX file without transactions: INVPOS (UNITS, UNITPRICE, MKTVAL, AVGCOSTBASIS), DTASOF,
INVBAL/AVAILCASH. AVGCOSTBASIS is per share for some banks and a total for others: it is taken
for what lies within ten times of UNITPRICE or of MKTVAL, and left out where both do, or neither.

There are no flows before the day: returns that need them are withheld, and a note says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from market.formats.faults import Fault
from market.formats.fields import Place
from portfolios.calc.money import half_even
from portfolios.formats.contract import (
    DateStyle,
    DecimalStyle,
    Options,
    Parsed,
    Question,
    Shape,
    Source,
)
from portfolios.formats.draft import Draft
from portfolios.formats.ofx import TRANSACTION
from portfolios.formats.ofx.positions import read_positions
from portfolios.formats.reading.dates import date_style
from portfolios.formats.reading.encodings import malformed
from portfolios.formats.reading.gathering import Gathering
from portfolios.formats.reading.localised import written
from portfolios.formats.reading.machine_row import ISIN, MachineRow
from portfolios.formats.reading.numbers import Cell, decimal_style
from portfolios.formats.reading.signatures import Kind, kind_of
from portfolios.formats.reading.tables import Record, Table, name_rows, peek, plain, read_table
from portfolios.formats.reading.typed_cells import TYPED, in_style, style_of_texts
from portfolios.formats.reading.worksheets import opening_texts, read_worksheet

WORDS = {
    "symbol": "symbol|ticker|ticker symbol|symbol/isin|instrument|security id",
    "exchange": "exchange|market|mic|börse",
    "isin": "isin|isin code",
    "figi": "figi",
    "name": "name|description|security name|security|product|produkt|bezeichnung|wertpapiername",
    "quantity": "quantity|qty|shares|units|position|anzahl|stück|bestand",
    "cost": "cost|cost basis|total cost|cost basis total|book value|book cost|einstandswert",
    "unit_cost": "unit cost|average cost|avg cost|average price|avg price|cost per share|"
    "cost basis per share|purchase price|einstandskurs|einstandspreis|kaufkurs",
    "currency": "currency|ccy|währung",
    "date": "date|as of|as of date|as-of date|asof date|asof_date|datum|stand",
    "account": "account|account name|account number|konto|depot",
    "value": "market value|value|marktwert|kurswert|local value|wert",
}
COLUMNS = {word: ours for ours, words in WORDS.items() for word in words.split("|")}
HISTORY = frozenset(
    "type|action|activity|activity type|transaction|transaction type|typ|umsatzart|order id|"
    "order-id|time|uhrzeit|tijd|heure|trade date|buy/sell|side|header".split("|")
)
CELL = re.compile(r">([^<>]{1,60})<")
MOST_CELLS = 400
NUMBERS = ("quantity", "cost", "unit_cost", "value")
PLACES = 10
NO_FLOWS = "Holdings have no history: returns that need flows are withheld up to {day}."
NO_SECURITY = "Names no security: a total or a text."
UNCOUNTED = "Cash under a name that is not Cash alone: enter it by hand."
NO_DAY = "The file names no day; the holdings are taken over on {day}."


class Holdings:
    """What is held, and nothing of how it came."""

    name = "holdings"
    title = "Holdings (CSV, XLSX, OFX positions)"
    shape = Shape.HOLDINGS

    def recognises(self, source: Source) -> float:
        """A table of quantities without types, or an OFX file of positions alone."""
        kind = kind_of(source)
        if kind is Kind.OFX:
            return 1.0 if b"<INVPOS>" in source.content and not _has_history(source) else 0.0
        if kind is Kind.ZIP:
            texts = CELL.findall(opening_texts(source.content))[:MOST_CELLS]
            return 0.8 if _is_header(texts) else 0.0
        records = peek(source) if kind is Kind.TEXT else ()
        return 0.8 if _header(records) is not None else 0.0

    def parse(self, source: Source, options: Options) -> Parsed:
        """Everything in the file."""
        kind = kind_of(source)
        if kind is Kind.OFX:
            return _noted(read_positions(source, options), options)
        if kind is Kind.ZIP:
            table = read_worksheet(source.content, options.limits, typed=TYPED)
            style = DecimalStyle.POINT if isinstance(table, Fault) else _style(table, options)
            if isinstance(style, Question):
                return Parsed(questions=(style,))
            options = replace(options, decimal_style=style)
            table = table if isinstance(table, Fault) else in_style(table, style)
        else:
            table = read_table(source, options.limits)
        if isinstance(table, Fault):
            return Parsed(faults=(table,), unread=None)
        return _noted(_read(table, options), options)


FORMAT = Holdings()


def _has_history(source: Source) -> bool:
    return TRANSACTION.search(source.content) is not None


def _header(records: Sequence[Record]) -> int | None:
    for index, record in enumerate(records[:40]):
        if _is_header(record.fields):
            return index
    return None


def _is_header(fields: Sequence[str]) -> bool:
    """Names a quantity, a security and a worth, and nothing that has a history."""
    names = {plain(field) for field in fields if field}
    ours = {COLUMNS[name] for name in names if name in COLUMNS}
    named, worth = {"symbol", "isin"} & ours, {"cost", "unit_cost", "value"} & ours
    return "quantity" in ours and bool(named) and bool(worth) and not names & HISTORY


def _style(table: Table, options: Options) -> DecimalStyle | Question:
    """The decimal sign of a sheet's numbers, as far as they are written as texts."""
    names = in_style(table, DecimalStyle.POINT).records
    header = _header(names)
    if header is None:
        return DecimalStyle.POINT
    columns = [
        index
        for index, name in enumerate(names[header].fields)
        if COLUMNS.get(plain(name)) in NUMBERS
    ]
    return style_of_texts(table, options.decimal_style, columns, header)


def _read(table: Table, options: Options) -> Parsed:
    index = _header(table.records)
    if index is None:
        fault = malformed("No row names a quantity, a symbol or ISIN, and a cost or value.")
        return Parsed(faults=(fault,), unread=None)
    header = table.records[index]
    rows, faults, _ = name_rows(header, table.records[index + 1 :])
    named = [(row.number, _ours(row.fields)) for row in rows]
    cells = [Cell(Place(n, c), said[c]) for n, said in named for c in NUMBERS if said.get(c)]
    decimals = decimal_style(cells, options.decimal_style)
    days = date_style(
        (Cell(Place(n, "date"), said["date"]) for n, said in named if said.get("date")),
        options.date_style,
    )
    if not isinstance(decimals, DecimalStyle) or not isinstance(days, DateStyle):
        asked = [said for said in (decimals, days) if not isinstance(said, str)]
        return Parsed(questions=tuple(asked))
    gathered = Gathering(options.base_currency)
    gathered.faults.extend(faults)
    gathered.notes.extend(table.notes)
    for number, said in named:
        row = written(
            number, said, options, numbers=NUMBERS, days=("date",), styles=(decimals, days)
        )
        _holding(row, gathered, options)
    return gathered.parsed()


def _ours(fields: Mapping[str, str]) -> dict[str, str]:
    said: dict[str, str] = {}
    for name, value in fields.items():
        ours = COLUMNS.get(plain(name))
        if ours is not None and value:
            said.setdefault(ours, value)
    return said


def _holding(row: MachineRow, gathered: Gathering, options: Options) -> None:
    symbol, isin = _names(row)
    is_cash = _is_cash(row)
    if not (symbol or isin or is_cash):
        said = UNCOUNTED if row.text("name").casefold().startswith("cash") else NO_SECURITY
        gathered.skip(row.row, said, row.text("name"))
        return
    quantity = row.positive("quantity")
    cost, unit = row.number("cost"), row.number("unit_cost")
    for column, number in (("cost", cost), ("unit_cost", unit)):
        if number is not None and number < 0:
            row.wrong(column, "negative_not_allowed", "A cost is not below zero.", "Mend it.")
    day = row.day("date", required=False) or options.today
    if not row.text("date"):
        gathered.note(NO_DAY.format(day=options.today))
    currency = row.currency("currency") if row.text("currency") else options.currency
    if not currency and not row.faults:
        row.wrong("currency", "value_missing", "The currency is missing.", "Fill it in.")
    if is_cash and quantity is not None:
        _deny_other_amounts(row, quantity, cost, unit)
    draft = _opening(row, (symbol, isin), day, currency, options)
    if quantity is not None:
        draft = _counted(draft, quantity, cost, unit, is_cash=is_cash)
    gathered.take(row, [draft] if quantity is not None else (), symbol)


def _names(row: MachineRow) -> tuple[str, str]:
    symbol, isin = row.text("symbol"), row.text("isin")
    if not isin and ISIN.fullmatch(symbol):
        return "", symbol
    return symbol, row.isin("isin")


def _opening(
    row: MachineRow, names: tuple[str, str], day: date, currency: str, options: Options
) -> Draft:
    return Draft(
        entry_type="OPENING_BALANCE",
        transaction_date=day,
        currency=currency,
        account=row.text("account", longest=64) or options.account,
        symbol=names[0],
        isin=names[1],
        figi=row.text("figi"),
        exchange=row.text("exchange"),
        security_name=row.text("name"),
        row=row.row,
    )


def _is_cash(row: MachineRow) -> bool:
    """CASH is also the ticker of a bank's shares, which an ISIN or an exchange tells apart."""
    if row.text("isin") or row.text("exchange"):
        return False
    return (row.text("symbol") or row.text("name")).casefold() == "cash"


def _deny_other_amounts(
    row: MachineRow, quantity: Decimal, cost: Decimal | None, unit: Decimal | None
) -> None:
    """Cash costs what it is. Another cost is a count of 1 beside the amount, shares whose ticker
    is CASH, or another currency; so is a count of 1 that is worth more."""
    value = row.number("value") if quantity == 1 else None
    for column, number, expected in (
        ("cost", cost, quantity),
        ("unit_cost", unit, Decimal(1)),
        ("value", value, quantity),
    ):
        if number and number != expected:  # some print zero for none
            message = f"Cash of {quantity} has a {column.replace('_', ' ')} of {number}."
            remedy = "Write the amount as the quantity, and no cost; or name the ISIN of shares."
            row.wrong(column, "amount_mismatch", message, remedy, str(number))


def _counted(
    draft: Draft, quantity: Decimal, cost: Decimal | None, unit: Decimal | None, *, is_cash: bool
) -> Draft:
    if is_cash:
        return replace(draft, symbol="", security_name="", gross_amount=quantity)
    if cost is None and unit is not None:
        cost = half_even(quantity * unit, PLACES)
    return replace(draft, quantity=quantity, cost_basis=cost)


def _noted(parsed: Parsed, options: Options) -> Parsed:
    days = [draft.transaction_date for draft in parsed.drafts]
    day = max(days, default=options.today)
    return replace(parsed, notes=(NO_FLOWS.format(day=day), *parsed.notes))
