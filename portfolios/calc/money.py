"""Rounding of money: where it happens, which way, and how a total is split without loss.

Posted amounts round half-up, away from zero, to the currency's ISO 4217 minor unit, as
statements do; lot-cost fractions and displayed analytics round half-even (methods §11).
"""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from functools import cache

from patterns.formats import minor_units

__all__ = [
    "WIDE",
    "allocate",
    "coin",
    "decimal_from_float",
    "half_even",
    "minor_units",
    "places_of",
    "quantum",
    "round_money",
    "total",
]


WIDE = Context(prec=60)  # has room for sums and products that no book has, so that they are refused
_EXACT = Context(prec=200)  # no product of two amounts is rounded


def quantum(places: int) -> Decimal:
    """One unit in the last of `places` decimals: 0.01 for 2."""
    return Decimal(1).scaleb(-places)


@cache
def coin(currency: str) -> Decimal:
    """The smallest coin of a currency: 0.01 for CAD, 1 for JPY."""
    return quantum(minor_units(currency))


def round_money(amount: Decimal, currency: str) -> Decimal:
    """Posted money: half-up, away from zero, to the minor unit. -1.005 EUR becomes -1.01."""
    return amount.quantize(coin(currency), rounding=ROUND_HALF_UP)


def half_even(amount: Decimal, places: int) -> Decimal:
    """Half-even at a number of decimals: 2.665 becomes 2.66 at two."""
    return amount.quantize(quantum(places), rounding=ROUND_HALF_EVEN)


def places_of(amount: Decimal) -> int:
    """Decimals an amount needs: 2 for 9.95 and for 9.9500, as a database hands it back.

    Zeros behind the last digit do not count, so that a ledger books the same from a file and
    from its stored rows.
    """
    if not amount.is_finite():
        raise ValueError(f"{amount} is not a number")
    return max(0, -int(amount.normalize().as_tuple().exponent))


def decimal_from_float(number: float) -> Decimal:
    """The one door from float to Decimal: through the shortest text that reads back the same."""
    return Decimal(repr(float(number)))


def total(parts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum, or None when any part is unknown."""
    whole = Decimal(0)
    for part in parts:
        if part is None:
            return None
        whole += part
    return whole


def allocate(total: Decimal, weights: Sequence[Decimal], places: int) -> tuple[Decimal, ...]:
    """Split a total in proportion to weights so that the parts sum to it exactly.

    Largest remainder, ties to the earlier line: 100.00 over three equal weights is 33.34, 33.33,
    33.33. A negative total is split like its absolute value. Exact: no division is rounded.

    Raises ValueError when the weights do not sum to a positive number, or when the total has more
    decimals than `places`, since then no parts could sum to it.
    """
    units = _EXACT.scaleb(total, places)
    amount = abs(int(units))
    if units.copy_abs() != amount:
        raise ValueError(f"{total} has more than {places} decimals")
    shares = _as_integers(weights)
    whole = sum(shares)
    if whole <= 0:
        raise ValueError("weights must sum to a positive number")
    counts, remainders = [], []
    for share in shares:
        count, remainder = divmod(amount * share, whole)
        counts.append(count)
        remainders.append(remainder)
    missing = amount - sum(counts)
    if missing:
        # stable: the earlier of two equal remainders comes first
        by_remainder = sorted(range(len(counts)), key=remainders.__getitem__, reverse=True)
        for line in by_remainder[:missing]:
            counts[line] += 1
    sign = -1 if units < 0 else 1
    return tuple([Decimal(sign * count).scaleb(-places) for count in counts])


def _as_integers(weights: Sequence[Decimal]) -> list[int]:
    """Numbers in the same proportion, without decimals."""
    whole = [int(weight) for weight in weights]
    if whole == list(weights):
        return whole
    places = max(places_of(weight) for weight in weights)
    return [int(_EXACT.scaleb(weight, places)) for weight in weights]
