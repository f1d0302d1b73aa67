"""A ledger document from its bytes, or why it cannot be read at all.

What makes a document unreadable: no JSON, no object, no base currency, no day, a period that
ends before it begins, an unknown policy. Every such mistake is named at once. Anything else is a
finding, and the rest is evaluated.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from market.formats.csv_records import Limits
from market.formats.faults import Fault
from portfolios.calc.entries import Entry
from portfolios.calc.evaluation import Document, Finding
from portfolios.exceptions import DocumentUnreadable
from portfolios.formats.evaluation.cells import Cells
from portfolios.formats.evaluation.entries import (
    Book,
    corporate_actions,
    opening_lots,
    read_seq,
    read_transaction,
)
from portfolios.formats.evaluation.market import read_closes, read_instruments, read_pairs
from portfolios.formats.evaluation.policy import read_day, read_policy
from portfolios.formats.json_text import read_json

LISTS = "instruments prices fx corporate_actions opening_lots transactions".split()


def read_documents(content: bytes, limits: Limits) -> Any:
    """The JSON of a file: one document or a list of them, not looked into yet.

    Raises DocumentUnreadable for anything else.
    """
    found = read_json(content, limits)
    if isinstance(found, Fault):
        raise DocumentUnreadable([_refusal("", found.reason, found.message, found.remedy)])
    if not isinstance(found, Mapping | list):
        what = "The file holds neither an object nor a list of them."
        raise DocumentUnreadable([_refusal("", "not_an_object", what, "Write an object.")])
    return found


def read_document(said: Any) -> Document:
    """One document. Raises DocumentUnreadable, with every reason."""
    if not isinstance(said, Mapping):
        what = "A ledger document is an object."
        raise DocumentUnreadable([_refusal("", "not_an_object", what, "Write an object.")])
    fatal: list[Finding] = []
    cells = Cells(said, fatal)
    base = cells.currency("base_currency")
    cells.require("base_currency", base)
    asof = read_day(said, "asof", fatal, required=True)
    start = read_day(said, "period_start", fatal, required=False)
    policy = read_policy(said.get("policy"), base or "", fatal)
    fatal += [*_order(start, asof), *_shapes(said)]
    if fatal or asof is None or base is None:
        raise DocumentUnreadable(
            [_refusal(f.field, f.code, f.message, f.suggestion) for f in fatal]
        )
    findings: list[Finding] = []
    currencies = read_instruments(_rows(said, "instruments"), findings)
    closes = read_closes(_rows(said, "prices"), findings)
    pairs = read_pairs(_rows(said, "fx"), findings)
    book = Book(base, currencies, findings)
    entries, first_seq = _entries(said, book)
    return Document(
        asof=asof,
        policy=policy,
        period_start=start,
        currencies=book.currencies,
        closes=closes,
        pairs=pairs,
        entries=tuple(entries),
        first_seq=first_seq,
        findings=tuple(findings),
    )


def _entries(said: Mapping[str, Any], book: Book) -> tuple[list[Entry], int]:
    """All entries. Lots and splits get numbers below every transaction's, so that they are
    booked first on their day."""
    rows = _rows(said, "transactions")
    numbers = _numbers(rows, book.findings)
    found = []
    for row, seq in zip(rows, numbers, strict=True):
        entry = None if seq is None else read_transaction(row, seq, book)
        if entry is not None:
            found.append(entry)
    lots, actions = _rows(said, "opening_lots"), _rows(said, "corporate_actions")
    first_seq = min([1, *(seq for seq in numbers if seq is not None)])
    first = first_seq - len(lots) - len(actions)
    before = opening_lots(lots, first, book)
    before += corporate_actions(actions, first + len(lots), book)
    return [*before, *found], first_seq


def _numbers(rows: list[Mapping[str, Any]], findings: list[Finding]) -> list[int | None]:
    """The number of each transaction; those without one follow the highest, in order."""
    cells = [Cells(row, findings, f"transactions[{index}]") for index, row in enumerate(rows)]
    numbers = [read_seq(each, "seq") for each in cells]
    following = max((seq for seq in numbers if seq is not None), default=0)
    for index, each in enumerate(cells):
        if numbers[index] is None and not each.wrong:
            following += 1
            numbers[index] = following
    return numbers


def _order(start: date | None, asof: date | None) -> list[Finding]:
    if start is None or asof is None or start < asof:
        return []
    said = f"The period would begin after {start} and end on {asof}."
    return [Finding("invalid_date", None, "period_start", said, "Give an earlier day.")]


def _shapes(said: Mapping[str, Any]) -> list[Finding]:
    """Parts that are not lists of objects."""
    wrong = [
        name
        for name in LISTS
        if said.get(name) is not None
        and not (isinstance(said[name], list) and all(isinstance(row, dict) for row in said[name]))
    ]
    return [
        Finding("not_a_list", None, name, f"{name} is not a list of objects.", "Write a list.")
        for name in wrong
    ]


def _rows(said: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return said.get(name) or []


def _refusal(field: str, reason: str, message: str, remedy: str) -> dict[str, str]:
    return {"field": field or "document", "reason": reason, "message": message, "remedy": remedy}
