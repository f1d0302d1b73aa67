"""Splits: every open lot's quantity changes, its cost and dates do not (methods §1.5)."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from portfolios.calc.booking.disposal import OpenLot
from portfolios.calc.entries import ZERO
from portfolios.calc.money import half_even

QUANTITY_PLACES = 8


def split_lots(lots: Iterable[OpenLot], new_shares: Decimal, old_shares: Decimal) -> None:
    """Multiply the quantities of open lots by new/old, 8 decimals half-even, in place.

    quantity_original follows, so that it stays in today's shares and is never below
    quantity_open. Closed lots are history and are not touched.
    """
    for lot in lots:
        before = lot.quantity_open
        lot.quantity_open = half_even(before * new_shares / old_shares, QUANTITY_PLACES)
        if lot.quantity_original == before:
            lot.quantity_original = lot.quantity_open
        else:
            scaled = lot.quantity_original * new_shares / old_shares
            lot.quantity_original = half_even(scaled, QUANTITY_PLACES)


def fraction_of(lots: Sequence[OpenLot]) -> Decimal:
    """The position's fractional share: what a broker that holds none pays out in cash."""
    return sum((lot.quantity_open for lot in lots), ZERO) % 1
