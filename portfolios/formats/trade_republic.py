"""Trade Republic's transaction export, a CSV file.

Columns: datetime, date, account_type, category, type, asset_class, name, symbol (an ISIN, or a
crypto asset's code), shares, price, amount, fee, tax, currency, original_amount,
original_currency, fx_rate, description, transaction_id, counterparty_name, counterparty_iban,
payment_reference, mcc_code. Machine-written: decimal points, ISO dates.

- amount is before fee and tax, which are negative and move cash on top: of a purchase it is
  shares times price, of a dividend or interest the gross amount.
- original_amount times fx_rate is amount: fx_rate is in euro for 1 original_currency.
- Card payments are withdrawals. Saveback, perks, bonuses and gifts of cash are deposits.
- MIGRATION moves shares out and in on one day and comes to nothing; shares that are received
  free of payment arrive with an unknown cost. Other corporate actions are refused by name: the
  file does not state their terms.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from portfolios.calc.money import half_even, minor_units, quantum
from portfolios.formats.contract import Options, Parsed, Shape, Source
from portfolios.formats.draft import ZERO, Draft
from portfolios.formats.reading.fitting import fitting_price
from portfolios.formats.reading.gathering import Gathering
from portfolios.formats.reading.known_table import has_header, read_known
from portfolios.formats.reading.machine_row import FINEST_RATE, ISIN, MachineRow

REQUIRED = ("datetime", "account_type", "category", "type", "asset_class", "shares", "amount")
TRADES = {
    "BUY": "BUY",
    "SAVINGS_PLAN_EXECUTED": "BUY",
    "PRIVATE_MARKET_BUY": "BUY",
    "SELL": "SELL",
    "PRIVATE_MARKET_SELL": "SELL",
    "REDEMPTION": "SELL",
    "FINAL_MATURITY": "SELL",
}
INCOME = {
    "DIVIDEND": "DIVIDEND",
    "DISTRIBUTION": "DIVIDEND",
    "DIVIDEND_EQUIVALENT_PAYMENT": "DIVIDEND",
    "COUPON_PAYMENT": "COUPON",
}
INTEREST = frozenset({"INTEREST_PAYMENT", "INTEREST_PAYOUT"})
FLOWS = frozenset(
    "CUSTOMER_INBOUND CUSTOMER_INPAYMENT CUSTOMER_OUTBOUND CUSTOMER_OUTBOUND_REQUEST "
    "TRANSFER_INBOUND TRANSFER_OUTBOUND TRANSFER_OUT TRANSFER_INSTANT_INBOUND "
    "TRANSFER_INSTANT_OUTBOUND TRANSFER_DIRECT_DEBIT_INBOUND MANUAL_CASH_TRANSFER CARD_TRANSACTION "
    "CARD_TRANSACTION_INTERNATIONAL CARD_REFUND BENEFITS_SAVEBACK STOCKPERK BONUS GIFT".split()
)
CHARGES = frozenset({"CARD_ORDERING_FEE", "ROUND_UP_FEE", "ROUND_UP_SAVINGS_FEE", "FEE"})
TAXED = frozenset({"PRE_DETERMINED_TAX_BASE", "TAX_OPTIMIZATION", "TAX_CORRECTION"})
TAKEN_BACK = "Leave the row out, and reverse the earlier trade if it takes one back."
TOLERANCE = Decimal("0.001")  # beyond it, the rate is of something else
BASIS_POINT = Decimal("0.0001")
RATE_PLACES = 12


class TradeRepublic:
    """The transactions of an account."""

    name = "trade_republic"
    title = "Trade Republic CSV"
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
        moved: dict[tuple[str, str], list[MachineRow]] = defaultdict(list)
        for said in table.rows:
            row = MachineRow(said.number, said.fields, options.today)
            gathered.happened(row, said["datetime"][:10], said["datetime"])
            if row.text("type") == "MIGRATION":
                moved[row.text("date"), row.text("symbol")].append(row)
            else:
                gathered.take(row, _entries(row, gathered, options), row.text("symbol"))
        for rows in moved.values():
            _migration(rows, gathered)
        return gathered.parsed()


FORMAT = TradeRepublic()


def _entries(row: MachineRow, gathered: Gathering, options: Options) -> list[Draft]:
    kind = row.text("type")
    common = _common(row, options)
    if common is None:
        return []
    if kind in TRADES:
        return _trade(row, replace(common, entry_type=TRADES[kind]), gathered)
    if kind in INCOME:
        return _income(row, replace(common, entry_type=INCOME[kind]), gathered)
    if kind == "FREE_RECEIPT":
        return _received(row, common)
    if kind in FLOWS | INTEREST | CHARGES | TAXED:
        return _cash(row, kind, _without_security(common))
    message = f"{kind[:40]!r} cannot be read from this file."
    remedy = "Enter it by hand, and leave it out of the file."
    row.wrong("type", "type_unknown" if kind else "value_missing", message, remedy, kind)
    return []


def _common(row: MachineRow, options: Options) -> Draft | None:
    day = row.day("date" if row.text("date") else "datetime")
    said = row.text("symbol")
    account = row.text("account_type", longest=64)
    currency = row.currency("currency")
    if day is None:
        return None
    return Draft(
        entry_type="",
        transaction_date=day,
        currency=currency,
        account=options.account if account in ("", "DEFAULT") else account,
        isin=said if ISIN.fullmatch(said) else "",
        symbol="" if ISIN.fullmatch(said) else said,
        security_name=row.text("name") if said else "",
        narration=row.text("description", longest=500),
        external_id=row.text("transaction_id", longest=100),
        row=row.row,
    )


def _without_security(draft: Draft) -> Draft:
    return replace(draft, isin="", symbol="", security_name="")


def _charge(row: MachineRow, column: str) -> Decimal:
    """What was charged, as a positive number; a refund is a mistake here, and named."""
    amount = row.number(column) or ZERO
    if amount > 0:
        message = f"{column} is {amount}, a refund."
        row.wrong(column, "negative_not_allowed", message, "Enter the refund by hand.")
    return abs(amount)


def _trade(row: MachineRow, draft: Draft, gathered: Gathering) -> list[Draft]:
    shares, price = row.number("shares", required=True), row.number("price")
    amount = row.number("amount", required=True)
    fees, taxes = _charge(row, "fee"), _charge(row, "tax")
    for column, number in (("shares", shares), ("amount", amount)):
        if number is not None and not number:
            row.wrong(column, "zero_not_allowed", f"{column} is zero.", "Mend the row.")
    if shares and amount:
        _deny_signs(row, shares, amount, buying=draft.entry_type == "BUY")
    if not shares or not amount or row.faults:
        return []
    gross = abs(amount)
    draft = replace(
        draft,
        quantity=abs(shares),
        price=fitting_price(abs(shares), price, gross, draft.currency),
        gross_amount=gross,
        fees=fees,
        taxes=taxes,
    )
    foreign = _foreign(row, draft, gathered)
    return [replace(foreign, price=None) if foreign.security_currency else foreign]


def _deny_signs(row: MachineRow, shares: Decimal, amount: Decimal, *, buying: bool) -> None:
    """The amount is before charges: it leaves for a purchase and arrives for a sale."""
    if buying and shares < 0:
        message = f"{shares} shares are bought."
        row.wrong("shares", "negative_not_allowed", message, TAKEN_BACK, str(shares))
    if (amount > 0) is buying:
        reason = "amount_mismatch" if buying else "negative_not_allowed"
        message = f"A {'purchase brings' if buying else 'sale costs'} {abs(amount)}."
        row.wrong("amount", reason, message, TAKEN_BACK, str(amount))


def _income(row: MachineRow, draft: Draft, gathered: Gathering) -> list[Draft]:
    amount, fees, taxes = row.positive("amount"), _charge(row, "fee"), _charge(row, "tax")
    if amount is None or row.faults:
        return []
    shares = row.number("shares")
    draft = replace(draft, gross_amount=amount, fees=fees, taxes=taxes, quantity=shares or None)
    return [_foreign(row, draft, gathered)]


def _foreign(row: MachineRow, draft: Draft, gathered: Gathering) -> Draft:
    """The amount in its original currency and the rate, if the two amounts bear it out."""
    original, rate = row.number("original_amount"), row.number("fx_rate", finest=FINEST_RATE)
    currency = row.currency("original_currency", required=False)
    if not original or not rate or currency in ("", draft.currency):
        return draft
    gross, abroad = draft.gross_amount or ZERO, abs(original)
    coin = quantum(minor_units(draft.currency))
    if abs(abroad * rate - gross) > TOLERANCE * gross + coin:
        gathered.note("Some exchange rates do not fit their amounts and were left out.")
        return draft
    exact = abs(abroad * rate - gross) <= BASIS_POINT * gross
    return replace(
        draft,
        security_currency=currency,
        gross_amount_security=abroad,
        settlement_fx_rate=rate if exact else half_even(gross / abroad, RATE_PLACES),
    )


def _cash(row: MachineRow, kind: str, draft: Draft) -> list[Draft]:
    amount = row.number("amount") or ZERO
    fee, tax = row.number("fee") or ZERO, row.number("tax") or ZERO
    if row.faults:
        return []
    if kind in INTEREST and amount > 0 and tax <= 0 and fee <= 0:
        income = replace(draft, entry_type="INTEREST", gross_amount=amount)
        return [replace(income, fees=-fee, taxes=-tax)]
    parts = [
        _part(draft, "amount", amount, _names(kind)),
        _part(draft, "fee", fee, ("FEE", "FEE_REFUND")),
        _part(draft, "tax", tax, ("TAX", "TAX_REFUND")),
    ]
    found = [part for part in parts if part is not None]
    if not found:
        row.wrong("amount", "zero_not_allowed", "The row moves nothing.", "Leave it out.")
    return found


def _names(kind: str) -> tuple[str, str]:
    if kind in INTEREST:
        return "INTEREST_CHARGE", "INTEREST"
    if kind in CHARGES:
        return "FEE", "FEE_REFUND"
    return ("TAX", "TAX_REFUND") if kind in TAXED else ("WITHDRAWAL", "DEPOSIT")


def _part(draft: Draft, part: str, amount: Decimal, names: tuple[str, str]) -> Draft | None:
    if not amount:
        return None
    own = draft.external_id if part == "amount" or not draft.external_id else ""
    external_id = own or (f"{draft.external_id[:90]}:{part}" if draft.external_id else "")
    name = names[amount > 0]
    return replace(draft, entry_type=name, gross_amount=abs(amount), external_id=external_id)


def _received(row: MachineRow, draft: Draft) -> list[Draft]:
    shares = row.positive("shares")
    if shares is None or row.faults:
        return []
    return [replace(draft, entry_type="TRANSFER_IN", quantity=shares)]


def _migration(rows: list[MachineRow], gathered: Gathering) -> None:
    """Shares that leave and arrive on one day are no entry; anything else is a mistake."""
    shares = [row.number("shares", required=True) for row in rows]
    known = [number for number in shares if number is not None]
    if len(known) == len(rows) and not sum(known):
        for row in rows:
            gathered.skip(
                row.row, "Shares moved to another depository and back.", row.text("symbol")
            )
        return
    for row in rows:
        message = "What moved out and in on this day is not the same."
        row.wrong("shares", "amount_mismatch", message, "Export the whole day.")
        gathered.take(row, (), row.text("symbol"))
