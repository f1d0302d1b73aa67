"""Lots that are opened and relieved, long and short (methods §1.1–1.4), through `book`."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from dawsos.methods.ledgers import booked_whole, labels, trades
from dawsos.methods.registry import Answer, Inputs, golden
from portfolios.calc.entries import (
    ZERO,
    BookingSettings,
    CostMethod,
    LotPick,
)
from portfolios.calc.lots import Closure
from portfolios.calc.money import half_even

UNIT_COST_PLACES = 6
ACTION_DAY = date(2999, 12, 31)


@golden("lots.dispose")
def dispose(inputs: Inputs) -> Answer:
    """Buys and one sale in dollars, booked in Canadian dollars under the method asked."""
    rows = [{**buy, "side": "BUY"} for buy in inputs["buys"]]
    ledger = trades([*rows, {**inputs["sale"], "side": "SELL"}], "USD")
    picks = tuple(
        LotPick(label=pick["lot_id"], quantity=Decimal(pick["qty"]))
        for pick in inputs.get("picks", ())
    )
    ledger[-1] = replace(ledger[-1], lot_picks=picks)
    settings = BookingSettings(base_currency="CAD", cost_method=CostMethod(inputs["method"]))
    booked, names = booked_whole(ledger, settings), labels(ledger)
    lines = [_line(closure, names) for closure in booked.closures]
    (position,) = booked.positions
    return {
        "lines": lines,
        "total": {
            name: sum((line[name] for line in lines), ZERO)
            for name in ("qty", "proceeds_local", "cost_local", "gain_local", "gain_base")
        },
        "remaining": [
            {
                "lot_id": names[lot.open_seq],
                "qty": lot.quantity_open,
                "cost_local": lot.cost_basis_local,
            }
            for lot in booked.open_lots
        ],
        "pool_after": {
            "qty": position.quantity,
            "cost_local": position.cost_basis_local,
            "cost_base": position.cost_basis,
            "unit_cost_local": _unit_cost(position.cost_basis_local, position.quantity),
        },
    }


@golden("lots.realized_split")
def realized_split(inputs: Inputs) -> Answer:
    """One purchase in dollars and its sale, booked in Canadian dollars."""
    rows = [
        {"qty": inputs["qty"], "price": inputs[f"{side}_price"], "fee": inputs[f"{side}_fee"],
         "fx": inputs[f"fx_{side}"], "side": side.upper()}
        for side in ("buy", "sell")
    ]  # fmt: skip
    (closure,) = booked_whole(trades(rows, "USD"), BookingSettings(base_currency="CAD")).closures
    return {
        "cost_local": closure.cost_local,
        "proceeds_local": closure.proceeds_local,
        "gain_local": closure.gain_local,
        "gain_base": closure.realized_pnl,
        "price_pnl": closure.price_pnl,
        "fx_pnl": closure.fx_pnl,
        "cross_pnl": closure.cross_pnl,
    }


@golden("lots.short")
def short(inputs: Inputs) -> Answer:
    ledger = trades(inputs["transactions"], "CAD")
    settings = BookingSettings(
        base_currency="CAD", cost_method=CostMethod(inputs["method"]), allow_short=True
    )
    booked, names = booked_whole(ledger, settings), labels(ledger)
    return {
        "realized": [_closed(closure, names) for closure in booked.closures],
        "position": sum((position.quantity for position in booked.positions), ZERO),
        "short_lots": [
            {
                "lot_id": names[lot.open_seq],
                "qty": -lot.quantity_open,
                "open_proceeds": lot.cost_basis_local,
            }
            for lot in booked.open_lots
            if lot.is_short
        ],
        "long_lots": [
            {
                "lot_id": names[lot.open_seq],
                "qty": lot.quantity_open,
                "cost": lot.cost_basis_local,
            }
            for lot in booked.open_lots
            if not lot.is_short
        ],
    }


def _line(closure: Closure, names: Mapping[int, str]) -> dict[str, Any]:
    return {
        "lot_id": names[closure.open_seq],
        "qty": closure.quantity,
        "proceeds_local": closure.proceeds_local,
        "cost_local": closure.cost_local,
        "gain_local": closure.gain_local,
        "gain_base": closure.realized_pnl,
    }


def _closed(closure: Closure, names: Mapping[int, str]) -> dict[str, Any]:
    """A short is closed by its cover: the golden names the two amounts the other way round."""
    proceeds, cost = ("open_proceeds", "cover_cost") if closure.is_short else ("proceeds", "cost")
    return {
        "lot_id": names[closure.open_seq],
        "qty": closure.quantity,
        proceeds: closure.proceeds_local,
        cost: closure.cost_local,
        "gain": closure.realized_pnl,
    }


def _unit_cost(cost: Decimal | None, quantity: Decimal) -> Decimal | None:
    return half_even(cost / quantity, UNIT_COST_PLACES) if cost is not None and quantity else None
