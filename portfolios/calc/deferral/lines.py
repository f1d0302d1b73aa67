"""Lines for closures that a loss rule leaves alone, each with its reason."""

from dataclasses import replace
from decimal import Decimal

from portfolios.calc.deferral.records import DeferredClosure, DeferredLot, Slice
from portfolios.calc.entries import ZERO
from portfolios.calc.lots import Closure, Lot


def as_booked(closure: Closure, reason: str | None) -> DeferredClosure:
    """The closure's own result, nothing deferred."""
    return DeferredClosure(
        close_seq=closure.close_seq,
        open_seq=closure.open_seq,
        number=closure.number,
        security=closure.security,
        account=closure.account,
        close_date=closure.close_date,
        quantity=closure.quantity,
        booked=closure.realized_pnl,
        gain=closure.realized_pnl,
        reason=reason,
    )


def unknown(closure: Closure) -> DeferredClosure:
    """Without a basis or a rate nothing can be said: every amount is None."""
    return replace(
        as_booked(closure, "UNKNOWN_RESULT"),
        added_cost=None,
        gain=None,
        disallowed=None,
        forfeited=None,
        moved_outside=None,
    )


def untaxed(closure: Closure) -> DeferredClosure:
    """A sale inside a registered account: neither a gain nor a loss for tax."""
    return replace(as_booked(closure, "REGISTERED"), gain=ZERO)


def lot_as_booked(lot: Lot, *, added: Decimal = ZERO, provisional: bool = False) -> DeferredLot:
    """An open lot in one piece, with what was added to its cost; its holding start stays."""
    part = Slice(
        quantity=lot.quantity_open,
        added_cost=added,
        holding_start=lot.holding_start or lot.acquisition_date,
        tax_cost=None if lot.cost_basis is None else lot.cost_basis + added,
    )
    return DeferredLot(
        open_seq=lot.open_seq,
        number=lot.number,
        security=lot.security,
        account=lot.account,
        quantity=lot.quantity_open,
        cost_basis=lot.cost_basis,
        added_cost=added,
        slices=(part,),
        provisional=provisional,
    )
