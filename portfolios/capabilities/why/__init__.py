"""Why the figures of a portfolio are what they are, beside the capabilities that yield them.

`facts` are the leaves: entries, prices, rates. The other modules build trees over them from what
the capabilities themselves select and calculate.
"""

from portfolios.capabilities.why import (
    actions,
    allocation,
    card,
    contribution,
    currency,
    details,
    fed,
    gain,
    held_rows,
    history,
    lots,
    markets,
    months,
    performance,
    periods,
    position,
    position_risk,
    positions,
    sectors,
    wealth,
)

__all__ = [
    "actions",
    "allocation",
    "card",
    "contribution",
    "currency",
    "details",
    "fed",
    "gain",
    "held_rows",
    "history",
    "lots",
    "markets",
    "months",
    "performance",
    "periods",
    "position",
    "position_risk",
    "positions",
    "sectors",
    "wealth",
]
