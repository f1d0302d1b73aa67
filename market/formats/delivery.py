"""A provider's delivery of closes as text: one CSV file for many listings, documented in
`docs/packs.md`. Whether its numbers are plausible is the gate's to say; here they are only read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from market.calc.quotes import PriceQuote
from market.formats.csv_records import Limits, read_records
from market.formats.faults import Fault
from market.formats.fields import Place, read_date

COLUMNS = ("symbol", "exchange", "date", "close", "currency")
# Shape before conversion: `1E+1000000` would cost seconds. NaN and negatives are the gate's.
NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,20})?", re.ASCII)
NO_NUMBER = Decimal("NaN")
PAGE = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<", re.ASCII)
SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9.\-^=]{0,11}", re.ASCII)
EXCHANGE = re.compile(r"[A-Z0-9]{2,10}", re.ASCII)
CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
ASK_AGAIN = "Ask the source again; if it stays, ask its operator."


@dataclass(frozen=True, slots=True)
class Delivery:
    """The quotes of a delivery, and what of it could not be read: rows, or all of it."""

    quotes: tuple[PriceQuote, ...]
    faults: tuple[Fault, ...]

    @property
    def refused(self) -> bool:
        """Whether nothing of it is a delivery: a page, no table, another table."""
        return not self.quotes and bool(self.faults)


def read_delivery(
    content: bytes,
    *,
    source: str,
    licence_class: str,
    available_at: datetime,
    limits: Limits | None = None,
) -> Delivery:
    """Every row that names a listing, a day and a unit, whatever its number says."""
    if PAGE.match(content):
        said = "The source answered with a page, not with a table."
        return Delivery((), (Fault(reason="not_a_table", message=said, remedy=ASK_AGAIN),))
    records = read_records(content, known=COLUMNS, required=COLUMNS, limits=limits or Limits())
    faults = list(records.faults)
    quotes: list[PriceQuote] = []
    for row, fields in records.rows:
        day, wrong = _place(row, fields)
        faults += wrong
        if day is None or wrong:
            continue
        quotes.append(
            PriceQuote(
                symbol=fields["symbol"],
                exchange=fields["exchange"],
                price_basis="raw",
                observed_on=day,
                close=_number(fields["close"]),
                currency=fields["currency"],
                source=source,
                licence_class=licence_class,
                available_at=available_at,
            )
        )
    return Delivery(tuple(quotes), tuple(sorted(faults, key=lambda fault: fault.row or 0)))


def _place(row: int, fields: Mapping[str, str]) -> tuple[date | None, list[Fault]]:
    wrong = [
        Place(row, column).fault(
            "name_invalid", f"{fields[column][:40]!r} is no {column}.", ASK_AGAIN, fields[column]
        )
        for column, shape in (("symbol", SYMBOL), ("exchange", EXCHANGE), ("currency", CURRENCY))
        if not shape.fullmatch(fields[column])
    ]
    day = read_date(fields["date"], Place(row, "date"), latest=date.max)
    if isinstance(day, Fault):
        return None, [*wrong, day]
    return day, wrong


def _number(text: str) -> Decimal:
    return Decimal(text) if NUMBER.fullmatch(text) else NO_NUMBER
