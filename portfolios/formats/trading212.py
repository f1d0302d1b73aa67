"""Trading 212's history export, a CSV file.

Columns: Action, Time, ISIN, Ticker, Name, Notes, ID, No. of shares, Price / share, Currency
(Price / share), Exchange rate, Result, Total, Withholding tax, Transaction fee, Finra fee, Stamp
duty reserve tax, French transaction tax, Currency conversion fee, Deposit fee, Charge amount;
each amount with its `Currency (…)`, or, in older files, with the code in its own name: `Total
(EUR)`. Newer files have Currency conversion from/to amount.

- Total is the cash that moved, fees and taxes included; it rules.
- Exchange rate is in units of the price's currency for 1 of the account's, `Not available` at
  dividends. GBX are pence: price and rate are divided by a hundred.
- The price per share of a dividend is after withholding, which has its own currency; the rate
  that Total implies converts it where none is stated, and the entry says that it is an estimate.
- A dividend has no ID. Result is the broker's own gain and is not read.
- A split is two rows of one moment, `Stock split close` (old shares) and `open` (new ones).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from portfolios.calc.money import half_even, round_money
from portfolios.formats.contract import Options, Parsed, Shape, Source
from portfolios.formats.draft import ZERO, Draft
from portfolios.formats.reading.fitting import fitting_price
from portfolios.formats.reading.gathering import Gathering
from portfolios.formats.reading.known_table import KnownTable, has_header, read_known
from portfolios.formats.reading.machine_row import MachineRow
from portfolios.formats.reading.minor_currencies import currency_of, parts_per_unit, said_of

REQUIRED = ("Action", "Time", "ISIN", "Ticker", "No. of shares", "Price / share")
IN_NAME = re.compile(r"(.+) \(([A-Z]{3})\)")
TRADE = re.compile(r"(?:market|limit|stop|stop limit) (buy|sell)")
FEES = ("Transaction fee", "Finra fee", "Currency conversion fee", "PTM levy")
TAXES = ("Stamp duty reserve tax", "French transaction tax", "Stamp duty")
CASH = {
    "deposit": "DEPOSIT",
    "withdrawal": "WITHDRAWAL",
    "card debit": "WITHDRAWAL",
    "card credit": "DEPOSIT",
    "spending cashback": "DEPOSIT",
    "interest on cash": "INTEREST",
    "lending interest": "INTEREST",
    "share lending interest": "INTEREST",
    "new card cost": "FEE",
}
OPPOSITE = {"INTEREST": "INTEREST_CHARGE", "FEE": "FEE"}
RATE_PLACES = 12
UNSTATED = frozenset({"", "Not available"})
IMPLIED = "withholding_rate_implied"


class Trading212:
    """The history of an account."""

    name = "trading212"
    title = "Trading 212 CSV"
    shape = Shape.TRANSACTIONS

    def recognises(self, source: Source) -> float:
        """Columns that no other broker names so."""
        return 1.0 if has_header(source, REQUIRED) else 0.0

    def parse(self, source: Source, options: Options) -> Parsed:
        """Everything in the file."""
        table = read_known(source, options, REQUIRED)
        if isinstance(table, Parsed):
            return table
        gathered = Gathering(options.base_currency)
        gathered.faults.extend(table.faults)
        gathered.notes.extend(table.notes)
        waiting: dict[tuple[str, str], MachineRow] = {}
        for row in _rows(table, options):
            said = row.fields.get("Time", "")
            gathered.happened(row, said[:10], said)
            action = row.text("Action").casefold()
            if action.startswith("stock split"):
                _split(row, waiting, gathered, options)
            else:
                gathered.take(row, _entries(row, action, gathered, options), row.text("Ticker"))
        for row in waiting.values():
            message = "The other half of the split is not in the file."
            row.wrong("Action", "split_incomplete", message, "Export the whole day.")
            gathered.take(row, (), row.text("Ticker"))
        return gathered.parsed()


FORMAT = Trading212()


def _rows(table: KnownTable, options: Options) -> Iterator[MachineRow]:
    """Rows in the newer shape: a currency that stands in a column's name becomes a field."""
    for row in table.rows:
        fields = dict(row.fields)
        for name, value in row.fields.items():
            match = IN_NAME.fullmatch(name)
            if match and match[1] != "Currency" and not name.startswith("Currency ("):
                fields[match[1]] = value
                fields[f"Currency ({match[1]})"] = match[2]
        yield MachineRow(row.number, fields, options.today)


