"""Corporate actions, each posted as an entry and booked (methods §1.5)."""

from decimal import Decimal
from typing import Any

from dawsos.methods.ledgers import action_entry, booked_whole, labels, opening_lots
from dawsos.methods.registry import Answer, Inputs, golden
from portfolios.calc.booking import child_cost_share, part_of_cost, qualifying_merger
from portfolios.calc.entries import ZERO, Entry, EntryType, Treatment
from portfolios.calc.lots import Book, Lot
from portfolios.calc.money import half_even, quantum
from portfolios.calc.nav import market_value

SUCCESSOR = "Y"
ONE = Decimal(1)
UNIT_COST_PLACES, SHARE_PLACES = 6, 12


@golden("lots.split")
def split(inputs: Inputs) -> Answer:
    """A price on the entry says that fractions are not held."""
    held = inputs["fractions_held"]
    action = action_entry(
        EntryType.SPLIT,
        price=None if held else Decimal(inputs["price_post"]),
        new_shares=Decimal(inputs["num"]),
        old_shares=Decimal(inputs["den"]),
    )
    booked, names = _after(inputs, action)
    sold = booked.closures
    return {
        "ratio": f"{action.new_shares}:{action.old_shares}",
        "fraction": sum((closure.quantity for closure in sold), ZERO),
        "cash_in_lieu": sum(booked.cash.values(), ZERO),
        "cost_of_fraction": sum((closure.cost_local or ZERO for closure in sold), ZERO),
        "gain": booked.realized_pnl,
        "lots": [_lot(lot, names[lot.open_seq]) for lot in booked.open_lots],
    }


@golden("lots.stock_dividend")
def stock_dividend(inputs: Inputs) -> Answer:
    action = action_entry(
        EntryType.STOCK_DIVIDEND,
        new_shares=Decimal(inputs["rate"]),
        old_shares=ONE,
        treatment=Treatment.CARRY_OVER,
        jurisdiction="US",
    )
    booked, names = _after(inputs, action)
    return {"lots": [_lot(lot, names[lot.open_seq]) for lot in booked.open_lots]}


@golden("lots.return_of_capital")
def return_of_capital(inputs: Inputs) -> Answer:
    action = action_entry(EntryType.RETURN_OF_CAPITAL, price=Decimal(inputs["roc_per_share"]))
    booked, names = _after(inputs, action)
    gains = {closure.open_seq: closure.realized_pnl for closure in booked.closures}
    return {
        "lots": [
            {
                "lot_id": names[lot.open_seq],
                "cost_after": lot.cost_basis_local,
                "gain": gains.get(lot.open_seq, ZERO),
            }
            for lot in booked.lots
        ],
        "cash": sum(booked.cash.values(), ZERO),
    }


@golden("lots.spinoff")
def spinoff(inputs: Inputs) -> Answer:
    action = action_entry(
        EntryType.SPINOFF,
        to_security=SUCCESSOR,
        new_shares=Decimal(inputs["child_per_parent"]),
        old_shares=ONE,
        price=Decimal(inputs["parent_fmv"]),
        to_price=Decimal(inputs["child_fmv"]),
        treatment=Treatment.CARRY_OVER,
        jurisdiction="US",
    )
    booked, names = _after(inputs, action)
    children = {lot.origin: lot for lot in booked.lots if lot.security == SUCCESSOR}
    share = child_cost_share(
        action.new_shares or ZERO, ONE, action.price or ZERO, action.to_price or ZERO
    )
    return {
        "child_cost_share": part_of_cost(ONE, share, quantum(SHARE_PLACES)),
        "lots": [
            {
                "lot_id": names[lot.open_seq],
                "parent_qty": lot.quantity_open,
                "parent_cost": lot.cost_basis_local,
                "child_qty": children[lot.label].quantity_open,
                "child_cost": children[lot.label].cost_basis_local,
                "child_acquired": children[lot.label].acquisition_date,
            }
            for lot in booked.lots
            if lot.label in children
        ],
    }


@golden("lots.merger_reorg")
def merger(inputs: Inputs) -> Answer:
    """The whole gain, which a qualifying merger does not recognise, is shown beside the book's."""
    worth = Decimal(inputs["new_fmv"])
    action = action_entry(
        EntryType.MERGER,
        to_security=SUCCESSOR,
        new_shares=Decimal(inputs["new_per_old"]),
        old_shares=ONE,
        price=Decimal(inputs["cash_per_share"]),
        to_price=worth,
        treatment=Treatment.QUALIFYING,
        jurisdiction="US",
    )
    booked, names = _after(inputs, action)
    costs = {names[seq]: Decimal(row["cost"]) for seq, row in enumerate(inputs["lots"], start=1)}
    successors = {lot.origin: lot for lot in booked.lots if lot.security == SUCCESSOR}
    rows = []
    for closure in booked.closures:
        name = names[closure.open_seq]
        new = successors[f"{closure.open_seq}.{closure.number}"]
        value = market_value(new.quantity_open, worth)
        merged = qualifying_merger(costs[name], closure.proceeds_local, value)
        rows.append(
            {
                "lot_id": name,
                "realized_gain": merged.realized_gain,
                "recognized_gain": closure.realized_pnl,
                "new_qty": new.quantity_open,
                "new_cost": new.cost_basis_local,
                "new_acquired": new.acquisition_date,
            }
        )
    return {"lots": rows}


def _after(inputs: Inputs, action: Entry) -> tuple[Book, dict[int, str]]:
    """The golden's lots with one action behind them, and the lots' names by entry."""
    lots = opening_lots(inputs["lots"], "CAD")
    return booked_whole([*lots, action]), labels(lots)


def _lot(lot: Lot, name: str) -> dict[str, Any]:
    unit_cost = lot.unit_cost
    return {
        "lot_id": name,
        "qty": lot.quantity_open,
        "cost": lot.cost_basis_local,
        "unit_cost": None if unit_cost is None else half_even(unit_cost, UNIT_COST_PLACES),
        "acquired": lot.acquisition_date,
    }
