"""Shares of any day in today's shares, and the sales of a book in order.

A split between a sale and a purchase must not make them look unequal, so all are counted in
today's shares. They are Fractions, because 1:3 has no decimals.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import inf

from portfolios.calc.entries import Entry, EntryType, SecurityKey, Treatment
from portfolios.calc.lots import Closure
from portfolios.calc.marks import RATIOS
from portfolios.calc.money import half_even

QUANTITY_PLACES = 8


class ShareCount:
    """Quantities of any moment in today's shares, through splits and changes of symbol.

    A moment is the position of an entry in booking order; what it did has happened. A change of
    symbol takes along what was held at its moment. What is bought under the old name later is
    another security, which later splits of the new name do not touch.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._days = [entry.transaction_date for entry in entries]
        self._position = {entry.seq: index for index, entry in enumerate(entries)}
        self._splits: dict[SecurityKey, list[tuple[int, Fraction]]] = {}
        self._renamed: dict[SecurityKey, list[tuple[int, SecurityKey]]] = {}
        for position, entry in enumerate(entries):
            if entry.entry_type is EntryType.SYMBOL_CHANGE:
                self._renamed.setdefault(entry.security, []).append((position, entry.to_security))
            elif ratio := _ratio(entry):
                self._splits.setdefault(entry.security, []).append((position, ratio))

    def after(self, seq: int) -> int:
        """The moment at which an entry, by its number, has happened."""
        return self._position.get(seq, -1)

    def before(self, seq: int) -> int:
        """The moment just before an entry."""
        return self.after(seq) - 1

    def end_of(self, day: date) -> int:
        """The last moment of a day."""
        return bisect_right(self._days, day) - 1

    def today(self, security: SecurityKey, quantity: Decimal, moment: int) -> Fraction:
        """A moment's quantity times every later split."""
        return Fraction(quantity) * self.factor(security, moment)

    def sold(self, closure: Closure) -> Fraction:
        """A closure's quantity in today's shares."""
        return self.today(closure.security, closure.quantity, self.after(closure.close_seq))

    def factor(self, security: SecurityKey, moment: int) -> Fraction:
        """Today's shares for each one of a moment."""
        factor = Fraction(1)
        for name, since, until in self._names(security, moment):
            for position, ratio in self._splits.get(name, ()):
                if since < position < until:
                    factor *= ratio
        return factor

    def name_today(self, security: SecurityKey, moment: int) -> SecurityKey:
        """What the shares of a moment are called now."""
        return self._names(security, moment)[-1][0]

    def _names(self, security: SecurityKey, moment: int) -> list[tuple[SecurityKey, int, float]]:
        """The names of a moment's shares from then on, each with the moments it lies between."""
        names: list[tuple[SecurityKey, int, float]] = []
        while True:
            later = [change for change in self._renamed.get(security, ()) if change[0] > moment]
            if not later:
                return [*names, (security, moment, inf)]
            until, name = later[0]
            names.append((security, moment, until))
            security, moment = name, until


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
