"""The quick way through a long batch: entries whose columns are texts that need no care.

Entries that say the same columns have one shape. How their hashed texts and their line of COPY are
put together is found out once for each shape, and the text of a value once: in a file most values
are the same objects many times. The result is that of `chain.Speller`; a test does both.

An entry that is not plain is left alone: whoever asked spells it column by column.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from hashlib import sha256
from json.encoder import encode_basestring
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from portfolios.models.chain import BESIDE, SECURITIES, number_text

REMEMBERED = 1 << 14  # values of a column
MOST_SHAPES = 1_000
FREE = frozenset(
    {"external_id", "narration", "price", "gross_amount", "net_amount"}
)  # seldom alike
NULL = r"\N"


class Shape(NamedTuple):
    """What entries that say the same columns have in common. Places are those of `columns`."""

    columns: tuple[str, ...]
    values: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    memories: tuple[dict[int, str], ...]
    free: tuple[int, ...]
    named: tuple[int, ...]  # the places of securities
    content: str
    of_content: Callable[[Sequence[Any]], tuple[Any, ...]]
    chained: str
    of_chained: Callable[[Sequence[Any]], tuple[Any, ...]]
    line: str


class PlainLines:
    """Lines for the columns `before`, whose values whoever asks gives, and `columns`, which entries
    fill in. unsaid and keys as for `chain.Speller`; source is that of all entries."""

    def __init__(
        self,
        before: Sequence[str],
        columns: Sequence[str],
        unsaid: Mapping[str, Any],
        keys: Mapping[UUID, str],
        source: str,
    ) -> None:
        self._before, self._columns, self._unsaid = before, columns, unsaid
        self._keys = {str(pk): encode_basestring(key) for pk, key in keys.items()}
        self._source = source
        self._shapes: dict[tuple[str, ...], Shape | None] = {}
        self._memories: dict[str, dict[int, str]] = {column: {} for column in columns}
        self._alive: list[Any] = []  # what is remembered by its id must not give it away

    def spell(self, said: Mapping[str, Any]) -> tuple[Shape, list[str]] | None:
        """The entry's shape and its cells; None where it is not plain."""
        names = tuple(said)
        shape = self._shapes.get(names)
        if shape is None:
            if names in self._shapes or len(self._shapes) == MOST_SHAPES:
                return None
            shape = self._shapes[names] = self._shape(names)
            if shape is None:
                return None
        values = shape.values(said)
        cells: list[Any] = [*map(dict.get, shape.memories, map(id, values))]
        for place in shape.free:
            cells[place] = _cell(values[place])
        if None in cells:
            for place, cell in enumerate(cells):
                if cell is None:
                    cells[place] = found = _cell(values[place])
                    if found is None:
                        return None
                    self._remember(shape, place, values[place], found)
        return shape, cells

    def pieces(self, shape: Shape, cells: Sequence[str]) -> list[Any]:
        """The cells as they are hashed: securities under the names that the chain has for them."""
        pieces: list[Any] = [*cells]
        for place in shape.named:
            pieces[place] = self._keys[cells[place]]
        return pieces

    def _remember(self, shape: Shape, place: int, value: Any, cell: str) -> None:
        memory = shape.memories[place]
        if place not in shape.free and len(memory) < REMEMBERED:
            memory[id(value)] = cell
            self._alive.append(value)

    def _shape(self, names: tuple[str, ...]) -> Shape | None:
        told = tuple(column for column in self._columns if column in names)
        if len(told) < 2:  # an itemgetter of one name gives no tuple
            return None
        fixed: dict[str, str] = {}
        for column in self._columns:
            default = self._unsaid.get(column)
            if column not in names and default is not None and default != "":
                cell = _cell(default)
                if cell is None:
                    return None
                fixed[column] = cell
        if self._source and _cell(self._source) is None:
            return None
        slots = _slots(told, fixed, self._source)
        content = [(text, place) for _, text, place, aside in slots if not aside]
        chained = [(text, place) for _, text, place, _ in slots]
        return Shape(
            columns=told,
            values=itemgetter(*told),
            memories=tuple(self._memories[column] for column in told),
            free=tuple(place for place, column in enumerate(told) if column in FREE),
            named=tuple(place for place, column in enumerate(told) if column in SECURITIES),
            content=_template(content),
            of_content=_getter(content),
            chained="%s" + _template(chained),
            of_chained=_getter(chained),
            line=self._line(told, fixed),
        )

    def _line(self, told: Sequence[str], fixed: Mapping[str, str]) -> str:
        cells = ["%s"] * len(self._before)
        for column in self._columns:
            default = "" if self._unsaid.get(column) == "" else NULL
            cells.append("%s" if column in told else _escaped(fixed.get(column, default)))
        return "\t".join(cells) + "\n"


def content_digest(shape: Shape, pieces: Sequence[Any]) -> str:
    """The hash of what the entry says."""
    return sha256((shape.content % shape.of_content(pieces)).encode()).hexdigest()


def chained_digest(previous: str, shape: Shape, pieces: Sequence[Any]) -> str:
    """The hash behind `previous`; `pieces` with the number and the occurrence behind them."""
    return sha256((shape.chained % (previous, *shape.of_chained(pieces))).encode()).hexdigest()


def _slots(
    told: Sequence[str], fixed: Mapping[str, str], source: str
) -> list[tuple[str, str, int | None, bool]]:
    """Of each piece its name, its text, the place of what is filled in, and whether it stands
    beside the content; in the order of their names."""
    slots: list[tuple[str, str, int | None, bool]] = [
        ("seq", '"seq":%s', len(told), True),
        ("occurrence", '"occurrence":%s', len(told) + 1, True),
    ]
    if source:
        slots.append(("source", f'"source":"{_escaped(source)}"', None, True))
    for place, column in enumerate(told):
        name = SECURITIES.get(column, column)
        mark = "%s" if column in SECURITIES else '"%s"'
        slots.append((name, f'"{name}":{mark}', place, column in BESIDE))
    for column, cell in fixed.items():
        slots.append((column, f'"{column}":"{_escaped(cell)}"', None, column in BESIDE))
    return sorted(slots)


def _template(slots: Sequence[tuple[str, int | None]]) -> str:
    return f"{{{','.join(text for text, _ in slots)}}}"


def _getter(slots: Sequence[tuple[str, int | None]]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    places = [place for _, place in slots if place is not None]
    return (
        itemgetter(*places) if len(places) > 1 else lambda pieces: tuple(pieces[p] for p in places)
    )


def _escaped(text: str) -> str:
    return text.replace("%", "%%")


def _cell(value: Any) -> str | None:
    """The text of a value in a line and in quotation marks; None where the two are not the same,
    or where there is none."""
    kind = value.__class__
    if kind is Decimal:
        return number_text(value)
    if kind is str:
        plain = value.isprintable() and '"' not in value and "\\" not in value
        return value if value and plain else None
    if kind is date:
        return str(value)
    return str(value) if kind is UUID else None
