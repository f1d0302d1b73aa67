"""Relieving lots: what each line of a disposal earns and costs, and the closure it leaves.

A `Deal` is a trade in the security's currency before it meets its lots. Closing a long lot, the
deal brings proceeds; covering a short one, it is the cost and the lot's own amount the proceeds.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from portfolios.calc.booking.amounts import known
from portfolios.calc.booking.desk import Desk
from portfolios.calc.booking.openlot import OpenLot
from portfolios.calc.booking.queues import Match, Queue
from portfolios.calc.booking.results import (
    RealizedSplit,
    Side,
    negated,
    side,
    split_of,
)
from portfolios.calc.entries import ZERO, Entry
from portfolios.calc.lots import Closure
from portfolios.calc.money import allocate, places_of, total

LINE_PLACES = 8


class Deal(NamedTuple):
    """A trade as its lots see it: amounts in the security's currency, for the whole quantity.

    price is set where the gross is quantity × price: each line's gross is then exact. charges
    are those that belong to cost. fx_rate is base per 1 local, None if unknown. settled is the
    net amount in base where it is not net × fx_rate: paid in base currency.
    """

    seq: int
    on: date
    quantity: Decimal
    price: Decimal | None
    gross: Decimal
    charges: Decimal
    charge_places: int
    fx_rate: Decimal | None
    settled: Decimal | None = None


def relieve(desk: Desk, queue: Queue, matches: Sequence[Match], deal: Deal) -> list[Closure]:
    """Take a deal's quantity from matched lots, which shrink in place; the closures in order.

    Gross and charges go over the lots by quantity, largest remainder, so that the lines sum to
    the deal (methods §1.1).
    """
    is_short = matches[0][0].is_short
    weights = [quantity for _, quantity in matches]
    lines = _net_lines(deal, weights, 1 if is_short else -1)
    dealt = [side(net, deal.fx_rate, base) for net, base in lines]
    if queue.pooled:
        closures = _close_pooled(desk, queue, matches, (deal, dealt))
    else:
        closures = _close_each(desk, matches, (deal, dealt))
    queue.held -= deal.quantity
    desk.closures += closures
    return closures


def realise(
    desk: Desk, lot: OpenLot, quantity: Decimal, entry: Entry, sides: tuple[Side, Side]
) -> Closure:
    """A closure that is no sale: what of a lot's amount is relieved, and what came for it."""
    closure = _closure(
        lot,
        quantity,
        (entry.seq, entry.transaction_date),
        sides,
        _split(desk, lot, *sides),
    )
    desk.closures.append(closure)
    return closure


def _net_lines(
    deal: Deal, weights: Sequence[Decimal], sign: int
) -> list[tuple[Decimal, Decimal | None]]:
    """Each line's amount with its charges, and the same in base where that was settled."""
    if deal.price is not None:
        gross: Sequence[Decimal] = [deal.price * weight for weight in weights]
    else:
        gross = spread(deal.gross, weights, LINE_PLACES)
    charges = spread(deal.charges, weights, deal.charge_places)
    net = [amount + sign * charge for amount, charge in zip(gross, charges, strict=True)]
    if deal.settled is None:
        return [(amount, None) for amount in net]
    return list(zip(net, spread(deal.settled, weights, LINE_PLACES), strict=True))


def spread(whole: Decimal, weights: Sequence[Decimal], places: int) -> Sequence[Decimal]:
    """A total over lines by weight, largest remainder, at the decimals it needs."""
    if len(weights) == 1:
        return (whole,)
    if not whole:
        return (ZERO,) * len(weights)
    return allocate(whole, weights, max(places, places_of(whole)))


def _close_each(
    desk: Desk, matches: Sequence[Match], dealt: tuple[Deal, list[Side]]
) -> list[Closure]:
    deal, lines = dealt
    current = deal.fx_rate if desk.cost_at_todays_rate else None
    closures = []
    for (lot, quantity), line in zip(matches, lines, strict=True):
        cost, settled = lot.take(quantity, desk.finest)
        own = side(cost, current or lot.fx_rate, None if current else settled)
        closures.append(
            _closure(lot, quantity, deal[:2], (own, line), _split(desk, lot, own, line))
        )
    return closures


def _close_pooled(
    desk: Desk, queue: Queue, matches: Sequence[Match], dealt: tuple[Deal, list[Side]]
) -> list[Closure]:
    """Average cost: the pool's result is computed once and goes over the lots by quantity."""
    deal, lines = dealt
    weights = [quantity for _, quantity in matches]
    cost, settled = queue.take_average(deal.quantity, desk.finest)
    current = deal.fx_rate if desk.cost_at_todays_rate else None
    own = side(cost, current, None if current else settled)
    line = Side(total(one.local for one in lines), total(one.base for one in lines), deal.fx_rate)
    result = _split(desk, matches[0][0], own, line)
    costs = _parts(cost, weights, desk.cost_places)
    bases = _parts(own.base, weights, desk.cost_places)
    results = zip(*(_parts(part, weights, desk.result_places) for part in result[1:]), strict=True)
    closures = []
    for match, one, local, base, causes in zip(matches, lines, costs, bases, results, strict=True):
        lot, quantity = match
        lot.quantity_open -= quantity
        if not lot.quantity_open:
            lot.cost_basis_local, lot.cost_settled = ZERO, None
        split = RealizedSplit(total(causes), *causes)
        closures.append(
            _closure(lot, quantity, deal[:2], (Side(local, base, own.rate, base), one), split)
        )
    return closures


def _split(desk: Desk, lot: OpenLot, own: Side, line: Side) -> RealizedSplit:
    split = split_of(own, line, desk.cent)
    return negated(split) if lot.is_short else split


def _closure(
    lot: OpenLot,
    quantity: Decimal,
    by: tuple[int, date],
    sides: tuple[Side, Side],
    split: RealizedSplit,
) -> Closure:
    seq, on = by
    if not lot.quantity_open:
        lot.closed_date = on
    own, line = sides
    proceeds, cost = (own, line) if lot.is_short else (line, own)
    return Closure(
        lot.security,
        lot.account,
        lot.open_seq,
        lot.number,
        seq,
        lot.acquisition_date,
        on,
        lot.currency,
        quantity,
        known(proceeds.local),
        cost.local,
        own.rate,
        line.rate,
        *split,
        lot.is_short,
        lot.holding_start,
        cost.settled,
        proceeds.settled,
    )


def _parts(
    whole: Decimal | None, weights: Sequence[Decimal], places: int
) -> Sequence[Decimal | None]:
    return [None] * len(weights) if whole is None else spread(whole, weights, places)
