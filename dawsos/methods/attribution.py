"""Currency effects (methods §3.7)."""

from dawsos.methods.registry import Answer, Inputs, golden
from portfolios.calc.attribution import Effects, PricedHolding, currency_identity


@golden("attribution.currency_identity")
def currency(inputs: Inputs) -> Answer:
    own, whole = currency_identity(
        PricedHolding(
            row["id"],
            row["w"],
            row["p0"],
            row["p1"],
            row["fx0"],
            row["fx1"],
            row.get("income", 0.0),
        )
        for row in inputs["holdings"]
    )
    return {
        "positions": [{"id": key, **_effects(effects)} for key, effects in own.items()],
        "portfolio": _effects(whole),
    }


def _effects(effects: Effects) -> dict[str, float]:
    return {
        "local": effects.local,
        "fx": effects.fx,
        "interaction": effects.interaction,
        "total": effects.total,
    }
