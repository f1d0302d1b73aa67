"""The amounts an entry implies when it does not state them.

gross is positive in the entry's own direction; net is its signed effect on cash.
"""

from decimal import Decimal
from typing import TypeVar

from portfolios.calc.entries import ZERO, BookingSettings, Entry, EntryType
from portfolios.calc.money import round_money

T = TypeVar("T")

PAYS_OUT = frozenset(
    {
        EntryType.BUY,
        EntryType.COVER,
        EntryType.WITHDRAWAL,
        EntryType.FEE,
        EntryType.TAX,
        EntryType.INTEREST_CHARGE,
        EntryType.FX_CONVERSION,
    }
)
_ITS_OWN_CHARGE = frozenset(
    {EntryType.FEE, EntryType.FEE_REFUND, EntryType.TAX, EntryType.TAX_REFUND}
)

_DELIVERY_SIGNS = {EntryType.DELIVERY_IN: 1, EntryType.DELIVERY_OUT: -1}


def gross(entry: Entry) -> Decimal | None:
    """The amount before fees and taxes; None when nothing states or implies it."""
    if entry.gross_amount is not None:
        return entry.gross_amount
    if entry.quantity is not None and entry.price is not None:
        return entry.quantity * entry.price
    if entry.entry_type in _ITS_OWN_CHARGE and (entry.fees or entry.taxes):
        return abs(entry.fees + entry.taxes)
    if entry.net_amount is None:
        return None
    if entry.entry_type in PAYS_OUT:
        return -entry.net_amount - charges(entry)
    return entry.net_amount + charges(entry)


def charges(entry: Entry) -> Decimal:
    """Fees and taxes on top of the gross amount. A FEE or TAX entry is its own gross amount."""
    if entry.entry_type in _ITS_OWN_CHARGE:
        return ZERO
    return entry.fees + entry.taxes


def charges_in_cost(settings: BookingSettings, entry: Entry) -> Decimal:
    """The fees and taxes that raise a purchase's cost and lower a sale's proceeds."""
    fees = entry.fees if settings.fees_in_cost else ZERO
    taxes = entry.taxes if settings.taxes_in_cost else ZERO
    return fees + taxes


def net(entry: Entry, *, rounded: bool = True) -> Decimal:
    """Signed effect on cash: as stated, else implied and posted to the minor unit.

    Raises ValueError when the entry has no amount; `mistake` finds that first.
    """
    if entry.net_amount is not None:
        return entry.net_amount
    amount = known(gross(entry))
    effect = -amount if entry.entry_type in PAYS_OUT else amount
    effect -= charges(entry)
    return round_money(effect, entry.currency) if rounded else effect


def delivered_worth(entry: Entry) -> Decimal | None:
    """What delivered or transferred securities were worth, unsigned; None leaves it to the market.

    A net amount of zero says that no cash moved, not that the shares were worthless. Where only
    the gross amount of a delivery is stated, its charges belong to it as they do to a trade; a
    transfer pays its charges in cash.
    """
    if entry.net_amount:
        return abs(entry.net_amount)
    amount = entry.gross_amount
    if amount is None and entry.quantity is not None and entry.price is not None:
        amount = entry.quantity * entry.price
    sign = _DELIVERY_SIGNS.get(entry.entry_type)
    return amount if amount is None or sign is None else amount + sign * charges(entry)


def known(value: T | None) -> T:
    """A field that `mistake` has already required; None here is a bug, not a ledger's mistake."""
    if value is None:
        raise ValueError("a required field of an entry is missing")
    return value
