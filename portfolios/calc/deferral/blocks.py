"""A book as blocks of shares that a loss rule can count: acquired when, by whom, how many."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from portfolios.calc.deferral.records import Circumstances, Holder, OutsidePurchase
from portfolios.calc.deferral.shares import ShareCount, as_number, gives_up
from portfolios.calc.entries import ZERO, Entry, EntryType, SecurityKey, Treatment
from portfolios.calc.lots import Book, Lot
from portfolios.calc.money import half_even

# What the law calls an acquisition. An opening balance says nothing about when it was bought.
PURCHASES = (
    EntryType.BUY,
    EntryType.DRIP,
    EntryType.DELIVERY_IN,
    EntryType.TRANSFER_IN,
)
# A lot of these lies elsewhere or is called otherwise, and is the same purchase.
SAME_SHARES = (EntryType.TRANSFER, EntryType.SYMBOL_CHANGE)
COST_PLACES = 6
LotKey = tuple[int, int]


def paid_back(gain: Fraction, waiting: Fraction, added: Fraction) -> Fraction:
    """What of an added cost a recognised gain pays back, after the gain that was waiting."""
    return min(max(gain, Fraction(0)), max(added - waiting, Fraction(0)))


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

    purchase: the entry that bought them and the day, through every move. arrived: since when they
    lie where they are. replaces: whether the acquisition can take the place of shares sold at a
    loss; is_moved: they came from another lot, which counts as the purchase. is_away: they were
    transferred out of the ledger. returned: how many had been, and came back. held_until limits a
    purchase beside the ledger.
    """

    group: SecurityKey
    holder: Holder
    acquired: date
    arrived: date
    open_seq: int
    purchase: tuple[int, date]
    quantity: Fraction
    replaces: bool
    is_moved: bool = False
    is_away: bool = False
    returned: Fraction = Fraction(0)
    lot: Lot | None = None
    held_until: date | None = None
    parts: list[Part] = field(default_factory=list)
    left: list[tuple[date, Fraction]] = field(default_factory=list)

    @property
    def order(self) -> tuple[date, bool, int]:
        """Replacements are taken by day of acquisition, the ledger's own before others'."""
        return self.acquired, self.is_outside, self.open_seq

    @property
    def is_outside(self) -> bool:
        """Whether it was bought beside this ledger."""
        return self.open_seq == 0

    @property
    def owner(self) -> tuple[Holder, bool]:
        """Whose it is, and whether it was bought beside this ledger."""
        return self.holder, self.is_outside

    @property
    def purchased(self) -> Fraction:
        """How many of them the acquisition bought."""
        return self.quantity - self.returned

    def held_on(self, day: date) -> bool:
        """Whether a purchase beside the ledger was still held; a lot's parts say it themselves."""
        return self.held_until is None or day <= self.held_until

    def take(self, quantity: Fraction) -> Iterator[Part]:
        """Relieve shares, the longest held first, each with its part of what was added."""
        for part in sorted(self.parts, key=lambda part: part.holding_start):
            if quantity == 0:
                return
            taken = self._cut(part, min(quantity, part.quantity))
            quantity -= taken.quantity
            del self.parts[self._position(taken)]
            yield taken

    def pay_back(self, gain: Fraction, waiting: Fraction) -> Decimal:
        """Take out of the added cost what a gain of no shares pays back, share by share."""
        whole = sum((part.quantity for part in self.parts), Fraction(0))
        back = ZERO
        for part in self.parts:
            share = part.quantity / whole
            exact = paid_back(gain * share, waiting * share, Fraction(part.added))
            amount = half_even(as_number(exact), COST_PLACES)
            part.added -= amount
            back += amount
        return back

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


@dataclass(frozen=True, slots=True)
class Move:
    """Shares of one lot that became another lot: `given` of the source, `received` of the target,
    each in its own today's shares."""

    seq: int
    on: date
    source: LotKey
    target: LotKey
    given: Fraction
    received: Fraction


def blocks_of(
    book: Book, count: ShareCount, circumstances: Circumstances, asof: date
) -> dict[LotKey, Block]:
    """Every long lot as a block, in order of opening; sales are in `left`."""
    entries = {entry.seq: entry for entry in book.accepted}
    ends = _ends(book, count, entries)
    blocks: dict[LotKey, Block] = {}
    for lot in book.lots:
        if not lot.is_short:
            source = blocks.get(key_of(lot.origin)) if lot.origin else None
            whole = _whole(lot, count, ends)
            block = _block(lot, whole, count, circumstances, entries.get(lot.open_seq), source)
            block.replaces = block.replaces and block.acquired <= asof
            blocks[lot.open_seq, lot.number] = block
    for closure in book.closures:
        if not gives_up(closure, entries.get(closure.close_seq)):
            continue
        if block_ := blocks.get((closure.open_seq, closure.number)):
            block_.left.append((closure.close_date, count.sold(closure)))
    return blocks


