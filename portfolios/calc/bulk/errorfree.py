"""Float arithmetic that keeps what it rounds off, and roundings with a certificate.

A pair (high, low) of float64 arrays stands for the unrounded sum high + low, some 106 bits. The
algorithms are those of Dekker (1971) and Knuth, as in Ogita, Rump and Oishi (2005), "Accurate sum
and dot product". They need round-to-nearest and no fused or reordered operations, as numpy does.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
UNIT = 2.0**-53  # largest relative error of one rounded operation
_SPLITTER = 2.0**27 + 1.0
# A Decimal of 28 digits is off by half a unit of the last: a few of them lie between the exact
# way and the true value.
_DECIMAL = 1e-26


class Rounded(NamedTuple):
    """values: rounded results; unsure: where the rounding is not certified."""

    values: Floats
    unsure: Mask


def two_sum(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """a + b as high and low, exactly."""
    high = a + b
    other = high - a
    return high, (a - (high - other)) + (b - other)


def product_error(a: Floats, b: Floats | float, product: Floats) -> Floats:
    """a·b − product, exactly, for product = fl(a·b)."""
    a_high, a_low = _halves(a)
    b_high, b_low = _halves(np.asarray(b, dtype=np.float64))
    error: Floats = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    return error


def cut(high: Floats, low: Floats, grid: float, count: int, bits: int) -> tuple[list[Floats], bool]:
    """high + low as `count` pieces and a rest, and whether the rest is zero throughout.

    The first piece is a multiple of `grid`, each further one of a grid finer by `bits` bits; so
    each has at most `bits` bits and a sign. The rest is a float, exact to its own last bit.
    """
    pieces = []
    rest = high
    for _ in range(count):
        piece = np.rint(rest / grid) * grid
        pieces.append(piece)
        rest = rest - piece
        grid *= 2.0**-bits
    rest = rest + low
    pieces.append(rest)
    return pieces, not rest.any()


def rounded(high: Floats, low: Floats, unit: float, error: Floats) -> Rounded:
    """(high + low) / unit as whole numbers, ties away from zero, as posted money is rounded.

    error: a bound on how far high + low is from the truth. A value closer to a tie than that is
    unsure; where the bound is zero and nothing was rounded on the way, a tie is one.
    """
    whole = np.rint(high / unit)
    product = whole * unit
    rest = high - product
    few = bool(max(product.max(initial=0.0), -product.min(initial=0.0)) < 2.0**53)
    if not few:
        rest -= product_error(whole, unit, product)
    rest += low
    unsure = np.zeros(whole.shape, dtype=bool)
    slack = error + 4.0 * UNIT * unit
    near = np.nonzero(np.abs(rest) >= unit / 2.0 - 2.0 * slack)
    if len(near[0]):  # the others are the nearest whole number already
        bound = np.broadcast_to(error, whole.shape)[near]
        steps, unsure[near] = _at_ties(high[near], low[near], rest[near], unit, bound, few=few)
        whole[near] += steps
    return Rounded(whole, unsure)


def _at_ties(
    high: Floats, low: Floats, rest: Floats, unit: float, error: Floats, *, few: bool
) -> tuple[Floats, Mask]:
    """How far to step from the whole number that `rest` is left of, and where nobody knows."""
    half = unit / 2.0
    exact = (error == 0.0) & (low == 0.0) & few
    distance = np.abs(rest)
    unsure: Mask = (np.abs(distance - half) <= error + 4.0 * UNIT * unit) & ~exact
    step = np.sign(rest)
    up = distance > half
    up |= exact & (distance == half) & (step * high > 0.0)
    return np.where(up, step, 0.0), unsure


def quotient(
    above: tuple[Floats, Floats], below: tuple[Floats, Floats], error: Floats, scale: Floats
) -> Rounded:
    """above / below as the nearest float64, for below > 0.

    error: a bound on the absolute error of above and of below each. scale: the size of what
    `above` is a difference of, for what 28 digits of a Decimal leave open. A quotient closer to
    the middle between two floats than these bounds is unsure.
    """
    # The low parts must be small beside what is left of the high ones.
    high, low = two_sum(*above)
    by, by_low = two_sum(*below)
    first = high / by
    product = first * by
    rest = high - product
    rest -= product_error(first, by, product)
    rest += low - first * by_low
    rest /= by
    value = first + rest
    off = rest - (value - first)
    size = np.abs(value)
    reach = (error * (1.0 + size) + _DECIMAL * scale) / by
    reach += 16.0 * UNIT * UNIT * size
    reach += np.abs(off)
    reach *= 1.0 + 8.0 * UNIT  # so that a middle itself, which goes to the even float, is reached
    # Whoever is as far as the middle between two floats, above or below, arrives at the next one.
    unsure: Mask = size + reach != size
    unsure |= size - reach != size
    if (np.asarray(error) == 0.0).any():
        unsure &= (high != 0.0) | (low != 0.0) | (error != 0.0)
    return Rounded(value, unsure)


def _halves(a: Floats) -> tuple[Floats, Floats]:
    """A float of 53 bits as two of 26, exactly (Veltkamp)."""
    scaled = a * _SPLITTER
    high: Floats = scaled - (scaled - a)
    return high, a - high
