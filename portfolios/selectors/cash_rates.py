"""What cash of a currency earned: the yield known at each close, where a series is connected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from portfolios.selectors.risk_free import RiskFree, yields_known_at


def cash_yields(currency: str, days: Sequence[date]) -> RiskFree:
    """Annual yields of short paper in a currency; a reason where no series of it is connected."""
    if currency == "USD":
        return yields_known_at(days)
    return RiskFree(None, f"No cash rate of {currency} is connected.")
