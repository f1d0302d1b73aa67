"""Money that pays back cost and gives up no shares: returns of capital, cash in a merger.

Booking recognises what exceeds the booked cost. For tax, what earlier losses had added to that
cost is paid back first, so only what exceeds both is a gain (methods §1.5 on the tax cost).

A qualifying merger recognises max(0, min(G, cash)). With an added cost a, G is lower by a: what
of G exceeded the cash, and so was waiting, takes a first, and the rest of a lowers what counts.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from portfolios.calc.deferral.blocks import LotKey, Move, key_of
from portfolios.calc.deferral.shares import ShareCount
from portfolios.calc.entries import ZERO, Entry, EntryType
from portfolios.calc.lots import Book, Closure, Lot

# They lower a lot's cost and leave no closure of it.
SILENT = (EntryType.RETURN_OF_CAPITAL, EntryType.TRANSFER_OUT)


class Paybacks:
    """Closures of a book that give up no shares: whose cost they pay back, and what waited.

    is_averaged: costs are a pool's, so a later purchase changes the cost of every lot.
    """

    def __init__(
        self, book: Book, count: ShareCount, moves: Iterable[Move], *, is_averaged: bool = False
    ) -> None:
        self._count = count
        self._is_averaged = is_averaged
        self._entries = {entry.seq: entry for entry in book.accepted}
        self._silent = [entry for entry in book.accepted if entry.entry_type in SILENT]
        self._moves = {(move.seq, move.source): move for move in moves}
        self._lots: dict[LotKey, Lot] = {}
        self._children: dict[LotKey, list[LotKey]] = {}
        self._closures: dict[LotKey, list[Closure]] = {}
        for lot in book.lots:
            key = lot.open_seq, lot.number
            self._lots[key] = lot
            if lot.origin:
                self._children.setdefault(key_of(lot.origin), []).append(key)
        for closure in book.closures:
            self._closures.setdefault((closure.open_seq, closure.number), []).append(closure)

    def lot_of(self, closure: Closure) -> LotKey:
        """The lot that has the added cost now: a merger has moved it to the new shares."""
        key = closure.open_seq, closure.number
        move = self._moves.get((closure.close_seq, key))
        return key if move is None else move.target

    def waiting(self, closure: Closure) -> Fraction | None:
        """The gain of a merger beyond its cash, in base currency; None where it cannot be told.

        It is there only if all of the cash counts, so that the cash relieved no cost.
        """
        move = self._moves.get((closure.close_seq, (closure.open_seq, closure.number)))
        if move is None or closure.cost_local:
            return Fraction(0)
        entry = self._entries[closure.close_seq]
        cost = self._cost_at_opening(move.target)
        if cost is None or entry.to_price is None or closure.fx_close is None:
            return None
        name = self._lots[move.target].security
        shares = move.received / self._count.factor(name, self._count.after(entry.seq))
        worth = shares * Fraction(entry.to_price)
        return max(worth - Fraction(cost), Fraction(0)) * Fraction(closure.fx_close)

    def _cost_at_opening(self, key: LotKey) -> Decimal | None:
        """What a lot cost when it opened: what is left, was relieved, and went on to others."""
        lot = self._lots[key]
        if self._is_averaged and self._has_others(lot):
            return None
        if any(self._touches(entry, lot) for entry in self._silent):
            return None
        parts: Sequence[Decimal | None] = [
            lot.cost_basis_local,
            *(closure.cost_local for closure in self._closures.get(key, ())),
            *(self._cost_at_opening(child) for child in self._children.get(key, ())),
        ]
        known = [part for part in parts if part is not None]
        return sum(known, ZERO) if len(known) == len(parts) else None

    def _has_others(self, lot: Lot) -> bool:
        return any(
            other.security == lot.security and other.open_seq != lot.open_seq
            for other in self._lots.values()
        )

    def _touches(self, entry: Entry, lot: Lot) -> bool:
        is_later = self._count.after(entry.seq) > self._count.after(lot.open_seq)
        was_open = lot.closed_date is None or entry.transaction_date <= lot.closed_date
        return entry.security == lot.security and is_later and was_open
