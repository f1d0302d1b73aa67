"""Positions that nobody prices: the listings of a run for which no price source is connected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from market.selectors import pack_prices


@dataclass(frozen=True, slots=True)
class Unconnected:
    """A listing whose page can connect one."""

    symbol: str
    security_id: UUID


def unconnected(result: Mapping[str, Any], pack_id: str | None) -> list[Unconnected]:
    """From a run's own positions; the pack is asked why only when one of them has no price."""
    positions = result.get("valued_positions", {}).get("positions", [])
    unpriced = {row["security"] for row in positions if row["price"]["state"] == "withheld"}
    if not unpriced or pack_id is None:
        return []
    found = {
        gap.security_id: gap.symbol
        for gap in pack_prices(pack_id).gaps
        if gap.reason == "no_price_source" and gap.key in unpriced
    }
    named = [Unconnected(symbol, pk) for pk, symbol in found.items() if pk is not None]
    return sorted(named, key=lambda it: it.symbol)
