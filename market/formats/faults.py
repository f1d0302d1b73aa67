"""A mistake in a file: where it is, what is wrong, and what to do about it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

SHOWN = 100  # characters of a wrong value that are repeated in its mistake


# What our own names of columns do not say by themselves to whoever never saw our format.
WORDS = {
    "fx_rate": "Exchange rate",
    "settlement_fx_rate": "Exchange rate of the settlement",
    "gross_amount_security": "Gross amount in the security’s currency",
    "isin": "ISIN",
    "figi": "FIGI",
}
_OURS = re.compile(r"[a-z]+(?:_[a-z]+)*")


def in_words(column: str) -> str:
    """A column as a reader says it; a heading of the file's own stays as it is written."""
    if not _OURS.fullmatch(column):
        return column
    return WORDS.get(column) or column.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One mistake. `row` counts as a spreadsheet does: the header is row 1."""

    reason: str
    message: str
    remedy: str
    row: int | None = None
    column: str | None = None
    value: str | None = None

    @property
    def sentence(self) -> str:
        """Where in the row, what is wrong and what mends it, for people."""
        where = f"{in_words(self.column)}: " if self.column else ""
        return f"{where}{self.message} {self.remedy}".strip()

    def as_dict(self) -> dict[str, Any]:
        return {
            "row": self.row,
            "column": self.column,
            "value": None if self.value is None else self.value[:SHOWN],
            "reason": self.reason,
            "message": self.message,
            "remedy": self.remedy,
        }
