"""What corporate actions have in common: treatments, new lots, fractions, money by account.

An event happens to a security, so to its lots in every account, long and short.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

from portfolios.calc.booking.amounts import known
from portfolios.calc.booking.desk import Desk, Pool
from portfolios.calc.booking.disposal import spread
from portfolios.calc.booking.lieu import Part, earliest, parts_of, sell_together, unpayable
from portfolios.calc.booking.mistakes import invalid, missing
from portfolios.calc.booking.openlot import OpenLot
from portfolios.calc.booking.queues import Queue
from portfolios.calc.booking.rates import base_rate, known_rate, too_large
from portfolios.calc.booking.ratios import Shares, after_ratio, in_accounts
from portfolios.calc.booking.splits import (
    by_account,
    pools_of,
    queues_of,
)
from portfolios.calc.entries import ZERO, Entry, EntryType, Problem, SecurityKey, Treatment
from portfolios.calc.lots import Income, Movement

Held: TypeAlias = list[tuple[Pool, Queue]]


def untreated(entry: Entry, *allowed: Treatment) -> Problem | None:
    """Where the law offers a choice the entry must say which, and under whose law."""
    if entry.jurisdiction is None or entry.treatment is None:
        field = "treatment" if entry.treatment is None else "jurisdiction"
        return Problem(
            "treatment_missing",
            entry.seq,
            field,
            f"A {entry.entry_type} is not booked before its {field} is known.",
            "State treatment and jurisdiction; what is right depends on the law.",
        )
    if entry.treatment not in allowed:
        return Problem(
            "treatment_unsuitable",
            entry.seq,
            "treatment",
            f"{entry.treatment} is no way to treat this {entry.entry_type}.",
            f"Choose {' or '.join(allowed)}.",
        )
    return None


def held_queues(desk: Desk, entry: Entry) -> Held:
    """Every queue of the entry's security in which something is open, at the day's method."""
    return [
        (pool, queue) for pool in pools_of(desk, entry) for queue in queues_of(pool) if queue.held
    ]


def lots_in(held: Held) -> list[OpenLot]:
    """All their open lots, queue by queue, oldest first."""
    return [lot for _, queue in held for lot in queue.open_lots()]


def other_money(entry: Entry, held: Held) -> Problem | None:
    """Amounts in another currency than the lots' say nothing about their cost."""
    for pool, _ in held:
        if pool.currency != entry.currency:
            return Problem(
                "currency_mismatch",
                entry.seq,
                "currency",
                f"This security is booked in {pool.currency}; entry {entry.seq} is in "
                f"{entry.currency}.",
                f"State the amounts of the event in {pool.currency}.",
            )
    return None


def other_child(desk: Desk, entry: Entry, held: Held) -> Problem | None:
    """The new security may already be booked, but then in the currency of the old one."""
    brought = {pool.currency for pool, _ in held}
    for pool in desk.pools_of.get(entry.to_security, []):
        if pool.currency is not None and brought - {pool.currency}:
            return Problem(
                "currency_mismatch",
                entry.seq,
                "to_security",
                f"The new security is booked in {pool.currency}, its lots would arrive in "
                f"{', '.join(sorted(map(str, brought)))}.",
                "Book the event as a sale and a purchase.",
            )
    return None


def shares_after(held: Held, new: Decimal, old: Decimal) -> Shares:
    """Every lot's quantity times new/old, each queue rounded as the position that it is."""
    return after_ratio([queue for _, queue in held], new, old)


def post_shares(
    desk: Desk, entry: Entry, security: SecurityKey, changes: Mapping[str, Decimal]
) -> None:
    """Shares that came or went by an event, in each account."""
    for account, quantity in changes.items():
        if quantity:
            desk.post(
                entry,
                Movement.REORGANISATION,
                account=account,
                security=security,
                quantity=quantity,
            )


def cost_rate(desk: Desk, lot: OpenLot, today: Decimal | None) -> Decimal | None:
    """The rate at which a lot's cost stands in a closure: its own, or that of the day where the
    portfolio's cost moves with it."""
    if desk.cost_at_todays_rate and today is not None:
        return today
    return lot.fx_rate


def new_lots(
    desk: Desk,
    entry: Entry,
    security: SecurityKey,
    shares: Mapping[str, Decimal],
    costs: Sequence[Decimal],
) -> list[OpenLot]:
    """Lots of today, one an account, at given costs; not opened yet."""
    rate = base_rate(desk, entry)
    return [
        OpenLot(
            security,
            account,
            entry.seq,
            number,
            entry.transaction_date,
            entry.currency,
            quantity,
            cost,
            rate,
        )
        for number, ((account, quantity), cost) in enumerate(
            zip(shares.items(), costs, strict=True), start=1
        )
    ]


