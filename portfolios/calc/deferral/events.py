"""What happens to lots, in the order in which it was booked: sales, and moves between lots."""

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import TypeAlias

from portfolios.calc.deferral.blocks import Move
from portfolios.calc.deferral.shares import by_sale
from portfolios.calc.lots import Book, Closure

Sale: TypeAlias = list[Closure]


def positions(book: Book) -> dict[int, int]:
    """Where each entry, by number, stands in booking order."""
    return {entry.seq: index for index, entry in enumerate(book.accepted)}


def in_order(book: Book, moves: Iterable[Move]) -> Sequence[tuple[int, Sale | Move]]:
    """Sales, each with all its closures, and moves, by the position of their entry.

    An entry that does both moves first: what it sells is a fraction of what came.
    """
    position = positions(book)
    moved: list[tuple[int, Sale | Move]] = [(position[move.seq], move) for move in moves]
    sold: list[tuple[int, Sale | Move]] = [
        (position[sale[0].close_seq], sale) for sale in by_sale(book.closures)
    ]
    return sorted([*moved, *sold], key=itemgetter(0))
