"""Securities that change hands without a trade: between accounts, over the border, from before.

Lots keep cost, dates, rate and name; nothing is realised.
"""

from datetime import date
from decimal import Decimal

from portfolios.calc.booking.amounts import charges, delivered_worth, gross, known
from portfolios.calc.booking.desk import Desk, Pool
from portfolios.calc.booking.matching import held_by, matched
from portfolios.calc.booking.mistakes import invalid
from portfolios.calc.booking.openlot import OpenLot
from portfolios.calc.booking.queues import Match, Queue
from portfolios.calc.booking.rates import (
    base_rate,
    local_currency,
    no_rate,
    table_rate,
    too_large,
)
from portfolios.calc.booking.trades import post_delivery
from portfolios.calc.entries import ZERO, CarriedLot, Entry, Problem
from portfolios.calc.lots import Movement


def transfer(desk: Desk, entry: Entry) -> Problem | None:
    """Lots move from the account to another, in disposal order or by picks."""
    target_account = known(entry.to_account)
    if target_account == entry.account:
        return invalid(entry, "to_account", "A transfer needs two different accounts.")
    source = desk.pool(entry.security, entry.account)
    target = desk.pool(entry.security, target_account)
    if problem := other_currency(entry, target, source.currency):
        return problem
    desk.method(target, entry.transaction_date, target_account)
    is_short, found = _leaving(desk, entry, source)
    if isinstance(found, Problem):
        return found
    quantity = known(entry.quantity)
    _move(desk, entry, (source, found), (target, target_account))
    sign = -1 if is_short else 1
    desk.post(entry, Movement.TRANSFER, quantity=-sign * quantity)
    desk.post(entry, Movement.TRANSFER, account=target_account, quantity=sign * quantity)
    _charge(desk, entry)
    return None


def transfer_out(desk: Desk, entry: Entry) -> Problem | None:
    """Lots leave the portfolio, at the worth stated or the market's, unrealised."""
    pool = desk.pool(entry.security, entry.account)
    is_short, found = _leaving(desk, entry, pool)
    if isinstance(found, Problem):
        return found
    queue = pool.side(is_short=is_short)
    with queue.dealt_out(desk.cost_places):
        for match in found:
            remove(desk, queue, match, entry.transaction_date)
    sign, worth = (1 if is_short else -1), delivered_worth(entry)
    quantity = sign * known(entry.quantity)
    post_delivery(desk, entry, quantity, None if worth is None else sign * worth)
    _charge(desk, entry)
    return None


def transfer_in(desk: Desk, entry: Entry) -> Problem | None:
    """Lots arrive with their history, or one lot of today at its stated basis."""
    carried = entry.carried_lots or (_of_today(entry),)
    quantity = sum((lot.quantity for lot in carried), ZERO)
    if problem := _unequal(entry, quantity):
        return problem
    pool = desk.pool(entry.security, entry.account)
    if problem := other_currency(entry, pool, entry.security_currency or entry.currency):
        return problem
    if problem := _arrive(desk, entry, pool, carried):
        return problem
    post_delivery(desk, entry, quantity, delivered_worth(entry))
    _charge(desk, entry)
    return None


def opening_lot(desk: Desk, entry: Entry) -> Problem | None:
    """A holding from before the ledger began; its basis may be unknown, its worth unstated."""
    carried = entry.carried_lots or (_of_today(entry),)
    if problem := _unequal(entry, sum((lot.quantity for lot in carried), ZERO)):
        return problem
    pool = desk.pool(entry.security, entry.account)
    if problem := other_currency(entry, pool, entry.security_currency or entry.currency):
        return problem
    if problem := _arrive(desk, entry, pool, carried):
        return problem
    post_delivery(desk, entry, known(entry.quantity), gross(entry))
    return None


def _unequal(entry: Entry, quantity: Decimal) -> Problem | None:
    """Lots that arrive must be what the entry says arrives."""
    if entry.quantity is None or entry.quantity == quantity:
        return None
    said = f"The lots hold {quantity}, the entry says {entry.quantity}."
    return invalid(entry, "quantity", said)


