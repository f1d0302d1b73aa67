"""DEGIRO's Transactions.csv: one row for each fill of an order.

Columns (names by language in `degiro/words.py`): Date, Time, Product, ISIN, Reference exchange,
Venue, Quantity (negative: a sale), Price, Local value, Value (in the account's currency),
Exchange rate (local currency for 1 of the account's), AutoFX fee, Transaction and/or third party
fees, Total, Order ID. Prices in GBX are pence.

- Value is the gross amount; fees and AutoFX fee stand beside it and move cash on top. Total is the
  cash that moved, all of it: a row whose Total says otherwise is a mistake.
- Fills of one order share its ID, so the external id counts them from the oldest, which keeps its
  id when later ones are added above it: the second one ends in :2.
- A split, or another ISIN for the same shares, shows here as a sale and a purchase of one moment
  without an order. They look like trades. Two such rows of one ISIN, or without fees and of
  equal value, are refused by name.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from portfolios.calc.money import half_even
from portfolios.formats.contract import Options, Parsed, Shape, Source
from portfolios.formats.degiro.table import looks_like, magnitude, read_degiro
from portfolios.formats.degiro.words import TRADES_NEED
from portfolios.formats.draft import Draft
from portfolios.formats.reading.fitting import fitting_price
from portfolios.formats.reading.gathering import Gathering
from portfolios.formats.reading.machine_row import MachineRow, machine_number
from portfolios.formats.reading.minor_currencies import currency_of, parts_per_unit, said_of

NUMBERS = ("quantity", "price", "local", "value", "rate", "autofx", "fees", "total")
RATE_PLACES = 12
ROUNDED = Decimal("0.02")  # three amounts, each rounded to a cent
SPLIT = (
    "split_unread",
    "A sale and a purchase of one moment without fees: a split.",
    "Enter a SPLIT, leave both out.",
)
RENAMED = (
    "action_incomplete",
    "Shares left and others of equal value came at one moment, without order or fees: a new ISIN.",
    "Leave both rows out. Enter a SYMBOL_CHANGE, after a split if their number changed.",
)
NEAR = Decimal("0.005")  # four decimals of a price of pennies, times many shares
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
        gathered = Gathering(options.base_currency, newest_first=True)
        gathered.notes.extend(table.notes)
        events = _events(table.rows)
        for row in table.rows:
            day = row.fields.get("date", "")
            gathered.happened(row, day, f"{day} {row.fields.get('time', '')}")
            if row.row in events:
                row.wrong("quantity", *events[row.row])
            draft = _trade(row, gathered, options)
            gathered.take(row, [draft] if draft else (), row.text("isin"))
        parsed = gathered.parsed()
        return replace(parsed, drafts=tuple(_numbered(parsed.drafts)))


FORMAT = DegiroTransactions()


def _numbered(drafts: Iterable[Draft]) -> Iterator[Draft]:
    """Fills in the order of time, each order's second and later ones with their number."""
    fills = Counter[str]()
    for draft in drafts:
        order = draft.external_id
        fills[order] += 1
        later = order and fills[order] > 1
        yield replace(draft, external_id=f"{order}:{fills[order]}") if later else draft


def _trade(row: MachineRow, gathered: Gathering, options: Options) -> Draft | None:
    day, quantity = row.day("date"), row.number("quantity", required=True)
    currency = row.currency("value_currency" if row.text("value_currency") else "total_currency")
    value, charges = _value(row, currency)
    isin, name = row.isin("isin"), row.text("product")
    order, price = row.text("order", longest=90), row.number("price")
    for column, number in (("quantity", quantity), ("value", value)):
        if number is not None and not number:
            row.wrong(column, "zero_not_allowed", f"{column} is zero.", "Mend the row.")
    if day is None or not quantity or not value or row.faults:
        return None
    draft = Draft(
        entry_type="BUY" if quantity > 0 else "SELL",
        transaction_date=day,
        currency=currency,
        account=options.account,
        isin=isin,
        security_name=name,
        quantity=abs(quantity),
        gross_amount=abs(value),
        fees=charges,
        external_id=order,
        row=row.row,
    )
    return _priced(row, draft, abs(price) if price else None, gathered)


def _value(row: MachineRow, currency: str) -> tuple[Decimal | None, Decimal]:
    """What the trade itself moved, with its sign, and what it was charged: held against Total,
    which is both together."""
    charges = magnitude(row, "fees") + magnitude(row, "autofx")
    for column in ("fees", "autofx", "total"):
        code = row.text(f"{column}_currency")
        if code and code != currency and row.text(column):
            message = f"{column} is in {code[:10]}, the value in {currency}."
            row.wrong(column, "currency_mismatch", message, "Enter this trade by hand.", code)
    total = row.number("total", required=not row.text("value"))
    if not row.text("value"):
        return total if total is None else total + charges, charges
    value = row.number("value")
    if value is not None and total is not None and abs(value - charges - total) > ROUNDED:
        message = (
            f"The value of {value:f} less charges of {charges:f} is not the total of {total:f}."
        )
        remedy = "Look for a charge or a refund that is not read, and enter this trade by hand."
        row.wrong("total", "amount_mismatch", message, remedy, f"{total:f}")
    return value, charges


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


def _events(rows: tuple[MachineRow, ...]) -> dict[int, tuple[str, str, str]]:
    """Rows of one moment, sold and bought, for which nobody gave an order; and what they are."""
    moments: dict[tuple[str, str], list[MachineRow]] = defaultdict(list)
    for row in rows:
        if row.text("isin") and not row.text("order"):
            moments[row.text("date"), row.text("time")].append(row)
    found: dict[int, tuple[str, str, str]] = {}
    for group in moments.values():
        found |= dict.fromkeys(_both_ways(group), SPLIT)
        others = [row for row in group if row.row not in found and not _figure(row, "fees")]
        found |= dict.fromkeys(_exchanged(others), RENAMED)
    return found


def _both_ways(group: Iterable[MachineRow]) -> Iterator[int]:
    """Rows of an ISIN that was sold and bought."""
    by_isin: dict[str, list[MachineRow]] = defaultdict(list)
    for row in group:
        by_isin[row.text("isin")].append(row)
    for rows in by_isin.values():
        if len({row.text("quantity").startswith("-") for row in rows}) == 2:
            yield from (row.row for row in rows)


def _exchanged(group: Iterable[MachineRow]) -> Iterator[int]:
    """Pairs of rows of which one brought what the other took. They are compared by size, as there
    may be many of one moment."""
    sized = sorted((abs(_figure(row, "value", "total")), row.row, row) for row in group)
    sold = [(size, row) for size, _, row in sized if row.text("quantity").startswith("-")]
    bought = [(size, row) for size, _, row in sized if not row.text("quantity").startswith("-")]
    while sold and bought:
        (given, out), (taken, into) = sold[-1], bought[-1]
        if given and abs(given - taken) <= NEAR * given:
            yield from (out.row, into.row)
            sold.pop()
            bought.pop()
        else:
            (sold if given > taken else bought).pop()


def _figure(row: MachineRow, *columns: str) -> Decimal:
    """The number of the first column that is filled, zero where none is or none can be read: the
    mistake is told by whoever reads the row."""
    said = next((row.text(column) for column in columns if row.text(column)), "")
    return machine_number(said) or Decimal(0)
