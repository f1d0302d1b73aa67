"""Transactions of a document to entries, and the entries that other parts of it stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from portfolios.calc.entries import ZERO, Entry, EntryType, Treatment
from portfolios.calc.evaluation import Finding
from portfolios.calc.evaluation.completing import kept
from portfolios.formats.evaluation.cells import Cells
from portfolios.formats.evaluation.lots import read_carried, read_picks


def _number(cells: Cells, name: str) -> Decimal | None:
    """A number of an entry, to the twelfth decimal: more than any ledger states."""
    found = cells.number(name)
    return None if found is None else kept(found)


READERS: dict[str, Callable[[Cells, str], Any]] = {
    **dict.fromkeys(
        "quantity price gross_amount fees taxes net_amount fx_rate new_shares old_shares "
        "cost_basis to_amount gross_amount_security settlement_fx_rate to_price "
        "cost_fraction".split(),
        _number,
    ),
    **dict.fromkeys("settlement_date ex_date pay_date holding_start".split(), Cells.day),
    **dict.fromkeys(
        "symbol to_symbol account cash_account to_account jurisdiction lot_label label".split(),
        Cells.text,
    ),
    "to_currency": Cells.currency,
}
RENAMED = {"symbol": "security", "to_symbol": "to_security", "label": "lot_label"}
LOTS = frozenset({"lot_selector", "lot_picks", "carried_lots", "treatment", "reverses"})
OUTWARD = frozenset(
    {
        EntryType.BUY,
        EntryType.COVER,
        EntryType.WITHDRAWAL,
        EntryType.FEE,
        EntryType.TAX,
        EntryType.INTEREST_CHARGE,
        EntryType.FX_CONVERSION,
        EntryType.CASH_TRANSFER,
    }
)
UNSIGNED = frozenset({EntryType.DELIVERY_IN, EntryType.DELIVERY_OUT})
TRADES = frozenset({EntryType.BUY, EntryType.SELL, EntryType.SHORT_SALE, EntryType.COVER})
SETTLES = TRADES | UNSIGNED
REVERSAL = "REVERSAL"
MOST_DIGITS = 15


@dataclass(slots=True)
class Book:
    """What reading the entries needs and finds: the currency of each symbol, the mistakes."""

    base_currency: str
    currencies: dict[str, str]
    findings: list[Finding]
    unknown: set[str] = field(default_factory=set)

    def list_currency(self, cells: Cells, name: str, stated: str | None) -> str | None:
        """The currency of the symbol in a field. One that no instrument lists is a finding; it
        is booked in the currency that the entry states, if it states one."""
        symbol = cells.text(name)
        if symbol is None or symbol in self.currencies:
            return self.currencies.get(symbol or "")
        suggestion = "List it in instruments with its currency."
        if stated is None:
            cells.refuse("unknown_symbol", name, f"No instrument is {symbol!r}.", suggestion)
            return None
        said = f"No instrument is {symbol!r}; {stated} is taken for its currency."
        self.findings.append(Finding("unknown_symbol", cells.seq, name, said, suggestion))
        self.currencies[symbol] = stated
        return stated


def read_transaction(said: Mapping[str, Any], seq: int, book: Book) -> Entry | None:
    """One transaction, or None with the findings that say why it cannot be booked."""
    cells = Cells(said, book.findings, seq=seq)
    kind = _kind(cells)
    day = cells.day("date")
    cells.require("date", day)
    currency, foreign = _currencies(cells, book)
    fields = _fields(cells, kind, foreign)
    if cells.wrong or kind is None or day is None:
        return None
    currency = currency or book.base_currency
    if kind is EntryType.CASH_TRANSFER and _stays(fields, currency):
        kind, fields = EntryType.FX_CONVERSION, _exchanged(fields)
    return Entry(seq=seq, entry_type=kind, transaction_date=day, currency=currency, **fields)


def _stays(fields: Mapping[str, Any], currency: str) -> bool:
    """Whether a transfer of cash only changes its currency, within one account."""
    here = fields.get("cash_account") or fields.get("account", "main")
    abroad = fields.get("to_currency") not in (None, currency)
    return abroad and fields.get("to_account") in (None, here)


def _exchanged(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of the conversion that such a transfer is."""
    given = fields.get("gross_amount")
    if given is None and fields.get("net_amount") is not None:
        charged: Decimal = fields.get("fees", ZERO) + fields.get("taxes", ZERO)
        given = abs(fields["net_amount"]) - charged
    said = {**fields, "gross_amount": given, "net_amount": None, "to_account": None}
    here = fields.get("cash_account")
    return said if here is None else {**said, "account": here, "cash_account": None}


def _kind(cells: Cells) -> EntryType | None:
    said = cells.text("type")
    cells.require("type", said)
    if said is None:
        return None
    if said == REVERSAL:
        cells.require("reverses", cells.said.get("reverses"))
        return EntryType.DEPOSIT  # it vanishes with what it reverses, whatever it is called
    try:
        return EntryType(said)
    except ValueError:
        message = f"{said[:40]!r} is not a type of entry."
        suggestion = f"Use one of {', '.join(EntryType)}."
        cells.refuse("unsupported_type", "type", message, suggestion)
        return None


def _currencies(cells: Cells, book: Book) -> tuple[str | None, str | None]:
    """What cash moves in, and the security's currency where it is another one."""
    stated, quoted = cells.currency("currency"), cells.currency("security_currency")
    if cells.wrong:
        return stated, None
    listed = book.list_currency(cells, "symbol", quoted or stated)
    book.list_currency(cells, "to_symbol", listed)
    currency = stated or quoted or listed
    foreign = quoted or listed
    return currency, foreign if foreign != currency else None


