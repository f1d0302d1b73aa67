"""What patterns may ask of a portfolio. Each capability selects, calculates and returns."""

from portfolios.capabilities import (
    allocation,
    attribution,
    contribution,
    history,
    performance,
    positions,
    why,
)

__all__ = [
    "allocation",
    "attribution",
    "contribution",
    "history",
    "performance",
    "positions",
    "why",
]
