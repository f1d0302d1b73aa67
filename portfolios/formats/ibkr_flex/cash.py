"""The sections CashTransactions and TransactionTaxes: dividends, interest, fees, money moved."""

from __future__ import annotations

from collections.abc import Mapping

from portfolios.formats.ibkr_flex.element import Element, Statement
from portfolios.formats.reading.payments import Payment, add_dividends, add_signed
from portfolios.formats.reading.xml_tree import Node

# How each type reads when money comes in and when it goes out. The names are IBKR's.
TYPES: Mapping[str, tuple[str, str]] = {
    "broker interest received": ("INTEREST", "INTEREST_CHARGE"),
    "broker interest paid": ("INTEREST", "INTEREST_CHARGE"),
    "bond interest received": ("COUPON", "INTEREST_CHARGE"),
    "bond interest paid": ("COUPON", "INTEREST_CHARGE"),
    "deposits & withdrawals": ("DEPOSIT", "WITHDRAWAL"),
    "deposits/withdrawals": ("DEPOSIT", "WITHDRAWAL"),
    "other fees": ("FEE_REFUND", "FEE"),
    "broker fees": ("FEE_REFUND", "FEE"),
    "advisor fees": ("FEE_REFUND", "FEE"),
    "commission adjustments": ("FEE_REFUND", "FEE"),
    "price adjustments": ("FEE_REFUND", "FEE"),
    "871(m) withholding": ("TAX_REFUND", "TAX"),
    "sales tax": ("TAX_REFUND", "TAX"),
    "other income": ("INTEREST", "INTEREST_CHARGE"),
}
DIVIDENDS = ("dividends", "payment in lieu of dividends")
OF_NO_SECURITY = frozenset({"DEPOSIT", "WITHDRAWAL"})


def read_cash_transactions(statement: Statement, section: Node) -> None:
    """Each payment; withholding goes to its dividend. Summaries are skipped beside details."""
    has_details = any(n.get("levelOfDetail").upper() == "DETAIL" for n in section.children)
    dividends: list[Payment] = []
    taxes: list[Payment] = []
    for node in section.children:
        element = statement.element(node)
        if has_details and node.get("levelOfDetail").upper() == "SUMMARY":
            element.skip("A summary of the rows below it.")
            continue
        kind = " ".join(node.get("type").casefold().split())
        payment = _payment(element)
        if payment is None:
            element.fail()
        elif kind in DIVIDENDS:
            _sort_dividend(element, kind, payment, dividends)
        elif kind == "withholding tax":
            taxes.append(payment)
        elif kind in TYPES:
            add_signed(statement.findings, payment, *TYPES[kind])
        else:
            element.refuse(
                "type",
                "type_unknown",
                f"{node.get('type')[:60]!r} is not a kind of payment that is known.",
                "Enter the payment by hand, and leave the row out.",
            )
    add_dividends(statement.findings, dividends, taxes)


def read_transaction_taxes(statement: Statement, section: Node) -> None:
    """Stamp duties and transaction taxes, which IBKR books apart from the trade."""
    for node in section.children:
        element = statement.element(node)
        payment = _payment(element, "taxAmount")
        if payment is None:
            element.fail()
        else:
            add_signed(statement.findings, payment, "TAX_REFUND", "TAX")


def _payment(element: Element, column: str = "amount") -> Payment | None:
    read = element.read
    day = element.first_day("dateTime", "date", "reportDate", "settleDate")
    currency = read.currency("currency")
    amount = read.amount(column, needed=True)
    ex_date = read.day("exDate", ahead=True)
    if element.faults or day is None or amount is None:
        return None
    said = element.get("description")
    named = {**element.security(), "security_name": ""} if element.get("symbol") else {}
    draft = element.draft(
        "DIVIDEND",
        day,
        currency,
        ex_date=ex_date if ex_date is not None and ex_date <= day else None,
        narration=said or element.get("taxDescription"),
        external_id=element.get("transactionID"),
        **named,
    )
    return Payment(element.key(day, currency), amount, draft)


def _sort_dividend(element: Element, kind: str, payment: Payment, dividends: list[Payment]) -> None:
    """A payment in lieu that we owe is a cost of the short; capital that comes back is none of
    the income."""
    findings = element.statement.findings
    if "return of capital" in payment.draft.narration.casefold() and payment.amount > 0:
        add_signed(findings, payment, "RETURN_OF_CAPITAL", "FEE")
    elif kind != "dividends" and payment.amount < 0:
        add_signed(findings, payment, "FEE_REFUND", "FEE")
    else:
        dividends.append(payment)
