"""Rounding and the splitting of totals (methods §11)."""

from decimal import Decimal

from dawsos.methods.registry import Answer, Inputs, golden
from portfolios.calc.money import (
    allocate,
    decimal_from_float,
    half_even,
    minor_units,
    round_money,
)


@golden("numeric.round_money")
def money(inputs: Inputs) -> Answer:
    return {
        "results": [
            {
                "posted": round_money(Decimal(amount), currency),
                "half_even": half_even(Decimal(amount), minor_units(currency)),
            }
            for amount, currency in inputs["amounts"]
        ]
    }


@golden("numeric.allocate")
def parts(inputs: Inputs) -> Answer:
    weights = [Decimal(weight) for weight in inputs["weights"]]
    return {"parts": list(allocate(Decimal(inputs["total"]), weights, inputs["places"]))}


@golden("numeric.float_boundary")
def floats(inputs: Inputs) -> Answer:
    return {"results": [decimal_from_float(value) for value in inputs["values"]]}