def _entries(row: MachineRow, action: str, gathered: Gathering, options: Options) -> list[Draft]:
    trade = TRADE.fullmatch(action)
    if trade:
        return _trade(row, trade[1].upper(), gathered, options)
    if action.startswith("dividend"):
        return _dividend(row, action, options)
    if action == "currency conversion":
        return _conversion(row, options)
    if action in CASH or action == "result adjustment":
        return _cash(row, CASH.get(action, "FEE"), action, options)
    message = f"{row.text('Action')[:40]!r} is no action that is known."
    remedy = "Enter it by hand, and leave it out of the file."
    row.wrong("Action", "type_unknown", message, remedy, row.text("Action"))
    return []


def _common(row: MachineRow, kind: str, options: Options) -> Draft | None:
    day, currency = row.day("Time"), row.currency("Currency (Total)")
    notes = row.text("Notes", longest=400)
    if day is None:
        return None
    return Draft(
        entry_type=kind,
        transaction_date=day,
        currency=currency,
        account=options.account,
        isin=row.isin("ISIN"),
        symbol=row.text("Ticker"),
        security_name=row.text("Name"),
        narration=f"{row.text('Action')}: {notes}" if notes else row.text("Action"),
        external_id=row.text("ID", longest=100),
        row=row.row,
    )


def _charges(row: MachineRow, names: tuple[str, ...], currency: str) -> Decimal:
    total = ZERO
    for name in names:
        amount = row.number(name) or ZERO
        code = row.text(f"Currency ({name})")
        if amount and code and code != currency:
            message = f"{name} is in {code[:10]}, the total in {currency}."
            row.wrong(name, "currency_mismatch", message, "Enter this trade by hand.", code)
        total += abs(amount)
    return total


def _trade(row: MachineRow, kind: str, gathered: Gathering, options: Options) -> list[Draft]:
    draft = _common(row, kind, options)
    quantity, price = row.positive("No. of shares"), row.positive("Price / share")
    total, quoted = row.positive("Total"), row.text("Currency (Price / share)", required=True)
    if draft is None or quantity is None or price is None or total is None:
        return []
    fees = _charges(row, FEES, draft.currency)
    taxes = _charges(row, TAXES, draft.currency)
    gross = total - fees - taxes if kind == "BUY" else total + fees + taxes
    if gross <= 0:
        row.wrong("Total", "amount_mismatch", "Fees and taxes exceed the total.", "Mend it.")
    if row.faults:
        return []
    if parts_per_unit(quoted) != 1:
        gathered.note(said_of(quoted))
    draft = replace(draft, quantity=quantity, gross_amount=gross, fees=fees, taxes=taxes)
    return [_priced(row, draft, price / parts_per_unit(quoted), quoted)]


def _priced(row: MachineRow, draft: Draft, price: Decimal, quoted: str) -> Draft:
    """With the price in the currency of the security, and the actual rate where that is another."""
    currency, gross = currency_of(quoted), draft.gross_amount or ZERO
    if currency == draft.currency:
        return replace(draft, price=fitting_price(draft.quantity, price, gross, currency))
    stated = _rate(row, quoted)
    if stated is None:
        abroad = round_money((draft.quantity or ZERO) * price, currency)
        stated = abroad / gross
    else:
        abroad = round_money(gross * stated, currency)
    return replace(
        draft,
        price=fitting_price(draft.quantity, price, abroad, currency),
        security_currency=currency,
        gross_amount_security=abroad,
        settlement_fx_rate=half_even(1 / stated, RATE_PLACES) if stated else None,
    )


def _rate(row: MachineRow, quoted: str) -> Decimal | None:
    """Units of the security's currency for 1 of the account's; None where it is not stated."""
    if row.text("Exchange rate") in UNSTATED:
        return None
    rate = row.positive("Exchange rate")
    return None if rate is None else rate / parts_per_unit(quoted)


def _dividend(row: MachineRow, action: str, options: Options) -> list[Draft]:
    kind = "RETURN_OF_CAPITAL" if "return of capital" in action else "DIVIDEND"
    draft = _common(row, kind, options)
    total, withheld = row.positive("Total"), row.number("Withholding tax") or ZERO
    quantity = row.number("No. of shares")
    if draft is None or total is None or row.faults:
        return []
    draft = replace(draft, quantity=quantity or None, gross_amount=total)
    if not withheld:
        return [draft]
    return _withheld(row, draft, total, abs(withheld))


