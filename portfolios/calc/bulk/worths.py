"""What portfolios hold in each currency at each close: exact integers, in float64.

A portfolio counts in units of 10^-places of its currencies, so fine that every quantity times
every close that it meets is a whole number of them. Sums of whole numbers below 2^53 are exact. A
portfolio that is too large for its decimals is not done here.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from portfolios.calc.bulk.errorfree import Floats, Mask
from portfolios.calc.bulk.market import MarketTable
from portfolios.calc.bulk.steps import (
    MONEY_PLACES,
    SHARE_PLACES,
    Integers,
    Movements,
    largest_by,
    places,
)

MOST_BITS = 46  # of a sum; the rest of the 53 is left to the rates
BLOCK = 32  # days, where much is traded
FEW = 32  # columns, as of currencies


@dataclass(frozen=True, slots=True, eq=False)
class Scales:
    """Of each portfolio: decimals of its shares and of its closes, and a bound on its sums in
    units of the two together."""

    shares: Integers
    closes: Integers
    largest: Floats

    @property
    def bits(self) -> Integers:
        """How many bits the largest sum may have."""
        found: Integers = np.ceil(np.log2(np.maximum(self.largest, 1.0))).astype(np.int64)
        return found + 1

    @property
    def products(self) -> Integers:
        """Decimals of a quantity times a close; money has at least four."""
        return self.shares + self.closes


def scales(moved: Movements, market: MarketTable, owners: int) -> Scales:
    """The coarsest units in which the portfolios can be counted exactly."""
    held = moved.where(moved.column < market.securities)
    shares = largest_by(held.owner, places(held.amount, SHARE_PLACES), owners)
    closes = largest_by(held.owner, market.close_places[held.column], owners)
    # Classes of even numbers: few groups, each done at once.
    shares += shares % 2
    closes = np.maximum(closes + closes % 2, MONEY_PLACES - shares)
    sizes = np.zeros(owners)
    worth = np.abs(held.amount) * market.highest[held.column]
    np.add.at(sizes, held.owner, worth * 10.0 ** -(2.0 * SHARE_PLACES))
    money = moved.where(moved.column >= market.securities)
    np.add.at(sizes, money.owner, np.abs(money.amount) * 10.0**-MONEY_PLACES)
    largest = sizes * 10.0 ** (shares + closes).astype(np.float64)
    return Scales(shares, closes, largest)


@dataclass(frozen=True, slots=True, eq=False)
class Worths:
    """everything: currencies × portfolios × days, positions, cash and receivables in units of
    10^-places. money: the movements of cash and receivables, by currency, in 1e-4; due: those of
    receivables alone. currencies: the numbers of those that occur; present: which of them each
    portfolio ever has."""

    everything: Floats
    money: Movements
    due: Movements
    currencies: Integers
    present: Mask


def worths(moved: Movements, market: MarketTable, owners: int, decimals: tuple[int, int]) -> Worths:
    """Add up what a group of portfolios, numbered from 0, holds. decimals: those of its shares
    and of its closes."""
    securities, codes = market.securities, len(market.currencies)
    of_column = np.concatenate((market.currency, np.tile(np.arange(codes), 2)))
    currency = of_column[moved.column]
    used = np.flatnonzero(np.bincount(currency, minlength=codes))
    number = np.zeros(codes, dtype=np.int64)
    number[used] = np.arange(len(used))
    rows = number[currency] * owners + moved.owner
    shares, closes = decimals
    is_share = moved.column < securities
    amounts = np.where(
        is_share,
        moved.amount // 10 ** (SHARE_PLACES - shares),
        moved.amount * 10 ** (shares + closes - MONEY_PLACES),
    )
    # Money has the price 1 in a row of its own behind those of the securities.
    columns = np.where(is_share, moved.column, securities)
    steps = Movements(rows, columns, moved.day, amounts)
    total = stepped(steps, market.prices(closes), len(used) * owners)
    present = np.zeros(len(used) * owners, dtype=bool)
    present[rows] = True
    shape = len(used), owners
    purse = Movements(moved.owner, number[currency], moved.day, moved.amount)
    return Worths(
        total.reshape(*shape, -1),
        purse.where(~is_share),
        purse.where(moved.column >= securities + codes),
        used,
        present.reshape(shape),
    )


def stepped(moved: Movements, prices: Floats, count: int) -> Floats:
    """Σ amount · prices[column] from each movement's day on, for each of `count` owners.

    Where much is moved, in blocks of days: what is held at the start of a block times all its
    prices, and each movement inside times the prices from its day on.
    """
    days = prices.shape[1]
    later = int(np.count_nonzero(moved.day > 0))
    block = days if later * 2 <= max(len(moved), 1) else BLOCK
    amounts = moved.amount.astype(np.float64)
    if not later:
        return _held(amounts, moved.owner, moved.column, count, prices)
    total = np.empty((count, days))
    for start in range(0, days, block):
        end = min(days, start + block)
        before = moved.day <= start
        held = _table(amounts[before], moved.owner[before], moved.column[before], count, prices)
        total[:, start:end] = held @ prices[:, start:end]
        inside = np.flatnonzero((moved.day > start) & (moved.day < end))
        if len(inside):
            since = np.arange(start, end) >= moved.day[inside, None]
            steps = prices[moved.column[inside], start:end] * since * amounts[inside, None]
            ones = np.ones(len(inside))
            total[:, start:end] += (
                _table(ones, moved.owner[inside], np.arange(len(inside)), count, steps) @ steps
            )
    return total


def _held(amounts: Floats, rows: Integers, columns: Integers, count: int, prices: Floats) -> Floats:
    """Σ amounts · prices of what never changes; of few columns without a sparse table."""
    total: Floats
    if len(prices) > FEW:
        total = _table(amounts, rows, columns, count, prices) @ prices
        return total
    size = count * len(prices)
    held = np.bincount(rows * len(prices) + columns, amounts, minlength=size)
    total = held.reshape(count, -1) @ prices
    return total


def _table(
    amounts: Floats, rows: Integers, columns: Integers, count: int, beside: Floats
) -> sparse.csr_array:
    return sparse.csr_array((amounts, (rows, columns)), shape=(count, len(beside)))
