"""Trades: they close lots of the other side first and open one with what is left."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from portfolios.calc.booking.amounts import delivered_worth, gross, known, net
from portfolios.calc.booking.desk import Desk, Pool
from portfolios.calc.booking.disposal import LINE_PLACES, Deal, relieve, spread
from portfolios.calc.booking.matching import matched, short_of
from portfolios.calc.booking.openlot import OpenLot
from portfolios.calc.booking.queues import Match, Queue
from portfolios.calc.booking.rates import deal_of, local_currency, recorded_worth
from portfolios.calc.entries import ZERO, Entry, Problem
from portfolios.calc.lots import Closure, Movement


class Trade(NamedTuple):
    """What a kind of trade does: direction 1 buys, −1 sells; whether it may cross zero; its
    gross amount; and whether it bears charges."""

    direction: int
    crosses: bool
    gross: Decimal
    charged: bool = True


def buy(desk: Desk, entry: Entry) -> Problem | None:
    """Cover what is short, then open a lot at gross plus the charges that belong to cost."""
    return _paid(desk, entry, Trade(1, True, known(gross(entry))))


def sell(desk: Desk, entry: Entry) -> Problem | None:
    """Relieve lots by the method; refused whole when too little is held and shorts are not
    allowed, else what is beyond opens a short lot."""
    return _paid(desk, entry, Trade(-1, desk.settings.allow_short, known(gross(entry))))


def short_sale(desk: Desk, entry: Entry) -> Problem | None:
    """Sell what is held and open a short lot with the rest, whatever the setting says."""
    return _paid(desk, entry, Trade(-1, True, known(gross(entry))))


def cover(desk: Desk, entry: Entry) -> Problem | None:
    """Close short lots only."""
    return _paid(desk, entry, Trade(1, False, known(gross(entry))))


def delivery_in(desk: Desk, entry: Entry) -> Problem | None:
    """Shares from outside at the amount stated, which is their cost and the flow."""
    worth = known(delivered_worth(entry))
    cost = worth if entry.cost_basis is None else entry.cost_basis
    problem = _trade(desk, entry, Trade(1, True, cost, charged=False))
    if problem is None:
        post_delivery(desk, entry, known(entry.quantity), worth)
    return problem


def delivery_out(desk: Desk, entry: Entry) -> Problem | None:
    """Shares to outside at the amount stated, which is their proceeds: it realises."""
    worth = known(delivered_worth(entry))
    problem = _trade(desk, entry, Trade(-1, False, worth, charged=False))
    if problem is None:
        post_delivery(desk, entry, -known(entry.quantity), -worth)
    return problem


def post_delivery(desk: Desk, entry: Entry, quantity: Decimal, worth: Decimal | None) -> None:
    """Shares over the portfolio's border; a worth of None is left to the market."""
    desk.post(
        entry,
        Movement.DELIVERY,
        quantity=quantity,
        crossing=worth,
        crossing_base=None if worth is None else recorded_worth(desk, entry, worth),
    )


def note_unknown(desk: Desk, entry: Entry, closures: Sequence[Closure]) -> None:
    """Name the closures whose cost nobody knows."""
    opened = [f"{closure.open_seq}" for closure in closures if closure.cost_local is None]
    if opened:
        desk.note(
            entry,
            "unknown_basis",
            "cost_basis",
            f"Entry {entry.seq} relieves shares of unknown cost, opened by entry "
            f"{', '.join(opened)}; their realised result is not known.",
            "Reverse the opening balance and enter it with its cost_basis.",
        )


def opened_lot(entry: Entry, deal: Deal, currency: str, sign: int) -> OpenLot:
    """The lot that a deal opens; sign −1 is a short one, whose cost is its net proceeds."""
    lot = OpenLot(
        entry.security,
        entry.account,
        entry.seq,
        1,
        entry.transaction_date,
        currency,
        deal.quantity,
        deal.gross + sign * deal.charges,
        deal.fx_rate,
    )
    lot.is_short = sign < 0
    lot.cost_settled = deal.settled
    lot.lot_label = entry.lot_label
    lot.holding_start = entry.holding_start
    return lot


def _paid(desk: Desk, entry: Entry, trade: Trade) -> Problem | None:
    problem = _trade(desk, entry, trade)
    if problem is None:
        cash = net(entry, rounded=desk.cent is not None)
        desk.post_trade(entry, trade.direction * known(entry.quantity), cash)
    return problem


def _trade(desk: Desk, entry: Entry, trade: Trade) -> Problem | None:
    pool = desk.pool(entry.security, entry.account)
    method = desk.method(pool, entry.transaction_date, entry.account)
    queue = pool.side(is_short=trade.direction > 0)
    closing = _closing(queue, entry, trade)
    matches: Sequence[Match] = ()
    if closing:
        found = matched(queue, entry, method, closing)
        if isinstance(found, Problem):
            return found
        matches = found
    elif not trade.crosses:
        return short_of(entry, known(entry.quantity), ZERO)
    deal = deal_of(desk, entry, pool, trade.gross, trade.direction if trade.charged else 0)
    if isinstance(deal, Problem):
        queue.heap = None  # nothing of what was matched is taken
        only_opens = trade.direction > 0 and not closing
        return _without_cost(desk, entry, pool, deal) if only_opens else deal
    closed, opened = _cut(deal, closing)
    if closed is not None:
        note_unknown(desk, entry, relieve(desk, queue, matches, closed))
    if opened is not None:
        currency = local_currency(entry, pool)
        desk.open(pool, opened_lot(entry, opened, currency, trade.direction))
    return None


def _closing(queue: Queue, entry: Entry, trade: Trade) -> Decimal:
    """How much of a trade closes lots: all that it can, and all of it where it must not cross.

    A sale with picks means lots that are there; it never crosses.
    """
    quantity = known(entry.quantity)
    if entry.lot_picks and trade.direction < 0:
        return quantity
    if not queue.held:
        return ZERO
    return min(quantity, queue.held) if trade.crosses else quantity


def _cut(deal: Deal, closing: Decimal) -> tuple[Deal | None, Deal | None]:
    """A deal that crosses zero as its closing and its opening part, charges by quantity."""
    if not closing:
        return None, deal
    if closing == deal.quantity:
        return deal, None
    parts = [closing, deal.quantity - closing]
    if deal.price is not None:
        amounts: Sequence[Decimal] = [deal.price * part for part in parts]
    else:
        amounts = spread(deal.gross, parts, LINE_PLACES)
    charges = spread(deal.charges, parts, deal.charge_places)
    worths: Sequence[Decimal | None] = (None, None)
    if deal.settled is not None:
        worths = spread(deal.settled, parts, LINE_PLACES)
    first, second = (
        deal._replace(quantity=part, gross=amount, charges=charge, settled=worth)
        for part, amount, charge, worth in zip(parts, amounts, charges, worths, strict=True)
    )
    return first, second


def _without_cost(desk: Desk, entry: Entry, pool: Pool, problem: Problem) -> Problem | None:
    """A purchase whose cost no rate can tell: the shares are there, what they cost is not known."""
    if problem.code != "missing_rate":
        return problem
    desk.problems.append(problem)
    quantity = known(entry.quantity)
    unknown = Deal(entry.seq, entry.transaction_date, quantity, None, ZERO, ZERO, 0, None)
    lot = opened_lot(entry, unknown, local_currency(entry, pool), 1)
    lot.cost_basis_local = None
    desk.open(pool, lot)
    return None
