"""Charles Schwab, transactions of a brokerage account, CSV.

Columns: Date, Action, Symbol, Description, Quantity, Price, Fees & Comm, Amount. Dates are month
first, `02/15/2013 as of 02/14/2013` where the event is older than its booking. Amount is signed;
all is in US dollars. Older exports have a title above the header, which names the account, and a
total below the last row.
There are no ids, so rows are known again by their content.

Not in the file: the ratio of a split, the values of a spin-off, the cost of shares transferred in.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from market.formats.faults import Fault
from portfolios.formats.contract import DateStyle, Options, Parsed, Shape, Source
from portfolios.formats.draft import ZERO, Draft
from portfolios.formats.reading.broker_table import (
    Layout,
    deny_signs,
    is_prose,
    of_trade,
    read_rows,
)
from portfolios.formats.reading.cancelled import read_both, without_cancelled
from portfolios.formats.reading.findings import LONGEST, Findings, refused
from portfolios.formats.reading.payments import PAID_IN_SHARES, Payment, add_dividends, add_signed
from portfolios.formats.reading.row_reader import RowReader
from portfolios.formats.reading.tables import Record, Row, Table, read_table
from portfolios.formats.reading.transfers_in_kind import add_transfer

COLUMNS = ("Date", "Action", "Symbol", "Description", "Quantity", "Price", "Fees & Comm", "Amount")
AS_OF = re.compile(r"^(\S{1,10}) as of (\S{1,10})$", re.IGNORECASE)
TITLE = re.compile(r"transactions for account (.{1,200}?) as of ", re.IGNORECASE)
OPTION = re.compile(r"\S{1,10} [0-9]{2}/[0-9]{2}/[0-9]{4} [0-9.]{1,12} [CP]")

TRADES = {
    "buy": "BUY",
    "reinvest shares": "BUY",
    "sell": "SELL",
    "sale": "SELL",
    "sell short": "SHORT_SALE",
    "buy to cover": "COVER",
}
CASH: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(
        ("credit interest", "bank interest", "margin interest"), ("INTEREST", "INTEREST_CHARGE")
    ),
    **dict.fromkeys(("promotional award", "misc credits"), ("INTEREST", "INTEREST_CHARGE")),
    "bond interest": ("COUPON", "INTEREST_CHARGE"),
    **dict.fromkeys(
        (
            "adr mgmt fee",
            "service fee",
            "advisor fee",
            "management fee",
            "wire fee",
            "misc cash entry",
            "adr custody fee",
            "schwab atm rebate",
        ),
        ("FEE_REFUND", "FEE"),
    ),
    **dict.fromkeys(
        (
            "moneylink transfer",
            "moneylink deposit",
            "funds received",
            "funds paid",
            "wire received",
            "wire sent",
            "wire funds",
            "wire funds received",
            "wire funds sent",
            "deposit",
            "withdrawal",
            "atm withdrawal",
            "visa purchase",
            "check",
            "journal",
            "transfer",
            "internal transfer",
            "auto s1 debit",
            "auto s1 credit",
        ),
        ("DEPOSIT", "WITHDRAWAL"),
    ),
    **dict.fromkeys(("return of capital", "return of principal"), ("RETURN_OF_CAPITAL", "FEE")),
}
TAXES = frozenset(
    {
        "nra tax adj",
        "nra withholding",
        "foreign tax paid",
        "tax withholding",
        "irs withhold adj",
        "backup withholding",
    }
)
IN_KIND = frozenset(
    {
        "journal",
        "journaled shares",
        "security transfer",
        "transfer",
        "internal transfer",
        "stock plan activity",
        "shares received",
    }
)
INCOMPLETE = {
    "stock split": "The file holds the shares that were added, not the ratio of the split.",
    "reverse split": "The file holds the shares that were taken, not the ratio of the split.",
    "spin-off": "A spin-off needs the first-day prices of both shares.",
    "cash in lieu": "The file does not say which fraction of a share was paid out.",
}
OPTIONS = (
    "buy to open",
    "sell to open",
    "buy to close",
    "sell to close",
    "assigned",
    "exchange or exercise",
    "expired",
)


def _is_footer(record: Record) -> bool:
    return record.first.casefold().startswith("transactions total") or is_prose(record)


LAYOUT = Layout(
    required=COLUMNS,
    dates=("Date",),
    date_style=DateStyle.MONTH_FIRST,
    others={"Fees & Commissions": "Fees & Comm"},
    amounts={
        "amount": "Amount",
        "quantity": "Quantity",
        "symbol": "Symbol",
        "gross_amount": "Amount",
        "net_amount": "Amount",
    },
    is_footer=_is_footer,
)


class SchwabFormat:
    name = "schwab"
    title = "Charles Schwab CSV"
    shape = Shape.TRANSACTIONS

    def recognises(self, source: Source) -> float:
        return 0.95 if LAYOUT.is_in(source) else 0.0

    def parse(self, source: Source, options: Options) -> Parsed:
        table = read_table(source, options.limits)
        if isinstance(table, Fault):
            return refused(table)
        account = _account(table)
        if account and not options.account_is_chosen:
            options = replace(options, account=account)
        opened = read_rows(table, options, LAYOUT)
        if isinstance(opened, Fault):
            return refused(opened)
        findings, readers = opened
        if options.account == account:
            findings.notes.append(f"All rows belong to the account {account}, as the title says.")
        readers = [_effective(reader) for reader in readers]
        readers, cancelled = without_cancelled(
            findings, readers, _cancels, _names, "Action", "Date"
        )
        read_both(findings, readers, cancelled, _read_all)
        return findings.parsed()


FORMAT = SchwabFormat()


def _effective(reader: RowReader) -> RowReader:
    """A row at the day on which its event took effect, where that differs from the booking's."""
    found = AS_OF.match(reader.text("Date"))
    if found is None:
        return reader
    return replace(reader, row=Row(reader.row.number, {**reader.row.fields, "Date": found[2]}))


