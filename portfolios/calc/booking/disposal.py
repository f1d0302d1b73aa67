"""Relieving lots: how much of each, at what cost, and how the result splits by cause."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from portfolios.calc.booking.orders import DisposalOrder
from portfolios.calc.entries import ZERO, SecurityKey
from portfolios.calc.lots import Closure, Lot
from portfolios.calc.money import allocate, half_even, minor_units, places_of, round_money

COST_PLACES = 6
LINE_PLACES = 8


@dataclass(slots=True, kw_only=True)
class OpenLot:
    """A lot while the ledger is being read: booking changes it, then freezes it."""

    security: SecurityKey
    account: str
    open_seq: int
    number: int
    acquisition_date: date
    currency: str
    quantity_original: Decimal
    quantity_open: Decimal
    cost_basis_local: Decimal | None
    fx_rate: Decimal | None
    closed_date: date | None = field(default=None)

    @property
    def cost_basis(self) -> Decimal | None:
        """Cost of the open part in base; None where cost or rate is unknown."""
        if self.cost_basis_local is None or self.fx_rate is None:
            return None
        return self.cost_basis_local * self.fx_rate

    def freeze(self) -> Lot:
        """The lot as the book keeps it."""
        return Lot(**{name: getattr(self, name) for name in self.__slots__})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """A disposal before it meets its lots: gross proceeds and the charges to take off them."""

    seq: int
    on: date
    quantity: Decimal
    gross: Decimal
    charges: Decimal
    currency: str
    fx_rate: Decimal | None
    base_currency: str


@dataclass(frozen=True, slots=True)
class RealizedSplit:
    """A realised result in base currency, to the minor unit: total = price + fx + cross."""

    total: Decimal
    price: Decimal
    fx: Decimal
    cross: Decimal


@dataclass(frozen=True, slots=True)
class UnknownSplit:
    """The result of a disposal whose cost or rate is not known: None in every part."""

    total: None = None
    price: None = None
    fx: None = None
    cross: None = None


def relieve(lots: Sequence[OpenLot], sale: Sale, order: DisposalOrder) -> list[Closure]:
    """Take a sale's quantity from lots that hold at least as much; the lots shrink in place.

    The gross and the charges are split over the matched lots by quantity, largest remainder, so
    the lines sum to the sale. A part removes cost·q/Q at 6 decimals half-even and the last part
    of a lot takes what remains, so cost is conserved exactly (methods §1.1).
    """
    matches = _match(order(lots), sale.quantity)
    weights = [quantity for _, quantity in matches]
    gross_lines = _spread(sale.gross, weights, LINE_PLACES)
    charge_lines = _spread(sale.charges, weights, minor_units(sale.currency))
    return [
        _close(lot, quantity, gross - charge, sale)
        for (lot, quantity), gross, charge in zip(matches, gross_lines, charge_lines, strict=True)
    ]


def realized_split(
    cost: Decimal, proceeds: Decimal, fx_open: Decimal, fx_close: Decimal, base_currency: str
) -> RealizedSplit:
    """Split P·f1 − C·f0 into price (P−C)·f0, currency C·(f1−f0) and cross (P−C)·(f1−f0).

    The total is rounded half-up to the base minor unit; the parts are rounded too, and the stray
    cent goes to the largest part (methods §1.3).
    """
    gain = proceeds - cost
    move = fx_close - fx_open
    total = round_money(proceeds * fx_close - cost * fx_open, base_currency)
    parts = [
        round_money(part, base_currency) for part in (gain * fx_open, cost * move, gain * move)
    ]
    largest = max(range(3), key=lambda index: abs(parts[index]))
    parts[largest] += total - sum(parts, ZERO)
    return RealizedSplit(total, *parts)


def _match(lots: Sequence[OpenLot], quantity: Decimal) -> list[tuple[OpenLot, Decimal]]:
    matches = []
    left = quantity
    for lot in lots:
        if not left:
            break
        taken = min(left, lot.quantity_open)
        matches.append((lot, taken))
        left -= taken
    return matches


def _spread(total: Decimal, weights: Sequence[Decimal], places: int) -> Sequence[Decimal]:
    if len(weights) == 1:
        return (total,)
    return allocate(total, weights, max(places, places_of(total)))


def _close(lot: OpenLot, quantity: Decimal, proceeds: Decimal, sale: Sale) -> Closure:
    cost = _take_cost(lot, quantity)
    lot.quantity_open -= quantity
    if not lot.quantity_open:
        lot.closed_date = sale.on
    split: RealizedSplit | UnknownSplit = UnknownSplit()
    if cost is not None and lot.fx_rate is not None and sale.fx_rate is not None:
        split = realized_split(cost, proceeds, lot.fx_rate, sale.fx_rate, sale.base_currency)
    return Closure(
        security=lot.security,
        account=lot.account,
        open_seq=lot.open_seq,
        number=lot.number,
        close_seq=sale.seq,
        open_date=lot.acquisition_date,
        close_date=sale.on,
        currency=lot.currency,
        quantity=quantity,
        proceeds_local=proceeds,
        cost_local=cost,
        fx_open=lot.fx_rate,
        fx_close=sale.fx_rate,
        realized_pnl=split.total,
        price_pnl=split.price,
        fx_pnl=split.fx,
        cross_pnl=split.cross,
    )


def _take_cost(lot: OpenLot, quantity: Decimal) -> Decimal | None:
    """Remove a part's cost from a lot and return it; unknown stays unknown."""
    whole = lot.cost_basis_local
    if whole is None:
        return None
    if quantity == lot.quantity_open:
        part = whole
    else:
        part = half_even(whole * quantity / lot.quantity_open, COST_PLACES)
    lot.cost_basis_local = whole - part
    return part