def _ends(
    book: Book, count: ShareCount, entries: Mapping[int, Entry]
) -> dict[LotKey, tuple[date, int]]:
    """The last sale or move of each lot: its day, and the moment whose shares it counts in."""
    ends = {
        (closure.open_seq, closure.number): (closure.close_date, count.after(closure.close_seq))
        for closure in book.closures
    }
    for lot in book.lots:
        entry = entries.get(lot.open_seq)
        if lot.origin and entry and entry.entry_type is not EntryType.SPINOFF:
            ends[key_of(lot.origin)] = entry.transaction_date, count.before(entry.seq)
    return ends


def _whole(lot: Lot, count: ShareCount, ends: Mapping[LotKey, tuple[date, int]]) -> Fraction:
    """All that a lot ever was, in today's shares; a closed one stopped to follow splits."""
    if lot.closed_date is None:
        return Fraction(lot.quantity_original)
    day, moment = ends.get((lot.open_seq, lot.number), (date.min, 0))
    if day != lot.closed_date:
        moment = count.end_of(lot.closed_date)
    return count.today(lot.security, lot.quantity_original, moment)


def moves_of(book: Book, count: ShareCount, blocks: dict[LotKey, Block]) -> list[Move]:
    """Moves between lots, in order of opening; each is noted in its source's `left`.

    A spin-off moves no shares: the deferred losses stay with the parent.
    """
    entries = {entry.seq: entry for entry in book.accepted}
    moves = []
    for target, block in blocks.items():
        lot = block.lot
        if lot is None or lot.origin is None or not block.is_moved:
            continue
        source, entry = key_of(lot.origin), entries[lot.open_seq]
        on = entry.transaction_date
        ratio = Fraction(1)
        if entry.entry_type is EntryType.MERGER and entry.new_shares and entry.old_shares:
            ratio = Fraction(entry.old_shares) / Fraction(entry.new_shares)
        parent = blocks[source].lot
        moved = block.quantity / count.factor(lot.security, count.after(entry.seq)) * ratio
        name = parent.security if parent else lot.security
        given = moved * count.factor(name, count.before(entry.seq))
        blocks[source].left.append((on, given))
        moves.append(Move(lot.open_seq, on, source, target, given, block.quantity))
    return moves


def key_of(label: str) -> LotKey:
    """A lot's label, 12.1, as its key."""
    seq, number = label.split(".")
    return int(seq), int(number)


def outside_blocks(
    purchases: Iterable[OutsidePurchase],
    count: ShareCount,
    circumstances: Circumstances,
    asof: date,
) -> list[Block]:
    """Purchases beside the ledger, up to the day."""
    return [_outside(bought, count, circumstances) for bought in purchases if bought.on <= asof]


def _outside(bought: OutsidePurchase, count: ShareCount, circumstances: Circumstances) -> Block:
    moment = count.end_of(bought.on)
    quantity = count.today(bought.security, bought.quantity, moment)
    return Block(
        group=circumstances.group(count.name_today(bought.security, moment)),
        holder=bought.holder,
        acquired=bought.on,
        arrived=bought.on,
        open_seq=0,
        purchase=(0, bought.on),
        quantity=quantity,
        replaces=True,
        held_until=bought.held_until,
        parts=[Part(quantity, bought.on)],
    )


def _block(
    lot: Lot,
    quantity: Fraction,
    count: ShareCount,
    circumstances: Circumstances,
    entry: Entry | None,
    source: Block | None,
) -> Block:
    """A lot as a block; one that came from another keeps its purchase, and no parts yet."""
    kind = None if entry is None else entry.entry_type
    is_moved = source is not None and kind is not EntryType.SPINOFF
    is_same = source is not None and kind in SAME_SHARES
    since = lot.holding_start or lot.acquisition_date
    return Block(
        group=circumstances.group(count.name_today(lot.security, count.after(lot.open_seq))),
        holder=circumstances.holder(lot.account),
        acquired=lot.acquisition_date,
        arrived=lot.acquisition_date if entry is None else entry.transaction_date,
        open_seq=lot.open_seq,
        purchase=source.purchase
        if source is not None and is_same
        else (lot.open_seq, lot.acquisition_date),
        quantity=quantity,
        replaces=source.replaces if source is not None and is_same else _is_purchase(entry),
        is_moved=is_moved,
        lot=lot,
        parts=[] if is_moved else [Part(quantity, since)],
    )


def _is_purchase(entry: Entry | None) -> bool:
    if entry is None:
        return False
    if entry.entry_type is EntryType.MERGER:
        return entry.treatment is Treatment.TAXABLE
    return entry.entry_type in PURCHASES
