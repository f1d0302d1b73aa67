"""Wealthsimple, activities of all accounts, CSV.

Columns: effective_date, effective_time, settlement_date, account_id, account_type, activity_type,
activity_sub_type, description, direction, symbol, name, currency, quantity, unit_price,
commission, net_cash_amount. Dates are ISO; quantity and net_cash_amount are signed. direction says
LONG or SHORT. A conversion is two rows, one in each currency. A line `As of ...` may end the file.

The older monthly statement has date, transaction, description, amount, balance, currency. There,
shares stand in a sentence: `ACME - Acme Corp: Bought 10.0000 shares (executed at 2013-02-04)`, and
no price is printed. It names no account.

Neither file holds ids, commissions within the price, ratios of splits, or the cost of shares
transferred in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from market.formats.faults import Fault
from market.formats.fields import Place
from portfolios.formats.contract import DateStyle, Options, Parsed, Shape, Source
from portfolios.formats.draft import ZERO, Draft
from portfolios.formats.reading.broker_table import Layout, of_trade, open_table
from portfolios.formats.reading.conversions import add_conversions
from portfolios.formats.reading.findings import Findings, refused
from portfolios.formats.reading.numbers import read_decimal
from portfolios.formats.reading.payments import Payment, add_dividends, add_signed
from portfolios.formats.reading.row_reader import RowReader, tidy
from portfolios.formats.reading.tables import Row
from portfolios.formats.reading.transfers_in_kind import add_transfer

NET = "net_cash_amount"
ACTIVITIES = Layout(
    required=("effective_date", "account_id", "activity_type", "activity_sub_type", NET),
    dates=("effective_date", "settlement_date"),
    date_style=DateStyle.ISO,
    amounts={"amount": NET, "gross_amount": NET, "net_amount": NET},
)
STATEMENT = Layout(
    required=("date", "transaction", "description", "amount", "balance", "currency"),
    dates=("date",),
    date_style=DateStyle.ISO,
    amounts={
        "amount": "amount",
        "gross_amount": "amount",
        "net_amount": "amount",
        "quantity": "description",
        "symbol": "description",
    },
)
SENTENCE = re.compile(r"^(\S{1,20}) - (.{1,200}?): (.*)$")
SHARES = re.compile(r"(?:Bought|Sold|received|reinvested) ([0-9.,]{1,30}) shares?", re.IGNORECASE)
EXECUTED = re.compile(r"executed at ([0-9]{4}-[0-9]{2}-[0-9]{2})")
RATE = re.compile(r"FX Rate: ([0-9.]{1,20})", re.IGNORECASE)
TENTH = Decimal("0.1")  # rates of the two currencies are further apart than a price is rounded
OPTION = re.compile(r"^[A-Z.]{1,6}\s*[0-9]{6}[CP][0-9]{8}$")

# The words of both files, by what they mean here.
KINDS: Mapping[str, str] = {
    "trade": "trade",
    "buy": "BUY",
    "sell": "SELL",
    "dividend": "dividend",
    "div": "dividend",
    "nrt": "tax",
    "nonresidenttax": "tax",
    "withholdingtax": "tax",
    "tax": "tax",
    "interest": "INTEREST INTEREST_CHARGE",
    "int": "INTEREST INTEREST_CHARGE",
    "interestcharged": "INTEREST INTEREST_CHARGE",
    "intcharged": "INTEREST INTEREST_CHARGE",
    "fplint": "INTEREST INTEREST_CHARGE",
    "bonuspayment": "INTEREST INTEREST_CHARGE",
    "ref": "INTEREST INTEREST_CHARGE",
    "fee": "FEE_REFUND FEE",
    "feerefund": "FEE_REFUND FEE",
    "hst": "TAX_REFUND TAX",
    "moneymovement": "cash",
    "cont": "cash",
    "dep": "cash",
    "wd": "cash",
    "eft": "cash",
    "eftout": "cash",
    "trfin": "move",
    "trfout": "move",
    "trfintf": "move",
    "transfer": "move",
    "institutionaltransfer": "move",
    "fxexchange": "conversion",
    "loan": "lent",
    "recall": "lent",
    "securitylending": "lent",
    "optionexpiry": "option",
    "returnofcapital": "RETURN_OF_CAPITAL FEE",
    "roc": "RETURN_OF_CAPITAL FEE",
    "stockdividend": "incomplete",
    "stkdiv": "incomplete",
    "corporateaction": "incomplete",
    "stocksplit": "incomplete",
    "stksplit": "incomplete",
}


class WealthsimpleFormat:
    name = "wealthsimple"
    title = "Wealthsimple CSV"
    shape = Shape.TRANSACTIONS

    def recognises(self, source: Source) -> float:
        if ACTIVITIES.is_in(source):
            return 0.95
        return 0.8 if STATEMENT.is_in(source) else 0.0

    def parse(self, source: Source, options: Options) -> Parsed:
        is_statement = STATEMENT.is_in(source)
        opened = open_table(source, options, STATEMENT if is_statement else ACTIVITIES)
        if isinstance(opened, Fault):
            return refused(opened)
        findings, readers = opened
        reading = _Reading(findings)
        for reader in readers:
            reading.read(_as_activity(reader) if is_statement else reader)
        reading.end()
        return findings.parsed()


FORMAT = WealthsimpleFormat()


def _as_activity(reader: RowReader) -> RowReader:
    """A line of the monthly statement under the columns of the activities."""
    said = reader.row.fields
    text = said.get("description", "")
    found, shares, day = SENTENCE.match(text), SHARES.search(text), EXECUTED.search(text)
    fields = {
        **said,
        "effective_date": day[1] if day else said.get("date", ""),
        "settlement_date": "",
        "activity_type": said.get("transaction", ""),
        "symbol": found[1] if found else "",
        "name": found[2] if found else "",
        "quantity": shares[1] if shares else "",
        NET: said.get("amount", ""),
    }
    return replace(reader, row=Row(reader.row.number, fields))


class _Reading:
    """Rows one after the other; what takes two rows is put together at the end."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.dividends: list[Payment] = []
        self.taxes: list[Payment] = []
        self.legs: list[Payment] = []

    def read(self, reader: RowReader) -> None:
        word = re.sub(r"[^a-z0-9]", "", reader.text("activity_type").casefold())
        kind = KINDS.get(word, "")
        day = reader.day("effective_date", needed=True)
        settles = reader.day("settlement_date", ahead=True)
        currency = reader.currency("currency", "CAD")
        quantity, net = reader.amount("quantity"), reader.amount(NET)
        price, fees = reader.size("unit_price"), reader.size("commission") or ZERO
        if reader.faults or day is None:
            self.findings.fail(reader.faults, reader.text("symbol"))
            return
        draft = _draft(reader, day, currency)
        if OPTION.match(draft.symbol) or kind == "option":
            self._option(reader, net)
        elif kind in ("trade", "BUY", "SELL"):
            traded = replace(draft, settlement_date=settles, entry_type=_side(reader, kind))
            self._trade(reader, traded, quantity, price, net, fees)
        elif kind == "move" and draft.symbol and quantity and not net:
            outward = quantity < 0 or word.endswith("out")
            add_transfer(self.findings, draft, -abs(quantity) if outward else quantity, price)
        else:
            self._payment(reader, kind, draft, net or ZERO)

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
        kind = draft.entry_type
        if not kind:
            self._refuse(reader, "activity_sub_type", "type_unknown", "It is no BUY and no SELL.")
            return
        said = of_trade(kind, quantity=quantity, price=price, net=net, fees=fees)
        self.findings.add(_with_rate(replace(draft, **said, net_amount=net)))

    def _payment(self, reader: RowReader, kind: str, draft: Draft, net: Decimal) -> None:
        key = (draft.account, draft.symbol, draft.transaction_date, draft.currency)
        payment = Payment(key, net, draft)
        kept = {"dividend": self.dividends, "tax": self.taxes}
        if kind in kept:
            kept[kind].append(payment)
        elif kind == "conversion":
            self.legs.append(Payment((draft.account, draft.transaction_date), net, draft))
        elif kind in ("cash", "move"):
            add_signed(self.findings, payment, "DEPOSIT", "WITHDRAWAL")
        elif kind == "lent" and not net:
            self.findings.skip(payment.row, "Shares were lent or returned; they stay yours.")
        elif " " in kind:
            inward, outward = kind.split()
            add_signed(self.findings, payment, inward, outward)
        elif kind:
            said = "The file does not hold the ratio or the values of this event."
            self._refuse(reader, "activity_type", "action_incomplete", said)
        else:
            said = f"{reader.text('activity_type')[:60]!r} is not an activity that is known."
            self._refuse(reader, "activity_type", "type_unknown", said)

    def _option(self, reader: RowReader, net: Decimal | None) -> None:
        if not net and reader.text("activity_type").casefold() == "optionexpiry":
            self.findings.skip(reader.number_of_row, "An option expired; no money moved.")
        else:
            self._refuse(reader, "symbol", "asset_unsupported", "The ledger does not hold options.")

    def _refuse(self, reader: RowReader, column: str, reason: str, message: str) -> None:
        self.findings.refuse(
            reader.place(_in_file(reader, column)),
            reason,
            message,
            "Enter the event by hand, and leave the row out of the file.",
            value=reader.text(column),
            symbol=reader.text("symbol"),
        )


