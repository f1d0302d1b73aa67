"""Portfolio Performance's CSV exports: transactions of portfolios or of accounts.

Columns, English or German: Date/Datum, Type/Typ, Value/Wert, Transaction Currency/Buchungswährung,
Gross Amount/Bruttobetrag, Currency Gross Amount/Währung Bruttobetrag, Exchange
Rate/Wechselkurs, Fees/Gebühren, Taxes/Steuern, Shares/Stück, ISIN, WKN, Ticker
Symbol/Ticker-Symbol, Security Name/Wertpapiername, Note/Notiz. An export of accounts has no fees.

- Value is the cash that moved, fees and taxes included. Gross Amount is in the security's
  currency, Exchange Rate in units of the transaction's currency for 1 of it.
- The purchases and sales in an export of accounts are those of the portfolios' export; they are
  left out there and said, so that importing both counts nothing twice.
- A transfer that has both sides in the file is left out: nothing crosses its border. One side
  alone is a deposit or withdrawal, or a transfer in kind.
- There are no identifiers; duplicates are found by content.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from market.formats.fields import Place
from portfolios.calc.money import half_even
from portfolios.formats.contract import DateStyle, DecimalStyle, Options, Parsed, Shape, Source
from portfolios.formats.draft import ZERO, Draft
from portfolios.formats.reading.dates import date_style
from portfolios.formats.reading.gathering import Gathering
from portfolios.formats.reading.known_table import KnownTable, has_header, read_known
from portfolios.formats.reading.localised import written
from portfolios.formats.reading.machine_row import MachineRow
from portfolios.formats.reading.numbers import Cell, decimal_style
from portfolios.formats.reading.tables import Row

ENGLISH = ("Date", "Type", "Value", "Transaction Currency", "Shares", "Security Name")
GERMAN = ("Datum", "Typ", "Wert", "Buchungswährung", "Stück", "Wertpapiername")
NAMES = {
    "date": ("Date", "Datum"),
    "type": ("Type", "Typ"),
    "value": ("Value", "Wert"),
    "currency": ("Transaction Currency", "Buchungswährung"),
    "gross": ("Gross Amount", "Bruttobetrag"),
    "gross_currency": ("Currency Gross Amount", "Währung Bruttobetrag"),
    "rate": ("Exchange Rate", "Wechselkurs"),
    "fees": ("Fees", "Gebühren"),
    "taxes": ("Taxes", "Steuern"),
    "shares": ("Shares", "Stück"),
    "isin": ("ISIN",),
    "symbol": ("Ticker Symbol", "Ticker-Symbol"),
    "name": ("Security Name", "Wertpapiername"),
    "note": ("Note", "Notiz"),
}
NUMBERS = ("value", "gross", "rate", "fees", "taxes", "shares")
TYPES = {
    "buy": "BUY",
    "kauf": "BUY",
    "sell": "SELL",
    "verkauf": "SELL",
    "delivery (inbound)": "DELIVERY_IN",
    "einlieferung": "DELIVERY_IN",
    "delivery (outbound)": "DELIVERY_OUT",
    "auslieferung": "DELIVERY_OUT",
    "deposit": "DEPOSIT",
    "einlage": "DEPOSIT",
    "removal": "WITHDRAWAL",
    "entnahme": "WITHDRAWAL",
    "dividend": "DIVIDEND",
    "dividende": "DIVIDEND",
    "interest": "INTEREST",
    "zinsen": "INTEREST",
    "interest charge": "INTEREST_CHARGE",
    "zinsbelastung": "INTEREST_CHARGE",
    "fees": "FEE",
    "gebühren": "FEE",
    "fees refund": "FEE_REFUND",
    "gebührenerstattung": "FEE_REFUND",
    "taxes": "TAX",
    "steuern": "TAX",
    "tax refund": "TAX_REFUND",
    "steuerrückerstattung": "TAX_REFUND",
    "transfer (inbound)": "IN",
    "umbuchung (eingang)": "IN",
    "transfer (outbound)": "OUT",
    "umbuchung (ausgang)": "OUT",
}
WITH_CHARGES = frozenset({"BUY", "SELL", "DIVIDEND", "INTEREST"})
OF_SECURITY = frozenset({"BUY", "SELL", "DIVIDEND", "DELIVERY_IN", "DELIVERY_OUT"})
BOTH = "Purchases and sales are left to the export of the portfolios: import both."
RATE_PLACES = 12


class PortfolioPerformanceCsv:
    """An export of one kind of transactions."""

    name = "portfolio_performance_csv"
    title = "Portfolio Performance CSV"
    shape = Shape.TRANSACTIONS

    def recognises(self, source: Source) -> float:
        """Its columns, English or German."""
        return 1.0 if has_header(source, ENGLISH) or has_header(source, GERMAN) else 0.0

    def parse(self, source: Source, options: Options) -> Parsed:
        """Everything in the file."""
        table = read_known(source, options, GERMAN if has_header(source, GERMAN) else ENGLISH)
        if isinstance(table, Parsed):
            return table
        named = [(row.number, _ours(row)) for row in table.rows]
        cells = [Cell(Place(n, c), said[c]) for n, said in named for c in NUMBERS if said[c]]
        decimals = decimal_style(cells, options.decimal_style)
        days = date_style(
            (Cell(Place(n, "date"), said["date"]) for n, said in named), options.date_style
        )
        if not isinstance(decimals, DecimalStyle) or not isinstance(days, DateStyle):
            questions = [said for said in (decimals, days) if not isinstance(said, str)]
            return Parsed(questions=tuple(questions))
        rows = [
            written(number, said, options, numbers=NUMBERS, days=("date",), styles=(decimals, days))
            for number, said in named
        ]
        gathered = Gathering(options.base_currency)
        for row, (_, said) in zip(rows, named, strict=True):
            gathered.happened(row, row.fields["date"], said["date"])
        return _gathered(gathered, table, rows, options)


FORMAT = PortfolioPerformanceCsv()


def _ours(row: Row) -> dict[str, str]:
    return {ours: row.first_of(*theirs) for ours, theirs in NAMES.items()}


def _gathered(
    gathered: Gathering, table: KnownTable, rows: list[MachineRow], options: Options
) -> Parsed:
    gathered.faults.extend(table.faults)
    gathered.notes.extend(table.notes)
    of_portfolios = bool({"Fees", "Gebühren"} & set(table.columns))
    pairs = _pairs(rows)
    for row in rows:
        kind = TYPES.get(row.text("type").casefold(), "")
        symbol = row.text("symbol")
        if kind in ("BUY", "SELL") and not of_portfolios:
            gathered.note(BOTH)
            gathered.skip(row.row, "Part of a trade; it is in the export of portfolios.", symbol)
        elif kind in ("IN", "OUT") and pairs[_key(row)] >= 2:
            gathered.skip(row.row, "Both sides of the transfer are in the file.", symbol)
        else:
            draft = _draft(row, kind, options)
            gathered.take(row, [draft] if draft else (), symbol)
    return gathered.parsed()


def _pairs(rows: list[MachineRow]) -> Counter[tuple[str, ...]]:
    """Transfers by what they move: 2 where one went out and one came in."""
    sides: dict[tuple[str, ...], set[str]] = {}
    for row in rows:
        kind = TYPES.get(row.text("type").casefold(), "")
        if kind in ("IN", "OUT"):
            sides.setdefault(_key(row), set()).add(kind)
    return Counter({key: len(kinds) for key, kinds in sides.items()})


def _key(row: MachineRow) -> tuple[str, ...]:
    said: Mapping[str, str] = row.fields
    return (said["date"], said["value"].lstrip("-"), said["shares"], said["isin"], said["name"])


def _draft(row: MachineRow, kind: str, options: Options) -> Draft | None:
    if not kind:
        said = row.text("type")
        remedy = "Enter it by hand, and leave it out of the file."
        row.wrong("type", "type_unknown", f"{said[:40]!r} is no type that is known.", remedy, said)
        return None
    day, currency, value = row.day("date"), row.currency("currency"), row.number("value")
    shares = row.number("shares") or ZERO
    if kind in ("IN", "OUT"):
        in_kind = {"IN": "TRANSFER_IN", "OUT": "TRANSFER_OUT"}
        kind = in_kind[kind] if shares else {"IN": "DEPOSIT", "OUT": "WITHDRAWAL"}[kind]
    in_shares = kind.startswith(("DELIVERY", "TRANSFER"))
    if not value and not in_shares:
        row.wrong("value", "zero_not_allowed", "The value is missing or zero.", "Mend the row.")
    if day is None or row.faults:
        return None
    draft = Draft(
        entry_type=kind,
        transaction_date=day,
        currency=currency,
        account=options.account,
        isin=row.isin("isin"),
        symbol=row.text("symbol"),
        security_name=row.text("name"),
        narration=row.text("note"),
        row=row.row,
    )
    if in_shares:
        worth = abs(value) if value else None
        return replace(draft, quantity=row.positive("shares"), net_amount=worth)
    return _amounts(row, draft, abs(value or ZERO), abs(shares))


def _amounts(row: MachineRow, draft: Draft, value: Decimal, shares: Decimal) -> Draft | None:
    if draft.entry_type not in WITH_CHARGES:
        return replace(draft, gross_amount=value)
    fees, taxes = abs(row.number("fees") or ZERO), abs(row.number("taxes") or ZERO)
    if draft.entry_type in ("BUY", "SELL") and not shares:
        row.wrong("shares", "value_missing", "A trade needs its shares.", "Fill them in.")
        return None
    gross = value - fees - taxes if draft.entry_type == "BUY" else value + fees + taxes
    if gross <= 0:
        row.wrong("value", "amount_mismatch", "Fees and taxes exceed the value.", "Mend it.")
        return None
    quantity = shares if shares and draft.entry_type in OF_SECURITY else None
    draft = replace(draft, quantity=quantity, gross_amount=gross, fees=fees, taxes=taxes)
    abroad, code = abs(row.number("gross") or ZERO), row.currency("gross_currency", required=False)
    if not abroad or code in ("", draft.currency):
        return draft
    implied = half_even(gross / abroad, RATE_PLACES)
    rate = row.number("rate", finest=Decimal("1E-12"))
    near = rate is not None and abs(rate - implied) <= implied / 10_000
    return replace(
        draft,
        security_currency=code,
        gross_amount_security=abroad,
        settlement_fx_rate=rate if near else implied,
    )
