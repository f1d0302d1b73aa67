"""What a ratio makes of a position, and how its lots share that (methods §1.5).

The problem. Three lots of 10 at 1 for 3 are 3.33333333 each, 9.99999999 in all: rounding lot by
lot loses a share that nobody lost, and would pay for a fraction that the position does not have.

So the position is rounded, once, at 8 decimals half-even, and what it comes to is dealt out over
its accounts, then over their lots, by largest remainder. Lots always sum to their position.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TypeAlias

from portfolios.calc.booking.mistakes import LIMIT, invalid
from portfolios.calc.booking.openlot import OpenLot
from portfolios.calc.booking.queues import Queue
from portfolios.calc.entries import ZERO, Entry, Problem
from portfolios.calc.money import WIDE, allocate, quantum

QUANTITY_PLACES = 8

Shares: TypeAlias = Mapping[OpenLot, Decimal]


def scaled(quantity: Decimal, new: Decimal, old: Decimal) -> Decimal:
    """A position times new/old, 8 decimals half-even."""
    return (quantity * new / old).quantize(quantum(QUANTITY_PLACES), ROUND_HALF_EVEN, WIDE)


def after_ratio(queues: Iterable[Queue], new: Decimal, old: Decimal) -> Shares:
    """Every open lot's quantity times new/old, so that those of a queue sum to its own.

    A queue is a position: what is held (or owed) of a security where lots are matched. One for
    one leaves every lot what it is, to its last decimal.
    """
    shares: dict[OpenLot, Decimal] = {}
    for queue in queues:
        if new == old:
            shares.update((lot, lot.quantity_open) for lot in queue.open_lots())
            continue
        lots = queue.open_lots()
        accounts: dict[str, list[OpenLot]] = {}
        for lot in lots:
            accounts.setdefault(lot.account, []).append(lot)
        held = [sum((lot.quantity_open for lot in own), ZERO) for own in accounts.values()]
        whole = scaled(sum(held, ZERO), new, old)
        for own, part in zip(accounts.values(), _dealt(whole, held), strict=True):
            weights = [lot.quantity_open for lot in own]
            shares.update(zip(own, _dealt(part, weights), strict=True))
    return shares


def in_accounts(shares: Shares, *, is_short: bool = False) -> dict[str, Decimal]:
    """The shares of the long (or short) lots of each account, unsigned."""
    found: dict[str, Decimal] = {}
    for lot, quantity in shares.items():
        if lot.is_short is is_short:
            found[lot.account] = found.get(lot.account, ZERO) + quantity
    return found


def unbookable_ratio(entry: Entry, shares: Shares, new: Decimal, old: Decimal) -> Problem | None:
    """A ratio that would leave a lot with nothing, or with more than can be kept."""
    for lot, after in shares.items():
        if not 0 < after < LIMIT:
            return _unheld(entry, lot, new, old)
    return None


def too_many_shares(entry: Entry, shares: Shares, new: Decimal, old: Decimal) -> Problem | None:
    """A ratio that would bring more than can be kept; it may bring nothing for a small lot."""
    for lot, brought in shares.items():
        if brought >= LIMIT:
            return _unheld(entry, lot, new, old)
    return None


def _unheld(entry: Entry, lot: OpenLot, new: Decimal, old: Decimal) -> Problem:
    said = (
        f"A ratio of {new} for {old} would leave {lot.quantity_open} shares as "
        f"{float(lot.quantity_open * new / old):g}, which cannot be held."
    )
    return invalid(entry, "new_shares", said)


def _dealt(whole: Decimal, weights: Sequence[Decimal]) -> Sequence[Decimal]:
    return allocate(whole, weights, QUANTITY_PLACES) if weights else ()
