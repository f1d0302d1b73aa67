"""One row of a broker's table, field by field, with its mistakes gathered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from market.formats.faults import Fault
from market.formats.fields import Place
from portfolios.formats.contract import DateStyle, DecimalStyle, Options
from portfolios.formats.currencies import CURRENCIES
from portfolios.formats.draft import ZERO
from portfolios.formats.reading.dates import read_day
from portfolios.formats.reading.numbers import PLACES, read_decimal
from portfolios.formats.reading.tables import Row

AHEAD = timedelta(days=31)  # a settlement or pay date may lie ahead
NOTHING = frozenset({"", "-", "--", "n/a", "N/A"})
PRINTED_PLACES = 20  # programs print binary fractions in full; the ledger keeps ten decimals
FINEST = Decimal(1).scaleb(-PLACES)


@dataclass(slots=True)
class RowReader:
    """Reads a row's fields; what is wrong with any of them is in `faults` afterwards."""

    row: Row
    options: Options
    dates: DateStyle = DateStyle.ISO
    decimals: DecimalStyle = DecimalStyle.POINT
    faults: list[Fault] = field(default_factory=list)

    @property
    def number_of_row(self) -> int:
        return self.row.number

    def place(self, column: str) -> Place:
        return Place(self.row.number, column)

    def text(self, column: str) -> str:
        return self.row[column]

    def amount(self, column: str, *, needed: bool = False) -> Decimal | None:
        """A signed number rounded to the ledger's ten decimals; None where the field is empty."""
        text = self.row[column]
        if text in NOTHING:
            if needed:
                self._missing(column)
            return None
        number = read_decimal(text, self.place(column), self.decimals, places=PRINTED_PLACES)
        if isinstance(number, Fault):
            self.faults.append(number)
            return None
        return tidy(number)

    def size(self, column: str, *, needed: bool = False) -> Decimal | None:
        """A number without its sign; None where it is empty or zero, which brokers print alike."""
        number = self.amount(column, needed=needed)
        return abs(number) if number else None

    def day(self, column: str, *, needed: bool = False, ahead: bool = False) -> date | None:
        """A day up to today, or a month later where it may lie ahead."""
        text = self.row[column]
        if text in NOTHING:
            if needed:
                self._missing(column)
            return None
        latest = self.options.today + (AHEAD if ahead else timedelta(0))
        day = read_day(text, self.place(column), self.dates, latest=latest)
        if isinstance(day, Fault):
            self.faults.append(day)
            return None
        return day

    def currency(self, column: str, otherwise: str = "") -> str:
        """An ISO code; `otherwise` where the field is empty."""
        text = self.row[column].upper() or otherwise
        if not text:
            self._missing(column)
        elif text not in CURRENCIES:
            said = f"{text[:40]!r} is not an active ISO 4217 currency."
            self._fault(column, "currency_unknown", said, "Write a code such as USD or CAD.", text)
        return text

    def _missing(self, column: str) -> None:
        self._fault(column, "value_missing", f"{column} is missing.", "Fill it in.", None)

    def _fault(
        self, column: str, reason: str, message: str, remedy: str, value: str | None
    ) -> None:
        self.faults.append(self.place(column).fault(reason, message, remedy, value))


def tidy(number: Decimal) -> Decimal:
    """Ten decimals half-even, without zeros behind the last digit that counts."""
    if not number:
        return ZERO
    rounded = number.quantize(FINEST, rounding=ROUND_HALF_EVEN).normalize()
    # normalize writes 1200 as 1.2E+3; a plain integer is what a reader expects.
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded
