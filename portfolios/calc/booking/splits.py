"""Splits and stock dividends: shares change, cost and dates do not (methods §1.5).

They happen to a security, so to all its lots in whatever account they lie.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from portfolios.calc.booking.amounts import known
from portfolios.calc.booking.desk import Desk, Pool
from portfolios.calc.booking.disposal import relieve, spread
from portfolios.calc.booking.openlot import OpenLot
from portfolios.calc.booking.queues import Queue
from portfolios.calc.booking.rates import deal_of, unjoined
from portfolios.calc.booking.ratios import Shares, after_ratio, scaled, unbookable_ratio
from portfolios.calc.booking.trades import note_unknown
from portfolios.calc.entries import ZERO, CostMethod, Entry, Problem
from portfolios.calc.lots import Movement


def split(desk: Desk, entry: Entry) -> Problem | None:
    """Multiply every open lot of the security; sell the fraction where none is held."""
    return multiply(desk, entry, known(entry.new_shares), known(entry.old_shares))


def multiply(desk: Desk, entry: Entry, new: Decimal, old: Decimal) -> Problem | None:
    """Turn each `old` shares of a security into `new`, with what that does to the journal."""
    pools = pools_of(desk, entry)
    pays = entry.price is not None or entry.gross_amount is not None
    if pays and (problem := unpayable(desk, entry, pools)):
        return problem
    queues = [queue for pool in pools for queue in queues_of(pool)]
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
    if pays:
        _pay_fractions(desk, entry, pools)
    return None


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


def _pay_fractions(desk: Desk, entry: Entry, pools: Sequence[Pool]) -> None:
    """Sell each pool's fraction, earliest lots first, at the post-split price (methods §1.5)."""
    fractions = [(pool, pool.longs.held % 1) for pool in pools if pool.longs.held % 1]
    if not fractions:
        return
    weights = [fraction for _, fraction in fractions]
    if entry.gross_amount is not None:
        paid: Sequence[Decimal] = spread(
            entry.gross_amount, weights, desk.charge_places(entry.currency)
        )
    else:
        price = known(entry.price)
        paid = [desk.posted(fraction * price, entry.currency) for fraction in weights]
    for (pool, fraction), amount in zip(fractions, paid, strict=True):
        sell_fraction(desk, entry, pool, (fraction, amount))


def unpayable(desk: Desk, entry: Entry, pools: Iterable[Pool]) -> Problem | None:
    """Money in a currency that no rate joins to the security's cannot be counted."""
    for pool in pools:
        if pool.currency and (problem := unjoined(desk, entry, pool)):
            return problem
    return None


def sell_fraction(desk: Desk, entry: Entry, pool: Pool, sold: tuple[Decimal, Decimal]) -> None:
    """Cash in lieu: a quantity of a pool's earliest lots is sold for an amount."""
    fraction, amount = sold
    deal = deal_of(desk, entry, pool, amount, 0)
    if isinstance(deal, Problem):
        raise TypeError("unpayable was not asked")
    matches = pool.longs.match(fraction, CostMethod.FIFO)
    account = matches[0][0].account
    deal = deal._replace(quantity=fraction, price=None)
    note_unknown(desk, entry, relieve(desk, pool.longs, matches, deal))
    desk.post(
        entry,
        Movement.TRADE,
        account=account,
        security=pool.security,
        quantity=-fraction,
        cash=amount,
    )
