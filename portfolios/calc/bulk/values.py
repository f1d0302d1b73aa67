"""Values and returns of a group of portfolios in one base currency (methods §2, §3.1).

Everything is portfolios × days. What is certified is the digit that the exact way stores: totals
and cash at the base minor unit, half away from zero; returns as the nearest float.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from portfolios.calc.bulk.errorfree import (
    UNIT,
    Floats,
    Mask,
    Rounded,
    cut,
    product_error,
    quotient,
    rounded,
    two_difference,
    two_sum,
)
from portfolios.calc.bulk.steps import MONEY_PLACES, Integers, Movements
from portfolios.calc.bulk.worths import Worths, stepped

Pair: TypeAlias = tuple[Floats, Floats]
FINE = 34  # bits of a rate that multiply exactly; the rest is a float


@dataclass(frozen=True, slots=True, eq=False)
class Flows:
    """What crossed the border, of some portfolios on some days: place of the portfolio, day, and
    inflow and outflow in whole base currency as high and low floats, both ≥ 0."""

    owner: Integers
    day: Integers
    inflow: tuple[Floats, Floats]
    outflow: tuple[Floats, Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """totals and cash in minor units of base. returns: NaN on days without one. unsure: the days
    on which a figure could not be certified. high: the unrounded value in units of 10^-places."""

    totals: Floats
    cash: Floats
    receivables: Floats | None
    returns: Floats
    unsure: Mask
    high: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Sum:
    """high + low, with a bound on its error for each portfolio (portfolios × 1)."""

    high: Floats
    low: Floats
    error: Floats


def values(
    held: Worths,
    rates: tuple[Floats, Floats],
    flows: Flows,
    first: Integers,
    *,
    places: int,
    minor: int,
    largest: Floats,
) -> Values:
    """Convert, add, round and divide.

    rates: base per 1 of each currency of `held`, currencies × days, high and low. first: the day
    on which each portfolio began. places: decimals of the unit of `held.everything`; minor: of
    the base currency; largest: a bound on each portfolio's sums, in that unit.
    """
    whole = converted(held, rates, largest)
    total = rounded(whole.high, whole.low, 10.0 ** (places - minor), whole.error)
    size = largest * 10.0 ** (MONEY_PLACES - places)
    cash = _money(held, held.money, rates, minor, size)
    due = _money(held, held.due, rates, minor, size) if len(held.due) else None
    earned = _returns(whole, flows, first, places)
    unsure = total.unsure | cash.unsure | earned.unsure
    if due is not None:
        unsure |= due.unsure
    unsure &= np.arange(unsure.shape[1]) >= first[:, None]
    return Values(
        total.values,
        cash.values,
        None if due is None else due.values,
        earned.values,
        unsure,
        whole.high,
    )


def converted(held: Worths, rates: tuple[Floats, Floats], largest: Floats) -> Sum:
    """What is held in each currency as one sum in base currency, in the same units.

    A rate is cut so that each piece times a worth, summed over the currencies, stays below 53
    bits and is exact. The last piece is rounded: its error has a bound.
    """
    worth = held.everything
    count = len(worth)
    bits = int(np.ceil(np.log2(max(2.0, float(largest.max(initial=1.0)))))) + 1
    each = max(1, 53 - bits - int(np.ceil(np.log2(count + 1))))
    exponent = int(np.ceil(np.log2(max(1.0, float(rates[0].max(initial=1.0))))))
    pieces, is_exact = cut(*rates, 2.0 ** (exponent + 1 - each), -(-FINE // each), each)
    high = _weighted(worth, pieces[0])
    if is_exact and not any(piece.any() for piece in pieces[1:]):
        return Sum(high, np.zeros_like(high), np.zeros((len(high), 1)))
    low = _weighted(worth, pieces[-1])
    for piece in pieces[1:-1]:
        high, left = two_sum(high, _weighted(worth, piece))
        low += left
    inexact: Mask = np.any(pieces[-1] != 0.0, axis=1)
    rest = float(np.abs(pieces[-1]).max())
    relative = rest * UNIT * (count + 4.0) + 2.0**exponent * UNIT * UNIT * 64.0
    rounding = (held.present & inexact[:, None]).any(axis=0)
    return Sum(high, low, np.where(rounding, largest * relative, 0.0)[:, None])


def _weighted(worth: Floats, weights: Floats) -> Floats:
    total: Floats = np.einsum("cpd,cd->pd", worth, weights)
    return total


def _money(
    held: Worths, money: Movements, rates: tuple[Floats, Floats], minor: int, size: Floats
) -> Rounded:
    """Cash has few digits: one product for each currency is enough, with a bound."""
    total = stepped(money, rates[0], len(size))
    foreign = (rates[0] != 1.0).any(axis=1) | (rates[1] != 0.0).any(axis=1)
    rounding = (held.present & foreign[:, None]).any(axis=0)
    steps = len(money) // max(1, len(size)) + len(rates[0])
    bound = size * max(1.0, float(rates[0].max(initial=1.0))) * UNIT * (2.0 * steps + 8.0)
    unit = 10.0 ** (MONEY_PLACES - minor)
    return rounded(total, np.zeros_like(total), unit, np.where(rounding, bound, 0.0)[:, None])


def _returns(whole: Sum, flows: Flows, first: Integers, places: int) -> Rounded:
    """(V_t + O_t − V_{t−1} − I_t) / (V_{t−1} + I_t), from nothing on the first day."""
    shape = whole.high.shape
    earned = Rounded(np.full(shape, np.nan), np.zeros(shape, dtype=bool))
    before = np.arange(shape[1]) < first[:, None]
    high, low = whole.high, whole.low
    if before.any():
        high, low = np.where(before, 0.0, high), np.where(before, 0.0, low)
    base = high[:, :-1], low[:, :-1]
    gain, left = two_difference(high[:, 1:], base[0])
    left += low[:, 1:]
    left -= base[1]
    error = 2.0 * whole.error
    with np.errstate(all="ignore"):
        found = quotient((gain, left), base, error)
    _keep(earned, np.s_[:, 1:], found, base[0], error)
    if len(flows.owner):
        at, base, above, scale = _crossed((high, low), flows, 10.0**places)
        with np.errstate(all="ignore"):
            found = quotient(above, base, error[at[0], 0], scale)
        _keep(earned, at, found, base[0], error[at[0], 0])
    earned.values[before] = np.nan
    earned.unsure[before] = False
    return earned


def _keep(earned: Rounded, at: Any, found: Rounded, base: Floats, error: Floats) -> None:
    """Returns on what was invested; nobody knows where that is as little as its error."""
    values, unsure = found
    invested = base > 0.0
    values[~invested] = np.nan
    unsure &= invested
    if error.any():
        unsure |= (np.abs(base) <= error) & (error > 0.0)
    earned.values[at], earned.unsure[at] = values, unsure


def _crossed(
    value: tuple[Floats, Floats], flows: Flows, unit: float
) -> tuple[tuple[Integers, Integers], Pair, Pair, Floats]:
    """Of the days on which something crossed the border: where they are, the base with what came
    in, what was gained on it, and how large the numbers are that it is a difference of."""
    at = flows.owner, flows.day
    yesterday = flows.owner, np.maximum(flows.day - 1, 0)
    began = flows.day == 0
    high, low = value
    base = np.where(began, 0.0, high[yesterday]), np.where(began, 0.0, low[yesterday])
    after = high[at], low[at]
    scale = np.abs(after[0]) + np.abs(base[0]) + (flows.inflow[0] + flows.outflow[0]) * unit
    base, after = _plus(base, flows.inflow, unit), _plus(after, flows.outflow, unit)
    gain, left = two_difference(after[0], base[0])
    return at, base, (gain, left + (after[1] - base[1])), scale


def _plus(value: Pair, flow: Pair, unit: float) -> Pair:
    high, left = two_sum(value[0], flow[0] * unit)
    low = value[1] + left + flow[1] * unit + product_error(flow[0], unit, flow[0] * unit)
    return high, low
