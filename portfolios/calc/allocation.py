"""Where the money is: weights by sector and by currency over what has a price."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portfolios.calc.entries import ZERO, SecurityKey
from portfolios.calc.marks import State
from portfolios.calc.money import allocate
from portfolios.calc.valuation import Valuation, ValuedCash, ValuedPosition

WEIGHT_PLACES = 12
UNCLASSIFIED = "Unclassified"


@dataclass(frozen=True, slots=True)
class Slice:
    """One label's unrounded worth in base and its share of the priced part."""

    label: str
    market_value: Decimal
    weight: Decimal
    count: int


@dataclass(frozen=True, slots=True)
class Allocation:
    """Slices, largest first, whose weights sum to exactly 1; none when nothing is priced or the
    priced part is not worth more than zero (withheld). unpriced positions are in no slice;
    coverage is the share of positions that are, by count. Cash beside positions of which none
    has a price is withheld too: its share of an unknown whole is not known."""

    slices: tuple[Slice, ...]
    unpriced: tuple[SecurityKey, ...]
    coverage: float
    state: State
    reason: str | None = None


def by_sector(valuation: Valuation, sectors: Mapping[Any, str]) -> Allocation:
    """Positions by the sector of their security; a security without one is Unclassified.

    Cash is not a sector and is left out.
    """
    return _allocation(
        valuation,
        (
            (sectors.get(position.security) or UNCLASSIFIED, position.market_value)
            for position in valuation.positions
            if position.market_value is not None
        ),
    )


def by_currency(valuation: Valuation) -> Allocation:
    """Positions by the currency of their price, with cash and receivables.

    An overdraft lowers its currency's slice, which may then be negative.
    """
    parts: list[ValuedPosition | ValuedCash] = [
        *valuation.positions,
        *valuation.cash,
        *valuation.receivables,
    ]
    return _allocation(
        valuation,
        (
            (part.currency, part.market_value)
            for part in parts
            if part.market_value is not None and part.market_value
        ),
    )


def _allocation(valuation: Valuation, parts: Iterable[tuple[str, Decimal]]) -> Allocation:
    worths: dict[str, list[Decimal]] = {}
    for label, worth in parts:
        worths.setdefault(label, []).append(worth)
    unpriced = tuple(
        dict.fromkeys(p.security for p in valuation.positions if p.market_value is None)
    )
    totals = {label: sum(found, ZERO) for label, found in worths.items()}
    if valuation.total_value is None or sum(totals.values(), ZERO) <= 0:
        return Allocation((), unpriced, valuation.coverage, "withheld", "NOTHING_PRICED")
    weights = allocate(Decimal(1), list(totals.values()), WEIGHT_PLACES)
    slices = [
        Slice(label, total, weight, len(worths[label]))
        for (label, total), weight in zip(totals.items(), weights, strict=True)
    ]
    slices.sort(key=lambda part: (-part.market_value, part.label))
    return Allocation(tuple(slices), unpriced, valuation.coverage, valuation.state)