def open_all(desk: Desk, entry: Entry, lots: Sequence[OpenLot]) -> None:
    """Let the lots of an event wait in their pools, and journal their shares."""
    for lot in lots:
        pool = desk.pool(lot.security, lot.account)
        desk.method(pool, entry.transaction_date, lot.account)
        desk.open(pool, lot)
    for security in dict.fromkeys(lot.security for lot in lots):
        arrived = [lot for lot in lots if lot.security == security]
        post_shares(desk, entry, security, by_account(arrived))


def income_in_kind(
    desk: Desk, entry: Entry, security: SecurityKey, shares: Mapping[str, Decimal], worth: Decimal
) -> list[OpenLot]:
    """Shares that are income at what they are worth, which is also their cost."""
    shares = {account: quantity for account, quantity in shares.items() if quantity}
    if not shares:
        return []
    costs = spread(worth, list(shares.values()), desk.charge_places(entry.currency))
    lots = new_lots(desk, entry, security, shares, costs)
    open_all(desk, entry, lots)
    rate = lots[0].fx_rate
    net = worth - entry.taxes
    desk.income.append(
        Income(
            entry.seq,
            entry.security,
            entry.transaction_date,
            entry.currency,
            worth,
            entry.taxes,
            net,
            None if rate is None else net * rate,
        )
    )
    return lots


def too_much(
    desk: Desk, entry: Entry, field: str, quantity: Decimal, unit: Decimal | None
) -> Problem | None:
    """A price that makes of a quantity more money than can be kept."""
    rate = known_rate(desk, entry, entry.transaction_date)
    problem = too_large(entry, quantity * (unit or ZERO), rate)
    return None if problem is None else invalid(entry, field, problem.message)


def bad_fraction(desk: Desk, entry: Entry, held: Held, expected: Decimal) -> Problem | None:
    """`quantity` says how many new shares came; what is missing was paid in cash."""
    received = entry.quantity
    if received is None or received == expected:
        return None
    if received > expected:
        said = f"The ratio gives {expected} new shares, the entry says {received}."
        return invalid(entry, "quantity", said)
    if entry.net_amount is None:
        unit = _fraction_price(entry)
        if unit is None:
            return missing(entry, "net_amount")
        field = "price" if entry.to_price is None else "to_price"
        if problem := too_much(desk, entry, field, expected - received, unit):
            return problem
    return unpayable(desk, entry, [pool for pool, _ in held])


def pay_fraction(
    desk: Desk, entry: Entry, lots: Sequence[OpenLot], came: Mapping[str, Decimal] | None = None
) -> None:
    """Sell what was expected but not received out of the lots that it is missing from.

    lots: those that have the new shares; came: how many of these came to each account, where
    not all of the lots did.
    """
    came = in_accounts({lot: lot.quantity_open for lot in lots}) if came is None else came
    expected = sum(came.values(), ZERO)
    if not came or entry.quantity is None or entry.quantity == expected:
        return
    left = expected - entry.quantity
    paid = entry.net_amount
    if paid is None:
        paid = desk.posted(left * known(_fraction_price(entry)), entry.currency)
    parts: list[Part] = []
    for own, quantity in _shortfalls(desk, lots, came, left):
        pool = desk.pool(own[0].security, own[0].account)
        parts += parts_of(pool, earliest(own, quantity))
    sell_together(desk, entry, parts, paid)


def _shortfalls(
    desk: Desk, lots: Sequence[OpenLot], came: Mapping[str, Decimal], left: Decimal
) -> Iterator[tuple[list[OpenLot], Decimal]]:
    """Which lots miss how much: each account its own fraction, where these make up what is
    missing; else whatever is missing, pool by pool."""
    longs = [lot for lot in lots if not lot.is_short]
    fractions = {account: quantity % 1 for account, quantity in came.items() if quantity % 1}
    if sum(fractions.values(), ZERO) == left:
        for account, fraction in fractions.items():
            yield [lot for lot in longs if lot.account == account], fraction
        return
    for pool in dict.fromkeys(desk.pool(lot.security, lot.account) for lot in longs):
        own = [lot for lot in longs if desk.pool(lot.security, lot.account) is pool]
        quantity = min(left, sum((lot.quantity_open for lot in own), ZERO))
        if quantity:
            yield own, quantity
            left -= quantity


def _fraction_price(entry: Entry) -> Decimal | None:
    """What a share of a fraction was paid with; a stock dividend has but one price."""
    gives = entry.entry_type is EntryType.STOCK_DIVIDEND
    return entry.price if gives and entry.to_price is None else entry.to_price
