"""United States wash sales, share by share (methods §1.8; IRC §1091, Rev. Rul. 56-602).

The problem. A loss is disallowed as far as identical shares were bought from 30 days before the
sale to 30 days after it, both days included. It is not lost: it raises the cost of the shares
that took their place, whose holding start moves back by the days the sold ones were held. Those
shares may be sold at a loss themselves, within another window, and so on.

A worked ledger (USD):

    2024-01-10  buy 100 @ 50    2024-02-12  sell 100 @ 44    loss 600
    2024-02-26  buy 100 @ 43    2024-03-11  sell 100 @ 41    loss 200 + 600 = 800
    2024-03-25  buy  40 @ 39    2024-09-16  sell  40 @ 45

The first loss is disallowed whole and makes the second hundred cost 4,900. Their sale loses 800;
40 of 100 shares were replaced, so 320 are disallowed and 480 recognised. The last 40 cost
1,560 + 320 = 1,880 and sell for 1,800: a loss of 80 on what looked like a gain of 240.

The algorithm. Sales in order of relief; all closures of a sale are relieved first, so that shares
sold by it cannot replace one another, then each losing part looks for replacements by day of
acquisition. Each replacement share absorbs one loss. A share bought before the sale counts only
if it is still held after it. Shares of the same purchase never count. Within a lot, the part held
longest is relieved first.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from operator import attrgetter

from portfolios.calc.deferral.blocks import (
    COST_PLACES,
    Block,
    Move,
    Part,
    blocks_of,
    moves_of,
    outside_blocks,
)
from portfolios.calc.deferral.departures import departures_of
from portfolios.calc.deferral.events import in_order
from portfolios.calc.deferral.lines import as_booked, lot_as_booked, unknown, untaxed
from portfolios.calc.deferral.paybacks import Paybacks
from portfolios.calc.deferral.records import (
    WINDOW,
    Circumstances,
    Deferrals,
    DeferredClosure,
    DeferredLot,
    Holder,
    LossRule,
    Slice,
)
from portfolios.calc.deferral.shares import ShareCount, as_number, as_shares, gives_up
from portfolios.calc.entries import ZERO, SecurityKey
from portfolios.calc.lots import Book, Closure, Lot
from portfolios.calc.money import allocate, minor_units, places_of, round_money


@dataclass(slots=True)
class Sold:
    """A part of a lot that a closure relieved: its result for tax, exact, and since when held."""

    quantity: Fraction
    gain: Fraction
    holding_start: date


@dataclass(slots=True)
class Match:
    """Shares of a block that took the place of sold ones, and the loss they take up, exact."""

    block: Block
    part: Part
    loss: Fraction


def wash_sales(book: Book, asof: date, circumstances: Circumstances) -> Deferrals:
    """Every closure and open lot of a book under the US rule, as of a day.

    The book must be booked up to that day. A sale in a registered account is not taxed and its
    line says REGISTERED; one of a short position is left as booked and says SHORT.
    """
    return _Pass(book, asof, circumstances).run()


class _Pass:
    """One pass over the sales of a book; blocks change as it goes."""

    def __init__(self, book: Book, asof: date, circumstances: Circumstances) -> None:
        self.book = book
        self.asof = asof
        self.count = ShareCount(book.accepted)
        self.circumstances = circumstances
        self.entries = {entry.seq: entry for entry in book.accepted}
        self.blocks = blocks_of(book, self.count, circumstances, asof)
        self.moves = moves_of(book, self.count, self.blocks)
        self.moves += departures_of(book, self.count, self.blocks)
        self.paybacks = Paybacks(book, self.count, self.moves)
        self.candidates: dict[SecurityKey, list[Block]] = {}
        outside = outside_blocks(circumstances.purchases, self.count, circumstances, asof)
        for block in sorted([*self.blocks.values(), *outside], key=attrgetter("order")):
            if block.replaces:
                self.candidates.setdefault(block.group, []).append(block)

    def run(self) -> Deferrals:
        lines: list[DeferredClosure] = []
        for _, event in in_order(self.book, self.moves):
            if isinstance(event, Move):
                self._move(event)
            else:
                lines += self._sale(event)
        left = sum((self._left(block) for block in self.blocks.values()), ZERO)
        return Deferrals(
            rule=LossRule.US,
            asof=self.asof,
            closures=tuple(lines),
            lots=tuple(self._lots()),
            transferred_out=left,
        )

    def _move(self, move: Move) -> None:
        """Shares change their lot and keep their histories."""
        for part in self.blocks[move.source].take(move.given):
            part.quantity *= move.received / move.given
            self.blocks[move.target].parts.append(part)

    def _left(self, block: Block) -> Decimal:
        """What shares that left the ledger carry, and what rounding left of sold ones."""
        held = Fraction(block.lot.quantity_open) if block.lot is not None else Fraction(0)
        gone = sum((part.quantity for part in block.parts), Fraction(0)) - held
        return sum((part.added for part in block.take(max(gone, Fraction(0)))), ZERO)

    def _sale(self, sale: Sequence[Closure]) -> Iterator[DeferredClosure]:
        relieved = [self._relieve(closure) for closure in sale]
        for closure, (line, sold) in zip(sale, relieved, strict=True):
            yield self._deferred(closure, line, sold)

    def _relieve(self, closure: Closure) -> tuple[DeferredClosure, list[Sold]]:
        """Take a closure's shares out of their block, with what had been added to their cost."""
        block = self.blocks.get((closure.open_seq, closure.number))
        if block is None:
            return as_booked(closure, "SHORT"), []
        if not gives_up(closure, self.entries.get(closure.close_seq)):
            return self._paid_back(closure), []
        parts = list(block.take(self.count.sold(closure)))
        if block.holder is Holder.REGISTERED:
            return untaxed(closure), []
        added = sum((part.added for part in parts), ZERO)
        if closure.realized_pnl is None:
            return unknown(closure), []
        gain = round_money(closure.realized_pnl - added, self.book.base_currency)
        line = replace(as_booked(closure, None), added_cost=added, gain=gain)
        whole = sum((part.quantity for part in parts), Fraction(0))
        sold = [
            Sold(
                part.quantity,
                Fraction(closure.realized_pnl) * part.quantity / whole - Fraction(part.added),
                part.holding_start,
            )
            for part in parts
        ]
        return line, sold

    def _paid_back(self, closure: Closure) -> DeferredClosure:
        """A gain of no shares: what it pays back of an added cost is none."""
        block = self.blocks[self.paybacks.lot_of(closure)]
        if block.holder is Holder.REGISTERED:
            return untaxed(closure)
        is_raised = any(part.added for part in block.parts)
        waiting = self.paybacks.waiting(closure) if is_raised else Fraction(0)
        if closure.realized_pnl is None or waiting is None:
            return unknown(closure)
        if not is_raised:
            return as_booked(closure, None)
        added = block.pay_back(Fraction(closure.realized_pnl), waiting)
        gain = round_money(closure.realized_pnl - added, self.book.base_currency)
        return replace(as_booked(closure, None), added_cost=added, gain=gain)

    def _deferred(
        self, closure: Closure, line: DeferredClosure, sold: Sequence[Sold]
    ) -> DeferredClosure:
        losing = [part for part in sold if part.gain < 0]
        if not losing:
            return line
        closes = closure.close_date + WINDOW
        matches = [match for part in losing for match in self._matches(closure, part)]
        exact = sum((match.loss for match in matches), Fraction(0))
        places = minor_units(self.book.base_currency)
        total = round_money(as_number(exact), self.book.base_currency)
        shares = allocate(total, [as_number(m.loss) for m in matches], places) if exact else ()
        forfeited = outside = ZERO
        for match, amount in zip(matches, shares, strict=True):
            match.part.pending_until = max(match.part.pending_until or closes, closes)
            if match.block.holder is Holder.REGISTERED:
                forfeited += amount
            elif match.block.is_outside:
                outside += amount
            else:
                match.part.added += amount
        return replace(
            line,
            disallowed=total,
            forfeited=forfeited,
            moved_outside=outside,
            window_closes=closes,
            provisional=self.asof <= closes,
        )

    def _matches(self, closure: Closure, sold: Sold) -> Iterator[Match]:
        """Replacement shares in the order of their acquisition, until the sold ones are covered."""
        missing = sold.quantity
        held_for = closure.close_date - sold.holding_start
        group = self.blocks[closure.open_seq, closure.number].group
        blocks = self.candidates.get(group, [])
        first = bisect_left(blocks, closure.close_date - WINDOW, key=attrgetter("acquired"))
        for block in blocks[first:]:
            if missing == 0 or block.acquired > closure.close_date + WINDOW:
                return
            if not self._can_replace(block, closure):
                continue
            for part in block.absorb(missing):
                missing -= part.quantity
                part.holding_start -= held_for
                yield Match(block, part, -sold.gain * part.quantity / sold.quantity)

    def _can_replace(self, block: Block, closure: Closure) -> bool:
        """Not of the same purchase, and not sold by its other holder before."""
        sold = self.blocks[closure.open_seq, closure.number]
        return block.purchase != sold.purchase and block.held_on(closure.close_date)

    def _lots(self) -> Iterator[DeferredLot]:
        for block in self.blocks.values():
            if block.lot is not None and block.lot.is_open:
                yield _raised(block.lot, block.parts, self.asof)


def _raised(lot: Lot, parts: Sequence[Part], asof: date) -> DeferredLot:
    """An open lot by the histories of its parts, the booked cost by quantity."""
    pending = [part.pending_until for part in parts if part.pending_until]
    quantities = [as_shares(part.quantity) for part in parts]
    costs: Sequence[Decimal | None] = [None] * len(parts)
    if lot.cost_basis is not None:
        costs = allocate(lot.cost_basis, quantities, max(places_of(lot.cost_basis), COST_PLACES))
    return replace(
        lot_as_booked(lot),
        added_cost=sum((part.added for part in parts), ZERO),
        slices=tuple(
            Slice(
                quantity=quantity,
                added_cost=part.added,
                holding_start=part.holding_start,
                tax_cost=None if cost is None else cost + part.added,
            )
            for part, quantity, cost in zip(parts, quantities, costs, strict=True)
        ),
        provisional=any(asof <= closes for closes in pending),
    )
