"""A realised result and its causes: price, currency, and the cross of both (methods §1.3)."""

from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from portfolios.calc.entries import ZERO
from portfolios.calc.money import minor_units, quantum


class RealizedSplit(NamedTuple):
    """A realised result in base currency, to the minor unit: total = price + fx + cross.

    None in every part where cost or a rate is not known.
    """

    total: Decimal | None
    price: Decimal | None
    fx: Decimal | None
    cross: Decimal | None


class Side(NamedTuple):
    """One end of a closure: an amount in local currency, its worth in base, and the rate.

    settled: the worth where it is not local × rate.
    """

    local: Decimal | None
    base: Decimal | None
    rate: Decimal | None
    settled: Decimal | None = None


UNKNOWN = RealizedSplit(None, None, None, None)
EMPTY = Side(ZERO, ZERO, None)


def side(local: Decimal | None, rate: Decimal | None, settled: Decimal | None) -> Side:
    """An amount at its rate, or at the base amount that was settled, whose rate it then implies.

    An amount of nothing implies no rate: the recorded one stands.
    """
    if local is None:
        return Side(None, settled, rate, settled)
    if settled is not None:
        return Side(local, settled, settled / local if local else rate, settled)
    return Side(local, None if rate is None else local * rate, rate)


def realized_split(
    cost: Decimal, proceeds: Decimal, fx_open: Decimal, fx_close: Decimal, base_currency: str
) -> RealizedSplit:
    """Split P·f1 − C·f0 into price (P−C)·f0, currency C·(f1−f0) and cross (P−C)·(f1−f0).

    The total is rounded half-up to the base minor unit; the parts are rounded too, and the stray
    cent goes to the largest part (methods §1.3).
    """
    opened, closed = side(cost, fx_open, None), side(proceeds, fx_close, None)
    return split_of(opened, closed, quantum(minor_units(base_currency)))


def split_of(opened: Side, closed: Side, cent: Decimal | None) -> RealizedSplit:
    """The result of what was opened at one rate and closed at another, for a long position.

    The result of a short one is its negative. cent None leaves everything unrounded; the cross
    is then what is left of the total.
    """
    local, base, fx_open, _ = opened
    closing, worth, fx_close, _ = closed
    if local is None or closing is None or base is None or worth is None:
        return UNKNOWN
    whole = worth - base
    fx_open = fx_close if fx_open is None else fx_open
    fx_close = fx_open if fx_close is None else fx_close
    if fx_open is None or fx_close is None or fx_open == fx_close:
        # One rate, so all of it is price.
        whole = whole if cent is None else whole.quantize(cent, ROUND_HALF_UP)
        return RealizedSplit(whole, whole, ZERO, ZERO)
    price = (closing - local) * fx_open
    fx = local * (fx_close - fx_open)
    if cent is None:
        return RealizedSplit(whole, price, fx, whole - price - fx)
    return _rounded(whole, [price, fx, (closing - local) * (fx_close - fx_open)], cent)


def negated(split: RealizedSplit) -> RealizedSplit:
    """The same result for a short position: what was opened brought money, closing it cost."""
    return RealizedSplit(*(None if part is None else -part for part in split))


def _rounded(exact_total: Decimal, exact: list[Decimal], cent: Decimal) -> RealizedSplit:
    whole = exact_total.quantize(cent, ROUND_HALF_UP)
    parts = [part.quantize(cent, ROUND_HALF_UP) for part in exact]
    stray = whole - parts[0] - parts[1] - parts[2]
    if stray:
        largest = max(range(3), key=lambda index: abs(parts[index]))
        parts[largest] += stray
    return RealizedSplit(whole, *parts)
