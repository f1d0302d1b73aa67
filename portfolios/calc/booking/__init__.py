"""Booking a ledger: `book` turns entries into lots, closures, positions, cash and a journal."""

from portfolios.calc.booking.ledger import book
from portfolios.calc.booking.payouts import (
    Drip,
    ForeignDividend,
    PerShare,
    drip_amounts,
    foreign_dividend,
)
from portfolios.calc.booking.results import RealizedSplit, realized_split

__all__ = [
    "Drip",
    "ForeignDividend",
    "PerShare",
    "RealizedSplit",
    "book",
    "drip_amounts",
    "foreign_dividend",
    "realized_split",
]
