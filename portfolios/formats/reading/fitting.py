"""Prices that a file rounded, beside amounts that it did not."""

from __future__ import annotations

from decimal import Decimal

from portfolios.calc.money import half_even, minor_units, places_of, quantum, round_money

PLACES = 10


def fitting_price(
    quantity: Decimal | None, price: Decimal | None, gross: Decimal | None, currency: str
) -> Decimal | None:
    """The price as stated, unless the gross amount shows that it was rounded for display; then
    None, and the amount alone rules.

    1,000 shares at 1.23 for 1,232.00 were bought at 1.232: the last digit of the price leaves
    room for 5.00, and no price is printed with less than two decimals. A difference beyond that
    room is no rounding, and stays to be named.
    """
    if quantity is None or price is None or gross is None:
        return price
    apart = abs(round_money(quantity * price, currency) - gross)
    cent = quantum(minor_units(currency))
    room = abs(quantity) * quantum(max(2, places_of(price))) / 2 + cent
    return None if cent < apart <= room else price


def unit_price(amount: Decimal, quantity: Decimal) -> Decimal:
    """The price per share that an amount implies, at the digits that a ledger keeps."""
    return half_even(amount / quantity, PLACES)
