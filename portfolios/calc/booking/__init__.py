"""Booking a ledger: `book` turns entries into lots, closures, positions, cash and a journal."""

from portfolios.calc.booking.disposal import realized_split
from portfolios.calc.booking.ledger import book
from portfolios.calc.booking.orders import ORDERS, disposal_order

__all__ = ["ORDERS", "book", "disposal_order", "realized_split"]
