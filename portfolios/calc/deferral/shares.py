"""Shares of any day in today's shares, and the sales of a book in order.

A split between a sale and a purchase must not make them look unequal, so all are counted in
today's shares. They are Fractions, because 1:3 has no decimals.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from portfolios.calc.entries import Entry, EntryType, SecurityKey
from portfolios.calc.lots import Closure
from portfolios.calc.money import half_even

SPLITS = (EntryType.SPLIT, EntryType.REVERSE_SPLIT, EntryType.STOCK_DIVIDEND)
QUANTITY_PLACES = 8


class ShareCount:
    """Quantities of any day in today's shares."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._splits: dict[SecurityKey, list[tuple[date, Fraction]]] = {}
        for entry in entries:
            if entry.entry_type in SPLITS and entry.new_shares and entry.old_shares:
                ratio = Fraction(entry.new_shares) / Fraction(entry.old_shares)
                if entry.entry_type is EntryType.STOCK_DIVIDEND:
                    ratio += 1
                known = self._splits.setdefault(entry.security, [])
                known.append((entry.transaction_date, ratio))

    def today(self, security: SecurityKey, quantity: Decimal, on: date) -> Fraction:
        """A day's quantity times every later split; a day's own split comes before its trades."""
        return Fraction(quantity) * self.factor(security, on)

    def factor(self, security: SecurityKey, on: date) -> Fraction:
        """Today's shares for each one at the end of a day."""
        factor = Fraction(1)
        for day, ratio in self._splits.get(security, ()):
            if day > on:
                factor *= ratio
        return factor


def by_sale(closures: Iterable[Closure]) -> list[list[Closure]]:
    """Closures of one entry together, in order of relief."""
    sales: list[list[Closure]] = []
    for closure in closures:
        if sales and sales[-1][0].close_seq == closure.close_seq:
            sales[-1].append(closure)
        else:
            sales.append([closure])
    return sales


def as_number(exact: Fraction) -> Decimal:
    """A Fraction as a Decimal, at the context's precision."""
    return Decimal(exact.numerator) / Decimal(exact.denominator)


def as_shares(exact: Fraction) -> Decimal:
    """Eight decimals half-even, as splits keep them."""
    return half_even(as_number(exact), QUANTITY_PLACES)
