"""What an OFX statement says is held at its end: positions and cash."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element

from portfolios.formats.contract import Options, Stated
from portfolios.formats.ofx.statement import Statement, ofx_day
from portfolios.formats.ofx.tree import leaves
from portfolios.formats.reading.gathering import Gathering
from portfolios.formats.reading.machine_row import MachineRow

MARGIN = "The statement has a margin or short balance; its cash is not compared."


def stated_balances(
    element: Element, statement: Statement, gathered: Gathering, options: Options
) -> None:
    """Quantities and cash as balances of the statement's day."""
    asof = MachineRow(1, {"DTASOF": (element.findtext("DTASOF") or "").strip()}, options.today)
    day = ofx_day(asof, "DTASOF")
    gathered.faults.extend(asof.faults)
    if day is None:
        return
    for row in position_rows(element, options):
        quantity = row.number("UNITS", required=True)
        gathered.faults.extend(row.faults)
        if quantity is not None and not row.faults:
            gathered.stated.append(_position(row, quantity, day, statement))
    _cash(element, day, statement, gathered, options)


def position_rows(element: Element, options: Options) -> Iterator[MachineRow]:
    """The positions of a statement, counted from 1."""
    for number, position in enumerate(element.iter("INVPOS"), start=1):
        yield MachineRow(number, leaves(position), options.today)


def _position(row: MachineRow, quantity: Decimal, day: date, statement: Statement) -> Stated:
    """A short position is below zero, whichever sign the bank gave it."""
    security = statement.security(row)
    return Stated(
        kind="quantity",
        asof_date=day,
        amount=-abs(quantity) if row.text("POSTYPE") == "SHORT" else quantity,
        account=statement.account,
        symbol=security.symbol,
        isin=security.isin,
        figi=security.figi,
        security_name=security.name,
        row=row.row,
    )


def _cash(
    element: Element, day: date, statement: Statement, gathered: Gathering, options: Options
) -> None:
    balance = element.find("INVBAL")
    if balance is None:
        return
    row = MachineRow(1, leaves(balance), options.today)
    cash = row.number("AVAILCASH", required=True)
    beside = [row.number("MARGINBALANCE"), row.number("SHORTBALANCE")]
    gathered.faults.extend(row.faults)
    if any(beside):
        gathered.note(MARGIN)
    elif cash is not None and not row.faults:
        gathered.stated.append(
            Stated(
                kind="cash",
                asof_date=day,
                amount=cash,
                currency=statement.currency,
                account=statement.account,
            )
        )
