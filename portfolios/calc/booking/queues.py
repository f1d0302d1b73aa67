"""Where open lots wait: one queue for the long and one for the short lots of a pool.

The problem. A disposal must find its lots in the order of its method, in constant time however
long the ledger is: rebuilding or sorting a list of open lots for every sale makes booking
quadratic in the trades of one security.

The observation. FIFO only ever takes from the front and LIFO from the back, so lots are left
where they are and a head index steps over what is used up. HIFO needs a heap, made when it is
first asked. AVERAGE needs no lot at all: the pool's cost is two numbers, and which lots shrink
matters only for their dates. Lots that die in the middle (picked, moved) are stepped over once.

Lots lie in the order of their trade dates. Those that arrive with a history of their own are
put in place, which costs a shift, but is rare.
"""

from bisect import insort
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from heapq import heappop, heappush
from operator import attrgetter
from typing import TypeAlias

from portfolios.calc.booking.openlot import OpenLot
from portfolios.calc.entries import ZERO, CostMethod
from portfolios.calc.money import WIDE, allocate, places_of

Match: TypeAlias = tuple[OpenLot, Decimal]
Rank: TypeAlias = tuple[bool, Decimal, object, OpenLot]
_COMPACT_AT = 64
_PLACE = attrgetter("place")


class Queue:
    """Open lots of one side of a pool, from the oldest; `held` is the sum of their quantities.

    While it is pooled (AVERAGE), `cost` and `settled` are what the whole pool cost, local and
    in base, and the lots' own costs stand still; `unpool` brings them up to date.
    """

    __slots__ = (
        "changes",
        "cost",
        "head",
        "heap",
        "held",
        "local_rank",
        "lots",
        "newest",
        "pooled",
        "settled",
    )

    def __init__(self, *, local_rank: bool = False) -> None:
        self.lots: list[OpenLot] = []
        self.newest = date.min  # of the lots: the last of them need not be looked at
        self.head = 0
        self.held = ZERO
        self.heap: list[Rank] | None = None
        self.local_rank = local_rank
        self.changes = 0  # how many changes of method it has seen
        self.pooled = False
        self.cost: Decimal | None = ZERO
        self.settled: Decimal | None = ZERO

    def add(self, lot: OpenLot) -> None:
        """Let a lot wait in its place."""
        acquired = lot.acquisition_date
        if acquired < self.newest:
            insort(self.lots, lot, lo=self.head, key=_PLACE)
        else:
            self.lots.append(lot)
            self.newest = acquired
        self.held += lot.quantity_open
        if self.pooled:
            self._pour(lot)
        if self.heap is not None:
            heappush(self.heap, self._rank(lot))

    def open_lots(self) -> list[OpenLot]:
        """All that is open, oldest first."""
        return [lot for lot in self.lots[self.head :] if lot.quantity_open]

    def ordered(self, method: CostMethod) -> list[OpenLot]:
        """All that is open in the order in which a method would take it."""
        lots = self.open_lots()
        if method is CostMethod.LIFO:
            lots.reverse()
        elif method is CostMethod.HIFO:
            lots.sort(key=self._rank)
        return lots

    def match(self, quantity: Decimal, method: CostMethod) -> list[Match]:
        """The lots that a method takes for a quantity, which must be held, and how much of each.

        The caller relieves them at once: what is matched whole leaves the queue's front.
        """
        if method is CostMethod.LIFO:
            walk = self._newest_first()
        elif method is CostMethod.HIFO:
            walk = self._dearest_first()
        else:
            return self._front(quantity)
        matches = []
        for lot in walk:
            available = lot.quantity_open
            if available >= quantity:
                matches.append((lot, quantity))
                break
            matches.append((lot, available))
            quantity -= available
        return matches

    def touch(self) -> None:
        """Costs or quantities of lots were changed: what was derived from them is stale."""
        self.heap = None
        self.held = sum((lot.quantity_open for lot in self.open_lots()), ZERO)

    def pool(self) -> None:
        """Put the costs of all open lots into one; unknown if any is."""
        self.pooled, self.cost, self.settled = True, ZERO, ZERO
        for lot in self.open_lots():
            self._pour(lot)

    def unpool(self, places: int) -> None:
        """Give every open lot its share of the pool by quantity, so that the shares sum to it."""
        lots = self.open_lots()
        self.pooled, self.heap = False, None
        if not lots:
            return
        weights = [lot.quantity_open for lot in lots]
        costs = _shared(self.cost, weights, places)
        settled = _shared(self.settled, weights, places)
        for lot, cost, base in zip(lots, costs, settled, strict=True):
            lot.cost_basis_local, lot.cost_settled = cost, base
            if base is None:
                lot.fx_rate = None  # the rate of no lot is the pool's

    @contextmanager
    def dealt_out(self, places: int) -> Iterator[None]:
        """Lots with costs of their own for a while: an average is made again of what is left."""
        pooled = self.pooled
        if pooled:
            self.unpool(places)
        yield
        if pooled:
            self.pool()

    def take_average(
        self, quantity: Decimal, finest: Decimal
    ) -> tuple[Decimal | None, Decimal | None]:
        """Remove shares' part of the pooled cost, local and base; lots shrink separately."""
        parts = []
        for whole in (self.cost, self.settled):
            if whole is None or quantity == self.held:
                parts.append(whole)
            else:
                part = whole * quantity / self.held
                parts.append(part.quantize(finest, ROUND_HALF_EVEN, WIDE))
        cost, settled = parts
        if quantity == self.held:
            self.cost = self.settled = ZERO  # whatever was unknown is gone
        else:
            self.cost = None if self.cost is None or cost is None else self.cost - cost
            self.settled = (
                None if self.settled is None or settled is None else self.settled - settled
            )
        return cost, settled

    def _pour(self, lot: OpenLot) -> None:
        local, base = lot.cost_basis_local, lot.cost_basis
        self.cost = None if self.cost is None or local is None else self.cost + local
        self.settled = None if self.settled is None or base is None else self.settled + base

    def _front(self, quantity: Decimal) -> list[Match]:
        """The oldest lots that hold a quantity; what is used up before them is left behind."""
        lots, head = self.lots, self.head
        while not lots[head].quantity_open:
            head += 1
        if head > _COMPACT_AT and head * 2 > len(lots):
            del lots[:head]
            head = 0
        self.head = head
        matches = []
        while True:
            lot = lots[head]
            available = lot.quantity_open
            if available >= quantity:
                matches.append((lot, quantity))
                return matches
            if available:
                matches.append((lot, available))
                quantity -= available
            head += 1

    def _newest_first(self) -> Iterator[OpenLot]:
        lots = self.lots
        while len(lots) > self.head and not lots[-1].quantity_open:
            lots.pop()
        for index in range(len(lots) - 1, self.head - 1, -1):
            if lots[index].quantity_open:
                yield lots[index]

    def _dearest_first(self) -> Iterator[OpenLot]:
        if self.heap is None:
            self.heap = sorted(self._rank(lot) for lot in self.open_lots())
        while self.heap:
            lot = self.heap[0][-1]
            if lot.quantity_open:
                yield lot
            heappop(self.heap)  # used up, or about to be: whoever asks on takes all of it

    def _rank(self, lot: OpenLot) -> Rank:
        """Highest unit cost first, in base unless the queue ranks locally; unknown costs last.

        Taken when the lot arrives, and not moved by what is sold of it: the rounding of a part's
        cost must not send the rest of a lot behind its equals.
        """
        cost = lot.cost_basis_local if self.local_rank else lot.cost_basis
        return cost is None, ZERO if cost is None else -cost / lot.quantity_open, lot.place, lot


def _shared(total: Decimal | None, weights: list[Decimal], places: int) -> list[Decimal | None]:
    if total is None:
        return [None] * len(weights)
    return list(allocate(total, weights, max(places, places_of(total))))
