"""Prices in hundredths of a currency: pence, agorot, South African cents.

They are not currencies of their own but a way to quote. Whoever reads one divides by a hundred and
says so.
"""

from __future__ import annotations

from decimal import Decimal

HUNDREDTHS = {"GBX": "GBP", "GBp": "GBP", "ILA": "ILS", "ILa": "ILS", "ZAC": "ZAR", "ZAc": "ZAR"}
HUNDRED = Decimal(100)


def parts_per_unit(code: str) -> Decimal:
    """How many of these make one of the currency: 100 for pence, 1 for a currency itself."""
    return HUNDRED if code in HUNDREDTHS else Decimal(1)


def currency_of(code: str) -> str:
    """The currency that a quoting code is a part of: GBP for GBX, EUR for EUR."""
    return HUNDREDTHS.get(code, code)


def said_of(code: str) -> str:
    """The sentence about a file whose prices were divided."""
    return f"Prices in {code} were divided by 100; the ledger keeps them in {currency_of(code)}."
