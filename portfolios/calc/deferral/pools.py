"""The denied losses inside one owner's shares of a security (Income Tax Act s. 53(1)(f))."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from portfolios.calc.deferral.blocks import COST_PLACES, paid_back
from portfolios.calc.deferral.lines import lot_as_booked
from portfolios.calc.deferral.records import DeferredLot, Holder
from portfolios.calc.deferral.shares import as_number
from portfolios.calc.entries import ZERO, SecurityKey
from portfolios.calc.lots import Lot
from portfolios.calc.money import allocate, half_even, places_of

# A group, its owner, and whether the shares were transferred out of the ledger.
PoolKey = tuple[SecurityKey, Holder, bool]


@dataclass(frozen=True, slots=True)
class Addition:
    """A denied loss on its way into a pool, from a day on."""

    on: date
    amount: Decimal
    pending_until: date


@dataclass(slots=True)
class Pool:
    """One owner's shares of a group, the denied losses inside them, and those still to come."""

    held: Fraction = Fraction(0)
    added: Decimal = ZERO
    coming: list[Addition] = field(default_factory=list)
    pending_until: date | None = None

    def advance(self, upto: date) -> None:
        """Let in what is due by the end of a day."""
        due = [addition for addition in self.coming if addition.on <= upto]
        if not due:
            return
        self.coming = [addition for addition in self.coming if addition.on > upto]
        self.added += sum((addition.amount for addition in due), ZERO)
        self.pending_until = max(addition.pending_until for addition in due)

    def pay_back(self, gain: Fraction, waiting: Fraction) -> Decimal:
        """Take out of the denied losses what a gain of no shares pays back."""
        back = half_even(as_number(paid_back(gain, waiting, Fraction(self.added))), COST_PLACES)
        self.added -= back
        return back

    def relieve(self, quantity: Fraction) -> Decimal:
        """Take shares out; what leaves with them, six decimals; the last take the rest."""
        share = Fraction(self.added)
        if quantity < self.held:
            share = share * quantity / self.held
        leaving = half_even(as_number(share), COST_PLACES)
        self.held -= quantity
        self.added -= leaving
        return leaving


def raised_lots(lots: Sequence[Lot], pool: Pool, asof: date) -> list[DeferredLot]:
    """A pool's denied losses over its open lots, by quantity; holding starts stay."""
    places = max(places_of(pool.added), COST_PLACES)
    amounts = allocate(pool.added, [lot.quantity_open for lot in lots], places)
    provisional = pool.pending_until is not None and asof <= pool.pending_until
    return [
        lot_as_booked(lot, added=amount, provisional=provisional and amount > 0)
        for lot, amount in zip(lots, amounts, strict=True)
    ]