def _charge(desk: Desk, entry: Entry) -> None:
    """What a transfer itself cost, paid in cash; the lots keep their own cost."""
    charged = desk.posted(charges(entry), entry.currency)
    if charged:
        desk.post_cash(entry, Movement.CHARGE, cash=-charged)


def _move(
    desk: Desk,
    entry: Entry,
    leaving: tuple[Pool, list[Match]],
    to: tuple[Pool, str],
) -> None:
    """Take matched lots out of one pool and open their successors in another, in an account."""
    source, matches = leaving
    target, account = to
    is_short = matches[0][0].is_short
    queue = source.side(is_short=is_short)
    with queue.dealt_out(desk.cost_places):
        for number, match in enumerate(matches, start=1):
            cost = remove(desk, queue, match, entry.transaction_date)
            moved = match[0].successor((entry.seq, number), match[1], cost)
            moved.account = account
            desk.open(target, moved)


def remove(
    desk: Desk, queue: Queue, match: Match, on: date
) -> tuple[Decimal | None, Decimal | None]:
    """Take shares of a lot out of a queue without a closure; their cost, local and settled."""
    lot, quantity = match
    cost = lot.take(quantity, desk.finest)
    queue.held -= quantity
    if not lot.quantity_open:
        lot.closed_date = on
    return cost


def other_currency(entry: Entry, pool: Pool, currency: str | None) -> Problem | None:
    """A basis in another currency than the security is booked in cannot be kept."""
    if pool.currency is None or currency is None or pool.currency == currency:
        return None
    return Problem(
        "currency_mismatch",
        entry.seq,
        "currency",
        f"This security is booked in {pool.currency}; entry {entry.seq} brings lots in {currency}.",
        f"State the lots' basis in {pool.currency}.",
    )


def _leaving(desk: Desk, entry: Entry, pool: Pool) -> tuple[bool, list[Match] | Problem]:
    """Which side an entry takes lots from (short where nothing is long), and which lots."""
    account = None if desk.by_account else entry.account
    method = desk.method(pool, entry.transaction_date, entry.account)
    is_short = not held_by(pool.longs, account) and bool(held_by(pool.shorts, account))
    queue = pool.side(is_short=is_short)
    return is_short, matched(queue, entry, method, known(entry.quantity), account)


def _of_today(entry: Entry) -> CarriedLot:
    return CarriedLot(
        quantity=known(entry.quantity),
        acquisition_date=entry.transaction_date,
        cost_basis=entry.cost_basis,
        holding_start=entry.holding_start,
        label=entry.lot_label,
    )


def _arrive(
    desk: Desk, entry: Entry, pool: Pool, carried: tuple[CarriedLot, ...]
) -> Problem | None:
    currency = local_currency(entry, pool)
    rates = [_rate_of(desk, entry, arriving, currency) for arriving in carried]
    for arriving, rate in zip(carried, rates, strict=True):
        if problem := too_large(entry, arriving.cost_basis or ZERO, rate):
            return problem
    desk.method(pool, entry.transaction_date, entry.account)
    for number, (arriving, rate) in enumerate(zip(carried, rates, strict=True), start=1):
        lot = OpenLot(
            entry.security,
            entry.account,
            entry.seq,
            number,
            arriving.acquisition_date,
            currency,
            arriving.quantity,
            arriving.cost_basis,
            rate,
        )
        lot.holding_start, lot.lot_label = arriving.holding_start, arriving.label
        desk.open(pool, lot)
    return None


def _rate_of(desk: Desk, entry: Entry, lot: CarriedLot, currency: str) -> Decimal | None:
    """The rate of the day a lot was acquired: as carried, or of that day, never of another."""
    if lot.fx_rate is not None and currency != desk.base:
        return lot.fx_rate
    on = lot.acquisition_date
    if on == entry.transaction_date and currency == entry.currency:
        return base_rate(desk, entry)
    rate = table_rate(desk, currency, on)
    if rate is None:
        no_rate(desk, entry, currency, on)
    return rate
