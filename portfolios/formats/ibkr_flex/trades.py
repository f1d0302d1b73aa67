"""The section Trades: executions of securities, and currencies exchanged."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from market.formats.faults import Fault
from market.formats.fields import Place
from portfolios.formats.amounts import net_amount
from portfolios.formats.currencies import CURRENCIES
from portfolios.formats.draft import ZERO, Draft
from portfolios.formats.ibkr_flex.element import SECURITIES, Element, Statement
from portfolios.formats.reading.cancelled import Trades
from portfolios.formats.reading.dates import read_day
from portfolios.formats.reading.row_reader import tidy
from portfolios.formats.reading.xml_tree import Node

CENT = Decimal("0.01")
HUNDRED = Decimal(100)


def read_trades(statement: Statement, section: Node) -> None:
    """Executions; orders where the query has no executions. Everything else sums these up."""
    level = "EXECUTION" if any(_level(n) == "EXECUTION" for n in section.children) else "ORDER"
    wanted = []
    for node in section.children:
        element = statement.element(node)
        if _level(node) == level:
            wanted.append(element)
        else:
            element.skip(f"{_level(node) or node.tag}: it sums up or details rows that are read.")
    lasting, cancelled = _without_cancelled(wanted)
    for element in lasting:
        _read_trade(element)
    aside = statement.aside()
    for element in cancelled:
        _read_trade(aside.element(element.node))
    statement.findings.supersede(aside.findings)


def _level(node: Node) -> str:
    """EXECUTION, ORDER, SYMBOL_SUMMARY, ...; files before 2013 say it by the tag alone."""
    said = node.get("levelOfDetail").upper()
    return said or {"Trade": "EXECUTION", "Order": "ORDER"}.get(node.tag, "")


def _without_cancelled(elements: Sequence[Element]) -> tuple[list[Element], list[Element]]:
    """Trades without cancellations and what they cancel, which is the trade named, or the same
    trade; and those that were cancelled."""
    originals: Trades[Element] = Trades()
    for element in elements:
        if not _is_cancel(element):
            originals.add([element.get("tradeID")], None, element)
            originals.add([_likeness(element)], _day(element), element)
    gone: set[int] = set()
    cancelled: list[Element] = []
    for cancel in elements:
        if not _is_cancel(cancel):
            continue
        gone.add(id(cancel))
        named = cancel.get("origTradeID").strip("0")
        name = cancel.get("origTradeID") if named else _likeness(cancel)
        original = originals.take(name, _day(cancel))
        if isinstance(original, tuple):
            cancel.refuse("transactionType", "value_unexpected", *original)
        else:
            gone.add(id(original))
            cancelled.append(original)
            original.skip(f"Cancelled by row {cancel.node.row}.")
            cancel.skip(f"Cancels row {original.node.row}.")
    return [element for element in elements if id(element) not in gone], cancelled


def _is_cancel(element: Element) -> bool:
    notes = element.get("notes").replace(",", ";").split(";")
    said = element.get("transactionType").endswith("Cancel") or "(Ca.)" in element.get("buySell")
    return said or "Ca" in notes


def _likeness(element: Element) -> Hashable:
    """Alike for a trade and its cancellation, whose quantities have opposite signs."""
    names = ("accountId", "symbol", "conid", "tradePrice")
    size = element.get("quantity").removeprefix("-")
    return (*(element.get(name) for name in names), size)


def _day(element: Element) -> date | None:
    """The day of a trade, whose mistakes are told when it is read."""
    said = element.get("tradeDate") or element.get("dateTime")
    statement = element.statement
    day = read_day(said, Place(element.node.row), statement.dates, latest=statement.options.today)
    return None if isinstance(day, Fault) else day


def _read_trade(element: Element) -> None:
    category = element.get("assetCategory").upper() or "STK"
    if category == "CASH":
        _read_conversion(element)
    elif category in SECURITIES:
        _read_security_trade(element)
    else:
        element.refuse(
            "assetCategory",
            "asset_unsupported",
            f"The ledger does not hold assets of the kind {category}.",
            "Leave this kind out of the Flex query, and enter its cash by hand.",
        )


def _read_security_trade(element: Element) -> None:
    read = element.read
    day = element.first_day("tradeDate", "dateTime")
    currency = read.currency("currency")
    quantity = read.amount("quantity", needed=True)
    proceeds = read.amount("proceeds")
    taxes = read.amount("taxes") or ZERO
    fields: dict[str, Any] = {
        **element.security(),
        "quantity": abs(quantity) if quantity else None,
        "price": read.size("tradePrice"),
        "gross_amount": abs(proceeds) if proceeds else None,
        "settlement_date": read.day("settleDateTarget", ahead=True),
        "taxes": abs(taxes),
        "external_id": element.get("tradeID") or element.get("transactionID"),
    }
    commission, stated = read.amount("ibCommission") or ZERO, read.amount("netCash")
    if quantity is not None and not quantity:
        element.refuse("quantity", "zero_not_allowed", "The quantity is zero.", "Leave it out.")
        return
    if quantity is not None and _is_denied(element, quantity, proceeds or ZERO, taxes):
        return
    if element.faults or day is None or quantity is None:
        element.fail()
        return
    draft = element.draft(_kind(element, quantity), day, currency, **fields)
    draft = _in_percent(draft, element.get("assetCategory").upper())
    _add_with_commission(element, draft, commission, stated)


def _is_denied(element: Element, quantity: Decimal, proceeds: Decimal, taxes: Decimal) -> bool:
    """Whether a sign denies the others: the shares those of buySell, the proceeds the shares, or
    taxes that are paid to us."""
    remedy = "Leave the row out, and reverse the earlier trade if it takes one back."
    side = element.get("buySell").upper()
    if (side == "BUY" and quantity < 0) or (side == "SELL" and quantity > 0):
        said = f"{side} of {quantity}."
        element.refuse("quantity", "negative_not_allowed", said, remedy)
    elif quantity * proceeds > 0:
        said = f"Proceeds of {proceeds} for a quantity of {quantity}: both have one sign."
        element.refuse("proceeds", "amount_mismatch", said, remedy)
    elif taxes > 0:
        said = f"Taxes of {taxes} are paid to us."
        element.refuse("taxes", "value_unexpected", said, "Enter the refund by hand.")
    else:
        return False
    return True


def _kind(element: Element, quantity: Decimal) -> str:
    """Opening a sale is a short sale, closing a purchase covers one; both at once cross zero."""
    opens = element.get("openCloseIndicator").upper()
    if quantity > 0:
        return "COVER" if opens == "C" else "BUY"
    return "SHORT_SALE" if opens == "O" else "SELL"


def _in_percent(draft: Draft, category: str) -> Draft:
    """Bonds are quoted per 100 of face; the ledger's price is per 1."""
    if category not in ("BOND", "BILL") or draft.price is None or draft.quantity is None:
        return draft
    if draft.gross_amount is None or draft.gross_amount * 10 < draft.quantity * draft.price:
        return replace(draft, price=tidy(draft.price / HUNDRED))
    return draft


