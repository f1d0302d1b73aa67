"""The sections that say what the account held: positions, cash and the daily net asset value."""

from __future__ import annotations

from portfolios.formats.contract import Stated
from portfolios.formats.currencies import CURRENCIES
from portfolios.formats.draft import ZERO
from portfolios.formats.ibkr_flex.element import SECURITIES, Element, Statement
from portfolios.formats.reading.row_reader import RowReader
from portfolios.formats.reading.tables import Row
from portfolios.formats.reading.xml_tree import Node


def read_positions(statement: Statement, section: Node) -> None:
    """The quantity of each security; lots only detail it."""
    for node in section.children:
        element = statement.element(node)
        if node.get("levelOfDetail").upper() == "LOT":
            element.skip("A lot of the position above it.")
        elif (node.get("assetCategory").upper() or "STK") not in SECURITIES:
            element.skip("A position of a kind that the ledger does not hold.")
        else:
            _state(element, "quantity", "position", node.get("currency").upper())


def read_cash(statement: Statement, section: Node) -> None:
    """What each currency ends with. The summary in base adds nothing."""
    for node in section.children:
        element = statement.element(node)
        currency = node.get("currency").upper()
        if currency in CURRENCIES and node.get("endingCash"):
            _state(element, "cash", "endingCash", currency)
        elif currency not in CURRENCIES:
            element.skip("A sum over all currencies.")


def read_nav(statement: Statement, section: Node) -> None:
    """The account's value at the close of each day, in its base currency."""
    for node in section.children:
        if node.get("total"):
            currency = node.get("currency").upper() or statement.base
            _state(statement.element(node), "nav", "total", currency)


def _state(element: Element, kind: str, column: str, currency: str) -> None:
    """A stated balance; the day is the row's own, else the last of the statement."""
    statement = element.statement
    dated = next((name for name in ("reportDate", "toDate") if element.get(name)), "")
    reader = element.read
    if not dated:
        row = Row(element.node.row, {**element.node.attributes, "toDate": statement.to_date})
        reader, dated = RowReader(row, statement.options, dates=statement.dates), "toDate"
    day = reader.day(dated, needed=True)
    amount = reader.amount(column, needed=True)
    if reader.faults or day is None:
        statement.findings.fail(reader.faults, element.get("symbol"))
        return
    named = element.security() if kind == "quantity" else {}
    statement.findings.stated.append(
        Stated(
            kind=kind,
            asof_date=day,
            amount=amount if amount is not None else ZERO,
            currency=currency,
            account=element.account,
            row=element.node.row,
            **named,
        )
    )
