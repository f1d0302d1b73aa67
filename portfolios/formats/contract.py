"""What every file format is to the importer: something that recognises a file and reads it.

A format is a module of this package with one `FORMAT`. It knows no database and no clock. It
turns a `Source` into a `Parsed`: entries, and every mistake, question and skipped row beside
them. A file that could be read in two ways is not read in one of them: the format asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from market.formats.csv_records import Limits
from market.formats.faults import Fault
from portfolios.formats.draft import Draft


class DateStyle(StrEnum):
    """The order of day, month and year in a date that is not ISO."""

    ISO = "iso"
    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


class DecimalStyle(StrEnum):
    """Which sign stands before the decimals; the other one may group thousands."""

    POINT = "point"
    COMMA = "comma"


class Shape(StrEnum):
    """What a file holds."""

    TRANSACTIONS = "transactions"
    HOLDINGS = "holdings"


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it came. Nothing has been decoded yet; `filename` is only a hint."""

    content: bytes
    filename: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the reader of the file has decided; None leaves it to the file, if it is unambiguous.

    columns maps our column names to the file's, for formats without fixed columns.
    """

    base_currency: str
    today: date
    limits: Limits = field(default_factory=Limits)
    account: str = "main"
    account_is_chosen: bool = False  # or else the one that a file without any gets
    date_style: DateStyle | None = None
    decimal_style: DecimalStyle | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Something the file leaves open. `about` names the field of `Options` that answers it;
    choices are pairs of value and sentence; example shows where it matters."""

    about: str
    message: str
    choices: tuple[tuple[str, str], ...]
    example: str = ""
    row: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A row that is no entry, and why: a total, a section's heading, a cancelled order."""

    row: int
    reason: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A balance that the file states for the close of a day: cash, quantity or nav.

    An empty account is the whole portfolio. A quantity names its security as a draft does.
    """

    kind: str
    asof_date: date
    amount: Decimal
    currency: str = ""
    account: str = ""
    symbol: str = ""
    exchange: str = ""
    isin: str = ""
    figi: str = ""
    security_name: str = ""
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Parsed:
    """All entries of a file, and all its mistakes. Only a file without mistakes is imported.

    `unread` are the symbols of rows with mistakes: what these rows would have brought is not
    known. It is None when not even the symbols are. A file with `questions` has no entries yet.
    `notes` are sentences about the whole file that its reader must know.

    `settled` says that the format has read every field under the rules of our own files and filled
    in the amounts (`entry_row.read_entry`), out of a text without NUL: nobody need do it again.

    `superseded` are entries that an earlier file may have made of rows which this one cancels,
    corrects or puts together otherwise. None is imported; one that the ledger holds is a mistake.
    """

    drafts: tuple[Draft, ...] = ()
    faults: tuple[Fault, ...] = ()
    unread: frozenset[str] | None = frozenset()
    questions: tuple[Question, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    stated: tuple[Stated, ...] = ()
    notes: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    settled: bool = False
    superseded: tuple[Draft, ...] = ()


class Format(Protocol):
    """One file format. `recognises` answers how sure it is, from 0.0 to 1.0: 1.0 means that no
    other format can look like this; two formats above 0.5 make the importer ask."""

    @property
    def name(self) -> str:
        """Short and stable, as stored with each run: ibkr_flex."""
        ...

    @property
    def title(self) -> str:
        """As people know it: Interactive Brokers Flex XML."""
        ...

    @property
    def shape(self) -> Shape:
        """Whether the file tells a history or only what is held."""
        ...

    def recognises(self, source: Source) -> float:
        """How sure it is that this is its file, from the first few kilobytes."""
        ...

    def parse(self, source: Source, options: Options) -> Parsed:
        """Everything in the file. Raises nothing for whatever bytes come."""
        ...
