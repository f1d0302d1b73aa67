"""The closes of one pack in one currency, for worths that are added up with other sums.

Whoever adds up lots anyway multiplies each by a number more, and has what all of them are worth in
the pivot; one rate leads from there to each portfolio's own currency. That is the same as each
close by its own rate only where the pack's rates agree with one another: `into` names no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from market.calc.fx import PIVOTS, RateTable, convert_path
from market.selectors import pack_prices

NEAR = 1e-9  # of a rate: stored ones have fifteen digits
FIRST_TRIED = tuple(reversed(PIVOTS))  # central banks quote the euro


@dataclass(frozen=True, slots=True)
class PivotMarks:
    """closes: a share of each security in the pivot; rates: pivot per 1 of each currency; into:
    base per 1 of the pivot."""

    pack_id: str
    closes: Mapping[UUID, float]
    rates: Mapping[str, float]
    into: Mapping[str, float]


def pivot_marks(pack_id: str) -> PivotMarks:
    """Of a security whose currency the pack does not lead to the pivot there is no close. Raises
    PackNotFound."""
    pack = pack_prices(pack_id)
    table = pack.rate_table
    named = {code for pair in table for code in pair}
    codes = named | {price.currency for price in pack.prices.values()}
    pivot = next((code for code in FIRST_TRIED if code in named), min(codes, default=PIVOTS[0]))
    rates = {code: rate for code in sorted(codes) if (rate := _rate(table, code, pivot))}
    closes = {
        key: float(price.close) * rates[price.currency]
        for key, price in pack.prices.items()
        if price.currency in rates
    }
    return PivotMarks(pack_id, closes, rates, even_bases(table, rates, pivot))


def even_bases(table: RateTable, rates: Mapping[str, float], pivot: str) -> dict[str, float]:
    """Base per 1 of the pivot, of each base to which every currency has a rate of its own that is
    the one over the pivot."""
    into = {base: rate for base in rates if (rate := _rate(table, pivot, base))}
    return {base: rate for base, rate in into.items() if _is_even(table, rates, base, rate)}


def _rate(table: RateTable, code: str, base: str) -> float | None:
    rate = convert_path(table, code, base).rate
    return None if rate is None else float(rate)


def _is_even(table: RateTable, rates: Mapping[str, float], base: str, into: float) -> bool:
    own = ((_rate(table, code, base), rate * into) for code, rate in rates.items())
    return all(direct is not None and abs(direct - over) <= NEAR * over for direct, over in own)
