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
# way and the true value. Pairs lose far less: 2^-106, some 1e-32.
_DECIMAL = 1e-26


class Rounded(NamedTuple):
    """values: rounded results; unsure: where the rounding is not certified."""

    values: Floats
    unsure: Mask


def two_sum(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """a + b as high and low, exactly."""
    high = a + b
    other = high - a
    low: Floats = high - other
    np.subtract(a, low, out=low)
    np.subtract(b, other, out=other)
    low += other
    return high, low


def two_difference(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """a − b as high and low, exactly."""
    high = a - b
    other = high - a
    low: Floats = high - other
    np.subtract(a, low, out=low)
    other += b
    low -= other
    return high, low


def product_error(a: Floats, b: Floats | float, product: Floats) -> Floats:
    """a·b − product, exactly, for product = fl(a·b)."""
    a_high, a_low = _halves(a)
    b_high, b_low = _halves(np.atleast_1d(b).astype(np.float64, copy=False))
    error: Floats = a_high * b_high
    error -= product
    error += np.multiply(a_high, b_low, out=a_high)
    error += a_low * b_high
    error += np.multiply(a_low, b_low, out=a_low)
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
    doubtful = np.abs(rest) >= unit / 2.0 - 2.0 * slack
    if doubtful.any():  # the others are the nearest whole number already
        near = np.nonzero(doubtful)
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
    above: tuple[Floats, Floats],
    below: tuple[Floats, Floats],
    error: Floats,
    scale: Floats | None = None,
) -> Rounded:
    """above / below as the nearest float64, for below > 0.

    error: a bound on the absolute error of above and of below each. scale: the size of what
    `above` is a difference of, for what 28 digits of a Decimal leave open; where not said it is
    the difference of something and `below`. A quotient closer to the middle between two floats
    than these bounds is unsure.
    """
    # The low parts must be small beside what is left of the high ones.
    high, low = two_sum(*above)
    by, by_low = two_sum(*below)
    first = high / by
    product = first * by
    rest = high - product
    rest -= product_error(first, by, product)
    by_low *= first
    rest -= by_low
    rest += low
    rest /= by
    value = first + rest
    rest -= np.subtract(value, first, out=first)
    size = np.abs(value, out=first)
    reach = size + 2.0  # what the difference is of, and below, over below
    open_ = np.divide(error, by, out=by_low)
    open_ += _DECIMAL
    reach *= open_
    if scale is not None:
        reach += _DECIMAL * scale / by
    reach += np.abs(rest, out=rest)
    reach *= 1.0 + 8.0 * UNIT  # so that a middle itself, which goes to the even float, is reached
    # Whoever is as far as the middle between two floats, above or below, arrives at the next one.
    unsure: Mask = np.add(size, reach, out=product) != size
    unsure |= np.subtract(size, reach, out=product) != size
    if unsure.any():  # nothing at all over something is surely nothing
        near = np.nonzero(unsure)
        known = np.broadcast_to(error, size.shape)[near] == 0.0
        unsure[near] = ~(known & (high[near] == 0.0) & (low[near] == 0.0))
    return Rounded(value, unsure)


def _halves(a: Floats) -> tuple[Floats, Floats]:
    """A float of 53 bits as two of 26, exactly (Veltkamp)."""
    high: Floats = a * _SPLITTER
    low = high - a
    high -= low
    return high, np.subtract(a, high, out=low)
