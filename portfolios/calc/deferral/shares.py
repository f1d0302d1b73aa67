"""Shares of any day in today's shares, and the sales of a book in order.

A split between a sale and a purchase must not make them look unequal, so all are counted in
today's shares. They are Fractions, because 1:3 has no decimals.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from portfolios.calc.entries import Entry, EntryType, SecurityKey, Treatment
from portfolios.calc.lots import Closure
from portfolios.calc.marks import RATIOS
from portfolios.calc.money import half_even

QUANTITY_PLACES = 8


class ShareCount:
    """Quantities of any day in today's shares, through splits and changes of symbol."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._splits: dict[SecurityKey, list[tuple[date, Fraction]]] = {}
        self._renamed: dict[SecurityKey, tuple[date, SecurityKey]] = {}
        for entry in entries:
            if entry.entry_type is EntryType.SYMBOL_CHANGE and entry.to_security != entry.security:
                self._renamed[entry.security] = entry.transaction_date, entry.to_security
            elif ratio := _ratio(entry):
                known = self._splits.setdefault(entry.security, [])
                known.append((entry.transaction_date, ratio))

    def today(self, security: SecurityKey, quantity: Decimal, on: date) -> Fraction:
        """A day's quantity times every later split; a day's own split comes before its trades."""
        return Fraction(quantity) * self.factor(security, on)

    def factor(self, security: SecurityKey, on: date) -> Fraction:
        """Today's shares for each one at the end of a day."""
        factor = Fraction(1)
        for name, since in self._names(security):
            for day, ratio in self._splits.get(name, ()):
                if day > max(on, since):
                    factor *= ratio
        return factor

    def name_today(self, security: SecurityKey) -> SecurityKey:
        """What a security is called now."""
        return self._names(security)[-1][0]

    def _names(self, security: SecurityKey) -> list[tuple[SecurityKey, date]]:
        """A security's names from this one on, each with its first day. A name that comes back
        ends the chain."""
        names = [(security, date.min)]
        while security in self._renamed:
            since, security = self._renamed[security]
            if security in {name for name, _ in names}:
                break
            names.append((security, since))
        return names


def _ratio(entry: Entry) -> Fraction | None:
    """New shares for each old one; None for an entry that multiplies none.

    A stock dividend that is income opens lots of its own.
    """
    if entry.entry_type not in RATIOS or not entry.new_shares or not entry.old_shares:
        return None
    ratio = Fraction(entry.new_shares) / Fraction(entry.old_shares)
    if entry.entry_type is not EntryType.STOCK_DIVIDEND:
        return ratio
    return None if entry.treatment is Treatment.TAXABLE else ratio + 1


def by_sale(closures: Iterable[Closure]) -> list[list[Closure]]:
    """Closures of one entry together, in order of relief."""
    sales: dict[int, list[Closure]] = {}
    for closure in closures:
        sales.setdefault(closure.close_seq, []).append(closure)
    return list(sales.values())


def gives_up(closure: Closure, entry: Entry | None) -> bool:
    """Whether a closure gives up shares.

    One of a return of capital above cost has none, and in a merger that carries cost over the
    shares go on as others: both only realise a gain.
    """
    if entry is None or entry.entry_type is not EntryType.MERGER:
        return bool(closure.quantity)
    is_fraction = closure.security != entry.security
    return is_fraction or entry.treatment is Treatment.TAXABLE or not entry.new_shares


def as_number(exact: Fraction) -> Decimal:
    """A Fraction as a Decimal, at the context's precision."""
    return Decimal(exact.numerator) / Decimal(exact.denominator)


def as_shares(exact: Fraction) -> Decimal:
    """Eight decimals half-even, as splits keep them."""
    return half_even(as_number(exact), QUANTITY_PLACES)
