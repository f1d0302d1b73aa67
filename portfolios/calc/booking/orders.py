"""The order in which a disposal relieves lots: functions of one signature, picked from a table.

Each takes the open lots in order of opening and returns them in order of relief. A new method
that is an order is one function and one line here; the booking loop does not change.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from portfolios.calc.entries import ZERO, CostMethod
from portfolios.exceptions import UnsupportedCostMethod

if TYPE_CHECKING:
    from portfolios.calc.booking.disposal import OpenLot

DisposalOrder: TypeAlias = "Callable[[Sequence[OpenLot]], Sequence[OpenLot]]"


def fifo(lots: "Sequence[OpenLot]") -> "Sequence[OpenLot]":
    """Oldest first: trade date, then identity. Booking opens them in just this order."""
    return lots


def lifo(lots: "Sequence[OpenLot]") -> "Sequence[OpenLot]":
    """Newest first, the exact reverse of FIFO."""
    return lots[::-1]


def hifo(lots: "Sequence[OpenLot]") -> "Sequence[OpenLot]":
    """Highest unit cost in *base* currency first, ties to the oldest (methods §1.2).

    Currency can reorder the local ranking. A lot of unknown base cost cannot be ranked and goes
    last, so that it never displaces one whose cost is known.
    """

    def rank(lot: "OpenLot") -> tuple[bool, object]:
        cost = lot.cost_basis
        return cost is None, ZERO if cost is None else -cost / lot.quantity_open

    return sorted(lots, key=rank)


ORDERS: dict[CostMethod, DisposalOrder] = {
    CostMethod.FIFO: fifo,
    CostMethod.LIFO: lifo,
    CostMethod.HIFO: hifo,
}


def disposal_order(method: CostMethod) -> DisposalOrder:
    """The order of a cost method. Raises UnsupportedCostMethod for those that are not orders."""
    try:
        return ORDERS[method]
    except KeyError:
        raise UnsupportedCostMethod(method) from None
