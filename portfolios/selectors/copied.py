"""Rows as columns: what PostgreSQL copies out in binary, read as arrays without a Python row.

Only columns of one width and without nulls, so that every row is as long as every other: the
query casts and coalesces.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection

HEADER, TRAILER = 19, 2
Columns = dict[str, npt.NDArray[Any]]


def copied(query: str, parameters: Mapping[str, Any], kinds: Mapping[str, str]) -> Columns:
    """The answer of a query, a column a name. kinds: numpy's spelling of each column's bytes, as
    ">i4" for an integer, ">f8" for a double, "S3" for three letters, "V16" for a UUID.

    Raises ValueError when a row is not as long as it says.
    """
    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for name, kind in kinds.items():
        fields += [(f"{name} length", ">i4"), (name, kind)]
    record = np.dtype(fields)
    content = copied_bytes(query, parameters)
    count, rest = divmod(len(content) - HEADER - TRAILER, record.itemsize)
    rows = np.frombuffer(content, record, count=count, offset=HEADER)
    widths = [(name, record[name].itemsize) for name in kinds]
    if rest or any((rows[f"{name} length"] != width).any() for name, width in widths):
        raise ValueError("the rows copied out are not of one length")
    return {name: native(rows[name]) for name in kinds}


def copied_bytes(query: str, parameters: Mapping[str, Any]) -> bytearray:
    """The answer of a query as COPY writes it in binary: a header, rows, a trailer."""
    content = bytearray()
    statement = f"COPY ({query}) TO STDOUT (FORMAT BINARY)"
    with connection.cursor() as cursor, cursor.copy(statement, parameters) as copy:
        for block in copy:
            content += block
    return content


def native(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A column in this machine's order of bytes, integers and floats of 64 bits."""
    if column.dtype.kind in "if":
        return column.astype(np.int64 if column.dtype.kind == "i" else np.float64)
    return np.ascontiguousarray(column)
