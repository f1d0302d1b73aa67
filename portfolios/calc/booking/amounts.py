"""The amounts an entry implies when it does not state them, and the mistakes it can carry.

gross is positive in the entry's own direction; net is its signed effect on cash.
"""

from decimal import Decimal
from typing import TypeVar

from portfolios.calc.entries import ZERO, Entry, EntryType, Problem
from portfolios.calc.money import round_money

T = TypeVar("T")

TRADES = frozenset({EntryType.BUY, EntryType.SELL})
_PAYS_OUT = frozenset(
    {
        EntryType.BUY,
        EntryType.WITHDRAWAL,
        EntryType.FEE,
        EntryType.TAX,
        EntryType.FX_CONVERSION,
    }
)
_NEEDS_SECURITY = TRADES | {EntryType.DIVIDEND, EntryType.SPLIT}
_NEEDS_AMOUNT = frozenset(EntryType) - {EntryType.SPLIT, EntryType.OPENING_BALANCE}
_MAY_BE_NEGATIVE = frozenset({EntryType.INTEREST, EntryType.FEE, EntryType.TAX})
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
)
_NEVER_NEGATIVE = ("price", "cost_basis")
_POSITIVE = ("quantity", "fx_rate", "new_shares", "old_shares", "to_amount")

LIMIT = Decimal(10) ** 15
FINEST = Decimal("1E-12")


def gross(entry: Entry) -> Decimal | None:
    """The amount before fees and taxes; None when nothing states or implies it."""
    if entry.gross_amount is not None:
        return entry.gross_amount
    if entry.quantity is not None and entry.price is not None:
        return entry.quantity * entry.price
    if entry.entry_type is EntryType.FEE and entry.fees:
        return entry.fees
    if entry.entry_type is EntryType.TAX and entry.taxes:
        return entry.taxes
    if entry.net_amount is None:
        return None
    if entry.entry_type in _PAYS_OUT:
        return -entry.net_amount - charges(entry)
    return entry.net_amount + charges(entry)


def charges(entry: Entry) -> Decimal:
    """Fees and taxes on top of the gross amount. A FEE or TAX entry is its own gross amount."""
    if entry.entry_type in {EntryType.FEE, EntryType.TAX}:
        return ZERO
    return entry.fees + entry.taxes


def net(entry: Entry) -> Decimal:
    """Signed effect on cash: as stated, else implied and posted to the minor unit.

    Raises ValueError when the entry has no amount; `mistake` finds that first.
    """
    if entry.net_amount is not None:
        return entry.net_amount
    amount = known(gross(entry))
    if entry.entry_type in _PAYS_OUT:
        return round_money(-amount - charges(entry), entry.currency)
    return round_money(amount - charges(entry), entry.currency)


def known(value: T | None) -> T:
    """A field that `mistake` has already required; None here is a bug, not a ledger's mistake."""
    if value is None:
        raise ValueError("a required field of an entry is missing")
    return value


def mistake(entry: Entry) -> Problem | None:
    """The first thing that keeps an entry from being booked, or None."""
    return _bad_number(entry) or _missing_field(entry) or _bad_amount(entry)


def _bad_number(entry: Entry) -> Problem | None:
    for field in _NUMBERS:
        number = getattr(entry, field)
        if number is None:
            continue
        if not number.is_finite() or abs(number) >= LIMIT or number % FINEST:
            return _invalid(entry, field, f"{number} is not an amount that can be booked.")
        if field in _POSITIVE and number <= 0:
            return _invalid(entry, field, f"{field} must be greater than zero, not {number}.")
        if field in _NEVER_NEGATIVE and number < 0:
            return _invalid(entry, field, f"{field} must not be negative, like {number}.")
    return None


def _missing_field(entry: Entry) -> Problem | None:
    kind = entry.entry_type
    required: list[str] = ["security"] if kind in _NEEDS_SECURITY else []
    if kind in TRADES or (kind is EntryType.OPENING_BALANCE and entry.security is not None):
        required.append("quantity")
    if kind is EntryType.SPLIT:
        required += ["new_shares", "old_shares"]
    if kind is EntryType.FX_CONVERSION:
        required += ["to_amount", "to_currency"]
    for field in required:
        if getattr(entry, field) is None:
            return Problem(
                "missing_field",
                entry.seq,
                field,
                f"A {kind} entry needs its {field}.",
                f"Give the {field} and book it again.",
            )
    return None


def _bad_amount(entry: Entry) -> Problem | None:
    opens_cash = entry.entry_type is EntryType.OPENING_BALANCE and entry.security is None
    if entry.entry_type not in _NEEDS_AMOUNT and not opens_cash:
        return None
    amount = gross(entry)
    if amount is None:
        return Problem(
            "missing_field",
            entry.seq,
            "gross_amount",
            f"A {entry.entry_type} entry needs an amount.",
            "Give gross_amount, or quantity and price.",
        )
    if abs(amount) >= LIMIT:
        return _invalid(entry, "gross_amount", f"{amount} is too large to be booked.")
    if amount < 0 and entry.entry_type not in _MAY_BE_NEGATIVE and not opens_cash:
        return _invalid(entry, "gross_amount", "The amount of this entry must not be negative.")
    return None


def _invalid(entry: Entry, field: str, message: str) -> Problem:
    return Problem("invalid_number", entry.seq, field, message, "Correct the number.")
