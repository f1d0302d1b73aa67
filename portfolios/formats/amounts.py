"""The amounts of one entry must agree with each other; what follows from them is filled in."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from market.formats.faults import Fault
from market.formats.fields import Place
from portfolios.calc.money import minor_units, quantum, round_money
from portfolios.formats.draft import ZERO, Draft

BASIS_POINT = Decimal("0.0001")
OUTWARD = frozenset({"BUY", "WITHDRAWAL", "FEE", "TAX", "FX_CONVERSION"})
WITHOUT_CASH = frozenset({"SPLIT", "OPENING_BALANCE"})


def settle(draft: Draft, base_currency: str) -> tuple[Draft, list[Fault]]:
    """The draft with gross and net amount filled in, and the mistakes between its columns."""
    row = draft.row or 0
    stated = draft.net_amount
    draft, faults = _with_gross(draft, row)
    draft = replace(draft, net_amount=net_amount(draft))
    if stated is not None and not faults and abs(stated) != abs(draft.net_amount or ZERO):
        said = f"net_amount is {stated}, the other columns give {draft.net_amount}."
        faults.append(_mismatch(row, "net_amount", said, str(stated)))
    return draft, [*faults, *_rate(draft, row, base_currency), *_days(draft, row)]


def net_amount(draft: Draft) -> Decimal:
    """The signed effect on cash of `currency`."""
    if draft.entry_type in WITHOUT_CASH:
        return ZERO
    gross = draft.gross_amount or ZERO
    if draft.entry_type in OUTWARD:
        return -(gross + draft.fees + draft.taxes)
    return gross - draft.fees - draft.taxes


def _with_gross(draft: Draft, row: int) -> tuple[Draft, list[Fault]]:
    if draft.entry_type not in ("BUY", "SELL", "DIVIDEND"):
        return draft, []
    product = None
    if draft.quantity is not None and draft.price is not None:
        product = round_money(draft.quantity * draft.price, draft.currency)
    if draft.gross_amount is None:
        if product is None:
            missing = Place(row, "gross_amount").fault(
                "value_missing",
                f"{draft.entry_type} needs gross_amount, or quantity and price.",
                "Fill in one of the two.",
            )
            return draft, [missing]
        if not product:
            zero = Place(row, "gross_amount").fault(
                "zero_not_allowed",
                "quantity times price is less than the smallest coin.",
                "Give the gross_amount.",
            )
            return draft, [zero]
        return replace(draft, gross_amount=product), []
    if product is not None and abs(product - draft.gross_amount) > quantum(
        minor_units(draft.currency)
    ):
        said = f"gross_amount is {draft.gross_amount}, quantity times price is {product}."
        return draft, [_mismatch(row, "gross_amount", said, str(draft.gross_amount))]
    return draft, []


def _rate(draft: Draft, row: int, base_currency: str) -> list[Fault]:
    if draft.entry_type == "FX_CONVERSION":
        return _conversion(draft, row, base_currency)
    if draft.currency == base_currency and draft.fx_rate not in (None, Decimal(1)):
        said = f"{base_currency} is the portfolio's own currency; its rate is 1."
        return [_rate_fault(row, said, draft.fx_rate)]
    return []


def _conversion(draft: Draft, row: int, base_currency: str) -> list[Fault]:
    if draft.currency == draft.to_currency:
        return [
            Place(row, "to_currency").fault(
                "currency_unknown",
                f"Both sides of the conversion are {draft.currency}.",
                "Name two different currencies.",
                draft.to_currency,
            )
        ]
    if draft.fx_rate is None or not draft.gross_amount or not draft.to_amount:
        return []
    if draft.currency == base_currency:
        implied = draft.gross_amount / draft.to_amount
    elif draft.to_currency == base_currency:
        implied = draft.to_amount / draft.gross_amount
    else:
        return []
    if abs(implied - draft.fx_rate) <= BASIS_POINT * draft.fx_rate:
        return []
    said = f"The two amounts give a rate of {implied:.6f}, fx_rate is {draft.fx_rate}."
    return [_rate_fault(row, said, draft.fx_rate)]


def _days(draft: Draft, row: int) -> list[Fault]:
    day = draft.transaction_date
    if draft.settlement_date is not None and draft.settlement_date < day:
        return [_order(row, "settlement_date", "Settlement is before the trade.")]
    if draft.ex_date is not None and draft.ex_date > day:
        return [_order(row, "ex_date", "The ex-date is after the entry.")]
    if draft.pay_date is not None and draft.pay_date < day:
        return [_order(row, "pay_date", "The pay date is before the entry.")]
    return []


def _mismatch(row: int, column: str, message: str, value: str) -> Fault:
    remedy = "Mend the amount, or leave it empty to have it computed."
    return Place(row, column).fault("amount_mismatch", message, remedy, value)


def _rate_fault(row: int, message: str, rate: Decimal | None) -> Fault:
    remedy = "Mend the rate, or leave it empty."
    return Place(row, "fx_rate").fault("rate_mismatch", message, remedy, str(rate))


def _order(row: int, column: str, message: str) -> Fault:
    return Place(row, column).fault("date_order", message, "Check the dates of the row.")
