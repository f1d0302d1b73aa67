"""Lot cases (methods §1.1–1.6)."""

from decimal import Decimal

from dawsos.methods.registry import Answer, Inputs, golden
from portfolios.calc.booking import realized_split


@golden("lots.realized_split")
def split_of_result(inputs: Inputs) -> Answer:
    number = {name: Decimal(text) for name, text in inputs.items()}
    cost = number["qty"] * number["buy_price"] + number["buy_fee"]
    proceeds = number["qty"] * number["sell_price"] - number["sell_fee"]
    split = realized_split(cost, proceeds, number["fx_buy"], number["fx_sell"], "CAD")
    return {
        "cost_local": cost,
        "proceeds_local": proceeds,
        "gain_local": proceeds - cost,
        "gain_base": split.total,
        "price_pnl": split.price,
        "fx_pnl": split.fx,
        "cross_pnl": split.cross,
    }