def _fields(cells: Cells, kind: EntryType | None, foreign: str | None) -> dict[str, Any]:
    """The entry's fields that the transaction states."""
    found: dict[str, Any] = {}
    for name, value in cells.said.items():
        reader = READERS.get(name)
        if reader is not None and value is not None and value != "":
            found[RENAMED.get(name, name)] = reader(cells, name)
    if not LOTS.isdisjoint(cells.said):
        found["treatment"] = _treatment(cells)
        found["lot_picks"] = read_picks(cells)
        found["carried_lots"] = read_carried(cells)
        found["reverses"] = read_seq(cells, "reverses")
    if cells.wrong:
        return found
    settled = found.pop("settlement_fx_rate", None)
    if foreign is not None and (kind in SETTLES or cells.has("security_currency")):
        found["security_currency"] = foreign
        found["settlement_fx_rate"] = settled
    elif settled is not None:
        found["fx_rate"] = settled
    if "net_amount" in found and kind is not None:
        found["net_amount"] = _net(kind, found["net_amount"], found.get("gross_amount"))
        if "gross_amount" not in found and kind in TRADES:
            found["gross_amount"] = _gross(found)
    return found


def _net(kind: EntryType, stated: Decimal, gross: Decimal | None) -> Decimal:
    """The effect on cash with its sign: a document may write it with or without."""
    if kind in UNSIGNED:
        return abs(stated)
    if kind in OUTWARD and (gross is None or gross >= 0):
        return -abs(stated)
    return stated


def _gross(found: Mapping[str, Any]) -> Decimal:
    """What a trade was worth, from what was paid for it: price times quantity was rounded."""
    charges = found.get("fees", ZERO) + found.get("taxes", ZERO)
    net: Decimal = found["net_amount"]
    return -net - charges if net < 0 else net + charges


def _treatment(cells: Cells) -> Treatment | None:
    said = cells.text("treatment")
    if said is None:
        return None
    try:
        return Treatment(said)
    except ValueError:
        words = ", ".join(Treatment)
        cells.refuse("invalid_text", "treatment", f"{said!r} is none.", f"Use one of {words}.")
        return None


def read_seq(cells: Cells, name: str) -> int | None:
    """A whole number of at most 15 digits, or None where the field is empty or wrong."""
    said = cells.said.get(name)
    if isinstance(said, str) and len(said) <= MOST_DIGITS and said.isascii() and said.isdecimal():
        return int(said)
    found = cells.number(name)
    if found is None:
        return None
    if found != found.to_integral_value() or abs(found) >= 10**MOST_DIGITS:
        cells.refuse("invalid_number", name, f"{name} is not a whole number.", "Number from 1.")
        return None
    return int(found)


def opening_lots(rows: Iterable[Mapping[str, Any]], first: int, book: Book) -> list[Entry]:
    """Each lot as an opening balance on the day it was acquired, numbered from `first` upwards.

    It came from outside at what it cost, so that no result is made of its arrival.
    """
    found = []
    for index, said in enumerate(rows):
        cells = Cells(said, book.findings, f"opening_lots[{index}]")
        symbol, quantity, day = cells.text("symbol"), _number(cells, "quantity"), cells.day("date")
        unit, account = cells.number("unit_cost"), cells.text("account") or "main"
        listed = book.list_currency(cells, "symbol", cells.currency("currency"))
        currency, label = cells.currency("currency") or listed, cells.text("label")
        rate, start = _number(cells, "fx_rate"), cells.day("holding_start")
        for name, value in (("symbol", symbol), ("quantity", quantity), ("date", day)):
            cells.require(name, value)
        if cells.wrong or quantity is None or day is None or currency is None:
            continue
        cost = None if unit is None else kept(unit * quantity)
        found.append(
            Entry(
                seq=first + index,
                entry_type=EntryType.OPENING_BALANCE,
                transaction_date=day,
                currency=currency,
                security=symbol,
                account=account,
                quantity=quantity,
                cost_basis=cost,
                gross_amount=cost,
                fx_rate=rate,
                lot_label=label,
                holding_start=start,
            )
        )
    return found


def corporate_actions(rows: Iterable[Mapping[str, Any]], first: int, book: Book) -> list[Entry]:
    """Splits as entries, numbered from `first` upwards; other events are unsupported here."""
    found = []
    for index, said in enumerate(rows):
        cells = Cells(said, book.findings, f"corporate_actions[{index}]")
        kind, symbol, day = cells.text("type"), cells.text("symbol"), cells.day("date")
        new, old = cells.number("new_shares"), cells.number("old_shares")
        fields = {"type": kind, "symbol": symbol, "date": day, "new_shares": new, "old_shares": old}
        for name, value in fields.items():
            cells.require(name, value)
        if kind not in (None, EntryType.SPLIT, EntryType.REVERSE_SPLIT):
            said_of = f"{str(kind)[:40]!r} is no SPLIT."
            cells.refuse("unsupported_type", "type", said_of, "Write other events as transactions.")
        for name, value in (("new_shares", new), ("old_shares", old)):
            if value is not None and value <= 0:
                said_of = f"{name} must be greater than zero."
                cells.refuse("invalid_number", name, said_of, "Correct the ratio.")
        if cells.wrong or day is None or symbol is None:
            continue
        found.append(
            Entry(
                seq=first + index,
                entry_type=EntryType.SPLIT,
                transaction_date=day,
                currency=book.currencies.get(symbol, book.base_currency),
                security=symbol,
                new_shares=new,
                old_shares=old,
            )
        )
    return found
