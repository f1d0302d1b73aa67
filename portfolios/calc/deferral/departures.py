"""Shares transferred out of the ledger, and back into it.

They are still the taxpayer's: they count as held and can take the place of shares sold at a loss.
A block without a lot stands for them, so leaving and coming back are moves like others. Booking
does not say which lots a transfer took; it follows from what is missing of each lot, when the lot
was open, and the picks of the entry. A lot that must give by a day gives first.

What arrives was there before if it has the name, the owner and the day of acquisition of shares
that had left by its day. It is then the same purchase, and brings back what left with it. Two
transfers of one day may be written down in either order.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from portfolios.calc.deferral.blocks import SAME_SHARES, Block, LotKey, Move, Part, key_of
from portfolios.calc.deferral.records import Holder
from portfolios.calc.deferral.shares import ShareCount
from portfolios.calc.entries import Entry, EntryType, SecurityKey
from portfolios.calc.lots import Book, Lot

Place = tuple[SecurityKey, str]
Kind = tuple[SecurityKey, Holder, date]


@dataclass(slots=True)
class Missing:
    """Shares of a lot that no sale and no move explains, in today's shares."""

    key: LotKey
    block: Block
    lot: Lot
    quantity: Fraction

    def could_leave_by(self, entry: Entry, moment: int, count: ShareCount) -> bool:
        """Whether some of them could have left with an entry: the lot was open."""
        was_there = count.after(self.lot.open_seq) < moment
        closed = self.lot.closed_date
        return was_there and self.quantity > 0 and (closed or date.max) >= entry.transaction_date

    def urgency(self, entry: Entry) -> tuple[bool, date, date, LotKey]:
        """Picked lots first, then those that closed first, then by day of acquisition."""
        is_picked = any(
            pick.label in {self.lot.label, self.lot.lot_label}
            or pick.acquisition_date == self.lot.acquisition_date
            for pick in entry.lot_picks
        )
        return (
            not is_picked,
            self.lot.closed_date or date.max,
            self.lot.acquisition_date,
            self.key,
        )


@dataclass(slots=True)
class Away:
    """Shares that left, and how many of them have not come back."""

    key: LotKey
    block: Block
    quantity: Fraction

    def could_be(self, block: Block) -> bool:
        """Whether they can be what arrives: they had left by its day, and not out of itself."""
        is_other = self.block.purchase != block.purchase
        return self.quantity > 0 and is_other and self.block.arrived <= block.arrived


def departures_of(book: Book, count: ShareCount, blocks: dict[LotKey, Block]) -> list[Move]:
    """Moves out of the ledger and back, in that order; adds a block for what each took out.

    The blocks must know their sales and moves already.
    """
    leaving = [one for one in book.accepted if one.entry_type is EntryType.TRANSFER_OUT]
    if not leaving:
        return []
    kinds: dict[Kind, list[Away]] = {}
    moves = []
    missing = _missing(blocks)
    for entry in leaving:
        moment = count.after(entry.seq)
        for move, block in _leaving(entry, moment, count, missing):
            blocks[move.target] = block
            moves.append(move)
            kind = count.name_today(entry.security, moment), block.holder, block.acquired
            kinds.setdefault(kind, []).append(Away(move.target, block, block.quantity))
    entries = {entry.seq: entry for entry in book.accepted}
    return [*moves, *_returns(entries, count, blocks, kinds)]


def _missing(blocks: Mapping[LotKey, Block]) -> dict[Place, list[Missing]]:
    """What is missing of each lot, by where it lay."""
    found: dict[Place, list[Missing]] = {}
    for key, block in blocks.items():
        if block.lot is not None:
            gone = sum((quantity for _, quantity in block.left), Fraction(block.lot.quantity_open))
            if block.quantity > gone:
                place = block.lot.security, block.lot.account
                missing = Missing(key, block, block.lot, block.quantity - gone)
                found.setdefault(place, []).append(missing)
    return found


def _leaving(
    entry: Entry, moment: int, count: ShareCount, missing: Mapping[Place, list[Missing]]
) -> Iterator[tuple[Move, Block]]:
    """What a transfer took of each lot, and the block that stands for it."""
    wanted = Fraction(entry.quantity or 0) * count.factor(entry.security, moment)
    there = missing.get((entry.security, entry.account), [])
    able = [one for one in there if one.could_leave_by(entry, moment, count)]
    on = entry.transaction_date
    able.sort(key=lambda one: one.urgency(entry))
    for number, one in enumerate(able, start=1):
        taken = min(wanted, one.quantity)
        if not taken:
            return
        wanted -= taken
        one.quantity -= taken
        one.block.left.append((on, taken))
        away = replace(
            one.block,
            arrived=on,
            open_seq=entry.seq,
            quantity=taken,
            is_moved=True,
            is_away=True,
            lot=None,
            parts=[],
            left=[],
        )
        yield Move(entry.seq, on, one.key, (entry.seq, number), taken, taken), away


def _returns(
    entries: Mapping[int, Entry],
    count: ShareCount,
    blocks: Mapping[LotKey, Block],
    kinds: Mapping[Kind, list[Away]],
) -> Iterator[Move]:
    """What came back, as moves; lots made of it are the purchase that left."""
    for key, block in blocks.items():
        lot = block.lot
        if lot is None:
            continue
        entry = entries[lot.open_seq]
        if lot.origin and entry.entry_type in SAME_SHARES:
            source = blocks[key_of(lot.origin)]
            block.purchase, block.replaces = source.purchase, source.replaces
        elif entry.entry_type is EntryType.TRANSFER_IN:
            moment = count.after(lot.open_seq)
            kind = count.name_today(lot.security, moment), block.holder, block.acquired
            away = [one for one in kinds.get(kind, ()) if one.could_be(block)]
            for move in _coming_back(key, block, entry, away):
                yield replace(move, seq=max(move.seq, move.source[0], key=count.after))


def _coming_back(key: LotKey, block: Block, entry: Entry, away: list[Away]) -> Iterator[Move]:
    """A lot that arrives, as far as it can be what had left."""
    for one in away:
        taken = min(one.quantity, block.purchased)
        if not taken:
            return
        one.quantity -= taken
        one.block.left.append((entry.transaction_date, taken))
        block.returned += taken
        block.purchase = one.block.purchase
        block.parts = [Part(block.purchased, part.holding_start) for part in block.parts]
        if not block.purchased:
            block.parts, block.is_moved, block.replaces = [], True, one.block.replaces
        yield Move(entry.seq, entry.transaction_date, one.key, key, taken, taken)
