"""The quick way through a long file: rows whose texts are plainly right, nearly all there are.

Rows of one type that fill in the same columns have one shape. What a row of it needs is found out
once, and each text of a column is read once: a file of 100,000 rows has a few thousand different
numbers and days. The result is the same as `read_entry`'s; a test reads random rows both ways.

A row that is not plain is left alone: `read_entry` reads it, or finds what is wrong with it.
Nothing is refused here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from operator import getitem, itemgetter
from typing import Any, NamedTuple

from market.formats.faults import Fault
from portfolios.calc.money import round_money
from portfolios.formats.amounts import OUTWARD, PRICED, settle
from portfolios.formats.draft import ZERO, Draft
from portfolios.formats.entry_row import AMOUNTS, LOTS, READERS, Row
from portfolios.formats.entry_rules import RULES

REMEMBERED = 1 << 14  # texts of a column
MOST_SHAPES = 1_000
FREE = frozenset({"external_id", "narration"})  # texts that are not there twice
SHORT = 100  # characters that both may have
FIELDS = {"date": "transaction_date", "type": "entry_type", "seq": "number"}
ABROAD = frozenset({"security_currency", "gross_amount_security", "settlement_fx_rate"})
ONE = Decimal(1)


# What is plainly a number above zero, read to the digit as `read_number` does.
NUMBER = re.compile(r"(?:0|[1-9][0-9]{0,11})\.[0-9]{0,7}[1-9]").fullmatch


class _NotPlain(Exception):
    pass


class _Memory(dict[str, Any]):
    """The values of a column's texts, each read when it is first met."""

    def __init__(self, column: str, today: date) -> None:
        super().__init__()
        self._read, self._is_amount = READERS[column], column in AMOUNTS
        # No column of a plain row needs to know of another.
        self._row = Row(0, {"type": ""}, today)

    def __missing__(self, text: str) -> Any:
        if self._is_amount and NUMBER(text):
            value: Any = Decimal(text)
        else:
            value = self._read(text, self._row)
            if isinstance(value, Fault):
                raise _NotPlain
        if len(self) < REMEMBERED:
            self[text] = value
        return value


class _Shape(NamedTuple):
    """What rows of one type that fill in the same columns have in common."""

    fields: tuple[str, ...]
    memories: tuple[_Memory, ...]
    texts: Callable[[Sequence[str]], tuple[str, ...]]
    free: tuple[tuple[str, int], ...]
    is_trade: bool
    days: bool


class PlainRows:
    """Reads the plain rows of one file, given as texts in the order of its columns."""

    def __init__(self, columns: Sequence[str], *, base_currency: str, today: date) -> None:
        self._columns, self._base = columns, base_currency
        self._type = columns.index("type")
        self._memories = [_Memory(column, today) for column in columns]
        self._memories[self._type].update(zip(RULES, RULES, strict=True))
        self._shapes: dict[tuple[object, ...], _Shape | None] = {}

    def read(self, row: int, texts: Sequence[str]) -> Draft | None:
        """The entry, with its amounts settled; None where the row is not plain."""
        kind = texts[self._type]
        filled = (kind, *map(bool, texts))
        shape = self._shapes.get(filled)
        if shape is None:
            if filled in self._shapes or len(self._shapes) == MOST_SHAPES:
                return None
            shape = self._shapes[filled] = self._shape(kind, texts)
            if shape is None:
                return None
        try:
            read = map(getitem, shape.memories, shape.texts(texts))
            values = dict(zip(shape.fields, read, strict=True))
        except _NotPlain:
            return None
        values["row"] = row
        for column, place in shape.free:
            if len(texts[place]) > SHORT:
                return None
            values[column] = texts[place]
        if shape.is_trade:
            return Draft.of(values) if self._settled(values, shape) else None
        draft, faults = settle(Draft.of(values), self._base)
        return None if faults else draft

    def _shape(self, kind: str, texts: Sequence[str]) -> _Shape | None:
        told = {column: place for place, column in enumerate(self._columns) if texts[place]}
        rule = RULES.get(kind)
        plain = kind != "REVERSAL" and LOTS.isdisjoint(told)
        if rule is None or not plain or not rule.fits(told.keys()):
            return None
        known = {column: place for column, place in told.items() if column not in FREE}
        stated = "gross_amount" in told
        priced = "quantity" in told and "price" in told
        return _Shape(
            fields=tuple(FIELDS.get(column, column) for column in known),
            memories=tuple(self._memories[place] for place in known.values()),
            texts=itemgetter(*known.values()),
            free=tuple((column, place) for column, place in told.items() if column in FREE),
            is_trade=kind in PRICED
            and stated != priced
            and "net_amount" not in told
            and ABROAD.isdisjoint(told),
            days=not {"settlement_date", "ex_date", "pay_date"}.isdisjoint(told),
        )

    def _settled(self, values: dict[str, Any], shape: _Shape) -> bool:
        """Fill in gross and net amount as `amounts.settle` does. False where that has something
        to say about the row."""
        currency, said = values["currency"], values.get
        if currency == self._base and said("fx_rate", ONE) != ONE:
            return False
        if shape.days and not _in_order(values):
            return False
        gross = said("gross_amount")
        if gross is None:
            gross = values["gross_amount"] = round_money(
                values["quantity"] * values["price"], currency
            )
            if not gross:
                return False
        fees, taxes = said("fees", ZERO), said("taxes", ZERO)
        outward = values["entry_type"] in OUTWARD
        values["net_amount"] = -(gross + fees + taxes) if outward else gross - fees - taxes
        return True


def _in_order(values: dict[str, Any]) -> bool:
    day, said = values["transaction_date"], values.get
    return said("ex_date", day) <= day <= min(said("pay_date", day), said("settlement_date", day))
