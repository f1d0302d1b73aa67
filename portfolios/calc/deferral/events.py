"""What happens to lots, in the order in which it was booked: sales, and moves between lots."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from portfolios.calc.deferral.blocks import Move
from portfolios.calc.deferral.shares import by_sale
from portfolios.calc.lots import Book, Closure

Sale: TypeAlias = list[Closure]


def in_order(book: Book, moves: Iterable[Move]) -> Sequence[Sale | Move]:
    """Sales, each with all its closures, and moves. An entry that does both sells first."""
    position = {entry.seq: index for index, entry in enumerate(book.accepted)}
    events: list[Sale | Move] = [*by_sale(book.closures), *moves]

    def place(event: Sale | Move) -> tuple[int, bool]:
        if isinstance(event, Move):
            return position[event.seq], True
        return position[event[0].close_seq], False

    return sorted(events, key=place)