def _add_with_commission(
    element: Element, draft: Draft, commission: Decimal, stated: Decimal | None
) -> None:
    """The commission as a fee of the trade, or as an entry where it is paid to us or in another
    currency. The net amount is only held against the rest where the trade carries all of it."""
    findings = element.statement.findings
    paid_in = element.get("ibCommissionCurrency").upper() or draft.currency
    if paid_in not in CURRENCIES:
        said = f"{paid_in[:40]!r} is not an active ISO 4217 currency."
        element.refuse("ibCommissionCurrency", "currency_unknown", said, "Mend the code.")
        return
    if commission <= 0 and paid_in == draft.currency:
        draft = replace(draft, fees=-commission)
        if stated is not None and abs(abs(stated) - abs(net_amount(draft))) > CENT:
            draft = replace(draft, net_amount=stated)
        findings.add(draft)
        return
    findings.add(draft)
    if commission:
        findings.add(_commission(element, draft, commission, paid_in))


def _commission(element: Element, trade: Draft, commission: Decimal, currency: str) -> Draft:
    kind = "FEE" if commission < 0 else "FEE_REFUND"
    rate = element.rate(currency) if currency == trade.currency else None
    is_security = trade.entry_type != "FX_CONVERSION"
    return element.draft(
        kind,
        trade.transaction_date,
        currency,
        gross_amount=abs(commission),
        fx_rate=rate,
        external_id=f"{trade.external_id}-commission" if trade.external_id else "",
        narration=f"Commission of trade {trade.external_id}".strip(),
        **(element.security() if is_security else {}),
    )


def _read_conversion(element: Element) -> None:
    """EUR.USD: the quantity is in the first currency, proceeds in the second, signs opposite."""
    read = element.read
    day = element.first_day("tradeDate", "dateTime")
    first, _, second = element.get("symbol").upper().partition(".")
    quantity = read.amount("quantity", needed=True)
    proceeds = read.amount("proceeds", needed=True)
    commission = read.amount("ibCommission") or ZERO
    settles = read.day("settleDateTarget", ahead=True)
    if not {first, second} <= CURRENCIES:
        said = "The symbol does not name two currencies such as EUR.USD."
        element.refuse("symbol", "currency_unknown", said, "Mend the symbol.")
        return
    if element.faults or day is None or quantity is None or proceeds is None:
        element.fail()
        return
    draft = _conversion(element, day, (first, quantity), (second, proceeds))
    if draft is not None:
        _add_with_commission(element, replace(draft, settlement_date=settles), commission, None)


def _conversion(
    element: Element, day: date, one: tuple[str, Decimal], other: tuple[str, Decimal]
) -> Draft | None:
    (paid, out), (bought, into) = (one, other) if one[1] < 0 else (other, one)
    if not out < 0 < into:
        said = "One currency must be paid and the other received."
        element.refuse("quantity", "amount_mismatch", said, "Mend the signs of the row.")
        return None
    # The file's rate is that of the second currency; the other side follows from the amounts.
    rate = element.rate(paid) if paid == element.get("currency").upper() else None
    base = element.statement.options.base_currency
    return element.draft(
        "FX_CONVERSION",
        day,
        paid,
        gross_amount=-out,
        to_amount=into,
        to_currency=bought,
        fx_rate=None if base in (paid, bought) else rate,
        external_id=element.get("tradeID") or element.get("transactionID"),
    )
