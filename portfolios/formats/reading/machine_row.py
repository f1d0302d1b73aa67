"""One row of a file while it is read: each field becomes a value, or a mistake kept with the row.

For files that machines write: numbers have a decimal point, perhaps a sign, perhaps an exponent
(JavaScript writes 1.2e-7), and never group thousands; days are ISO, perhaps with a time behind.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from market.formats.faults import Fault
from market.formats.fields import Place, read_date
from portfolios.formats.currencies import CURRENCIES

MACHINE = re.compile(
    r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,2})?"
)
LARGEST = Decimal(10) ** 15
FINEST = Decimal("1E-10")  # what a column of the ledger holds
FINEST_RATE = Decimal("1E-12")
KNOWN_AHEAD = timedelta(days=366)  # pay and settlement days are announced; entries are not
ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")


@dataclass(slots=True)
class MachineRow:
    """The fields of one row, by column; `faults` gathers what is wrong with them."""

    row: int
    fields: Mapping[str, str]
    today: date
    faults: list[Fault] = field(default_factory=list)

    def text(self, column: str, *, longest: int = 500, required: bool = False) -> str:
        """The text without blanks around it; too long a one is a mistake, never cut."""
        said = self.fields.get(column, "").strip()
        if required and not said and not any(known.column == column for known in self.faults):
            self.wrong(column, "value_missing", f"{column} is missing.", f"Fill in {column}.")
        if len(said) > longest:
            message = f"{column} has {len(said)} characters; {longest} are possible."
            self.wrong(column, "text_too_long", message, "Shorten it.", said)
            return ""
        return said

    def number(
        self, column: str, *, required: bool = False, finest: Decimal = FINEST
    ) -> Decimal | None:
        """A signed number rounded half-even to `finest`; None where the field is empty."""
        said = self.text(column, longest=10_000, required=required)
        if not said:
            return None
        number = machine_number(said, finest)
        if number is None:
            message = f"{said[:40]!r} is not a number."
            self.wrong(column, "number_invalid", message, "Write it as 1234.5.", said)
        return number

    def positive(self, column: str, *, required: bool = True) -> Decimal | None:
        """A number above zero. Zero and below are mistakes."""
        number = self.number(column, required=required)
        if number is None or number > 0:
            return number
        reason = "negative_not_allowed" if number else "zero_not_allowed"
        message = f"{column} is {self.fields[column].strip()[:40]}; it must be above zero."
        self.wrong(column, reason, message, "Mend it, or leave out the row.", self.fields[column])
        return None

    def currency(self, column: str, *, required: bool = True) -> str:
        """An ISO 4217 code in capital letters; a code nobody knows is a mistake."""
        said = self.text(column, required=required)
        if said and said not in CURRENCIES:
            message = f"{said[:40]!r} is not an active ISO 4217 currency."
            self.wrong(column, "currency_unknown", message, "Write a code such as USD.", said)
            return ""
        return said

    def day(self, column: str, *, required: bool = True, ahead: bool = False) -> date | None:
        """The day of an ISO date or instant, as it stands there; `ahead` allows announced days."""
        said = self.text(column, longest=40, required=required)
        if not said:
            return None
        cut = said[:10] if said[10:11] in ("T", " ") else said
        latest = self.today + KNOWN_AHEAD if ahead else self.today
        day = read_date(cut, Place(self.row, column), latest=latest)
        if isinstance(day, Fault):
            self.faults.append(day)
            return None
        return day

    def isin(self, column: str) -> str:
        """Twelve characters of the shape of an ISIN, or nothing; another text is a mistake."""
        said = self.text(column)
        if said and not ISIN.fullmatch(said):
            message = f"{said[:40]!r} is not an ISIN."
            self.wrong(column, "isin_invalid", message, "Write its twelve characters.", said)
            return ""
        return said

    def wrong(
        self, column: str, reason: str, message: str, remedy: str, value: str | None = None
    ) -> None:
        """Keep a mistake of this row."""
        self.faults.append(Place(self.row, column).fault(reason, message, remedy, value))


def machine_number(text: str, finest: Decimal = FINEST) -> Decimal | None:
    """The number of a machine's text; None for anything else, and for what no ledger holds."""
    if not MACHINE.fullmatch(text):
        return None
    number = Decimal(text)
    if abs(number) >= LARGEST:
        return None
    return number.quantize(finest, rounding=ROUND_HALF_EVEN).normalize() + Decimal(0)
