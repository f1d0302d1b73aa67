"""Prices quoted in a hundredth of a currency: pence, South African cents, agorot.

They are no currencies but a way to quote, and an attribute of the listing. An observation keeps
the unit that it was quoted in; a pack holds units of currency, so no reader divides twice.
"""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final, NamedTuple

PLACES: Final = Decimal(1).scaleb(-8)


class QuoteUnit(NamedTuple):
    """How many units of `currency` one of these is."""

    currency: str
    factor: Decimal


HUNDREDTH: Final = Decimal("0.01")
QUOTE_UNITS: Final[Mapping[str, QuoteUnit]] = MappingProxyType(
    {
        "GBX": QuoteUnit("GBP", HUNDREDTH),
        "ILA": QuoteUnit("ILS", HUNDREDTH),
        "ZAC": QuoteUnit("ZAR", HUNDREDTH),
    }
)


def currency_of(unit: str) -> str:
    """GBP for GBX; a currency stands for itself."""
    return QUOTE_UNITS[unit].currency if unit in QUOTE_UNITS else unit


def in_currency(close: Decimal, unit: str) -> Decimal:
    """A close quoted in `unit`, in units of its currency: 723.45 GBX are 7.2345 GBP.

    To 8 decimals half-even, which is what a pack holds; a currency's own close is left alone.
    """
    if unit not in QUOTE_UNITS:
        return close
    return (close * QUOTE_UNITS[unit].factor).quantize(PLACES)


def in_quote_unit(close: Decimal, unit: str) -> Decimal:
    """The way back, for showing a price as its exchange prints it."""
    return close / QUOTE_UNITS[unit].factor if unit in QUOTE_UNITS else close
