"""Transactions of Portfolio Performance as entries: amounts in hundredths, shares in 10^-8."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from portfolios.calc.money import half_even
from portfolios.formats.draft import ZERO, Draft
from portfolios.formats.portfolio_performance.references import References
from portfolios.formats.reading.machine_row import MachineRow, machine_number
from portfolios.formats.reading.xml_tree import Node

HUNDRED, SHARES = Decimal(100), Decimal(10) ** 8
TRADES = {"BUY": "BUY", "SELL": "SELL"}
DELIVERIES = {"DELIVERY_INBOUND": "DELIVERY_IN", "DELIVERY_OUTBOUND": "DELIVERY_OUT"}
CASH = {
    "DEPOSIT": "DEPOSIT",
    "REMOVAL": "WITHDRAWAL",
    "INTEREST": "INTEREST",
    "INTEREST_CHARGE": "INTEREST_CHARGE",
    "DIVIDENDS": "DIVIDEND",
    "FEES": "FEE",
    "FEES_REFUND": "FEE_REFUND",
    "TAXES": "TAX",
    "TAX_REFUND": "TAX_REFUND",
}
OUTWARD = frozenset({"BUY", "DELIVERY_IN"})
WITH_CHARGES = frozenset({"BUY", "SELL", "DELIVERY_IN", "DELIVERY_OUT", "DIVIDEND", "INTEREST"})
RATE_PLACES = 12


@dataclass(frozen=True, slots=True)
class Units:
    """What a transaction's units say: charges, and the amount in the security's currency."""

    fees: Decimal = ZERO
    taxes: Decimal = ZERO
    forex: Decimal | None = None
    forex_currency: str = ""
    rate: Decimal | None = None


class Booking:
    """Reads the transactions of one document."""

    def __init__(self, references: References, today: date) -> None:
        self.references = references
        self.today = today

    def row(self, node: Node) -> MachineRow:
        """The plain fields of a transaction; its row is its line in the file."""
        fields = {child.tag: self.references.text(node, child.tag) for child in node.children}
        return MachineRow(node.row, fields, self.today)

    def symbol(self, node: Node) -> str:
        security = self.references.child(node, "security")
        return self.references.text(security, "tickerSymbol")

    def entry(self, node: Node, row: MachineRow, kind: str, account: str) -> Draft | None:
        """An entry of type `kind` with its amounts; None where something is wrong with it."""
        draft = self.common(node, row, kind, account)
        amount, units = self.money(row), self.units(node, row)
        if draft is None or amount is None or row.faults:
            return None
        if kind not in WITH_CHARGES:
            return replace(draft, gross_amount=amount)
        charges = units.fees + units.taxes
        gross = amount - charges if kind in OUTWARD else amount + charges
        if kind in ("DELIVERY_IN", "DELIVERY_OUT"):
            return replace(draft, quantity=self.shares(row), net_amount=amount)
        quantity = self.shares(row, required=kind in TRADES)
        if gross <= 0 or row.faults:
            row.wrong("amount", "zero_not_allowed", "The amount leaves nothing.", "Mend it.")
            return None
        draft = replace(
            draft, quantity=quantity, gross_amount=gross, fees=units.fees, taxes=units.taxes
        )
        return _abroad(draft, units)

    def common(self, node: Node, row: MachineRow, kind: str, account: str) -> Draft | None:
        """Day, currency, security and text."""
        day, currency = row.day("date"), row.currency("currencyCode")
        security = self.references.child(node, "security")
        said = self.references.text
        isin = MachineRow(node.row, {"isin": said(security, "isin")}, self.today, row.faults)
        ex_date = row.day("exDate", required=False)
        if day is None:
            return None
        return Draft(
            entry_type=kind,
            transaction_date=day,
            ex_date=ex_date if kind == "DIVIDEND" and ex_date and ex_date <= day else None,
            currency=currency,
            account=account[:64] or "main",
            symbol=said(security, "tickerSymbol"),
            isin=isin.isin("isin"),
            security_name=said(security, "name")[:200],
            narration=row.text("note"),
            external_id=row.text("uuid", longest=100),
            row=node.row,
        )

    def money(self, row: MachineRow) -> Decimal | None:
        """The amount above zero, in whole units of its currency."""
        cents = row.positive("amount")
        return None if cents is None else cents / HUNDRED

    def shares(self, row: MachineRow, *, required: bool = True) -> Decimal | None:
        if not required and row.text("shares") in ("", "0"):
            return None
        counted = row.positive("shares")
        return None if counted is None else counted / SHARES

    def units(self, node: Node, row: MachineRow) -> Units:
        """Fees and taxes are in the currency of the transaction, whatever they came from."""
        found = Units()
        holder = self.references.child(node, "units")
        for unit in holder.named("unit") if holder is not None else ():
            found = self._with(found, unit, row)
        return found

    def _with(self, found: Units, unit: Node, row: MachineRow) -> Units:
        kind, amount = unit.get("type"), _cents(unit.child("amount"))
        if amount is None or amount < 0:
            row.wrong(
                "units", "number_invalid", f"The amount of a {kind[:20]} is none.", "Mend it."
            )
            return found
        if kind == "FEE":
            return replace(found, fees=found.fees + amount)
        if kind == "TAX":
            return replace(found, taxes=found.taxes + amount)
        forex, rate = unit.child("forex"), unit.child("exchangeRate")
        abroad = _cents(forex)
        stated = machine_number(rate.text, Decimal("1E-12")) if rate is not None else None
        if forex is None or not abroad or not stated or stated < 0:
            return found
        return replace(found, forex=abroad, forex_currency=forex.get("currency"), rate=stated)


def _abroad(draft: Draft, units: Units) -> Draft:
    """The gross amount in the currency of the security, and the rate between the two."""
    if units.forex is None or units.forex_currency in ("", draft.currency):
        return draft
    gross = draft.gross_amount or ZERO
    near = abs(units.forex * (units.rate or ZERO) - gross) <= gross / 10_000
    return replace(
        draft,
        security_currency=units.forex_currency,
        gross_amount_security=units.forex,
        settlement_fx_rate=units.rate if near else half_even(gross / units.forex, RATE_PLACES),
    )


def _cents(node: Node | None) -> Decimal | None:
    number = machine_number(node.get("amount")) if node is not None else None
    return None if number is None else number / HUNDRED
