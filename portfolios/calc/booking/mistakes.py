"""What keeps an entry from being booked, whatever the ledger holds: numbers and missing fields."""

from decimal import Decimal
from operator import attrgetter

from portfolios.calc.booking.amounts import delivered_worth, gross
from portfolios.calc.entries import ZERO, Entry, EntryType, Problem

LIMIT = Decimal(10) ** 15
FINEST = Decimal("1E-12")

TRADES = frozenset({EntryType.BUY, EntryType.SELL, EntryType.SHORT_SALE, EntryType.COVER})
PAYOUTS = frozenset({EntryType.DIVIDEND, EntryType.COUPON})
_CASH = frozenset(
    {
        EntryType.INTEREST,
        EntryType.INTEREST_CHARGE,
        EntryType.DEPOSIT,
        EntryType.WITHDRAWAL,
        EntryType.FEE,
        EntryType.FEE_REFUND,
        EntryType.TAX,
        EntryType.TAX_REFUND,
        EntryType.CASH_TRANSFER,
        EntryType.FX_CONVERSION,
    }
)
_NEEDS_AMOUNT = _CASH | TRADES | PAYOUTS | {EntryType.DRIP}
_RATIO = ("security", "new_shares", "old_shares")
_REQUIRED: dict[EntryType, tuple[str, ...]] = {
    **dict.fromkeys(TRADES, ("security", "quantity")),
    **dict.fromkeys(PAYOUTS, ("security",)),
    EntryType.DRIP: ("security", "quantity"),
    EntryType.TRANSFER: ("security", "quantity", "to_account"),
    EntryType.TRANSFER_IN: ("security",),
    EntryType.TRANSFER_OUT: ("security", "quantity"),
    EntryType.DELIVERY_IN: ("security", "quantity"),
    EntryType.DELIVERY_OUT: ("security", "quantity"),
    EntryType.FX_CONVERSION: ("to_amount", "to_currency"),
    EntryType.SPLIT: _RATIO,
    EntryType.REVERSE_SPLIT: _RATIO,
    EntryType.STOCK_DIVIDEND: _RATIO,
    EntryType.SPINOFF: (*_RATIO, "to_security"),
    EntryType.MERGER: ("security",),
    EntryType.RETURN_OF_CAPITAL: ("security",),
    EntryType.SYMBOL_CHANGE: ("security", "to_security"),
}
_MAY_BE_NEGATIVE = (_CASH | PAYOUTS) - {
    EntryType.DEPOSIT,
    EntryType.WITHDRAWAL,
    EntryType.FX_CONVERSION,
    EntryType.CASH_TRANSFER,
}
_NUMBERS = (
    "quantity",
    "price",
    "gross_amount",
    "fees",
    "taxes",
    "net_amount",
    "fx_rate",
    "new_shares",
    "old_shares",
    "cost_basis",
    "to_amount",
    "gross_amount_security",
    "settlement_fx_rate",
    "to_price",
    "cost_fraction",
)
_NEVER_NEGATIVE = frozenset(
    {"price", "cost_basis", "to_price", "gross_amount_security", "cost_fraction"}
)
_POSITIVE = frozenset(
    {"quantity", "fx_rate", "new_shares", "old_shares", "to_amount", "settlement_fx_rate"}
)


_NUMBERS_OF_LOTS = ("quantity", "unit_cost", "cost_basis", "fx_rate")
_SHARES = frozenset({"cost_fraction"})
_numbers_of = attrgetter(*_NUMBERS)


def mistake(entry: Entry) -> Problem | None:
    """The first thing that keeps an entry from being booked, or None.

    A dividend may be negative: whether it is owed on a short position, the position says.
    """
    return _bad_number(entry) or _missing_field(entry) or _bad_amount(entry)


def _bad_number(entry: Entry) -> Problem | None:
    for field, number in zip(_NUMBERS, _numbers_of(entry), strict=True):
        if number is not None and (said := _wrong(field, number)):
            return invalid(entry, field, said)
    for field, parts in (("lot_picks", entry.lot_picks), ("carried_lots", entry.carried_lots)):
        for part in parts:
            for name in _NUMBERS_OF_LOTS:
                number = getattr(part, name, None)
                if number is not None and (said := _wrong(name, number)):
                    return invalid(entry, f"{field}.{name}", said)
    return None


def _wrong(field: str, number: Decimal) -> str | None:
    """What is wrong with a number, as a sentence."""
    if not number.is_finite() or abs(number) >= LIMIT or number % FINEST:
        return f"{number} is not an amount that can be booked."
    if number > ZERO:
        return f"A share is at most 1, not {number}." if field in _SHARES and number > 1 else None
    if field in _POSITIVE:
        return f"{field} must be greater than zero, not {number}."
    if number < ZERO and field in _NEVER_NEGATIVE:
        return f"{field} must not be negative, like {number}."
    return None


def _missing_field(entry: Entry) -> Problem | None:
    kind = entry.entry_type
    required = _REQUIRED.get(kind, ())
    if kind is EntryType.OPENING_BALANCE and entry.security is not None:
        required = ("quantity",)
    if kind is EntryType.TRANSFER_IN and not entry.carried_lots:
        required = ("security", "quantity")
    if kind is EntryType.CASH_TRANSFER:
        foreign = entry.to_currency not in {None, entry.currency}
        required = ("to_account", "to_amount") if foreign else ("to_account",)
    for field in required:
        if getattr(entry, field) is None:
            return missing(entry, field)
    return None


def _bad_amount(entry: Entry) -> Problem | None:
    kind = entry.entry_type
    opens_cash = kind is EntryType.OPENING_BALANCE and entry.security is None
    delivered = kind in {EntryType.DELIVERY_IN, EntryType.DELIVERY_OUT}
    if kind not in _NEEDS_AMOUNT and not opens_cash and not delivered:
        return None
    amount = delivered_worth(entry) if delivered else gross(entry)
    if amount is None:
        return Problem(
            "missing_field",
            entry.seq,
            "net_amount" if delivered else "gross_amount",
            f"A {kind} entry needs an amount.",
            "Give gross_amount, or quantity and price.",
        )
    if abs(amount) >= LIMIT:
        return invalid(entry, "gross_amount", f"{amount} is too large to be booked.")
    transfer = kind is EntryType.CASH_TRANSFER
    if amount < 0 and kind not in _MAY_BE_NEGATIVE and not opens_cash and not transfer:
        return invalid(entry, "gross_amount", "The amount of this entry must not be negative.")
    return None


def missing(entry: Entry, field: str) -> Problem:
    """An entry that lacks a field."""
    return Problem(
        "missing_field",
        entry.seq,
        field,
        f"A {entry.entry_type} entry needs its {field}.",
        f"Give the {field} and book it again.",
    )


def invalid(entry: Entry, field: str, message: str) -> Problem:
    """An entry with a number that cannot be."""
    return Problem("invalid_number", entry.seq, field, message, "Correct the number.")
