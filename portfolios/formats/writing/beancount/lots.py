"""The lots as Beancount holds them, and the postings that bring them to where ours are.

Every lot is named by its unit cost, date and label, so Beancount never has to choose. A part of a
lot leaves at the lot's unit cost. Whatever changes the unit cost itself (a split, an average, a
return of capital) is a replacement: the old lot goes out and the new one comes in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from portfolios.calc.entries import ZERO, SecurityKey
from portfolios.calc.lot_steps import HeldLot, LotKey

CLOSE_ENOUGH = Decimal("0.00001")  # our parts of a lot's cost are cut at the sixth decimal


@dataclass(frozen=True, slots=True)
class LotPosting:
    """A change of one lot: units at a unit cost (None: without a cost), weighing `weight`."""

    lot: HeldLot
    units: Decimal
    unit_cost: Decimal | None

    @property
    def weight(self) -> Decimal:
        """What Beancount adds up for it, in the currency of its cost."""
        return ZERO if self.unit_cost is None else self.units * self.unit_cost


class Inventory:
    """What has been written so far."""

    def __init__(self) -> None:
        self._lots: dict[SecurityKey, dict[LotKey, LotPosting]] = {}

    def changes(
        self, security: SecurityKey, wanted: Mapping[LotKey, HeldLot]
    ) -> Iterator[LotPosting]:
        """The postings from what is written to what is wanted: what goes out, then what comes."""
        held = self._lots.setdefault(security, {})
        coming: list[LotPosting] = []
        for key in [key for key in held if key not in wanted]:
            there = held.pop(key)
            yield LotPosting(there.lot, -there.units, there.unit_cost)
        for key, lot in wanted.items():
            before = held.get(key)
            unit = None if lot.cost is None else lot.cost / lot.quantity
            if before is not None and _same(before, lot):
                unit = before.unit_cost
                if lot.quantity != before.units:
                    coming.append(LotPosting(lot, lot.quantity - before.units, unit))
            else:
                if before is not None:
                    yield LotPosting(before.lot, -before.units, before.unit_cost)
                coming.append(LotPosting(lot, lot.quantity, unit))
            held[key] = LotPosting(lot, lot.quantity, unit)
        yield from coming


def _same(before: LotPosting, lot: HeldLot) -> bool:
    """Whether the lot still has the unit cost, date and name under which it was written."""
    named = (before.lot.acquired, before.lot.currency) == (lot.acquired, lot.currency)
    if before.unit_cost is None or lot.cost is None:
        return named and before.unit_cost is None and lot.cost is None
    return named and abs(before.unit_cost * lot.quantity - lot.cost) <= CLOSE_ENOUGH
