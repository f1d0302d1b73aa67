"""A book as blocks of shares that a loss rule can count: acquired when, by whom, how many.

All quantities are in today's shares: a split between a sale and a purchase must not make them
look unequal. They are Fractions, because 1:3 has no decimals.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from portfolios.calc.deferral.records import Circumstances, Holder, OutsidePurchase
from portfolios.calc.entries import ZERO, Entry, EntryType, SecurityKey, Treatment
from portfolios.calc.lots import Book, Closure, Lot
from portfolios.calc.money import half_even

SPLITS = (EntryType.SPLIT, EntryType.REVERSE_SPLIT, EntryType.STOCK_DIVIDEND)
# What the law calls an acquisition. An opening balance says nothing about when it was bought.
PURCHASES = (
    EntryType.BUY,
    EntryType.DRIP,
    EntryType.DELIVERY_IN,
    EntryType.TRANSFER_IN,
)
QUANTITY_PLACES = 8
COST_PLACES = 6
LotKey = tuple[int, int]


@dataclass(slots=True)
class Part:
    """Shares of a block with one history: what was added to their cost, and since when held."""

    quantity: Fraction
    holding_start: date
    added: Decimal = ZERO
    absorbed: bool = False
    pending_until: date | None = None


@dataclass(slots=True)
class Block:
    """Shares acquired together. open_seq is 0 for a purchase beside the ledger.

    replaces: whether the acquisition can take the place of shares sold at a loss. held_until
    limits a purchase beside the ledger.
    """

    group: SecurityKey
    holder: Holder
    acquired: date
    open_seq: int
    quantity: Fraction
    replaces: bool
    lot: Lot | None = None
    held_until: date | None = None
    parts: list[Part] = field(default_factory=list)
    sales: list[tuple[date, Fraction]] = field(default_factory=list)

    @property
    def order(self) -> tuple[date, bool, int]:
        """Replacements are taken by day of acquisition, the ledger's own before others'."""
        return self.acquired, self.open_seq == 0, self.open_seq

    @property
    def owner(self) -> tuple[Holder, bool]:
        """Whose it is, and whether this ledger keeps it."""
        return self.holder, self.open_seq == 0

    def held_on(self, day: date) -> bool:
        """Whether a purchase beside the ledger was still held; a lot's parts say it themselves."""
        return self.held_until is None or day <= self.held_until

    def shares_on(self, day: date) -> Fraction:
        """What of it was held at the end of a day, as far as the book knows."""
        if not self.acquired <= day or not self.held_on(day):
            return Fraction(0)
        return self.quantity - sum((sold for on, sold in self.sales if on <= day), Fraction(0))

    def take(self, quantity: Fraction) -> Iterator[Part]:
        """Relieve shares, the longest held first, each with its part of what was added."""
        for part in sorted(self.parts, key=lambda part: part.holding_start):
            if quantity == 0:
                return
            taken = self._cut(part, min(quantity, part.quantity))
            quantity -= taken.quantity
            del self.parts[self._position(taken)]
            yield taken

    def absorb(self, quantity: Fraction) -> Iterator[Part]:
        """Mark up to so many shares as having absorbed a loss; each can do it once."""
        for part in [part for part in self.parts if not part.absorbed]:
            if quantity == 0:
                return
            taken = self._cut(part, min(quantity, part.quantity))
            quantity -= taken.quantity
            taken.absorbed = True
            yield taken

    def _cut(self, part: Part, quantity: Fraction) -> Part:
        """The first shares of a part as a part of its own, in front of what is left of it."""
        if quantity == part.quantity:
            return part
        share = Fraction(part.added) * quantity / part.quantity
        cost = half_even(as_number(share), COST_PLACES)
        first = replace(part, quantity=quantity, added=cost)
        part.quantity -= quantity
        part.added -= cost
        self.parts.insert(self._position(part), first)
        return first

    def _position(self, part: Part) -> int:
        return next(index for index, one in enumerate(self.parts) if one is part)


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
        shares = Fraction(quantity)
        for day, ratio in self._splits.get(security, ()):
            if day > on:
                shares *= ratio
        return shares


def blocks_of(
    book: Book, count: ShareCount, circumstances: Circumstances, asof: date
) -> dict[LotKey, Block]:
    """Every long lot as a block, in order of opening.

    A lot's size is what is left of it and what was sold of it, each in today's shares.
    """
    entries = {entry.seq: entry for entry in book.accepted}
    sales: dict[LotKey, list[tuple[date, Fraction]]] = {}
    for closure in book.closures:
        sold = count.today(closure.security, closure.quantity, closure.close_date)
        own = sales.setdefault((closure.open_seq, closure.number), [])
        own.append((closure.close_date, sold))
    blocks = {}
    for lot in book.lots:
        key = lot.open_seq, lot.number
        if lot.quantity_original > 0:
            sold_of_it = sales.get(key, [])
            size = sum((sold for _, sold in sold_of_it), Fraction(lot.quantity_open))
            blocks[key] = Block(
                group=circumstances.group(lot.security),
                holder=circumstances.holder(lot.account),
                acquired=lot.acquisition_date,
                open_seq=lot.open_seq,
                quantity=size,
                replaces=lot.acquisition_date <= asof and _is_purchase(entries.get(lot.open_seq)),
                lot=lot,
                parts=[Part(size, lot.acquisition_date)],
                sales=sold_of_it,
            )
    return blocks


def outside_blocks(
    purchases: Iterable[OutsidePurchase],
    count: ShareCount,
    circumstances: Circumstances,
    asof: date,
) -> list[Block]:
    """Purchases beside the ledger, up to the day."""
    return [
        Block(
            group=circumstances.group(bought.security),
            holder=bought.holder,
            acquired=bought.on,
            open_seq=0,
            quantity=(size := count.today(bought.security, bought.quantity, bought.on)),
            replaces=True,
            held_until=bought.held_until,
            parts=[Part(size, bought.on)],
        )
        for bought in purchases
        if bought.on <= asof
    ]


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


def _is_purchase(entry: Entry | None) -> bool:
    if entry is None:
        return False
    if entry.entry_type is EntryType.MERGER:
        return entry.treatment is Treatment.TAXABLE
    return entry.entry_type in PURCHASES
