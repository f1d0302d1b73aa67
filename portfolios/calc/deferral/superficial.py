"""Canadian superficial losses (methods §1.8; Income Tax Act s. 54 and 53(1)(f), IT-456R).

The problem. With S shares sold at a loss, P bought from 30 days before to 30 days after the sale,
and B held at the end of day 30, the part min(S, P, B)/S of the loss is denied and added to the
adjusted cost base of what took the place of the shares sold. Nothing held, nothing denied.

A worked ledger (CAD): 50 bought at 10; on 2024-06-10 20 are sold at 8, a loss of 40; on 06-25 15
are bought at 8.50. S = 20, P = 15, B = 45 on 07-10: 40·15/20 = 30 are denied. The pool of 45 costs
300 + 127.50 + 30 = 457.50.

The algorithm. Sales in order of relief. The denied part goes to the purchases of the window by
day: of the taxpayer or an affiliate, into that pool from the sale or, if later, the purchase on;
of a registered plan, it is forfeited. What a pool holds of denied losses leaves it with the
shares sold, in proportion. The formula is applied to each sale by itself, so one purchase can
count for two sales. Every purchase of the window counts, that of the sold shares too.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from operator import itemgetter

from portfolios.calc.deferral.blocks import (
    COST_PLACES,
    Block,
    Move,
    blocks_of,
    moves_of,
    outside_blocks,
)
from portfolios.calc.deferral.denials import replacements, shared_by
from portfolios.calc.deferral.departures import departures_of
from portfolios.calc.deferral.events import in_order, positions
from portfolios.calc.deferral.holdings import ONE_DAY, Holdings
from portfolios.calc.deferral.lines import as_booked, unknown, untaxed
from portfolios.calc.deferral.paybacks import Paybacks
from portfolios.calc.deferral.pools import Addition, Pool, PoolKey, raised_lots
from portfolios.calc.deferral.records import (
    WINDOW,
    Circumstances,
    Deferrals,
    DeferredClosure,
    DeferredLot,
    Holder,
    LossRule,
    SaleCount,
)
from portfolios.calc.deferral.shares import ShareCount, as_number, as_shares, gives_up
from portfolios.calc.entries import ZERO, SecurityKey
from portfolios.calc.lots import Book, Closure, Lot
from portfolios.calc.money import allocate, minor_units, round_money


def superficial_losses(book: Book, asof: date, circumstances: Circumstances) -> Deferrals:
    """Every closure and open lot of a book under the Canadian rule, as of a day.

    The book must be booked up to that day, at average cost, which is the adjusted cost base; with
    another method its own costs are taken as they are. Until day 30, B is what is held on the
    as-of day and the line is provisional.
    """
    return _Pass(book, asof, circumstances).run()


class _Pass:
    """One pass over the sales of a book; pools fill and empty as it goes."""

    def __init__(self, book: Book, asof: date, circumstances: Circumstances) -> None:
        self.book = book
        self.asof = asof
        self.count = ShareCount(book.accepted)
        self.circumstances = circumstances
        self.entries = {entry.seq: entry for entry in book.accepted}
        self.lots = blocks_of(book, self.count, circumstances, asof)
        self.moves = moves_of(book, self.count, self.lots)
        self.moves += departures_of(book, self.count, self.lots)
        self.paybacks = Paybacks(book, self.count, self.moves, is_averaged=True)
        outside = outside_blocks(circumstances.purchases, self.count, circumstances, asof)
        self.holdings = Holdings([*self.lots.values(), *outside])
        position = positions(book)
        arrivals = [(position.get(block.open_seq, -1), block) for block in self.lots.values()]
        self.arrivals = deque(sorted(arrivals, key=itemgetter(0)))
        self.pools: dict[PoolKey, Pool] = {}
        self.counts: list[SaleCount] = []

    def run(self) -> Deferrals:
        lines: list[DeferredClosure] = []
        for position, event in in_order(self.book, self.moves):
            self._arrive(position)
            if isinstance(event, Move):
                self._move(event)
            else:
                lines += self._sale(event)
        self._arrive(len(self.book.accepted))
        lots = self._open_lots()
        return Deferrals(
            rule=LossRule.CA,
            asof=self.asof,
            closures=tuple(lines),
            lots=lots,
            counts=tuple(self.counts),
            transferred_out=self._in_pools() - sum((lot.added_cost for lot in lots), ZERO),
        )

    def _in_pools(self) -> Decimal:
        """What all pools hold at the end, those of shares that left the ledger too."""
        for pool in self.pools.values():
            pool.advance(self.asof)
        return sum((pool.added for pool in self.pools.values()), ZERO)

    def _arrive(self, position: int) -> None:
        """Let lots into their pools up to an entry, its own included."""
        while self.arrivals and self.arrivals[0][0] <= position:
            block = self.arrivals.popleft()[1]
            if not block.is_away:
                self._leave_behind(block)
            self._of(_key(block)).held += block.quantity

    def _leave_behind(self, block: Block) -> None:
        """Losses whose window closed while all of an owner's shares were out of the ledger belong
        to those, not to what comes into it later."""
        pool = self._pool(_key(block), block.arrived - ONE_DAY)
        away = self.pools.get((block.group, block.holder, True))
        closed = pool.pending_until is not None and pool.pending_until < block.arrived
        if closed and not pool.held and away is not None and away.held:
            away.added += pool.added
            pool.added = ZERO

    def _move(self, move: Move) -> None:
        """Shares change their lot; where they change the owner or the security or leave the
        ledger, their part of the pool goes with them."""
        source, target = self.lots[move.source], self.lots[move.target]
        owner, heir = _key(source), _key(target)
        if owner == heir:
            self._of(owner).held -= move.given
        else:
            self._pool(heir, move.on).added += self._pool(owner, move.on).relieve(move.given)

    def _sale(self, sale: Sequence[Closure]) -> list[DeferredClosure]:
        lines: list[DeferredClosure] = []
        for holder in Holder:
            closures = [one for one in sale if self.circumstances.holder(one.account) is holder]
            sold = [one for one in closures if self._is_sale(one)]
            lines += [as_booked(one, "SHORT") for one in closures if self._is_short(one)]
            lines += self._paid_to(holder, [one for one in closures if self._is_payback(one)])
            if sold:
                lines += self._sold_by(holder, sold)
        return lines

    def _is_sale(self, closure: Closure) -> bool:
        """Neither one of a short position, nor one that gives up no shares."""
        entry = self.entries.get(closure.close_seq)
        return not self._is_short(closure) and gives_up(closure, entry)

    def _is_payback(self, closure: Closure) -> bool:
        return not self._is_short(closure) and not self._is_sale(closure)

    def _is_short(self, closure: Closure) -> bool:
        return (closure.open_seq, closure.number) not in self.lots

    def _paid_to(self, holder: Holder, paid: Sequence[Closure]) -> list[DeferredClosure]:
        """Gains of no shares by one owner: what they pay back of the pool's added cost is none."""
        if holder is Holder.REGISTERED:
            return [untaxed(closure) for closure in paid]
        gains = [one.realized_pnl for one in paid if one.realized_pnl is not None]
        if not paid or len(gains) < len(paid):
            return [unknown(closure) for closure in paid]
        group = self.lots[self.paybacks.lot_of(paid[0])].group
        pool = self._pool((group, holder, False), paid[0].close_date)
        waits = [self.paybacks.waiting(one) if pool.added else Fraction(0) for one in paid]
        waiting = [one for one in waits if one is not None]
        if len(waiting) < len(waits):
            return [unknown(closure) for closure in paid]
        back = pool.pay_back(Fraction(sum(gains, ZERO)), sum(waiting, Fraction(0)))
        shares = allocate(back, gains, COST_PLACES) if back else [ZERO] * len(paid)
        return [
            replace(
                as_booked(one, None),
                added_cost=added,
                gain=round_money(gain - added, self.book.base_currency),
            )
            for one, gain, added in zip(paid, gains, shares, strict=True)
        ]

    def _sold_by(self, holder: Holder, sale: Sequence[Closure]) -> list[DeferredClosure]:
        """The closures of one sale by one owner: relieve the pool, then deny what is replaced."""
        first = sale[0]
        group = self.lots[first.open_seq, first.number].group
        sold = sum(map(self.count.sold, sale), Fraction(0))
        added = self._pool((group, holder, False), first.close_date).relieve(sold)
        if holder is Holder.REGISTERED:
            return [untaxed(closure) for closure in sale]
        booked = [closure.realized_pnl for closure in sale if closure.realized_pnl is not None]
        if len(booked) < len(sale):
            return [unknown(closure) for closure in sale]
        self._count(first, group, sold)
        gain = round_money(sum(booked, ZERO) - added, self.book.base_currency)
        line = replace(as_booked(first, None), added_cost=added, gain=gain)
        if gain < 0:
            line = self._denied(line, -gain, group, sold)
        return shared_by(line, gain, sale, booked, self.book.base_currency)

    def _denied(
        self, line: DeferredClosure, loss: Decimal, group: SecurityKey, sold: Fraction
    ) -> DeferredClosure:
        """The denied part of a loss, and where it goes."""
        closes = line.close_date + WINDOW
        bought = self.holdings.bought_around(group, line.close_date)
        taken = replacements(bought, self.holdings.on(group, closes), sold)
        replaced = sum((shares for _, shares in taken), Fraction(0))
        denied = round_money(as_number(Fraction(loss) * replaced / sold), self.book.base_currency)
        forfeited, outside = self._place(denied, taken, line, closes)
        return replace(
            line,
            disallowed=denied,
            forfeited=forfeited,
            moved_outside=outside,
            window_closes=closes,
            provisional=self.asof <= closes,
        )

    def _count(self, sale: Closure, group: SecurityKey, sold: Fraction) -> None:
        """Keep the formula's S, P and B, so that a page can show them."""
        held = self.holdings.on(group, sale.close_date + WINDOW)
        self.counts.append(
            SaleCount(
                close_seq=sale.close_seq,
                sold=as_shares(sold),
                bought=as_shares(self.holdings.quantity_around(group, sale.close_date)),
                held=as_shares(sum(held.values(), Fraction(0))),
            )
        )

    def _place(
        self,
        denied: Decimal,
        taken: Sequence[tuple[Block, Fraction]],
        line: DeferredClosure,
        closes: date,
    ) -> tuple[Decimal, Decimal]:
        """Give a denied loss to the purchases that took the place: (forfeited, outside)."""
        places = minor_units(self.book.base_currency)
        amounts = (
            allocate(denied, [as_number(shares) for _, shares in taken], places) if taken else ()
        )
        forfeited = outside = ZERO
        for (block, _), amount in zip(taken, amounts, strict=True):
            if block.holder is Holder.REGISTERED:
                forfeited += amount
            elif block.is_outside:
                outside += amount
            else:
                from_day = max(block.acquired, line.close_date)
                self._of(_key(block)).coming.append(Addition(from_day, amount, closes))
        return forfeited, outside

    def _of(self, key: PoolKey) -> Pool:
        return self.pools.setdefault(key, Pool())

    def _pool(self, key: PoolKey, on: date) -> Pool:
        """A pool with what is due by the end of a day."""
        pool = self._of(key)
        pool.advance(on)
        return pool

    def _open_lots(self) -> tuple[DeferredLot, ...]:
        owners: dict[PoolKey, list[Lot]] = {}
        for block in self.lots.values():
            if block.lot is not None and block.lot.is_open:
                owners.setdefault(_key(block), []).append(block.lot)
        lots = [
            raised
            for key, held in owners.items()
            for raised in raised_lots(held, self._pool(key, self.asof), self.asof)
        ]
        return tuple(sorted(lots, key=lambda lot: (lot.open_seq, lot.number)))


def _key(block: Block) -> PoolKey:
    return block.group, block.holder, block.is_away
