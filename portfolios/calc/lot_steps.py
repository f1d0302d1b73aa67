"""Booking step by step: what each entry made of the lots of its securities.

A book shows lots as they are at the end. Whoever writes a ledger for another program needs to
know what each entry did to them, under any method and for any event, without knowing either. So
the open lots are looked at after every entry; what differs is what it did.

Under AVERAGE the lots of a pool have no cost of their own: one lot an account stands for them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from portfolios.calc.booking.desk import Desk
from portfolios.calc.booking.ledger import apply
from portfolios.calc.booking.queues import Queue
from portfolios.calc.booking.reversals import effective
from portfolios.calc.entries import (
    ZERO,
    BookingSettings,
    Entry,
    RateTable,
    SecurityKey,
)
from portfolios.calc.lots import Posting

LotKey: TypeAlias = tuple[str, str]
"""A lot's own label (or `pool`), and its account."""


@dataclass(frozen=True, slots=True)
class HeldLot:
    """An open lot: a short one has negative quantity and cost. cost is local; None: unknown."""

    security: SecurityKey
    account: str
    quantity: Decimal
    cost: Decimal | None
    currency: str
    acquired: date
    label: str


@dataclass(frozen=True, slots=True)
class Step:
    """An entry that was booked, its postings, and the open lots of its securities after it."""

    entry: Entry
    postings: tuple[Posting, ...]
    lots: Mapping[SecurityKey, Mapping[LotKey, HeldLot]]


def lot_steps(
    entries: Iterable[Entry], settings: BookingSettings, rates: RateTable
) -> Iterator[Step]:
    """Book a ledger and tell each step, in booking order. Refused entries have none.

    Costs the open lots of a security for each of its entries, so it is for exports, not pages.
    """
    desk = Desk(settings, rates)
    standing, _ = effective(entries)
    for entry in standing:
        at = len(desk.journal)
        if apply(desk, entry) is not None:
            continue
        touched = [key for key in (entry.security, entry.to_security) if key is not None]
        lots = {key: dict(_open_lots(desk, key)) for key in touched}
        yield Step(entry, tuple(map(Posting.of_row, desk.journal[at:])), lots)


def _open_lots(desk: Desk, security: SecurityKey) -> Iterator[tuple[LotKey, HeldLot]]:
    for pool in desk.pools_of.get(security, []):
        for queue, sign in ((pool.longs, 1), (pool.shorts, -1)):
            if queue.pooled:
                yield from _averaged(queue, sign, security)
                continue
            for lot in queue.open_lots():
                cost = None if lot.cost_basis_local is None else lot.cost_basis_local * sign
                yield (
                    (lot.label, lot.account),
                    HeldLot(
                        security,
                        lot.account,
                        lot.quantity_open * sign,
                        cost,
                        lot.currency,
                        lot.acquisition_date,
                        lot.label,
                    ),
                )


def _averaged(queue: Queue, sign: int, security: SecurityKey) -> Iterator[tuple[LotKey, HeldLot]]:
    """One lot for each account of a pool, at the pool's average, as old as its oldest."""
    lots = queue.open_lots()
    held = sum((lot.quantity_open for lot in lots), ZERO)
    for account in dict.fromkeys(lot.account for lot in lots):
        here = [lot for lot in lots if lot.account == account]
        quantity = sum((lot.quantity_open for lot in here), ZERO)
        cost = None if queue.cost is None else queue.cost * quantity / held * sign
        label = "pool" if sign > 0 else "pool-short"
        first = here[0]
        yield (
            (label, account),
            HeldLot(
                security,
                account,
                quantity * sign,
                cost,
                first.currency,
                first.acquisition_date,
                label,
            ),
        )
