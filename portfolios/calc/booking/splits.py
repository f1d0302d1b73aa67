"""Splits and stock dividends: shares change, cost and dates do not (methods §1.5).

They happen to a security, so to all its lots in whatever account they lie.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from portfolios.calc.booking.amounts import charges, known
from portfolios.calc.booking.desk import Desk, Pool
from portfolios.calc.booking.lieu import (
    Part,
    earliest,
    parts_of,
    post_money,
    sell_together,
    unpayable,
)
from portfolios.calc.booking.openlot import OpenLot
from portfolios.calc.booking.queues import Queue
from portfolios.calc.booking.ratios import Shares, after_ratio, scaled, unbookable_ratio
from portfolios.calc.entries import ZERO, Entry, Problem
from portfolios.calc.lots import Movement


def split(desk: Desk, entry: Entry) -> Problem | None:
    """Multiply every open lot of the security; sell the fraction where none is held or owed."""
    pools = pools_of(desk, entry)
    paid = _stated(entry, pools)
    pays = paid is not None or entry.price is not None
    if pays and (problem := unpayable(desk, entry, pools)):
        return problem
    new, old = known(entry.new_shares), known(entry.old_shares)
    if paid and not _leaves_fraction(pools, new, old):
        return _for_nothing(entry, paid)
    if problem := multiply(desk, entry, new, old):
        return problem
    if pays:
        pay_fractions(desk, entry, pools, paid)
    return None


def multiply(desk: Desk, entry: Entry, new: Decimal, old: Decimal) -> Problem | None:
    """Turn each `old` shares of a security into `new`, with what that does to the journal."""
    queues = [queue for pool in pools_of(desk, entry) for queue in queues_of(pool)]
    shares = after_ratio(queues, new, old)
    if problem := unbookable_ratio(entry, shares, new, old):
        return problem
    before = by_account(shares)
    split_lots(shares, new, old)
    for queue in queues:
        queue.touch()
    for account, quantity in by_account(shares).items():
        if quantity != before[account]:
            desk.post(entry, Movement.SPLIT, account=account, quantity=quantity - before[account])
    post_money(desk, entry, before, ZERO)
    return None


def _stated(entry: Entry, pools: Iterable[Pool]) -> Decimal | None:
    """What was paid for fractions, where the entry says it: before its charges. Where the
    security is only owed, it was paid for what is owed."""
    if entry.gross_amount is not None or entry.net_amount is None:
        return entry.gross_amount
    paid = entry.net_amount + charges(entry)
    if _only_owed(pools):
        paid = -paid
    return paid if paid > 0 else None


def pay_fractions(
    desk: Desk, entry: Entry, pools: Sequence[Pool], paid: Decimal | None = None
) -> None:
    """Sell each pool's fraction, earliest lots first, for what was paid or at the post-split
    price; buy back the fraction of what is owed (methods §1.5).

    An amount is for what is held, or, where nothing is, for what is owed.
    """
    longs, shorts = _fractions(pools, is_short=False), _fractions(pools, is_short=True)
    if paid is None:
        for parts in (*longs, *shorts):
            fraction = sum((part.quantity for part in parts), ZERO)
            amount = desk.posted(fraction * known(entry.price), entry.currency)
            sell_together(desk, entry, parts, amount)
        return
    meant = shorts if _only_owed(pools) else longs
    sell_together(desk, entry, [part for parts in meant for part in parts], paid)


def _fractions(pools: Iterable[Pool], *, is_short: bool) -> list[list[Part]]:
    """The fraction of each pool's position, account by account."""
    found = []
    for pool in pools:
        queue = pool.side(is_short=is_short)
        if fraction := queue.held % 1:
            found.append(parts_of(pool, earliest(queue.open_lots(), fraction)))
    return found


def _leaves_fraction(pools: Sequence[Pool], new: Decimal, old: Decimal) -> bool:
    """Whether there will be a fraction on the side that an amount is for."""
    is_short = _only_owed(pools)
    return any(scaled(pool.side(is_short=is_short).held, new, old) % 1 for pool in pools)


def _for_nothing(entry: Entry, paid: Decimal) -> Problem:
    """Cash for a fraction that lots matched together do not have would come from nowhere."""
    return Problem(
        "no_fraction",
        entry.seq,
        "gross_amount",
        f"{paid} {entry.currency} was paid for fractions, but the {entry.entry_type} leaves none "
        "of what is matched together.",
        "Leave the amount out, and enter what each account was paid for its fraction as a sale.",
    )


def _only_owed(pools: Iterable[Pool]) -> bool:
    return not any(pool.longs.held for pool in pools)


def split_lots(shares: Shares, new_shares: Decimal, old_shares: Decimal) -> None:
    """Give open lots the quantities that a ratio of new/old leaves them, in place.

    quantity_original follows, so that it stays in today's shares and is never below
    quantity_open. Closed lots are history and are not touched.
    """
    for lot, quantity in shares.items():
        original = quantity
        if lot.quantity_original != lot.quantity_open:
            original = max(quantity, scaled(lot.quantity_original, new_shares, old_shares))
        lot.quantity_open, lot.quantity_original = quantity, original


def pools_of(desk: Desk, entry: Entry) -> list[Pool]:
    """All pools of an entry's security, each brought to the method of the day."""
    pools = desk.pools_of.get(entry.security, [])
    for pool in pools:
        desk.method(pool, entry.transaction_date, pool.account)
    return pools


def queues_of(pool: Pool) -> tuple[Queue, Queue]:
    """The long and the short lots of a pool."""
    return pool.longs, pool.shorts


def by_account(lots: Iterable[OpenLot]) -> dict[str, Decimal]:
    """Shares held less shares owed, in each account."""
    held: dict[str, Decimal] = {}
    for lot in lots:
        quantity = -lot.quantity_open if lot.is_short else lot.quantity_open
        held[lot.account] = held.get(lot.account, ZERO) + quantity
    return held
