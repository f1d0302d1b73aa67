"""Loss deferral cases (methods §1.8)."""

from datetime import date
from decimal import Decimal
from typing import Any

from dawsos.methods.ledgers import booked_whole, labels, trades
from dawsos.methods.registry import Answer, Inputs, golden
from portfolios.calc.deferral import Deferrals, DeferredLot, defer_losses
from portfolios.calc.entries import ZERO, BookingSettings, CostMethod, Entry
from portfolios.calc.lots import Book
from portfolios.calc.money import half_even

LONG_AFTER = date(9999, 12, 31)


@golden("tax.wash_sale_us")
def wash_sale_us(inputs: Inputs) -> Answer:
    """Long after the last trade, when every window has closed."""
    ledger = trades(inputs["transactions"], "USD")
    booked = _booked(ledger, "USD", CostMethod(inputs["lot_method"]))
    deferred = defer_losses(booked, "US", LONG_AFTER)
    names = labels(ledger)
    return {
        "sales": [
            {
                "id": names[seq],
                "gain": _sum(deferred, seq, "gain"),
                "disallowed": _sum(deferred, seq, "disallowed"),
                "recognized": _sum(deferred, seq, "recognized"),
            }
            for seq in dict.fromkeys(line.close_seq for line in deferred.closures)
        ],
        "lots": [row for lot in deferred.lots for row in _slices(lot, booked, names[lot.open_seq])],
    }


@golden("tax.superficial_loss_ca")
def superficial_loss_ca(inputs: Inputs) -> Answer:
    """At average cost, long after the last trade."""
    ledger = trades(inputs["transactions"], "CAD")
    booked = _booked(ledger, "CAD", CostMethod.AVERAGE)
    deferred = defer_losses(booked, "CA", LONG_AFTER)
    names = labels(ledger)
    quantity = sum((lot.quantity for lot in deferred.lots), ZERO)
    cost = sum((lot.tax_cost or ZERO for lot in deferred.lots), ZERO)
    return {
        "sales": [
            {
                "id": names[count.close_seq],
                "S": count.sold,
                "P": count.bought,
                "B": count.held,
                "gain": _sum(deferred, count.close_seq, "gain"),
                "denied": _sum(deferred, count.close_seq, "disallowed"),
                "recognized": _sum(deferred, count.close_seq, "recognized"),
            }
            for count in deferred.counts
        ],
        "pool": {
            "qty": quantity,
            "acb": cost,
            "acb_per_unit": half_even(cost / quantity, 6) if quantity else None,
        },
    }


def _booked(ledger: list[Entry], currency: str, method: CostMethod) -> Book:
    return booked_whole(ledger, BookingSettings(base_currency=currency, cost_method=method))


def _sum(deferred: Deferrals, close_seq: int, name: str) -> Decimal | None:
    """A sale's figure over its closures; None where one is unknown."""
    parts = [getattr(line, name) for line in deferred.closures if line.close_seq == close_seq]
    return None if None in parts else sum(parts, ZERO)


def _slices(lot: DeferredLot, booked: Book, name: str) -> list[dict[str, Any]]:
    """A lot by the histories of its parts; the golden marks the washed ones with a w."""
    acquired = next(
        one.acquisition_date
        for one in booked.lots
        if (one.open_seq, one.number) == (lot.open_seq, lot.number)
    )
    return [
        {
            "lot_id": f"{name}w" if part.added_cost else name,
            "acquired": acquired,
            "holding_start": part.holding_start,
            "qty": part.quantity,
            "cost": part.tax_cost,
        }
        for part in lot.slices
    ]
