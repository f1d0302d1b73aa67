"""Exchange rates between any two currencies of a pack.

A rate for (base, quote) is units of quote per one unit of base. The order is fixed: identity,
direct, inverse, one pivot through USD, one through EUR. Two legs are the most: a third would let
the fixings of three clock times pass as one price.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Final, Literal, TypeAlias

RateTable: TypeAlias = Mapping[tuple[str, str], Decimal]
Path = Literal["identity", "direct", "inverse", "via USD", "via EUR", "NO_FX_PATH"]

PIVOTS: Final = ("USD", "EUR")
GAP_WARNING_BP: Final = Decimal(5)
_WORKING: Final = Context(prec=34)
_SIGNIFICANT: Final = Context(prec=15)


@dataclass(frozen=True, slots=True)
class FxQuote:
    """A rate to 15 significant digits and the way it was found; None when there is no way."""

    rate: Decimal | None
    path: Path


@dataclass(frozen=True, slots=True)
class TriangularCheck:
    """A direct quote beside the same rate through a pivot; both None when either is missing."""

    direct: Decimal | None
    triangulated: Decimal | None
    gap_bp: Decimal | None
    warn: bool


def convert_path(rates: RateTable, base: str, quote: str) -> FxQuote:
    """Find units of `quote` per one `base`.

    Rates are positive Decimals. A pair that cannot be reached in two legs gives rate None and
    NO_FX_PATH; nothing is guessed. Raises nothing. Source: methods, section 2, "FX path".
    """
    if base == quote:
        return FxQuote(Decimal(1), "identity")
    if (base, quote) in rates:
        return FxQuote(_SIGNIFICANT.plus(rates[base, quote]), "direct")
    if (quote, base) in rates:
        return FxQuote(_SIGNIFICANT.divide(Decimal(1), rates[quote, base]), "inverse")
    for pivot in PIVOTS:
        through = _through(rates, base, pivot, quote)
        if through is not None:
            return FxQuote(through, "via USD" if pivot == "USD" else "via EUR")
    return FxQuote(None, "NO_FX_PATH")


def triangular_check(rates: RateTable, base: str, quote: str) -> TriangularCheck:
    """Compare a direct quote with its triangulation through the first pivot that has both legs.

    `gap_bp` is the distance in basis points of the triangulated rate, never negative; `warn` is
    true above 5 bp. Source: methods, section 2.
    """
    direct = _leg(rates, base, quote)
    crossed = (_through(rates, base, pivot, quote) for pivot in PIVOTS)
    triangulated = next((rate for rate in crossed if rate is not None), None)
    if direct is None or triangulated is None:
        return TriangularCheck(direct, triangulated, None, warn=False)
    gap = fx_gap_bp(direct, triangulated)
    return TriangularCheck(direct, triangulated, gap, warn=gap > GAP_WARNING_BP)


def fx_gap_bp(direct: Decimal, triangulated: Decimal) -> Decimal:
    """Distance of two rates of one pair in basis points of the triangulated one."""
    distance = _WORKING.subtract(direct, triangulated).copy_abs()
    return _WORKING.multiply(_WORKING.divide(distance, triangulated), Decimal(10_000))


def _through(rates: RateTable, base: str, pivot: str, quote: str) -> Decimal | None:
    if pivot in (base, quote):
        return None
    first, second = _leg(rates, base, pivot), _leg(rates, pivot, quote)
    if first is None or second is None:
        return None
    return _SIGNIFICANT.multiply(first, second)


def _leg(rates: RateTable, base: str, quote: str) -> Decimal | None:
    """One quoted pair, read either way, at working precision."""
    if (base, quote) in rates:
        return rates[base, quote]
    if (quote, base) in rates:
        return _WORKING.divide(Decimal(1), rates[quote, base])
    return None
