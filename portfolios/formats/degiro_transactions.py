"""DEGIRO's Transactions.csv: one row for each fill of an order.

Columns (names by language in `degiro/words.py`): Date, Time, Product, ISIN, Reference exchange,
Venue, Quantity (negative: a sale), Price, Local value, Value (in the account's currency),
Exchange rate (local currency for 1 of the account's), AutoFX fee, Transaction and/or third party
fees, Total, Order ID. Prices in GBX are pence.

- Value is the gross amount; fees and AutoFX fee stand beside it and move cash on top.
- Fills of one order share its ID, so the external id counts them: the second one ends in :2.
- A split shows here as a sale and a purchase of one moment without fees. They look like trades;
  two such rows of one ISIN, day and time are refused by name.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from decimal import Decimal

from portfolios.calc.money import half_even
from portfolios.formats.contract import Options, Parsed, Shape, Source
from portfolios.formats.degiro.table import looks_like, magnitude, read_degiro
from portfolios.formats.degiro.words import TRADES_NEED
from portfolios.formats.draft import Draft
from portfolios.formats.reading.fitting import fitting_price
from portfolios.formats.reading.gathering import Gathering
from portfolios.formats.reading.machine_row import MachineRow
from portfolios.formats.reading.minor_currencies import currency_of, parts_per_unit, said_of

NUMBERS = ("quantity", "price", "local", "value", "rate", "autofx", "fees", "total")
RATE_PLACES = 12
IN_EURO = (
    "Amounts are in the account's currency, as DEGIRO converts them. If you hold other currencies "
    "there, compare the cash."
)


class DegiroTransactions:
    """The trades of an account."""

    name = "degiro_transactions"
    title = "DEGIRO Transactions.csv"
    shape = Shape.TRANSACTIONS

    def recognises(self, source: Source) -> float:
        """Its columns, in any of its languages."""
        return 1.0 if looks_like(source, TRADES_NEED) else 0.0

    def parse(self, source: Source, options: Options) -> Parsed:
        """Everything in the file."""
        table = read_degiro(source, options, TRADES_NEED, NUMBERS, amount_first=True)
        if isinstance(table, Parsed):
            return table
        gathered = Gathering(options.base_currency)
        gathered.notes.extend(table.notes)
        splits, fills = _splits(table.rows), Counter[str]()
        for row in table.rows:
            day = row.fields.get("date", "")
            gathered.happened(row, day, f"{day} {row.fields.get('time', '')}")
            if row.row in splits:
                message = "A sale and a purchase of one moment without fees: a split."
                row.wrong("quantity", "split_unread", message, "Enter a SPLIT, leave both out.")
            draft = _trade(row, fills, gathered, options)
            gathered.take(row, [draft] if draft else (), row.text("isin"))
        return gathered.parsed()


FORMAT = DegiroTransactions()


def _trade(
    row: MachineRow, fills: Counter[str], gathered: Gathering, options: Options
) -> Draft | None:
    day, quantity = row.day("date"), row.number("quantity", required=True)
    value = row.number("value" if row.text("value") else "total", required=True)
    currency = row.currency("value_currency" if row.text("value_currency") else "total_currency")
    isin, name = row.isin("isin"), row.text("product")
    order, price = row.text("order", longest=90), row.number("price")
    for column, number in (("quantity", quantity), ("value", value)):
        if number is not None and not number:
            row.wrong(column, "zero_not_allowed", f"{column} is zero.", "Mend the row.")
    if day is None or not quantity or not value or row.faults:
        return None
    fills[order] += 1
    external_id = f"{order}:{fills[order]}" if order and fills[order] > 1 else order
    draft = Draft(
        entry_type="BUY" if quantity > 0 else "SELL",
        transaction_date=day,
        currency=currency,
        account=options.account,
        isin=isin,
        security_name=name,
        quantity=abs(quantity),
        gross_amount=abs(value),
        fees=magnitude(row, "fees") + magnitude(row, "autofx"),
        external_id=external_id,
        row=row.row,
    )
    return _priced(row, draft, abs(price) if price else None, gathered)


def _priced(row: MachineRow, draft: Draft, price: Decimal | None, gathered: Gathering) -> Draft:
    """With the price in the currency of the exchange, and the actual rate where that is another."""
    quoted = row.text("price_currency") or row.text("local_currency")
    parts, currency = parts_per_unit(quoted), currency_of(quoted)
    if parts != 1:
        gathered.note(said_of(quoted))
    price = price / parts if price is not None else None
    gross = draft.gross_amount or Decimal(0)
    if currency in ("", draft.currency):
        fitted = fitting_price(draft.quantity, price, gross, draft.currency)
        return replace(draft, price=fitted)
    gathered.note(IN_EURO)
    local = magnitude(row, "local") / parts
    if not local:
        row.wrong("local", "value_missing", "The local value is missing.", "Export it again.")
        return draft
    stated = row.number("rate")
    implied = half_even(gross / local, RATE_PLACES)
    rate = half_even(parts / stated, RATE_PLACES) if stated else implied
    near = abs(rate - implied) <= implied / 10_000
    return replace(
        draft,
        price=fitting_price(draft.quantity, price, local, currency),
        security_currency=currency,
        gross_amount_security=local,
        settlement_fx_rate=rate if near else implied,
    )


def _splits(rows: tuple[MachineRow, ...]) -> frozenset[int]:
    """Rows of one ISIN and moment, bought and sold, for which nobody was paid."""
    moments: dict[tuple[str, str, str], list[MachineRow]] = defaultdict(list)
    for row in rows:
        if row.text("isin") and not row.text("order"):
            moments[row.text("isin"), row.text("date"), row.text("time")].append(row)
    found: set[int] = set()
    for group in moments.values():
        signs = {row.text("quantity").startswith("-") for row in group}
        if len(signs) == 2:
            found |= {row.row for row in group}
    return frozenset(found)
