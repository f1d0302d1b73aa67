"""DEGIRO's Account.csv, the statement of cash: everything but the trades.

Columns (names by language in `degiro/words.py`): Date, Time, Value date, Product, ISIN,
Description, FX (a rate), Change (currency, amount), Balance (currency, amount), Order Id. The
description says what a row is; a sentence that is not known is a mistake, never left out.

- Trades, their fees, their AutoFX and the currency legs with an order's ID are in
  Transactions.csv, which must be imported as well; here they are left out and said.
- Currency legs without an order are paired by moment: what went is converted to what came.
- Dividends and their taxes of one ISIN, value date and currency are one entry. Rows that take
  each other back are left out together.
- Cash sweeps move within DEGIRO, and into money market funds and out of them, which are cash here:
  what such a fund gains or loses is interest. Reservations are booked when they settle.
- The last balance of each currency is stated.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from portfolios.formats.contract import Options, Parsed, Shape, Source, Stated
from portfolios.formats.degiro.table import looks_like, read_degiro
from portfolios.formats.degiro.words import ACCOUNT_NEEDS, said_in
from portfolios.formats.draft import ZERO, Draft
from portfolios.formats.reading.gathering import Gathering
from portfolios.formats.reading.machine_row import MachineRow

NUMBERS = ("change", "balance")
IN_TRANSACTIONS = "Part of a trade; import Transactions.csv for it."
LEFT_OUT = {
    "trade": IN_TRANSACTIONS,
    "trade_fee": IN_TRANSACTIONS,
    "split": "A split; enter it as a SPLIT.",
    "within": "Moved within DEGIRO.",
    "reserved": "A reservation; it is booked when it settles.",
}
BY_SIGN = {
    "interest": ("INTEREST_CHARGE", "INTEREST"),
    "fee": ("FEE", "FEE_REFUND"),
    "trade_fee": ("FEE", "FEE_REFUND"),
    "transaction_tax": ("TAX", "TAX_REFUND"),
    "deposit": ("WITHDRAWAL", "DEPOSIT"),
    "withdrawal": ("WITHDRAWAL", "DEPOSIT"),
}
OF_SECURITY = frozenset({"TAX", "TAX_REFUND", "RETURN_OF_CAPITAL", "DIVIDEND"})
LONGEST = 20  # rows of one dividend that are taken apart
TRADES_ELSEWHERE = "This file leaves trades to Transactions.csv: import both."


class DegiroAccount:
    """The cash statement of an account."""

    name = "degiro_account"
    title = "DEGIRO Account.csv"
    shape = Shape.TRANSACTIONS

    def recognises(self, source: Source) -> float:
        """Its columns, in any of its languages."""
        return 1.0 if looks_like(source, ACCOUNT_NEEDS) else 0.0

    def parse(self, source: Source, options: Options) -> Parsed:
        """Everything in the file."""
        table = read_degiro(source, options, ACCOUNT_NEEDS, NUMBERS, amount_first=False)
        if isinstance(table, Parsed):
            return table
        gathered = Gathering(options.base_currency, newest_first=True)
        gathered.notes.extend(table.notes)
        income: dict[tuple[str, str, str], list[MachineRow]] = defaultdict(list)
        legs: dict[tuple[str, str], list[MachineRow]] = defaultdict(list)
        for row in table.rows:
            day = row.fields.get("date", "")
            gathered.happened(row, day, f"{day} {row.fields.get('time', '')}")
            kind = said_in(row.text("description"))
            if kind in ("dividend", "dividend_tax", "capital"):
                key = row.text("isin"), row.text("value_date"), row.text("change_currency")
                income[key].append(row)
            elif kind == "exchange" and not row.text("order"):
                legs[row.text("date"), row.text("time")].append(row)
            else:
                _single(row, kind, gathered, options)
        for group in income.values():
            _income(group, gathered, options)
            _supersede(group, gathered, options)
        for group in legs.values():
            _exchange(group, gathered, options)
        gathered.stated.extend(_balances(table.rows, options))
        return gathered.parsed()


FORMAT = DegiroAccount()


def _single(row: MachineRow, kind: str, gathered: Gathering, options: Options) -> None:
    said = row.text("description")
    with_order = bool(row.text("order"))
    if kind == "exchange" or (kind in LEFT_OUT and (kind != "trade_fee" or with_order)):
        if kind in ("trade", "trade_fee", "exchange"):
            gathered.note(TRADES_ELSEWHERE)
        gathered.skip(row.row, LEFT_OUT.get(kind, IN_TRANSACTIONS), said)
        return
    amount = row.number("change", required=True)
    if not kind:
        message = f"{said[:60]!r} is not known."
        remedy = "Enter it by hand, and leave it out of the file."
        row.wrong("description", "type_unknown", message, remedy, said)
    elif amount is not None and not amount:
        gathered.skip(row.row, "Moves nothing.", said)
        return
    draft = None
    if kind and amount:
        draft = _draft(row, BY_SIGN[kind][amount > 0], amount, options)
    gathered.take(row, [draft] if draft else (), row.text("isin"))


def _draft(row: MachineRow, kind: str, amount: Decimal, options: Options) -> Draft | None:
    day, currency = row.day("date"), row.currency("change_currency")
    isin = row.isin("isin") if kind in OF_SECURITY else ""
    if day is None or row.faults:
        return None
    return Draft(
        entry_type=kind,
        transaction_date=day,
        currency=currency,
        account=options.account,
        gross_amount=abs(amount),
        isin=isin,
        security_name=row.text("product") if isin else "",
        narration=row.text("description"),
        row=row.row,
    )


def _income(group: list[MachineRow], gathered: Gathering, options: Options) -> None:
    """One dividend with its tax; what is left of rows that correct each other."""
    first, kinds = group[0], [said_in(row.text("description")) for row in group]
    amounts = [row.number("change", required=True) or ZERO for row in group]
    for row in group[1:]:
        first.faults.extend(row.faults)
    pairs = list(zip(kinds, amounts, strict=True))
    capital = sum((amount for kind, amount in pairs if kind == "capital"), ZERO)
    gross = sum((amount for kind, amount in pairs if kind == "dividend"), ZERO)
    tax = -sum((amount for kind, amount in pairs if kind == "dividend_tax"), ZERO)
    if not (capital or gross or tax) and not first.faults:
        for row in group:
            gathered.skip(row.row, "Rows that take each other back.", row.text("description"))
        return
    if min(capital, gross) < 0:
        message = "More was taken back than paid on this day."
        remedy = "Reverse the earlier dividend, and leave these rows out of the file."
        first.wrong("change", "negative_not_allowed", message, remedy)
    gathered.take(first, _paid(first, gross, tax, capital, options), first.text("isin"))
    for row in group[1:]:
        gathered.skip(row.row, f"Taken together with row {first.row}.", row.text("description"))


def _supersede(group: list[MachineRow], gathered: Gathering, options: Options) -> None:
    """What earlier files may have made of the same rows: of those up to some moment, or since."""
    for place in range(1, min(len(group), LONGEST)):
        for part in (group[:place], group[place:]):
            aside = gathered.aside()
            fresh = [MachineRow(row.row, row.fields, row.today) for row in part]
            _income(fresh, aside, options)
            gathered.supersede(aside)


def _paid(
    row: MachineRow, gross: Decimal, tax: Decimal, capital: Decimal, options: Options
) -> list[Draft]:
    drafts: list[Draft | None] = []
    if gross > 0 and tax >= 0:
        draft = _draft(row, "DIVIDEND", gross, options)
        drafts += [replace(draft, taxes=tax)] if draft else []
    else:
        drafts += [_draft(row, "DIVIDEND", gross, options)] if gross > 0 else []
        name = "TAX" if tax > 0 else "TAX_REFUND"
        drafts += [_draft(row, name, tax, options)] if tax else []
    drafts += [_draft(row, "RETURN_OF_CAPITAL", capital, options)] if capital > 0 else []
    return [draft for draft in drafts if draft is not None]


def _exchange(group: list[MachineRow], gathered: Gathering, options: Options) -> None:
    """Two legs make a conversion; one alone, or three, are a mistake."""
    out = [row for row in group if (row.number("change") or ZERO) < 0]
    came = [row for row in group if (row.number("change") or ZERO) > 0]
    if len(out) != 1 or len(came) != 1 or len(group) != 2:
        for row in group:
            message = f"{len(group)} currency legs of one moment are no conversion."
            row.wrong("change", "conversion_unpaired", message, "Enter it by hand.")
            gathered.take(row, ())
        return
    left, right = out[0], came[0]
    draft = _draft(left, "FX_CONVERSION", left.number("change") or ZERO, options)
    currency, amount = right.currency("change_currency"), right.number("change")
    left.faults.extend(right.faults)
    made = replace(draft, to_amount=amount, to_currency=currency) if draft else None
    gathered.take(left, [made] if made else ())
    gathered.skip(right.row, f"The other leg of row {left.row}.", right.text("description"))


def _balances(rows: Iterable[MachineRow], options: Options) -> list[Stated]:
    """The file is newest first; the first row of a currency has its last balance."""
    ordered = list(rows)
    if ordered and ordered[0].text("date") < ordered[-1].text("date"):
        ordered.reverse()
    found: dict[str, Stated] = {}
    for row in ordered:
        code, amount = row.text("balance_currency"), row.number("balance")
        day = row.day("date", required=False)
        if code not in found and amount is not None and day is not None and code:
            found[code] = Stated(
                kind="cash",
                asof_date=day,
                amount=amount,
                currency=code,
                account=options.account,
                row=row.row,
            )
    return list(found.values())
