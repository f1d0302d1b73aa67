"""The section Transfers: positions and cash that move between accounts or brokers.

Flex does not tell what transferred shares cost. They arrive with an unknown basis, and with the
day of the transfer as an estimated day of purchase.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from portfolios.formats.ibkr_flex.element import SECURITIES, Element, Statement
from portfolios.formats.reading.transfers_in_kind import COST_NOTE, UNKNOWN_LOTS
from portfolios.formats.reading.xml_tree import Node


def read_transfers(statement: Statement, section: Node) -> None:
    for node in section.children:
        element = statement.element(node)
        day = element.first_day("date", "dateTime", "reportDate")
        currency = element.read.currency("currency")
        quantity = element.read.size("quantity")
        cash = element.read.amount("cashTransfer")
        if element.faults or day is None:
            element.fail()
        elif node.get("assetCategory").upper() in ("CASH", "") or (cash and not quantity):
            _cash(element, day, currency, cash or element.read.amount("quantity"))
        elif node.get("assetCategory").upper() not in SECURITIES:
            element.refuse(
                "assetCategory",
                "asset_unsupported",
                f"The ledger does not hold {node.get('assetCategory')[:20]!r}.",
                "Leave this kind out of the Flex query.",
            )
        elif quantity is None:
            element.refuse("quantity", "value_missing", "The quantity is missing.", "Fill it in.")
        else:
            _position(element, day, currency, quantity)


def _is_outward(element: Element) -> bool:
    return element.get("direction").upper() == "OUT"


def _inside(element: Element) -> str:
    """The other account, where its statement is in the same file; then one entry tells both."""
    other = element.get("account")
    known = other in element.statement.accounts and other != element.account
    return other if known else ""


def _position(element: Element, day: date, currency: str, quantity: Decimal) -> None:
    findings = element.statement.findings
    outward, other = _is_outward(element), _inside(element)
    if other and not outward:
        element.skip(f"The other leg of the transfer out of account {other}.")
        return
    kind = "TRANSFER" if other else "TRANSFER_OUT" if outward else "TRANSFER_IN"
    arrives = kind == "TRANSFER_IN"
    lot = {"quantity": format(quantity, "f"), "acquisition_date": day.isoformat()}
    if arrives and COST_NOTE not in findings.notes:
        findings.notes.append(COST_NOTE)
    findings.add(
        element.draft(
            kind,
            day,
            currency,
            quantity=quantity,
            net_amount=None if other else element.read.size("positionAmount"),
            to_account=other,
            carried_lots=[lot] if arrives else None,
            estimated_reason=UNKNOWN_LOTS if arrives else "",
            external_id=element.get("transactionID"),
            narration=_said(element),
            **element.security(),
        )
    )


def _cash(element: Element, day: date, currency: str, amount: Decimal | None) -> None:
    if not amount:
        element.skip("It moves neither cash nor shares.")
        return
    outward, other = amount < 0 or _is_outward(element), _inside(element)
    if other and not outward:
        element.skip(f"The other leg of the transfer out of account {other}.")
        return
    kind = "CASH_TRANSFER" if other else "WITHDRAWAL" if outward else "DEPOSIT"
    element.statement.findings.add(
        element.draft(
            kind,
            day,
            currency,
            gross_amount=abs(amount),
            to_account=other,
            external_id=element.get("transactionID"),
            narration=_said(element),
        )
    )


def _said(element: Element) -> str:
    direction = "to" if _is_outward(element) else "from"
    return f"{element.get('type')} transfer {direction} {element.get('account')}".strip()
