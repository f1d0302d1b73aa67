"""The columns of each section under the names that Flex gives them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from portfolios.formats.ibkr_flex.actions import RATIO, SUBJECT

OWN_SECURITY = re.compile(r"\(([^,()]{1,40}), .{0,200}, ([A-Z0-9]{9,12})\)\s*$")
CATEGORIES = {
    "stocks": "STK",
    "bonds": "BOND",
    "treasury bills": "BILL",
    "warrants": "WAR",
    "mutual funds": "FUND",
    "crypto": "CRYPTO",
    "forex": "CASH",
    "cash": "CASH",
}
Attributes = dict[str, str]


@dataclass(frozen=True, slots=True)
class Translation:
    """A section's element in Flex, its columns there, and what must be derived from its text."""

    section: str
    tag: str
    columns: Mapping[str, str]
    derive: Callable[[Attributes], None] | None = None
    fixed: Mapping[str, str] = field(default_factory=dict)


def translated(
    translation: Translation, fields: Mapping[str, str]
) -> tuple[Attributes, dict[str, str]]:
    """Flex attributes of a row, and the way back from their names to the file's columns."""
    attributes = dict(translation.fixed)
    names = {}
    for column, name in translation.columns.items():
        if column in fields:
            attributes[name] = fields[column]
            names[name] = column
    for column in fields:
        if column.startswith("Comm in "):
            attributes["ibCommission"] = fields[column]
            attributes["ibCommissionCurrency"] = column.removeprefix("Comm in ").strip()
            names["ibCommission"] = names["ibCommissionCurrency"] = column
    attributes["assetCategory"] = _category(attributes.get("assetCategory", ""))
    if translation.derive is not None:
        translation.derive(attributes)
        names["type"] = "Description"  # what the type was derived from
    return attributes, names


def _category(text: str) -> str:
    return CATEGORIES.get(text.casefold(), text)


def _trade(attributes: Attributes) -> None:
    """Codes are O for opening and C for closing; both cross zero."""
    codes = set(attributes.get("notes", "").replace(",", ";").replace(" ", "").split(";"))
    attributes["openCloseIndicator"] = ";".join(sorted(codes & {"O", "C"}))
    said = attributes.get("levelOfDetail", "").upper()
    attributes["levelOfDetail"] = {"TRADE": "EXECUTION"}.get(said, said)


def _payment(attributes: Attributes) -> None:
    """The security that a description begins with, and what kind of dividend it is."""
    text = attributes.get("description", "")
    found = SUBJECT.match(text)
    if found is not None:
        attributes["symbol"] = found[1].strip()
        attributes["isin"] = found[2] if len(found[2]) == 12 else ""
    if attributes["type"] == "Dividends" and "payment in lieu" in text.casefold():
        attributes["type"] = "Payment In Lieu Of Dividends"


def _action(attributes: Attributes) -> None:
    text = attributes["description"] = attributes.get("description", "").upper()
    own = OWN_SECURITY.search(text)
    if own is not None:
        attributes["symbol"] = own[1].strip()
        attributes["isin"] = own[2] if len(own[2]) == 12 else ""
    attributes["type"] = _kind_of_action(text)


def _kind_of_action(text: str) -> str:
    for words, kind in (
        ("STOCK DIVIDEND", "SD"),
        ("SPINOFF", "SO"),
        ("MERGED", "TC"),
        ("ISIN CHANGE", "IC"),
        ("TENDERED", "TO"),
        ("BOND MATURITY", "BM"),
        ("DELISTED", "DW"),
    ):
        if words in text:
            return kind
    ratio = RATIO.search(text)
    if " SPLIT " in text and ratio is not None:
        return "FS" if float(ratio[1]) >= float(ratio[2]) else "RS"
    return text[:40]


CASH_COLUMNS = {
    "Currency": "currency",
    "Account": "accountId",
    "Date": "dateTime",
    "Settle Date": "dateTime",
    "Description": "description",
    "Amount": "amount",
}


def _cash(kind: str) -> Translation:
    return Translation(
        "CashTransactions", "CashTransaction", CASH_COLUMNS, _payment, {"type": kind}
    )


TRANSLATIONS: Mapping[str, Translation] = {
    "Trades": Translation(
        "Trades",
        "Trade",
        {
            "DataDiscriminator": "levelOfDetail",
            "Asset Category": "assetCategory",
            "Currency": "currency",
            "Account": "accountId",
            "Symbol": "symbol",
            "Date/Time": "tradeDate",
            "Quantity": "quantity",
            "T. Price": "tradePrice",
            "Proceeds": "proceeds",
            "Comm/Fee": "ibCommission",
            "Code": "notes",
        },
        _trade,
    ),
    "Deposits & Withdrawals": _cash("Deposits & Withdrawals"),
    "Dividends": _cash("Dividends"),
    "Payment In Lieu Of Dividends": _cash("Payment In Lieu Of Dividends"),
    "Withholding Tax": _cash("Withholding Tax"),
    "871(m) Withholding": _cash("871(m) Withholding"),
    "Interest": _cash("Broker Interest Received"),
    "Broker Interest Received": _cash("Broker Interest Received"),
    "Broker Interest Paid": _cash("Broker Interest Paid"),
    "Bond Interest Received": _cash("Bond Interest Received"),
    "Bond Interest Paid": _cash("Bond Interest Paid"),
    "Fees": _cash("Other Fees"),
    "Other Fees": _cash("Other Fees"),
    "Advisor Fees": _cash("Advisor Fees"),
    "Commission Adjustments": _cash("Commission Adjustments"),
    "Sales Tax": _cash("Sales Tax"),
    "Transaction Fees": Translation(
        "TransactionTaxes",
        "TransactionTax",
        {
            "Currency": "currency",
            "Account": "accountId",
            "Date/Time": "date",
            "Symbol": "symbol",
            "Description": "taxDescription",
            "Amount": "taxAmount",
        },
    ),
    "Corporate Actions": Translation(
        "CorporateActions",
        "CorporateAction",
        {
            "Currency": "currency",
            "Account": "accountId",
            "Report Date": "reportDate",
            "Description": "description",
            "Quantity": "quantity",
            "Proceeds": "proceeds",
        },
        _action,
    ),
    "Transfers": Translation(
        "Transfers",
        "Transfer",
        {
            "Asset Category": "assetCategory",
            "Currency": "currency",
            "Account": "accountId",
            "Symbol": "symbol",
            "Date": "date",
            "Type": "type",
            "Direction": "direction",
            "Xfer Account": "account",
            "Qty": "quantity",
            "Market Value": "positionAmount",
            "Cash Amount": "cashTransfer",
        },
    ),
    "Open Positions": Translation(
        "OpenPositions",
        "OpenPosition",
        {
            "DataDiscriminator": "levelOfDetail",
            "Asset Category": "assetCategory",
            "Currency": "currency",
            "Account": "accountId",
            "Symbol": "symbol",
            "Quantity": "position",
        },
    ),
}
