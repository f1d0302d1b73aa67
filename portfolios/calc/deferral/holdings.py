"""How many shares an owner holds at the end of a day, and what was bought around one.

Looked up, not counted: a ledger of many sales asks this for each of them.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import accumulate

from portfolios.calc.deferral.blocks import Block
from portfolios.calc.deferral.records import WINDOW, Holder
from portfolios.calc.entries import SecurityKey

Owner = tuple[Holder, bool]
ONE_DAY = timedelta(days=1)


class Holdings:
    """Shares of each group by owner over time, in today's shares, and its purchases by day."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        changes: dict[SecurityKey, dict[Owner, list[tuple[date, Fraction]]]] = {}
        self._bought: dict[SecurityKey, list[Block]] = {}
        for block in sorted(blocks, key=lambda block: block.order):
            owners = changes.setdefault(block.group, {})
            owners.setdefault(block.owner, []).extend(_changes(block))
            if block.replaces and not block.is_moved and block.purchased:
                self._bought.setdefault(block.group, []).append(block)
        self._held = {
            group: {owner: _running(moved) for owner, moved in owners.items()}
            for group, owners in changes.items()
        }
        self._sums = {
            group: [Fraction(0), *accumulate(block.purchased for block in bought)]
            for group, bought in self._bought.items()
        }

    def on(self, group: SecurityKey, day: date) -> dict[Owner, Fraction]:
        """Shares at the end of a day by owner."""
        return {
            owner: held[bisect_right(days, day)]
            for owner, (days, held) in self._held.get(group, {}).items()
        }

    def bought_around(self, group: SecurityKey, day: date) -> Sequence[Block]:
        """Purchases in the window of a day, by day; one that was sold again counts too."""
        first, last = self._window(group, day)
        return self._bought.get(group, [])[first:last]

    def quantity_around(self, group: SecurityKey, day: date) -> Fraction:
        """Their shares together."""
        first, last = self._window(group, day)
        sums = self._sums.get(group, [Fraction(0)])
        return sums[last] - sums[first]

    def _window(self, group: SecurityKey, day: date) -> tuple[int, int]:
        bought = self._bought.get(group, [])
        first = bisect_left(bought, day - WINDOW, key=lambda block: block.acquired)
        last = bisect_right(bought, day + WINDOW, key=lambda block: block.acquired)
        return first, last


def _changes(block: Block) -> Iterator[tuple[date, Fraction]]:
    yield block.arrived, block.quantity
    yield from ((on, -gone) for on, gone in block.left)
    if block.held_until is not None:
        yield block.held_until + ONE_DAY, -block.quantity


def _running(changes: list[tuple[date, Fraction]]) -> tuple[list[date], list[Fraction]]:
    """Days in order, and the shares held before the first of them and after each."""
    changes.sort(key=lambda change: change[0])
    days = [on for on, _ in changes]
    return days, [Fraction(0), *accumulate(moved for _, moved in changes)]
