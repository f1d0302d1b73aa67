"""Mergers and changes of symbol: lots of one security become lots of another (methods §1.5).

A qualifying merger recognises its gain up to the cash. Its closure relieves of a lot the cost
that the cash paid back, cost − new cost, against the cash; the rest goes on. So the cost before
is the closure's cost and the new lot's, to the last digit.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

from portfolios.calc.booking.actions import (
    Held,
    bad_fraction,
    cost_rate,
    held_queues,
    lots_in,
    new_lots,
    open_all,
    other_child,
    other_money,
    pay_fraction,
    post_shares,
    shares_after,
    too_much,
    untreated,
)
from portfolios.calc.booking.amounts import charges_in_cost, known
from portfolios.calc.booking.desk import Desk
from portfolios.calc.booking.disposal import LINE_PLACES, Deal, realise, relieve, spread
from portfolios.calc.booking.lieu import post_money
from portfolios.calc.booking.mistakes import missing
from portfolios.calc.booking.openlot import OpenLot
from portfolios.calc.booking.queues import Queue
from portfolios.calc.booking.rates import base_rate
from portfolios.calc.booking.ratios import after_ratio, in_accounts, unbookable_ratio
from portfolios.calc.booking.results import side
from portfolios.calc.booking.splits import by_account
from portfolios.calc.booking.trades import note_unknown
from portfolios.calc.entries import ZERO, CostMethod, Entry, Problem, Treatment

ONE = Decimal(1)


class MergedLot(NamedTuple):
    """What became of a lot's cost: the gain there was, how much counts now, what goes on."""

    realized_gain: Decimal
    recognized_gain: Decimal
    new_cost: Decimal


def qualifying_merger(cost: Decimal, cash: Decimal, worth: Decimal) -> MergedLot:
    """A cash-and-stock merger of one lot: G = cash + worth − cost counts up to the cash.

    A loss waits: it stays in the new cost, which is cost − cash + recognised.
    """
    gain = cash + worth - cost
    recognized = max(ZERO, min(gain, cash))
    return MergedLot(gain, recognized, cost - cash + recognized)


def merger(desk: Desk, entry: Entry) -> Problem | None:
    """Each `old_shares` become `new_shares` of another security and/or cash."""
    held = held_queues(desk, entry)
    problem = untreated(entry, *Treatment) or _incomplete(entry) or _refused(desk, entry, held)
    if problem is not None:
        return problem
    if not held:
        post_money(desk, entry, {}, ZERO)
        return None
    if entry.new_shares is None or entry.treatment is Treatment.TAXABLE:
        opened = _sold(desk, entry, held)
    else:
        opened = _exchanged(desk, entry, held, (entry.new_shares, known(entry.old_shares)))
    pay_fraction(desk, entry, opened)
    return None


def symbol_change(desk: Desk, entry: Entry) -> Problem | None:
    """The same shares under another name: every lot goes on with its cost and dates."""
    held = held_queues(desk, entry)
    if problem := other_child(desk, entry, held):
        return problem
    _exchanged(desk, entry, held, (ONE, ONE))
    return None


def _incomplete(entry: Entry) -> Problem | None:
    cash = _has_cash(entry)
    if entry.new_shares is None:
        return None if cash else missing(entry, "new_shares")
    for field in ("old_shares", "to_security"):
        if getattr(entry, field) is None:
            return missing(entry, field)
    if entry.to_price is None and (cash or entry.treatment is Treatment.TAXABLE):
        return missing(entry, "to_price")
    return None


def _has_cash(entry: Entry) -> bool:
    return entry.entry_type != "SYMBOL_CHANGE" and bool(entry.price or entry.gross_amount)


def _refused(desk: Desk, entry: Entry, held: Held) -> Problem | None:
    """What the holding itself makes impossible."""
    cash, lots = _has_cash(entry), lots_in(held)
    paid = cash or entry.treatment is Treatment.TAXABLE
    if paid and (problem := other_money(entry, held)):
        return problem
    whole = sum((queue.held for _, queue in held), ZERO)
    if problem := too_much(desk, entry, "price", whole, _price(entry)):
        return problem
    if entry.new_shares is None:
        return None
    if cash:
        short = any(lot.is_short for lot in lots)
        fitting = (Treatment.TAXABLE,) if short else (Treatment.QUALIFYING, Treatment.TAXABLE)
        if problem := untreated(entry, *fitting):
            return problem
    new, old = entry.new_shares, known(entry.old_shares)
    shares = shares_after(held, new, old)
    expected = sum(in_accounts(shares).values(), ZERO)
    return (
        unbookable_ratio(entry, shares, new, old)
        or other_child(desk, entry, held)
        or too_much(desk, entry, "to_price", expected, entry.to_price if paid else None)
        or bad_fraction(desk, entry, held, expected)
    )