def _with_rate(draft: Draft) -> Draft:
    """A trade whose price is in the security's currency, as the rate in its sentence proves."""
    found = RATE.search(draft.narration)
    price, gross, quantity = draft.price, draft.gross_amount, draft.quantity
    if found is None or not (price and gross and quantity):
        return draft
    rate = read_decimal(found[1], Place(draft.row or 0))
    if isinstance(rate, Fault) or not rate or abs(quantity * price / gross - 1) < TENTH:
        return draft
    other = "USD" if draft.currency == "CAD" else "CAD"
    return replace(draft, security_currency=other, settlement_fx_rate=tidy(rate))


def _in_file(reader: RowReader, column: str) -> str:
    """The monthly statement's name of a column of the activities."""
    if "transaction" not in reader.row.fields:
        return column
    return {"activity_type": "transaction", "activity_sub_type": "transaction"}.get(
        column, "description"
    )


def _side(reader: RowReader, kind: str) -> str:
    """BUY or SELL; of a short position they cover and open."""
    side = kind if kind in ("BUY", "SELL") else reader.text("activity_sub_type").upper()
    if reader.text("direction").upper() == "SHORT":
        return {"BUY": "COVER", "SELL": "SHORT_SALE"}.get(side, "")
    return side if side in ("BUY", "SELL") else ""


def _draft(reader: RowReader, day: date, currency: str) -> Draft:
    return Draft(
        entry_type="DIVIDEND",
        transaction_date=day,
        currency=currency,
        symbol=reader.text("symbol"),
        security_name=reader.text("name"),
        account=reader.text("account_id") or reader.options.account,
        narration=reader.text("description"),
        row=reader.number_of_row,
    )
