"""Income, charges, cash and splits of an OFX statement."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from portfolios.formats.draft import Draft
from portfolios.formats.ofx.statement import WITHHELD, Reader, Statement, money, summed
from portfolios.formats.ofx.trades import in_original
from portfolios.formats.reading.machine_row import MachineRow

BANK_CHARGES = frozenset({"FEE", "SRVCHG"})
A_TAX = re.compile(r"withh|\btax", re.IGNORECASE)


def _income(_tag: str, row: MachineRow, statement: Statement, common: Draft) -> list[Draft]:
    total, taxes = row.number("TOTAL", required=True), summed(row, WITHHELD)
    kind = row.text("INCOMETYPE", required=True)
    if total is not None and total <= 0:
        message = f"TOTAL is {total}; income must be above zero."
        remedy = "Reverse the income that it takes back, and leave out both."
        row.wrong("TOTAL", "negative_not_allowed", message, remedy, str(total))
    if total is None or row.faults:
        return []
    interest = "COUPON" if statement.security(row).is_debt else "INTEREST"
    name = interest if kind == "INTEREST" else "DIVIDEND"
    draft = replace(common, entry_type=name, gross_amount=total, taxes=taxes, settlement_date=None)
    pays = common.settlement_date if name == "DIVIDEND" else None
    return [in_original(replace(draft, pay_date=pays))]


def _by_sign(outward: str, inward: str) -> Reader:
    def read(_tag: str, row: MachineRow, _statement: Statement, common: Draft) -> list[Draft]:
        total = row.number("TOTAL", required=True)
        if total is None or row.faults:
            return []
        names = (outward, inward)
        if outward == "FEE" and A_TAX.search(common.narration):
            names = ("TAX", "TAX_REFUND")
        return [money(common, names[total > 0], total)]

    return read


def _bank(_tag: str, row: MachineRow, _statement: Statement, common: Draft) -> list[Draft]:
    amount, kind = row.number("TRNAMT", required=True), row.text("TRNTYPE").upper()
    if amount is not None and not amount:
        row.wrong("TRNAMT", "zero_not_allowed", "TRNAMT is zero.", "Leave it out.")
    if amount is None or row.faults:
        return []
    if kind in ("INT", "DIV"):
        names = ("INTEREST_CHARGE", "INTEREST")
    elif kind in BANK_CHARGES:
        names = ("FEE", "FEE_REFUND")
    else:
        names = ("WITHDRAWAL", "DEPOSIT")
    cash = replace(common, symbol="", isin="", figi="", security_name="")
    return [money(cash, names[amount > 0], amount)]


def _split(_tag: str, row: MachineRow, _statement: Statement, common: Draft) -> list[Draft]:
    new, old = row.positive("NUMERATOR"), row.positive("DENOMINATOR")
    cash = row.number("FRACCASH")
    if new is None or old is None or row.faults:
        return []
    draft = replace(
        common,
        entry_type="SPLIT" if new > old else "REVERSE_SPLIT",
        new_shares=new,
        old_shares=old,
        gross_amount=abs(cash) if cash else None,
        settlement_date=None,
        security_currency="",
        settlement_fx_rate=None,
    )
    return [draft]


def _capital(_tag: str, row: MachineRow, _statement: Statement, common: Draft) -> list[Draft]:
    total = row.positive("TOTAL")
    return [] if total is None or row.faults else [money(common, "RETURN_OF_CAPITAL", total)]


EVENTS: Mapping[str, Reader] = {
    "INCOME": _income,
    "INVEXPENSE": _by_sign("FEE", "FEE_REFUND"),
    "MARGININTEREST": _by_sign("INTEREST_CHARGE", "INTEREST"),
    "INVBANKTRAN": _bank,
    "SPLIT": _split,
    "RETOFCAP": _capital,
}
