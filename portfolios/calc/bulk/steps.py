"""Movements as steps: what a portfolio holds changes on some days and is constant between.

Amounts are integers in the smallest units that are kept: shares and closes in 1e-8, money in
1e-4. Column numbers say what moves: securities first, then the cash of each currency, then the
receivables of each.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
SHARE_PLACES = 8
MONEY_PLACES = 4


@dataclass(frozen=True, slots=True, eq=False)
class Movements:
    """One element each: whose, of what column, on which day, how much (negative when it goes).

    Sorted by owner, column and day, one movement for each of these at most.
    """

    owner: Integers
    column: Integers
    day: Integers
    amount: Integers

    def __len__(self) -> int:
        return len(self.owner)

    def where(self, mask: npt.NDArray[np.bool_]) -> "Movements":
        """Those of a mask, in the same order."""
        return Movements(self.owner[mask], self.column[mask], self.day[mask], self.amount[mask])

    def part(self, start: int, end: int) -> "Movements":
        """Those from a place up to, not including, another."""
        at = slice(start, end)
        return Movements(self.owner[at], self.column[at], self.day[at], self.amount[at])


def movements(
    owner: Integers, column: Integers, day: Integers, amount: Integers, columns: int, days: int
) -> Movements:
    """Movements in any order, put in order and summed up by day. columns, days: how many are."""
    key = (owner * columns + column) * days + day
    if len(key) and not (key[1:] > key[:-1]).all():
        order = np.argsort(key, kind="stable")
        key = key[order]
        first = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))
        amount = np.add.reduceat(amount[order], first)
        key = key[first]
    rest, day = np.divmod(key, days)
    owner, column = np.divmod(rest, columns)
    moved = Movements(owner, column, day, amount)
    return moved.where(amount != 0)


def runs(moved: Movements, columns: int) -> Integers:
    """The place of the first movement of each owner and column, ascending."""
    if not len(moved):
        return np.zeros(0, dtype=np.int64)
    key = moved.owner * columns + moved.column
    return np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))


def levels(moved: Movements, starts: Integers) -> Integers:
    """What is held after each movement."""
    total = np.cumsum(moved.amount)
    lengths = np.diff(np.append(starts, len(moved)))
    before = np.where(starts > 0, total[starts - 1], 0)
    held: Integers = total - np.repeat(before, lengths)
    return held


def places(amounts: Integers, most: int) -> Integers:
    """How many decimals integers in units of 10^-most need: 2 for 12.34000000."""
    needed = np.zeros(len(amounts), dtype=np.int64)
    rest = np.flatnonzero(amounts % 10**most)  # few: most shares and closes are plain
    for fewer in range(most - 1, -1, -1):
        if not len(rest):
            break
        needed[rest] = most - fewer
        rest = rest[amounts[rest] % 10**fewer != 0]
    return needed


def largest_by(owner: Integers, values: Integers, owners: int) -> Integers:
    """The largest value of each owner, 0 where there is none; owner ascending."""
    found = np.zeros(owners, dtype=np.int64)
    if len(owner):
        first = np.flatnonzero(np.concatenate(([True], owner[1:] != owner[:-1])))
        found[owner[first]] = np.maximum.reduceat(values, first)
    return found
