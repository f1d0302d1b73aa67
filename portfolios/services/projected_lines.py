"""Lots and closures of a book as lines of COPY, for a long ledger that had none.

The text is that of `selectors.projected`'s rows (`rows.as_text`) in half the time: no record is
made of what the book keeps, and what many of them share (a security, a day, a rate)
is spelled once. A test does both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from operator import itemgetter
from typing import Any

from portfolios.calc.entries import ZERO
from portfolios.calc.lots import CLOSE_SEQ, LOT_FIELDS, Book
from portfolios.calc.money import quantum
from portfolios.selectors.projected import CLOSURE, LOT, PLACES, RATE_PLACES
from portfolios.services.rows import ESCAPED

NULL = r"\N"
_AMOUNT, _RATE = quantum(PLACES), quantum(RATE_PLACES)


class ProjectedLines:
    """The lines of one book; first all its lots, then all its closures.

    entry_ids: the rows of its entries, by number. numbers: ids that no other lot gets.
    """

    lot_columns = ("id", "label", "open_entry_id", *LOT)
    closure_columns = ("lot_id", "close_entry_id", *CLOSURE)

    def __init__(self, book: Book, entry_ids: Mapping[int, int], numbers: Iterator[int]) -> None:
        self._book, self._entry_ids, self._numbers = book, entry_ids, numbers
        self._lot_ids: dict[tuple[int, int], int] = {}
        self._shared: dict[int, str] = {}  # by identity: the book keeps every value alive

    def lots(self) -> Iterator[str]:
        """In order of opening; columns as `lot_columns`."""
        entry_ids, lot_ids, numbers = self._entry_ids, self._lot_ids, self._numbers
        known, spell = self._shared.get, self._spell
        for (
            security, account, seq, number, bought, currency, original, held, local, rate,
            closed, is_short, settled, start, name, _,
        ) in map(LOT_FIELDS, self._book.lots.rows):  # fmt: skip
            lot_ids[seq, number] = pk = next(numbers)
            base = settled
            if base is None and local is not None and rate is not None:
                base = local * rate
            yield (
                f"{pk}\t{seq}.{number}\t{entry_ids[seq]}"
                f"\t{known(id(security)) or spell(security)}"
                f"\t{known(id(account)) or spell(account)}"
                f"\t{known(id(bought)) or spell(bought)}"
                f"\t{known(id(currency)) or spell(currency)}"
                f"\t{known(id(closed)) or spell(closed)}"
                f"\t{bool(held)}\t{is_short}"
                f"\t{known(id(start)) or spell(start)}"
                f"\t{spell(name) if name else ''}"
                f"\t{original.quantize(_AMOUNT)!s}\t{held.quantize(_AMOUNT)!s}"
                f"\t{NULL if local is None else str(local.quantize(_AMOUNT))}"
                f"\t{NULL if base is None else str(base.quantize(_AMOUNT))}"
                f"\t{known(id(rate)) or spell(rate)}\n"
            )

    def closures(self) -> Iterator[str]:
        """By closing entry, and of one in order of relief; columns as `closure_columns`."""
        entry_ids, lot_ids = self._entry_ids, self._lot_ids
        known, spell = self._shared.get, self._spell
        for (
            _, _, seq, number, closing, _, closed, _, quantity, proceeds, cost, fx_open, fx_close,
            gain, price, fx, cross, is_short, *_,
        ) in sorted(self._book.closures, key=itemgetter(CLOSE_SEQ)):  # fmt: skip
            yield (
                f"{lot_ids[seq, number]}\t{entry_ids[closing]}"
                f"\t{known(id(closed)) or spell(closed)}\t{is_short}"
                f"\t{known(id(fx_open)) or spell(fx_open)}"
                f"\t{known(id(fx_close)) or spell(fx_close)}"
                f"\t{quantity.quantize(_AMOUNT)!s}\t{proceeds.quantize(_AMOUNT)!s}"
                f"\t{NULL if cost is None else str(cost.quantize(_AMOUNT))}"
                f"\t{_result(gain)}\t{_result(price)}\t{_result(fx)}\t{_result(cross)}\n"
            )

    def _spell(self, value: Any) -> str:
        """What many rows share: a rate, a day, a text or nothing."""
        if value is None:
            text = NULL
        elif isinstance(value, Decimal):
            text = str(value.quantize(_RATE))
        else:
            text = str(value).translate(ESCAPED)
        self._shared[id(value)] = text
        return text


def _result(amount: Decimal | None) -> str:
    """As booked, without a scale."""
    if amount is ZERO:
        return "0"
    return NULL if amount is None else str(amount)