def _action(reader: RowReader) -> str:
    return " ".join(reader.text("Action").casefold().split())


def _names(reader: RowReader) -> list[Hashable]:
    size = reader.text("Quantity").lstrip("-")
    return [(_action(reader), reader.text("Symbol"), size, reader.text("Price"))]


def _cancels(reader: RowReader) -> Hashable | None:
    """Cancel Buy takes a Buy back."""
    action = _action(reader)
    if not action.startswith("cancel "):
        return None
    size = reader.text("Quantity").lstrip("-")
    return (action.removeprefix("cancel "), reader.text("Symbol"), size, reader.text("Price"))


def _account(table: Table) -> str:
    """The account that the title above the header names, such as `Roth IRA ...456`."""
    header = LAYOUT.header(table.records)
    titles = (" ".join(record.first.split()) for record in table.records[: header or 0])
    found = next(filter(None, map(TITLE.match, titles)), None)
    return found[1][: LONGEST["account"]].strip() if found else ""


def _read_all(findings: Findings, readers: Iterable[RowReader]) -> None:
    dividends: list[Payment] = []
    taxes: list[Payment] = []
    for reader in readers:
        _read(findings, reader, dividends, taxes)
    add_dividends(findings, dividends, taxes)


def _read(
    findings: Findings, reader: RowReader, dividends: list[Payment], taxes: list[Payment]
) -> None:
    action, symbol = _action(reader), reader.text("Symbol")
    day, amount = reader.day("Date", needed=True), reader.amount("Amount")
    quantity, fees = reader.amount("Quantity"), reader.size("Fees & Comm") or ZERO
    price = reader.size("Price")
    kind = TRADES.get(action, "")
    if kind and not OPTION.search(symbol):
        moved = ("Amount", amount)
        deny_signs(reader, kind, quantity=("Quantity", quantity), money=moved, charges=fees)
    if reader.faults or day is None:
        findings.fail(reader.faults, symbol)
    elif OPTION.search(symbol) or action.startswith(OPTIONS):
        _option(findings, reader, amount)
    elif kind:
        said = of_trade(kind, quantity=quantity, price=price, net=amount, fees=fees, symbol=symbol)
        findings.add(replace(_draft(reader, kind, day), **said, net_amount=amount))
    elif action in TAXES:
        taxes.append(_payment(reader, day, amount or ZERO))
    elif action in IN_KIND and quantity and not amount:
        add_transfer(findings, _draft(reader, "", day), quantity, price)
    elif action in CASH:
        add_signed(findings, _payment(reader, day, amount or ZERO), *CASH[action])
    elif _is_dividend(action) and quantity and not amount:
        _refuse(findings, reader, action, PAID_IN_SHARES)
    elif _is_dividend(action):
        dividends.append(_payment(reader, day, amount or ZERO))
    else:
        _refuse(findings, reader, action)


def _is_dividend(action: str) -> bool:
    """Qualified Dividend, Cash Dividend, Pr Yr Div Reinvest, Long Term Cap Gain, and others."""
    words = action.replace("-", " ").split()
    return bool({"dividend", "div"} & set(words)) or "cap gain" in action


def _option(findings: Findings, reader: RowReader, amount: Decimal | None) -> None:
    if not amount and _action(reader) == "expired":
        findings.skip(reader.number_of_row, "An option expired; no money moved.")
        return
    findings.refuse(
        reader.place("Symbol"),
        "asset_unsupported",
        "The ledger does not hold options.",
        "Leave the row out, and enter its cash by hand.",
        value=reader.text("Symbol"),
        symbol=reader.text("Symbol"),
    )


def _refuse(findings: Findings, reader: RowReader, action: str, said: str = "") -> None:
    said = said or INCOMPLETE.get(action, "")
    findings.refuse(
        reader.place("Action"),
        "action_incomplete" if said else "type_unknown",
        said or f"{reader.text('Action')[:60]!r} is not an action that is known.",
        "Enter the event by hand, and leave the row out of the file.",
        value=reader.text("Action"),
        symbol=reader.text("Symbol"),
    )


def _draft(reader: RowReader, kind: str, day: date) -> Draft:
    said = f"{reader.text('Action')}: {reader.text('Description')}"
    return Draft(
        entry_type=kind,
        transaction_date=day,
        currency="USD",
        symbol=reader.text("Symbol"),
        security_name=reader.text("Description") if reader.text("Symbol") else "",
        account=reader.options.account,
        narration=said,
        row=reader.number_of_row,
    )


def _payment(reader: RowReader, day: date, amount: Decimal) -> Payment:
    return Payment((reader.text("Symbol"), day), amount, _draft(reader, "DIVIDEND", day))