def _withheld(row: MachineRow, draft: Draft, total: Decimal, withheld: Decimal) -> list[Draft]:
    code = row.text("Currency (Withholding tax)", required=True)
    currency = currency_of(code)
    withheld /= parts_per_unit(code)
    if currency == draft.currency:
        return [replace(draft, taxes=withheld, gross_amount=total + withheld)]
    quoted = row.text("Currency (Price / share)", required=True)
    price = row.positive("Price / share")
    if price is None or draft.quantity is None or currency_of(quoted) != currency:
        message = f"Withholding in {code[:10]} cannot be converted to {draft.currency}."
        row.wrong("Withholding tax", "rate_missing", message, "Enter the dividend by hand.")
        return []
    stated = _rate(row, quoted)
    rate = stated or draft.quantity * price / parts_per_unit(quoted) / total
    taxes = round_money(withheld / rate, draft.currency)
    gross = total + taxes
    return [
        replace(
            draft,
            taxes=taxes,
            gross_amount=gross,
            security_currency=currency,
            gross_amount_security=round_money(gross * rate, currency),
            settlement_fx_rate=half_even(1 / rate, RATE_PLACES),
            estimated_reason="" if stated else IMPLIED,
        )
    ]


def _cash(row: MachineRow, kind: str, action: str, options: Options) -> list[Draft]:
    draft = _common(row, kind, options)
    total = row.number("Total", required=True)
    if total is not None and not total:
        row.wrong("Total", "zero_not_allowed", "The total is zero.", "Leave out the row.")
    if draft is None or not total or row.faults:
        return []
    if action == "result adjustment" and total > 0:
        draft = replace(draft, entry_type="FEE_REFUND")
    elif total < 0:
        draft = replace(draft, entry_type=OPPOSITE.get(kind, "WITHDRAWAL"))
    return [replace(draft, gross_amount=abs(total), symbol="", isin="", security_name="")]


def _conversion(row: MachineRow, options: Options) -> list[Draft]:
    sold, bought = "Currency conversion from amount", "Currency conversion to amount"
    day = row.day("Time")
    amount, to_amount = row.number(sold, required=True), row.number(bought, required=True)
    currency, to_currency = row.currency(f"Currency ({sold})"), row.currency(f"Currency ({bought})")
    if not amount or not to_amount or day is None or row.faults:
        if not row.faults:
            row.wrong(sold, "zero_not_allowed", "Nothing was converted.", "Leave out the row.")
        return []
    fees = _charges(row, ("Currency conversion fee",), currency)
    draft = Draft(
        entry_type="FX_CONVERSION",
        transaction_date=day,
        currency=currency,
        account=options.account,
        gross_amount=abs(amount) - fees,
        fees=fees,
        to_amount=abs(to_amount),
        to_currency=to_currency,
        external_id=row.text("ID", longest=100),
        narration=row.text("Action"),
        row=row.row,
    )
    return [draft]


def _split(
    row: MachineRow,
    waiting: dict[tuple[str, str], MachineRow],
    gathered: Gathering,
    options: Options,
) -> None:
    """The second row of a split makes the entry, the first is said to be part of it."""
    key = (row.text("ISIN"), row.text("Time")[:10])
    other = waiting.pop(key, None)
    if other is None:
        waiting[key] = row
        return
    opens = row if row.text("Action").casefold().endswith("open") else other
    closes = other if opens is row else row
    new, old, day = (
        opens.positive("No. of shares"),
        closes.positive("No. of shares"),
        row.day("Time"),
    )
    row.faults.extend(other.faults)
    drafts = []
    if new is not None and old is not None and day is not None:
        kind = "SPLIT" if new > old else "REVERSE_SPLIT"
        drafts = [
            Draft(
                entry_type=kind,
                transaction_date=day,
                new_shares=new,
                old_shares=old,
                account=options.account,
                isin=row.isin("ISIN"),
                symbol=row.text("Ticker"),
                security_name=row.text("Name"),
                narration="Stock split",
                row=row.row,
            )
        ]
    gathered.take(row, drafts, row.text("Ticker"))
    gathered.skip(other.row, f"One of the two rows of a split; the entry is at row {row.row}.")
