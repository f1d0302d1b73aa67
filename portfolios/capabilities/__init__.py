"""What patterns may ask of a portfolio. Each capability selects, calculates and returns."""

from portfolios.capabilities import (
    allocation,
    attribution,
    contribution,
    gain,
    history,
    market_effects,
    metric_card,
    months,
    performance,
    periods,
    positions,
    sector_effects,
    wealth,
    why,
)

__all__ = [
    "allocation",
    "attribution",
    "contribution",
    "gain",
    "history",
    "market_effects",
    "metric_card",
    "months",
    "performance",
    "periods",
    "positions",
    "sector_effects",
    "wealth",
    "why",
]
