"""Questrade, account activities, XLSX or the same columns as CSV.

Columns: Transaction Date, Settlement Date, Action, Symbol, Description, Quantity, Price,
Gross Amount, Commission, Net Amount, Currency, Account #, Activity Type, Account Type. Dates are
ISO with a time. Amounts are signed; Net Amount is what reached the account. Activity Type says
what happened, Action says it more closely where it does not.

A conversion is two rows, one in each currency. Dividends are net of tax where Questrade prints no
tax of its own; the tax is then not in the file. Not in the file: ratios of reorganisations, the
cost of shares transferred in. There are no ids, so rows are known again by their content.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from market.formats.faults import Fault
from portfolios.formats.contract import DateStyle, Options, Parsed, Shape, Source
from portfolios.formats.draft import ZERO, Draft
from portfolios.formats.reading.broker_table import Layout, of_trade, read_rows
from portfolios.formats.reading.conversions import add_conversions
from portfolios.formats.reading.findings import Findings, refused
from portfolios.formats.reading.payments import Payment, add_dividends, add_signed
from portfolios.formats.reading.row_reader import RowReader
from portfolios.formats.reading.signatures import Kind, kind_of
from portfolios.formats.reading.tables import read_table
from portfolios.formats.reading.transfers_in_kind import add_transfer
from portfolios.formats.reading.worksheets import opening_texts, read_worksheet

NET = "Net Amount"
LAYOUT = Layout(
    required=("Transaction Date", "Action", "Symbol", "Quantity", NET, "Activity Type"),
    dates=("Transaction Date", "Settlement Date"),
    date_style=DateStyle.ISO,
    amounts={
        "amount": NET,
        "quantity": "Quantity",
        "symbol": "Symbol",
        "gross_amount": "Gross Amount",
        "net_amount": NET,
        "settlement_date": "Settlement Date",
    },
)
CASH: Mapping[str, tuple[str, str]] = {
    "deposits": ("DEPOSIT", "WITHDRAWAL"),
    "withdrawals": ("DEPOSIT", "WITHDRAWAL"),
    "transfers": ("DEPOSIT", "WITHDRAWAL"),
    "fees and rebates": ("FEE_REFUND", "FEE"),
    "interest": ("INTEREST", "INTEREST_CHARGE"),
}
TAX_ACTIONS = frozenset({"NRT", "TAX", "WHT"})


class QuestradeFormat:
    name = "questrade"
    title = "Questrade activities"
    shape = Shape.TRANSACTIONS

    def recognises(self, source: Source) -> float:
        if kind_of(source) is Kind.ZIP:
            texts = opening_texts(source.content)
            return 0.95 if all(f">{name}<" in texts for name in LAYOUT.required) else 0.0
        return 0.95 if LAYOUT.is_in(source) else 0.0

    def parse(self, source: Source, options: Options) -> Parsed:
        is_workbook = kind_of(source) is Kind.ZIP
        table = (
            read_worksheet(source.content, options.limits)
            if is_workbook
            else read_table(source, options.limits)
        )
        opened = table if isinstance(table, Fault) else read_rows(table, options, LAYOUT)
        if isinstance(opened, Fault):
            return refused(opened)
        findings, readers = opened
        reading = _Reading(findings)
        for reader in readers:
            reading.read(reader)
        reading.end()
        return findings.parsed()


FORMAT = QuestradeFormat()


class _Reading:
    """Rows one after the other; what takes two rows is put together at the end."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.dividends: list[Payment] = []
        self.taxes: list[Payment] = []
        self.legs: list[Payment] = []

    def read(self, reader: RowReader) -> None:
        day = reader.day("Transaction Date", needed=True)
        settles = reader.day("Settlement Date", ahead=True)
        currency = reader.currency("Currency", "CAD")
        quantity, net = reader.amount("Quantity"), reader.amount(NET)
        price, fees = reader.size("Price"), reader.size("Commission") or ZERO
        if reader.faults or day is None:
            self.findings.fail(reader.faults, reader.text("Symbol"))
            return
        draft = replace(_draft(reader, day, currency), settlement_date=settles)
        activity = reader.text("Activity Type").casefold()
        if activity in {"trades", "dividend reinvestment"}:
            self._trade(reader, draft, quantity, price, net, fees)
        elif activity == "transfers" and quantity and not net:
            add_transfer(self.findings, draft, quantity, price)
        else:
            self._payment(reader, activity, draft, net or ZERO)

    def end(self) -> None:
        add_dividends(self.findings, self.dividends, self.taxes)
        add_conversions(self.findings, self.legs, NET)

    def _trade(
        self,
        reader: RowReader,
        draft: Draft,
        quantity: Decimal | None,
        price: Decimal | None,
        net: Decimal | None,
        fees: Decimal,
    ) -> None:
        """Questrade signs the quantity; Action says Buy, Sell, Short or Cover."""
        if draft.narration.upper().startswith(("CALL ", "PUT ")):
            self._refuse(reader, "Description", "asset_unsupported", "It is an option.")
            return
        action = reader.text("Action").casefold()
        sells = bool(quantity and quantity < 0)
        kind = {"short": "SHORT_SALE", "cover": "COVER"}.get(action, "SELL" if sells else "BUY")
        said = of_trade(
            kind, quantity=quantity, price=price, net=net, fees=fees, symbol=draft.symbol
        )
        self.findings.add(replace(draft, entry_type=kind, **said, net_amount=net))

    def _payment(self, reader: RowReader, activity: str, draft: Draft, net: Decimal) -> None:
        key = (draft.account, draft.symbol, draft.transaction_date, draft.currency)
        payment = Payment(key, net, replace(draft, settlement_date=None))
        if activity == "fx conversion":
            pair = (draft.account, draft.transaction_date)
            self.legs.append(Payment(pair, net, replace(draft, symbol="", security_name="")))
        elif reader.text("Action").upper() in TAX_ACTIONS:
            self.taxes.append(payment)
        elif activity == "dividends" and reader.text("Quantity").strip("0.") and not net:
            self._refuse(reader, "Action", "action_incomplete", "The ratio is not in the file.")
        elif activity == "dividends":
            self.dividends.append(payment)
        elif activity in CASH:
            add_signed(self.findings, payment, *CASH[activity])
        elif activity == "corporate actions":
            self._refuse(reader, "Action", "action_incomplete", "The ratio is not in the file.")
        else:
            said = f"{reader.text('Activity Type')[:60]!r} is not an activity that is known."
            self._refuse(reader, "Activity Type", "type_unknown", said)

    def _refuse(self, reader: RowReader, column: str, reason: str, message: str) -> None:
        self.findings.refuse(
            reader.place(column),
            reason,
            message,
            "Enter the event by hand, and leave the row out of the file.",
            value=reader.text(column),
            symbol=reader.text("Symbol"),
        )


def _draft(reader: RowReader, day: date, currency: str) -> Draft:
    symbol = reader.text("Symbol")
    return Draft(
        entry_type="DIVIDEND",
        transaction_date=day,
        currency=currency,
        symbol=symbol,
        security_name=reader.text("Description") if symbol else "",
        account=reader.text("Account #") or reader.options.account,
        narration=reader.text("Description"),
        row=reader.number_of_row,
    )
