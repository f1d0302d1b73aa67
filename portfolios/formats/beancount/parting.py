"""A purchase of several lots in one Beancount transaction: one side of it for each lot.

Each lot keeps its own cost, day and label. What was paid, charged or reinvested belongs to all of
them, and is shared by what each cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from portfolios.calc.money import round_money
from portfolios.formats.beancount.accounts import Use
from portfolios.formats.beancount.directives import Cost, Posting
from portfolios.formats.beancount.sides import Sides, worth
from portfolios.formats.draft import ZERO
from portfolios.formats.reading.machine_row import MachineRow

SHARED = (Use.FEES, Use.TAXES)


def by_lot(sides: Sides, row: MachineRow) -> list[Sides]:
    """The sides of each lot, in the order of the file; none, and a mistake, where the cost of
    more than one of them would have to be told from the rest."""
    lots = _lots(sides.securities)
    if len(lots) == 1:
        return [sides]
    lots = [_labelled(lot) for lot in lots]
    if not sides.cash and not sides.uses.get(Use.DIVIDENDS):
        return [replace(sides, securities=lot) for lot in lots]
    spent = _spent(sides)
    costs = _costs(lots, spent, sides.currency)
    if costs is None:
        message = "What each of the lots cost does not follow from the others."
        row.wrong("posting", "amount_elided", message, "Write the cost of every lot.")
        return []
    parts = [_shared(amount, costs, sides.currency) for amount in (spent, *_charges(sides))]
    return [_side(sides, lot, *amounts) for lot, *amounts in zip(lots, *parts, strict=True)]


def _lots(postings: Sequence[Posting]) -> list[list[Posting]]:
    """Postings by account and cost; without a cost, by price."""
    lots: dict[object, list[Posting]] = {}
    for post in postings:
        price = (post.price, post.price_currency) if post.cost is None else None
        lots.setdefault((post.account, post.cost, price), []).append(post)
    return list(lots.values())


def _labelled(lot: list[Posting]) -> list[Posting]:
    """A lot without a label is called by its cost, as lots of one day need names to be picked."""
    cost = lot[0].cost
    if cost is None or cost.label or cost.amount is None:
        return lot
    named = Cost(cost.amount, cost.currency, cost.day, f"{cost.amount:f} {cost.currency}")
    return [replace(post, cost=named) for post in lot]


def _charges(sides: Sides) -> list[Decimal]:
    return [sides.uses.get(use, ZERO) for use in SHARED]


def _spent(sides: Sides) -> Decimal:
    """What all the shares cost together: the cash, or the dividend, less what was charged."""
    moved = sum((post.units or ZERO for post in sides.cash), ZERO)
    return -(moved or sides.uses.get(Use.DIVIDENDS, ZERO)) - sum(_charges(sides), ZERO)


def _costs(lots: list[list[Posting]], spent: Decimal, currency: str) -> list[Decimal] | None:
    """What each lot cost, one that does not say it taking the rest; None where that fails."""
    said = [worth(lot) for lot in lots]
    known = [amount for amount, _ in said if amount is not None]
    currencies = {unit for amount, unit in said if amount is not None}
    rest = spent - sum(known, ZERO)
    open_ones = len(said) - len(known)
    if open_ones > 1 or len(currencies) != 1 or (open_ones and currencies != {currency}):
        return None
    costs = [rest if amount is None else amount for amount, _ in said]
    return costs if min(costs) > 0 else None


def _shared(amount: Decimal, costs: list[Decimal], currency: str) -> list[Decimal]:
    """An amount in proportion to costs; the last one takes what rounding leaves."""
    total = sum(costs, ZERO)
    parts = [round_money(amount * cost / total, currency) for cost in costs[:-1]]
    return [*parts, amount - sum(parts, ZERO)]


def _side(sides: Sides, lot: list[Posting], spent: Decimal, fees: Decimal, taxes: Decimal) -> Sides:
    paid = -(spent + fees + taxes)
    uses = {**sides.uses, Use.FEES: fees, Use.TAXES: taxes}
    if not sides.cash:
        return replace(sides, securities=lot, uses={**uses, Use.DIVIDENDS: paid})
    return replace(sides, securities=lot, uses=uses, cash=[replace(sides.cash[0], units=paid)])
