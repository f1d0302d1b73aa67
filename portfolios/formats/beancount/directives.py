"""Beancount text to directives, line by line; what is not understood is a mistake of its line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from market.formats.faults import Fault
from market.formats.fields import Place
from portfolios.formats.reading.machine_row import MachineRow

NUMBER = r"[-+]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,20})(?:\.[0-9]{0,20})?"
CURRENCY = r"[A-Z][A-Z0-9'._-]{0,23}"
ACCOUNT = r"[^\W\d_][\w-]*(?::[\w-]+)+"
DATED = re.compile(r"([0-9]{4}[-/][0-9]{2}[-/][0-9]{2})\s+(\S+)\s*(.*)")
POSTING = re.compile(
    rf"\s+(?:[*!&#?%]\s+)?({ACCOUNT})"
    rf"(?:\s+({NUMBER})\s+({CURRENCY}))?"
    r"\s*(\{\{?[^{}]*\}\}?)?"
    rf"\s*(?:(@@?)\s*(?:({NUMBER})\s+({CURRENCY}))?)?\s*"
)
META = re.compile(r"\s+([a-z][\w-]*):\s*(.*)")
AMOUNT = re.compile(rf"({NUMBER})\s+({CURRENCY})")
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
COMMENT = re.compile(r'^((?:[^";]|"(?:[^"\\]|\\.)*")*);.*$')
TRANSACTIONS = frozenset({"*", "!", "txn", "P", "S", "T", "C", "U", "R", "M"})
SILENT = frozenset({"open", "close", "note", "document", "event", "query", "custom"})
HEADINGS = ("*", "#", ":", "!", "&", "?", "%")
UNDATED = ("option", "plugin", "pushtag", "poptag", "pushmeta", "popmeta")
REMEDY = "Write it plainly, or leave it out of the file."


@dataclass(frozen=True, slots=True)
class Cost:
    """What stands in braces: any part of it may be missing. Total costs are per unit already."""

    amount: Decimal | None = None
    currency: str = ""
    day: date | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of a transaction; an elided amount is None. `price` is per unit."""

    row: int
    account: str
    units: Decimal | None = None
    currency: str = ""
    cost: Cost | None = None
    price: Decimal | None = None
    price_currency: str = ""


@dataclass(slots=True)
class Entry:
    """A dated directive with what follows it, indented."""

    row: int
    day: date
    kind: str
    rest: str
    postings: list[Posting] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Ledger:
    """All directives of a text, and the lines that could not be read."""

    entries: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_directives(text: str, today: date) -> Ledger:
    """Every directive in the order of the file. A faulty line makes its transaction faulty, so
    the transaction is dropped with it."""
    ledger, current, broken = Ledger(), None, set[int]()
    for row, raw in enumerate(text.splitlines(), start=1):
        line = _without_comment(raw).rstrip()
        if not line or line.startswith(HEADINGS):
            continue
        if line[0].isspace():
            if current is not None and not _continue(current, line, row, today, ledger.faults):
                broken.add(current.row)
            continue
        current = _directive(line, row, today, ledger.faults)
        if current is not None:
            ledger.entries.append(current)
    ledger.entries = [entry for entry in ledger.entries if entry.row not in broken]
    return ledger


def _without_comment(line: str) -> str:
    if ";" not in line:
        return line
    match = COMMENT.match(line[:5000])
    return match[1] if match else line


def _directive(line: str, row: int, today: date, faults: list[Fault]) -> Entry | None:
    if line.startswith(UNDATED):
        return None
    match = DATED.fullmatch(line)
    if match is None:
        faults.append(_unread(row, line))
        return None
    checked = MachineRow(row, {"date": match[1].replace("/", "-")}, today, faults)
    # Openings and prices may be dated ahead; only what moves money must have happened.
    day = checked.day("date", ahead=match[2] in SILENT | {"price", "commodity"})
    if day is None or match[2] in SILENT or match[2] == "price":
        return None
    if match[2] not in TRANSACTIONS and match[2] not in ("commodity", "balance"):
        faults.append(_unread(row, line))
        return None
    return Entry(row, day, "txn" if match[2] in TRANSACTIONS else match[2], match[3])


def _continue(entry: Entry, line: str, row: int, today: date, faults: list[Fault]) -> bool:
    """Metadata or a posting; False where the line is neither."""
    if meta := META.fullmatch(line[:5000]):
        if not entry.postings:
            entry.meta.setdefault(meta[1], meta[2].strip().strip('"'))
        return True
    match = POSTING.fullmatch(line[:5000])
    if match is None or entry.kind != "txn":
        if entry.kind == "txn" and not re.fullmatch(r"\s+[#^][\w/.#^ -]+", line[:5000]):
            faults.append(_unread(row, line))
            return False
        return True
    units = _number(match[2])
    cost = _cost(match[4], units, row, today, faults)
    if isinstance(cost, Fault):
        faults.append(cost)
        return False
    price = _number(match[6])
    if match[5] == "@@" and price is not None and units:
        price = abs(price / units)
    entry.postings.append(
        Posting(row, match[1], units, match[3] or "", cost, price, match[7] or "")
    )
    return True


def _cost(
    said: str | None, units: Decimal | None, row: int, today: date, faults: list[Fault]
) -> Cost | Fault | None:
    """The braces of a posting. `{*}` and costs of two parts are not read."""
    if said is None:
        return None
    total, found = said.startswith("{{"), Cost()
    amount, currency, day, label = None, "", None, ""
    for part in (part.strip() for part in said.strip("{}").split(",")):
        if not part:
            continue
        if match := AMOUNT.fullmatch(part):
            amount, currency = _number(match[1]), match[2]
        elif match := QUOTED.fullmatch(part):
            label = match[1]
        elif re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", part):
            day = MachineRow(row, {"cost date": part}, today, faults).day("cost date")
        else:
            return _unread(row, said)
    if total and amount is not None and units:
        amount = abs(amount / units)
    return Cost(amount, currency, day, label) if amount or day or label else found


def strings(rest: str) -> list[str]:
    """The quoted texts of a line: payee and narration."""
    return [match[1] for match in QUOTED.finditer(rest[:5000])]


def links(rest: str) -> list[str]:
    """The links of a transaction, without their sign."""
    return re.findall(r"(?:^|\s)\^([\w/.-]{1,64})", QUOTED.sub("", rest[:5000]))


def _number(said: str | None) -> Decimal | None:
    return Decimal(said.replace(",", "")) if said else None


def _unread(row: int, line: str) -> Fault:
    said = f"{line.strip()[:60]!r} cannot be read here."
    return Place(row).fault("line_unread", said, REMEDY, line.strip()[:100])
