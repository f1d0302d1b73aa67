"""Purchases, sales, reinvestments and transfers of an OFX statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from portfolios.calc.money import round_money
from portfolios.formats.draft import ZERO, Draft
from portfolios.formats.ofx.statement import (
    CHARGES,
    WITHHELD,
    Reader,
    Statement,
    external_id,
    ofx_day,
    summed,
)
from portfolios.formats.reading.fitting import fitting_price, unit_price
from portfolios.formats.reading.machine_row import MachineRow

BUYS = frozenset({"BUYSTOCK", "BUYMF", "BUYOTHER", "BUYDEBT", "BUYOPT"})
SELLS = frozenset({"SELLSTOCK", "SELLMF", "SELLOTHER", "SELLDEBT", "SELLOPT"})
SHORTS = frozenset({"SELLSHORT", "SELLTOOPEN"})
COVERS = frozenset({"BUYTOCOVER", "BUYTOCLOSE"})
TAKEN_BACK = "Leave it out, and reverse the earlier trade if it takes one back."
PRICED_OTHERWISE = frozenset({"BUYDEBT", "SELLDEBT", "BUYOPT", "SELLOPT"})


def _trade(tag: str, row: MachineRow, _statement: Statement, common: Draft) -> list[Draft]:
    units, price = row.number("UNITS", required=True), row.number("UNITPRICE")
    total = row.number("TOTAL", required=True)
    fees, taxes, accrued = summed(row, CHARGES), summed(row, WITHHELD), summed(row, ("ACCRDINT",))
    if units is None or total is None or row.faults:
        return []
    buying = tag in BUYS
    gross = -total - fees - taxes - accrued if buying else total + fees + taxes - accrued
    if _is_denied(row, units, total, gross, buying=buying):
        return []
    if not units or gross <= 0:
        column = "UNITS" if not units else "TOTAL"
        row.wrong(column, "zero_not_allowed", f"{column} leaves nothing traded.", "Mend it.")
        return []
    quantity = abs(units)
    if price is not None and tag not in PRICED_OTHERWISE:
        price = fitting_price(quantity, abs(price), gross, common.currency)
    else:
        price = None  # a bond's is in percent, an option's per share of a contract
    trade = replace(
        common,
        entry_type=_side(row, buying=buying),
        quantity=quantity,
        price=price or None,
        gross_amount=gross,
        fees=fees,
        taxes=taxes,
    )
    return [in_original(trade), *_accrued(trade, accrued, buying=buying)]


def _is_denied(
    row: MachineRow, units: Decimal, total: Decimal, gross: Decimal, *, buying: bool
) -> bool:
    """Whether a sign says the opposite of the element: shares that a purchase takes, money that
    it brings, or money that a sale costs beyond its charges."""
    if buying and units < 0:
        row.wrong("UNITS", "negative_not_allowed", f"{units} units are bought.", TAKEN_BACK)
    if buying and total > 0:
        row.wrong("TOTAL", "amount_mismatch", f"A purchase brings {total}.", TAKEN_BACK)
    if not buying and total < 0 and gross <= 0:
        row.wrong("TOTAL", "negative_not_allowed", f"A sale costs {-total}.", TAKEN_BACK)
    return bool(row.faults)


def _side(row: MachineRow, *, buying: bool) -> str:
    said = {row.text(name) for name in ("BUYTYPE", "SELLTYPE", "OPTBUYTYPE", "OPTSELLTYPE")}
    if buying:
        return "COVER" if said & COVERS else "BUY"
    return "SHORT_SALE" if said & SHORTS else "SELL"


def in_original(draft: Draft) -> Draft:
    """The gross amount in the currency it was converted from, by the stated rate."""
    rate, gross = draft.settlement_fx_rate, draft.gross_amount
    if not draft.security_currency or rate is None or gross is None:
        return replace(draft, security_currency="", settlement_fx_rate=None)
    original = round_money(gross / rate, draft.security_currency)
    return replace(draft, gross_amount_security=original, price=None)


def _accrued(trade: Draft, accrued: Decimal, *, buying: bool) -> list[Draft]:
    """Interest that passes with a bond is an entry of its own, beside its price."""
    if not accrued:
        return []
    interest = replace(
        trade,
        entry_type="INTEREST_CHARGE" if buying else "COUPON",
        quantity=None,
        price=None,
        gross_amount=accrued,
        fees=ZERO,
        taxes=ZERO,
        settlement_date=None,
        security_currency="",
        gross_amount_security=None,
        settlement_fx_rate=None,
        external_id=external_id(f"{trade.external_id}:accrued"),
        narration="Accrued interest",
    )
    return [interest]


def _reinvest(_tag: str, row: MachineRow, _statement: Statement, common: Draft) -> list[Draft]:
    total, units = row.number("TOTAL", required=True), row.number("UNITS", required=True)
    fees, taxes = summed(row, CHARGES), summed(row, WITHHELD)
    if units is not None and units < 0:
        row.wrong("UNITS", "negative_not_allowed", f"{units} units are reinvested.", TAKEN_BACK)
    if total is None or units is None or row.faults:
        return []
    invested = abs(total) - fees - taxes
    if not units or invested <= 0:
        row.wrong("TOTAL", "zero_not_allowed", "Nothing was reinvested.", "Mend it.")
        return []
    draft = replace(
        common,
        entry_type="DRIP",
        quantity=abs(units),
        price=unit_price(invested, abs(units)),
        gross_amount=abs(total),
        fees=fees,
        taxes=taxes,
        settlement_date=None,
        security_currency="",
        settlement_fx_rate=None,
    )
    return [draft]


def _transfer(_tag: str, row: MachineRow, _statement: Statement, common: Draft) -> list[Draft]:
    units, action = row.number("UNITS", required=True), row.text("TFERACTION", required=True)
    bought = ofx_day(row, "DTPURCHASE", required=False)
    if row.text("POSTYPE") == "SHORT":
        message = "A short position was transferred."
        row.wrong("POSTYPE", "type_unknown", message, "Enter it by hand.", "SHORT")
    if action not in ("IN", "OUT"):
        row.wrong("TFERACTION", "type_unknown", "It is neither IN nor OUT.", "Mend it.", action)
    if not units or row.faults:
        return []
    lots = None
    if action == "IN" and bought is not None:
        lots = [{"quantity": f"{abs(units):f}", "acquisition_date": bought.isoformat()}]
    stated = row.text("AVGCOSTBASIS")
    narration = f"{common.narration} (average cost basis stated: {stated})" if stated else None
    draft = replace(
        common,
        entry_type=f"TRANSFER_{action}",
        quantity=abs(units),
        carried_lots=lots,
        narration=(narration or common.narration)[:500].strip(),
        settlement_date=None,
        security_currency="",
        settlement_fx_rate=None,
    )
    return [draft]


TRADES: Mapping[str, Reader] = {
    **dict.fromkeys(BUYS | SELLS, _trade),
    "REINVEST": _reinvest,
    "TRANSFER": _transfer,
}
