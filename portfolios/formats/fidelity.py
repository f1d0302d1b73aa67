"""Fidelity, history of one account or of all accounts, CSV.

Columns: Run Date, Action, Symbol, Description, Type, Quantity, Price ($), Commission ($), Fees ($),
Accrued Interest ($), Amount ($), Settlement Date; with several accounts also Account and Account
Number, or Account alone, whose last word may be the number. Older exports say Security Description
and leave out the ($). Dates are month first; Amount is signed; all is in US dollars. The action is
a sentence, whose beginning says what happened. Disclaimers stand below the table. There are no
ids, so rows are known again by their content.

The core account (SPAXX and the like) is cash here: what moves between it and cash is skipped, and
its dividends are interest. Not in the file: ratios of splits, values of spin-offs, the cost of
shares transferred in.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from market.formats.faults import Fault
from market.formats.fields import Place
from portfolios.formats.contract import DateStyle, Options, Parsed, Shape, Source
from portfolios.formats.draft import ZERO, Draft
from portfolios.formats.fidelity_actions import CORE, meaning
from portfolios.formats.reading.broker_table import Layout, deny_signs, of_trade, open_table
from portfolios.formats.reading.cancelled import read_both, without_cancelled
from portfolios.formats.reading.findings import Findings, refused
from portfolios.formats.reading.payments import (
    PAID_IN_SHARES,
    Payment,
    add_dividends,
    add_signed,
    lasting,
)
from portfolios.formats.reading.row_reader import RowReader
from portfolios.formats.reading.transfers_in_kind import add_transfer

AMOUNT = "Amount ($)"
NUMBERED = re.compile(r"(?:^| )([A-Z]?[0-9]{8,9})$")
LAYOUT = Layout(
    required=("Run Date", "Action", "Symbol", "Quantity", AMOUNT),
    dates=("Run Date", "Settlement Date"),
    date_style=DateStyle.MONTH_FIRST,
    others={
        "Security Description": "Description",
        "Security Type": "Type",
        "Price": "Price ($)",
        "Commission": "Commission ($)",
        "Fees": "Fees ($)",
        "Accrued Interest": "Accrued Interest ($)",
        "Amount": AMOUNT,
        "Account #": "Account Number",
    },
    amounts={
        "amount": AMOUNT,
        "quantity": "Quantity",
        "symbol": "Symbol",
        "gross_amount": AMOUNT,
        "net_amount": AMOUNT,
        "settlement_date": "Settlement Date",
    },
)


class FidelityFormat:
    name = "fidelity"
    title = "Fidelity CSV"
    shape = Shape.TRANSACTIONS

    def recognises(self, source: Source) -> float:
        return 0.95 if LAYOUT.is_in(source) else 0.0

    def parse(self, source: Source, options: Options) -> Parsed:
        opened = open_table(source, options, LAYOUT)
        if isinstance(opened, Fault):
            return refused(opened)
        findings, readers = opened
        readers, cancelled = without_cancelled(
            findings, readers, _cancels, _names, "Action", "Run Date"
        )
        read_both(findings, readers, cancelled, _read_all)
        return findings.parsed()


FORMAT = FidelityFormat()


def _action(reader: RowReader) -> str:
    return " ".join(reader.text("Action").casefold().split())


def _account(reader: RowReader) -> str:
    """The row's account by its number: `BROKERAGE X11111111` is X11111111, as other exports have
    it in a column of its own."""
    said = " ".join(reader.text("Account").split())
    number = NUMBERED.search(said)
    return reader.text("Account Number") or (number[1] if number else said)


def _likeness(reader: RowReader) -> tuple[str, ...]:
    size = reader.text("Quantity").lstrip("-")
    account = _account(reader)
    return (account, reader.text("Symbol"), size, reader.text(AMOUNT).lstrip("-"))


def _names(reader: RowReader) -> list[Hashable]:
    kind = meaning(_action(reader))
    side = {"BUY": "buy", "COVER": "buy", "SELL": "sell", "SHORT_SALE": "sell"}.get(kind, "")
    return [(side, *_likeness(reader))]


def _cancels(reader: RowReader) -> Hashable | None:
    for side in ("buy", "sell"):
        if _action(reader).startswith(f"{side} cancel"):
            return (side, *_likeness(reader))
    return None


def _read_all(findings: Findings, readers: Iterable[RowReader]) -> None:
    reading = _Reading(findings)
    for reader in readers:
        reading.read(reader)
    reading.end()


class _Reading:
    """Rows one after the other; dividends and their tax are put together at the end."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.dividends: list[Payment] = []
        self.taxes: list[Payment] = []
        self.marks: list[Payment] = []

    def read(self, reader: RowReader) -> None:
        symbol = reader.text("Symbol")
        day, amount = reader.day("Run Date", needed=True), reader.amount(AMOUNT)
        reader.currency("Currency", "USD")
        quantity = reader.amount("Quantity")
        action = _action(reader)
        kind = meaning(action)
        if kind in ("BUY", "SELL", "SHORT_SALE", "COVER"):
            self._trade(reader, kind, day, amount, quantity)
        elif reader.faults or day is None:
            self.findings.fail(reader.faults, symbol)
        elif kind == "move" and quantity and not amount and symbol not in CORE:
            price = reader.size("Price ($)")
            add_transfer(self.findings, _draft(reader, "", day), quantity, price)
        elif kind == "dividend" and quantity and not amount:
            self._refuse(reader, "incomplete", PAID_IN_SHARES)
        else:
            self._payment(reader, kind, _payment(reader, day, amount or ZERO))

    def end(self) -> None:
        add_dividends(self.findings, self.dividends, self.taxes)
        for mark in lasting(self.findings, self.marks):
            self.findings.refuse(
                self.place(mark),
                "amount_mismatch",
                "The mark to market of a short has no opposite side in this file.",
                "Export both the margin and the short side.",
                value=str(mark.amount),
            )

    @staticmethod
    def place(payment: Payment) -> Place:
        return Place(payment.row, AMOUNT)

    def _trade(
        self,
        reader: RowReader,
        kind: str,
        day: date | None,
        amount: Decimal | None,
        quantity: Decimal | None,
    ) -> None:
        symbol, action = reader.text("Symbol"), _action(reader)
        price, settles = reader.size("Price ($)"), reader.day("Settlement Date", ahead=True)
        fees = (reader.size("Commission ($)") or ZERO) + (reader.size("Fees ($)") or ZERO)
        accrued = reader.size("Accrued Interest ($)") or ZERO
        if symbol.startswith("-") or "ing transaction" in action:
            self._option(reader)
            return
        if symbol not in CORE:
            held, moved = ("Quantity", quantity), (AMOUNT, amount)
            deny_signs(reader, kind, quantity=held, money=moved, charges=fees)
        if reader.faults or day is None:
            self.findings.fail(reader.faults, symbol)
        elif symbol in CORE:
            self.findings.skip(reader.number_of_row, "The core account is cash here.", symbol)
        else:
            draft = replace(_draft(reader, kind, day), settlement_date=settles)
            self._add_trade(draft, quantity, price, amount, fees, accrued)

    def _add_trade(
        self,
        draft: Draft,
        quantity: Decimal | None,
        price: Decimal | None,
        amount: Decimal | None,
        fees: Decimal,
        accrued: Decimal,
    ) -> None:
        """Interest accrued on a bond is paid with it, and is an entry of its own."""
        buys = draft.entry_type in ("BUY", "COVER")
        net = None if amount is None else amount + (accrued if buys else -accrued)
        said = of_trade(
            draft.entry_type,
            quantity=quantity,
            price=price,
            net=net,
            fees=fees,
            symbol=draft.symbol,
        )
        self.findings.add(replace(draft, **said, net_amount=net))
        if accrued:
            kind = "INTEREST_CHARGE" if buys else "COUPON"
            self.findings.add(replace(draft, entry_type=kind, gross_amount=accrued))

    def _payment(self, reader: RowReader, kind: str, payment: Payment) -> None:
        kept = {"dividend": self.dividends, "tax": self.taxes, "mark": self.marks}
        if kind == "dividend" and payment.draft.symbol in CORE:
            cash = replace(payment.draft, symbol="", security_name="")
            add_signed(self.findings, replace(payment, draft=cash), "INTEREST", "INTEREST_CHARGE")
        elif kind in kept:
            kept[kind].append(payment)
        elif kind == "core":
            self.findings.skip(payment.row, "The core account is cash here.")
        elif kind in ("cash", "move"):
            add_signed(self.findings, payment, "DEPOSIT", "WITHDRAWAL")
        elif kind in ("option", "expired"):
            self._option(reader, payment)
        elif " " in kind:
            inward, outward = kind.split()
            if inward == "INTEREST" and payment.draft.symbol:
                inward = "COUPON"
            add_signed(self.findings, payment, inward, outward)
        else:
            self._refuse(reader, kind)

    def _option(self, reader: RowReader, payment: Payment | None = None) -> None:
        if payment is not None and not payment.amount and _action(reader).startswith("expired"):
            self.findings.skip(payment.row, "An option expired; no money moved.")
            return
        self.findings.refuse(
            reader.place("Symbol"),
            "asset_unsupported",
            "The ledger does not hold options.",
            "Leave the row out, and enter its cash by hand.",
            value=reader.text("Symbol"),
            symbol=reader.text("Symbol"),
        )

    def _refuse(self, reader: RowReader, kind: str, said: str = "") -> None:
        if kind == "incomplete":
            said = said or "The file does not hold the ratio or the values of this event."
        else:
            said = f"{reader.text('Action')[:60]!r} is not an action that is known."
        self.findings.refuse(
            reader.place("Action"),
            "action_incomplete" if kind else "type_unknown",
            said,
            "Enter the event by hand, and leave the row out of the file.",
            value=reader.text("Action"),
            symbol=reader.text("Symbol"),
        )


def _draft(reader: RowReader, kind: str, day: date) -> Draft:
    symbol = reader.text("Symbol")
    return Draft(
        entry_type=kind,
        transaction_date=day,
        currency=reader.text("Currency").upper() or "USD",
        symbol=symbol,
        security_name=reader.text("Description") if symbol else "",
        account=_account(reader) or reader.options.account,
        narration=reader.text("Action"),
        row=reader.number_of_row,
    )


def _payment(reader: RowReader, day: date, amount: Decimal) -> Payment:
    """A bond's interest is a coupon; that of cash belongs to no security."""
    draft = _draft(reader, "DIVIDEND", day)
    return Payment((draft.account, draft.symbol, day), amount, draft)
