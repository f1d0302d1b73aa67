"""Which lots a disposal means: those of its method, or those that its picks describe.

Where the law or the owner wants the lot named (SPECIFIC, STRICT), a disposal that could mean
several lots, and does not take them all, is refused rather than guessed.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import TypeAlias

from portfolios.calc.booking.openlot import OpenLot
from portfolios.calc.booking.queues import Match, Queue
from portfolios.calc.entries import ZERO, CostMethod, Entry, LotPick, Problem
from portfolios.calc.money import half_even, places_of

Matches: TypeAlias = list[Match]
_NAMED = frozenset({CostMethod.SPECIFIC, CostMethod.STRICT})
_UNIT_PLACES = 2


def matched(
    queue: Queue, entry: Entry, method: CostMethod, quantity: Decimal, account: str | None = None
) -> Matches | Problem:
    """The lots to relieve for a quantity of an entry, in order, or why there are none.

    account restricts them to the lots that lie there.
    """
    if not entry.lot_picks and account is None and method not in _NAMED:
        enough = queue.held >= quantity
        return queue.match(quantity, method) if enough else short_of(entry, quantity, queue.held)
    lots = queue.ordered(method)
    if account is not None:
        lots = [lot for lot in lots if lot.account == account]
    if entry.lot_picks:
        return _picked(queue, entry, (lots, method), quantity)
    held = _held(lots)
    if held < quantity:
        return short_of(entry, quantity, held)
    if method in _NAMED and len(lots) > 1 and held != quantity:
        return _ambiguous(entry, lots)
    return _fill(lots, quantity)[0]


def held_by(queue: Queue, account: str | None) -> Decimal:
    """Shares waiting in a queue, of one account where that is asked."""
    if account is None:
        return queue.held
    return _held([lot for lot in queue.open_lots() if lot.account == account])


def _picked(
    queue: Queue, entry: Entry, lots_of: tuple[list[OpenLot], CostMethod], quantity: Decimal
) -> Matches | Problem:
    """Pick by pick in the order given: each takes its own quantity, or what is still wanted."""
    lots, method = lots_of
    taken: dict[int, Decimal] = {}
    matches: Matches = []
    available = ZERO
    left = quantity
    for pick in entry.lot_picks:
        fitting = [lot for lot in lots if _fits(queue, lot, pick)]
        if not fitting:
            return _nothing_fits(entry)
        free = _held(fitting) - sum((taken.get(id(lot), ZERO) for lot in fitting), ZERO)
        available += free if pick.quantity is None else min(free, pick.quantity)
        wanted = left if pick.quantity is None else min(left, pick.quantity)
        if method in _NAMED and len(fitting) > 1 and wanted < free:
            return _ambiguous(entry, fitting)
        found, _ = _fill(fitting, min(wanted, free), taken)
        left -= _taken(found)
        matches += found
    return _merged(matches) if not left else short_of(entry, quantity, available)


def _fits(queue: Queue, lot: OpenLot, pick: LotPick) -> bool:
    if pick.label is not None and pick.label not in {lot.label, lot.lot_label}:
        return False
    if pick.currency is not None and pick.currency != lot.currency:
        return False
    if pick.acquisition_date is not None and pick.acquisition_date != lot.acquisition_date:
        return False
    return pick.unit_cost is None or _costs(queue, lot, pick.unit_cost)


def _costs(queue: Queue, lot: OpenLot, unit_cost: Decimal) -> bool:
    """Whether a lot's unit cost is the one stated, at the decimals in which it is stated."""
    cost, quantity = lot.cost_basis_local, lot.quantity_open
    if queue.pooled:
        cost, quantity = queue.cost, queue.held
    if cost is None:
        return False
    places = max(_UNIT_PLACES, places_of(unit_cost))
    return half_even(cost / quantity, places) == unit_cost


def _fill(
    lots: Sequence[OpenLot], quantity: Decimal, taken: dict[int, Decimal] | None = None
) -> tuple[Matches, Decimal]:
    """Lots in order until a quantity is reached; `taken` is what earlier picks took of them."""
    taken = {} if taken is None else taken
    matches = []
    for lot in lots:
        if not quantity:
            break
        part = min(quantity, lot.quantity_open - taken.get(id(lot), ZERO))
        if part:
            matches.append((lot, part))
            taken[id(lot)] = taken.get(id(lot), ZERO) + part
            quantity -= part
    return matches, quantity


def _merged(matches: Matches) -> Matches:
    """One line a lot, where several picks mean the same one."""
    lots = {id(lot): lot for lot, _ in matches}
    quantities: dict[int, Decimal] = {}
    for lot, quantity in matches:
        quantities[id(lot)] = quantities.get(id(lot), ZERO) + quantity
    return [(lots[key], quantity) for key, quantity in quantities.items()]


def _held(lots: Sequence[OpenLot]) -> Decimal:
    return sum((lot.quantity_open for lot in lots), ZERO)


def _taken(matches: Matches) -> Decimal:
    return sum((quantity for _, quantity in matches), ZERO)


def short_of(entry: Entry, quantity: Decimal, held: Decimal) -> Problem:
    """An entry that takes more than there is."""
    wanted, there = (f"{number.normalize():,f}" for number in (quantity, held))
    return Problem(
        "insufficient_quantity",
        entry.seq,
        "quantity",
        f"Entry {entry.seq} needs {wanted} but {there} are there on {entry.transaction_date}.",
        "Correct the quantity or book the missing entry first.",
    )


def _nothing_fits(entry: Entry) -> Problem:
    return Problem(
        "no_matching_lot",
        entry.seq,
        "lot_picks",
        f"No open lot is what entry {entry.seq} describes.",
        "Correct the label, unit cost, currency or date, or leave the lot open.",
    )


def _ambiguous(entry: Entry, lots: Sequence[OpenLot]) -> Problem:
    names = ", ".join(lot.lot_label or lot.label for lot in lots[:10])
    return Problem(
        "ambiguous_lot",
        entry.seq,
        "lot_picks",
        f"Entry {entry.seq} could mean {len(lots)} lots: {names}.",
        "Name the lot by its label, unit cost or date.",
    )
