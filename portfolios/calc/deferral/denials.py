"""Whom a denied loss falls to: the purchases of its window, and the closures of its sale."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from portfolios.calc.deferral.blocks import COST_PLACES, Block
from portfolios.calc.deferral.holdings import Owner
from portfolios.calc.deferral.lines import as_booked
from portfolios.calc.deferral.records import DeferredClosure
from portfolios.calc.entries import ZERO
from portfolios.calc.lots import Closure
from portfolios.calc.money import allocate, minor_units, round_money


def replacements(
    bought: Sequence[Block], held: Mapping[Owner, Fraction], sold: Fraction
) -> list[tuple[Block, Fraction]]:
    """Purchases of the window by day, none beyond what its owner still holds on day 30."""
    room = dict(held)
    taken = []
    for block in bought:
        if not sold:
            break
        shares = min(block.purchased, sold, room[block.owner])
        if shares > 0:
            taken.append((block, shares))
            sold -= shares
            room[block.owner] -= shares
    return taken


def shared_by(
    line: DeferredClosure,
    gain: Decimal,
    sale: Sequence[Closure],
    booked: Sequence[Decimal],
    currency: str,
) -> list[DeferredClosure]:
    """A sale's figures over its closures, by quantity; each keeps its own booked result.

    A cent that rounding leaves between the lines and the sale goes to the last line.
    """
    weights = [closure.quantity for closure in sale]
    added = allocate(line.added_cost or ZERO, weights, max(minor_units(currency), COST_PLACES))
    disallowed, forfeited, outside = (
        allocate(amount or ZERO, weights, minor_units(currency))
        for amount in (line.disallowed, line.forfeited, line.moved_outside)
    )
    lines = []
    for index, (closure, result) in enumerate(zip(sale, booked, strict=True)):
        is_last = index == len(sale) - 1
        own = gain if is_last else round_money(result - added[index], currency)
        gain -= own
        lines.append(
            replace(
                as_booked(closure, None),
                added_cost=added[index],
                gain=own,
                disallowed=disallowed[index],
                forfeited=forfeited[index],
                moved_outside=outside[index],
                window_closes=line.window_closes,
                provisional=line.provisional,
            )
        )
    return lines