def _price(entry: Entry) -> Decimal | None:
    """What is paid for a share, where that and no sum says what is paid."""
    return entry.price if _has_cash(entry) and entry.gross_amount is None else None


def _paid(entry: Entry, weights: Sequence[Decimal]) -> Sequence[Decimal]:
    """The cash of an event for quantities that are all there is."""
    if not _has_cash(entry):
        return [ZERO] * len(weights)
    if entry.gross_amount is not None:
        return spread(entry.gross_amount, weights, LINE_PLACES)
    return [known(entry.price) * weight for weight in weights]


def _sold(desk: Desk, entry: Entry, held: Held) -> list[OpenLot]:
    """An ordinary sale at total value; new shares are bought at what they are worth."""
    weights = [queue.held for _, queue in held]
    paid = _paid(entry, weights)
    charged = spread(charges_in_cost(desk.settings, entry), weights, LINE_PLACES)
    shares = by_account(lots_in(held))
    opened: list[OpenLot] = []
    cash = ZERO
    for (pool, queue), amount, charge in zip(held, paid, charged, strict=True):
        is_short = queue is pool.shorts
        bought = _bought(desk, entry, queue, is_short=is_short)
        for number, lot in enumerate(bought, start=len(opened) + 1):
            lot.number, lot.is_short = number, is_short
        worth = sum((known(lot.cost_basis_local) for lot in bought), ZERO)
        deal = Deal(
            entry.seq,
            entry.transaction_date,
            queue.held,
            None,
            amount + worth,
            charge,
            LINE_PLACES,
            base_rate(desk, entry),
        )
        matches = queue.match(queue.held, CostMethod.FIFO)
        note_unknown(desk, entry, relieve(desk, queue, matches, deal))
        opened += bought
        cash += -amount if is_short else amount
    _journal(desk, entry, shares, cash)
    open_all(desk, entry, opened)
    return opened


def _bought(desk: Desk, entry: Entry, queue: Queue, *, is_short: bool) -> list[OpenLot]:
    if entry.new_shares is None:
        return []
    after = after_ratio([queue], entry.new_shares, known(entry.old_shares))
    shares = in_accounts(after, is_short=is_short)
    price = known(entry.to_price)
    costs = [price * quantity for quantity in shares.values()]
    return new_lots(desk, entry, entry.to_security, shares, costs)


def _exchanged(
    desk: Desk, entry: Entry, held: Held, ratio: tuple[Decimal, Decimal]
) -> list[OpenLot]:
    """Lot by lot: cost and dates go on; what cash paid back of the cost is relieved."""
    lots = lots_in(held)
    shares, after = by_account(lots), shares_after(held, *ratio)
    paid = dict(zip(map(id, lots), _paid(entry, [lot.quantity_open for lot in lots]), strict=True))
    opened: list[OpenLot] = []
    for _, queue in held:
        with queue.dealt_out(desk.cost_places):
            for lot in queue.open_lots():
                quantity = after[lot]
                cost = _kept(desk, entry, lot, (paid[id(lot)], quantity))
                successor = lot.successor((entry.seq, len(opened) + 1), quantity, cost)
                successor.security = entry.to_security
                opened.append(successor)
            queue.touch()
    _journal(desk, entry, shares, sum(paid.values(), ZERO))
    open_all(desk, entry, opened)
    return opened


def _kept(
    desk: Desk, entry: Entry, lot: OpenLot, paid: tuple[Decimal, Decimal]
) -> tuple[Decimal | None, Decimal | None]:
    """Close a lot; what of its cost, local and settled, goes on to its successor."""
    cash, quantity = paid
    before = lot.quantity_open
    cost, settled = lot.take(before, desk.finest)
    lot.closed_date = entry.transaction_date
    if not cash:
        return cost, settled
    kept = None
    if cost is not None:
        kept = qualifying_merger(cost, cash, known(entry.to_price) * quantity).new_cost
    relieved, base = _difference(cost, kept), None
    if settled is not None and cost and relieved is not None:
        base = (settled * relieved / cost).quantize(desk.finest, ROUND_HALF_EVEN)
    today = base_rate(desk, entry)
    own = None if desk.cost_at_todays_rate and today is not None else base
    sides = side(relieved, cost_rate(desk, lot, today), own), side(cash, today, None)
    note_unknown(desk, entry, [realise(desk, lot, before, entry, sides)])
    return kept, _difference(settled, base)


def _difference(whole: Decimal | None, part: Decimal | None) -> Decimal | None:
    return None if whole is None or part is None else whole - part


def _journal(desk: Desk, entry: Entry, shares: dict[str, Decimal], cash: Decimal) -> None:
    post_shares(desk, entry, entry.security, {name: -number for name, number in shares.items()})
    post_money(desk, entry, shares, cash)
