"""A broker's table, from bytes to readers of its rows: what all CSV brokers have in common."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from market.formats.faults import Fault
from portfolios.formats.contract import DateStyle, Options, Question, Source
from portfolios.formats.draft import ZERO
from portfolios.formats.reading.dates import date_style
from portfolios.formats.reading.encodings import malformed
from portfolios.formats.reading.findings import Findings
from portfolios.formats.reading.numbers import Cell
from portfolios.formats.reading.row_reader import RowReader, tidy
from portfolios.formats.reading.tables import (
    Record,
    Table,
    find_header,
    name_rows,
    peek,
    plain,
    read_table,
)

LIKE_A_DATE = re.compile(r"[0-9]{1,4}[-/.][0-9A-Za-z]{1,9}[-/.][0-9]{1,4}")
CUSIP = re.compile(r"[0-9A-Z]{8}[0-9]")
HUNDRED = Decimal(100)
PAID = frozenset({"BUY", "COVER"})


def is_prose(record: Record) -> bool:
    """A footer: one field of text, where a row of the table would begin with a date."""
    return sum(map(bool, record.fields)) == 1 and not LIKE_A_DATE.match(record.first)


@dataclass(frozen=True, slots=True)
class Layout:
    """How a broker's table is known.

    `required` columns are of every export; `others` give the spellings of other years; `amounts`
    are the columns of our amounts. `date_style` is None where the broker follows the habits of
    whoever exports.
    """

    required: tuple[str, ...]
    dates: tuple[str, ...]
    date_style: DateStyle | None = None
    others: Mapping[str, str] = field(default_factory=dict)
    amounts: Mapping[str, str] = field(default_factory=dict)
    is_footer: Callable[[Record], bool] = is_prose

    def renamed(self, record: Record) -> Record:
        """A header under the names that this layout uses."""
        names = {plain(other): name for other, name in self.others.items()}
        ours = {plain(name): name for name in (*self.required, *self.dates)}
        fields = (names.get(plain(f), ours.get(plain(f), f)) for f in record.fields)
        return Record(record.row, tuple(fields))

    def header(self, records: Sequence[Record]) -> int | None:
        return find_header([self.renamed(record) for record in records[:60]], *self.required)

    def is_in(self, source: Source) -> bool:
        """Whether the first rows hold a header of this layout."""
        return self.header(peek(source)) is not None


def open_table(
    source: Source, options: Options, layout: Layout
) -> tuple[Findings, list[RowReader]] | Fault:
    """Readers of all rows below the header, or why there are none. Ragged rows and footers are
    told in the findings; so is a question about dates, and then there are no readers."""
    table = read_table(source, options.limits)
    return table if isinstance(table, Fault) else read_rows(table, options, layout)


def read_rows(
    table: Table, options: Options, layout: Layout
) -> tuple[Findings, list[RowReader]] | Fault:
    """The same for rows that came from elsewhere, such as a worksheet."""
    index = layout.header(table.records)
    if index is None:
        return _no_header(layout)
    findings = Findings(options, columns=layout.amounts)
    findings.notes.extend(table.notes)
    header = layout.renamed(table.records[index])
    rows, faults, footers = name_rows(
        header, table.records[index + 1 :], is_footer=layout.is_footer
    )
    if faults:
        findings.fail_shape(faults)
    elif not rows:
        findings.fail_shape([malformed("The file has a header and no rows.")])
    for record in (*table.records[:index], *footers):
        findings.skip(record.row, "Text around the table.", record.first)
    cells = (
        Cell(reader.place(column), reader.text(column))
        for column in layout.dates
        for reader in (RowReader(row, options) for row in rows)
        if reader.text(column)
    )
    style = date_style(cells, layout.date_style or options.date_style)
    if isinstance(style, Question):
        findings.questions.append(style)
        return findings, []
    return findings, [RowReader(row, options, dates=style) for row in rows]


def _no_header(layout: Layout) -> Fault:
    return Fault(
        reason="column_missing",
        message=f"No row has the columns {', '.join(layout.required)}.",
        remedy="Export the file again, or choose another format.",
    )


def deny_signs(
    reader: RowReader,
    kind: str,
    *,
    quantity: tuple[str, Decimal | None],
    money: tuple[str, Decimal | None],
    charges: Decimal = ZERO,
) -> None:
    """Keep as mistakes of the row the signs that deny its type, of a broker who signs what reached
    or left the account: each number with its column. A sale costs money only where its charges
    are more than it brought; its shares may have a minus or none."""
    shares, moved = quantity[1] or ZERO, money[1] or ZERO
    remedy = "Leave the row out, and reverse the earlier trade if it takes one back."
    if kind in PAID and shares < 0:
        said = f"{kind} of {shares} shares."
        place = reader.place(quantity[0])
        reader.faults.append(place.fault("negative_not_allowed", said, remedy, str(shares)))
    if moved > 0 if kind in PAID else moved < 0 and moved + charges <= 0:
        way, reason = ("in", "amount_mismatch") if moved > 0 else ("out", "negative_not_allowed")
        said = f"The money of this {kind} goes {way}: {moved}."
        reader.faults.append(reader.place(money[0]).fault(reason, said, remedy, str(moved)))


def of_trade(
    kind: str,
    *,
    quantity: Decimal | None,
    price: Decimal | None,
    net: Decimal | None,
    fees: Decimal = ZERO,
    symbol: str = "",
) -> dict[str, Any]:
    """The amounts of a trade as a draft has them. The net amount counts: the gross amount is
    what it leaves, and quantity times price is held against that."""
    quantity = abs(quantity) if quantity else None
    gross = None
    if net:
        paid = kind in PAID
        brought = net if net + fees > 0 else abs(net)
        gross = tidy(abs(net) - fees if paid else brought + fees)
    return {
        "quantity": quantity,
        "price": in_percent(price, quantity, gross, symbol),
        "gross_amount": gross,
        "fees": fees,
    }


def in_percent(
    price: Decimal | None, quantity: Decimal | None, gross: Decimal | None, symbol: str
) -> Decimal | None:
    """Bonds, which brokers list by CUSIP, are quoted per 100 of face; a price is per 1."""
    if price is None or quantity is None or gross is None or not CUSIP.fullmatch(symbol):
        return price
    return tidy(price / HUNDRED) if gross * 10 < quantity * price else price


def longest_first(words: Iterable[str]) -> tuple[str, ...]:
    """Prefixes in an order in which the most particular one is met first."""
    return tuple(sorted(words, key=len, reverse=True))
