"""Rows as columns: what PostgreSQL gives out in binary, read as arrays without a Python row.

A column travels as one array, so that neither side handles a message for each row. Elements have
one width and are never null: the query casts and coalesces. Columns of bytes travel joined.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.db import connection

HEADER = 19  # of COPY's binary format
ARRAY_HEADER = 20  # of an array of one dimension
EMPTY_ARRAY = 12
BYTES = "bytes"
Columns = dict[str, npt.NDArray[Any]]


def copied(query: str, parameters: Mapping[str, Any], kinds: Mapping[str, str]) -> Columns:
    """The answer of a query, a column a name. kinds: numpy's spelling of each element's bytes, as
    ">i4" for an integer or a date, ">f8" for a double, "S3" for three letters; "bytes" for bytea,
    which comes joined, in the order of the rows.

    Raises ValueError when an element is not as long as it says.
    """
    gathered = ", ".join(
        f"string_agg({name}, '')" if kind == BYTES else f"array_agg({name})"
        for name, kind in kinds.items()
    )
    content = bytearray()
    answer = f"({query}) answer ({', '.join(kinds)})"
    statement = f"COPY (SELECT {gathered} FROM {answer}) TO STDOUT (FORMAT BINARY)"  # noqa: S608 - queries of our own
    with (
        connection.cursor() as cursor,
        cursor.copy(_complete(cursor, statement, parameters)) as copy,
    ):
        for block in copy:
            content += block
    found: Columns = {}
    offset = HEADER + 2
    for name, kind in kinds.items():
        size = int.from_bytes(content[offset : offset + 4], signed=True)
        offset += 4
        found[name] = _column(content, offset, size, kind)
        offset += max(size, 0)
    return found


def elements(content: npt.NDArray[Any], counts: npt.NDArray[Any], kind: str) -> npt.NDArray[Any]:
    """The elements of arrays that were sent one behind the other, so many of each. Raises
    ValueError as `copied` does."""
    size = np.dtype(kind).itemsize
    spans = np.where(counts > 0, ARRAY_HEADER + counts * (4 + size), EMPTY_ARRAY)
    if int(spans.sum()) != len(content):
        raise ValueError("the arrays copied out are not of the length that they say")
    before = np.cumsum(counts) - counts
    starts = np.cumsum(spans) - spans + ARRAY_HEADER - before * (4 + size)
    at = np.repeat(starts, counts) + np.arange(int(counts.sum())) * (4 + size)
    table = content[at[:, None] + np.arange(4 + size)]
    if (table[:, 3] != size).any() or table[:, :3].any():
        raise ValueError("an element copied out is null, or of another length")
    return _native(np.ascontiguousarray(table[:, 4:]).view(kind).ravel())


def array_of(values: Iterable[object]) -> str:
    """Ids, hashes, days or numbers as PostgreSQL reads an array: a list is quoted element by
    element, which takes longer than the question. No value may need a quotation mark."""
    return f"{{{','.join(map(_spelled, values))}}}"


def _spelled(value: object) -> str:
    return f"{value.int:032x}" if isinstance(value, UUID) else str(value)


def _complete(cursor: Any, statement: str, parameters: Mapping[str, Any]) -> str:
    """The statement with its values: a cursor of Django that logs queries takes no others."""
    text: str = cursor.mogrify(statement, parameters)
    return text


def _column(content: bytearray, offset: int, size: int, kind: str) -> npt.NDArray[Any]:
    if kind == BYTES:
        return np.frombuffer(content, np.uint8, count=max(size, 0), offset=offset)
    element = np.dtype([("size", ">i4"), ("value", kind)])
    if size < 0:
        return _native(np.zeros(0, element)["value"])
    count, rest = divmod(size - ARRAY_HEADER, element.itemsize)
    if rest:
        raise ValueError("the elements copied out are not of one length")
    rows = np.frombuffer(content, element, count=count, offset=offset + ARRAY_HEADER)
    if (rows["size"] != element["value"].itemsize).any():
        raise ValueError("an element copied out is null, or of another length")
    return _native(rows["value"])


def _native(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """In this machine's order of bytes, integers and floats of 64 bits."""
    if column.dtype.kind in "if":
        return column.astype(np.int64 if column.dtype.kind == "i" else np.float64)
    return np.ascontiguousarray(column)
