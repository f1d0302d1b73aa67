"""Fields of a document to values; what cannot be read is a finding, and None.

Numbers are plain decimal texts, or JSON numbers by their own text. Their shape is known before
anything is converted, so that `1E+1000000` costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from portfolios.calc.evaluation import Finding

NUMBER: Final = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,60})?([eE][+-]?[0-9]{1,2})?", re.ASCII)
ISO_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
CURRENCY: Final = re.compile(r"[A-Z][A-Z0-9]{2,9}", re.ASCII)
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 1, 1)
LONGEST_TEXT = 200
WRITE_NUMBER = "Write a plain decimal such as 1234.5."
WRITE_DATE = "Write the date as 2013-02-28."


def to_number(value: object) -> Decimal | None:
    """A finite decimal, or None for whatever is not the text of one."""
    if isinstance(value, str) and NUMBER.fullmatch(value):
        return Decimal(value)
    return None


def to_day(value: object) -> date | None:
    """A day that exists, from 1900 to 2199, written as ISO; else None."""
    return _day_of(value) if isinstance(value, str) else None


@lru_cache(maxsize=8192)  # a document repeats its days
def _day_of(value: str) -> date | None:
    if not ISO_DATE.fullmatch(value):
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day if FIRST_DAY <= day < LAST_DAY else None


@dataclass(slots=True)
class Cells:
    """The fields of one object. `path` says where it stands; mistakes gather in `findings`.

    An empty text is an empty field, as null and a missing name are.
    """

    said: Mapping[str, Any]
    findings: list[Finding]
    path: str = ""
    seq: int | None = None
    wrong: bool = field(default=False)

    def has(self, name: str) -> bool:
        """Whether something stands in the field."""
        found = self.said.get(name)
        return found is not None and found != ""

    def number(self, name: str) -> Decimal | None:
        """A number, or None where the field is empty or wrong."""
        said_of = self.said.get(name)
        if said_of is None or said_of == "":
            return None
        found = to_number(said_of)
        if found is None:
            said = f"{self._shown(name)} is not a number."
            self.refuse("invalid_number", name, said, WRITE_NUMBER)
        return found

    def day(self, name: str) -> date | None:
        """A day, or None where the field is empty or wrong."""
        if not self.has(name):
            return None
        found = to_day(self.said[name])
        if found is None:
            self.refuse("invalid_date", name, f"{self._shown(name)} is not a day.", WRITE_DATE)
        return found

    def text(self, name: str) -> str | None:
        """A short text, or None where the field is empty or wrong."""
        found = self.said.get(name)
        if found is None or found == "":
            return None
        if isinstance(found, str) and len(found) <= LONGEST_TEXT:
            return str(found)
        said = f"{self._shown(name)} is not a short text."
        self.refuse("invalid_text", name, said, f"Write at most {LONGEST_TEXT} characters.")
        return None

    def currency(self, name: str) -> str | None:
        """A currency's code, or None where the field is empty or wrong."""
        found = self.text(name)
        if found is None or CURRENCY.fullmatch(found):
            return found
        said = f"{self._shown(name)} is not a currency's code."
        self.refuse("invalid_currency", name, said, "Write its ISO code, such as USD.")
        return None

    def require(self, name: str, value: object) -> None:
        """Name a field that the object cannot do without, unless it is wrong already."""
        if value is None and not self.has(name):
            self.refuse("missing_field", name, f"{name} is missing.", f"Give the {name}.")

    def refuse(self, code: str, name: str, message: str, suggestion: str) -> None:
        """Note a mistake of a field; the object cannot be used."""
        self.wrong = True
        where = f"{self.path}.{name}" if self.path else name
        self.findings.append(Finding(code, self.seq, where, message, suggestion))

    def _shown(self, name: str) -> str:
        return repr(str(self.said[name])[:60])
