"""Columns on their way into PostgreSQL: arrays as COPY's binary rows, through a temporary table.

PostgreSQL refuses COPY into a table with row-level security; an INSERT … SELECT from a temporary
table asks the policies and the constraints as any other insert does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection

HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
END = b"\xff\xff"
AT_ONCE = 8 * 1024 * 1024  # bytes
TYPES = {"i2": "smallint", "i4": "integer", "i8": "bigint", "f8": "double precision"}
OIDS = {"i2": 21, "i4": 23, "i8": 20, "f8": 701}  # of the elements of an array
Column = npt.NDArray[Any]


FOR_MANY = """
SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = off; SET LOCAL work_mem = '64MB';
SET LOCAL random_page_cost = 1
"""
FOR_FEW = """
SET LOCAL enable_nestloop TO DEFAULT; SET LOCAL enable_mergejoin TO DEFAULT;
SET LOCAL work_mem TO DEFAULT; SET LOCAL random_page_cost TO DEFAULT
"""


@contextmanager
def planned_for_many() -> Iterator[None]:
    """Plans for whole tables. A planner that has no statistics yet, after the first load or of a
    temporary table, takes thousands of rows for a few and looks each up in a loop: minutes."""
    with connection.cursor() as cursor:
        cursor.execute(FOR_MANY)
    yield
    with connection.cursor() as cursor:
        cursor.execute(FOR_FEW)


@contextmanager
def staged(name: str, *parts: Mapping[str, Column]) -> Iterator[None]:
    """A temporary table of these columns, filled, until the block ends. Integers and floats by
    their width; bytes of one width become `bytea`, and rows of a table an array each. Parts have
    the same columns, and arrays of a length of their own."""
    first = parts[0]
    spelled = ", ".join(f"{column} {_type(values)}" for column, values in first.items())
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {name} ({spelled}) ON COMMIT DROP")
        with cursor.copy(f"COPY {name} FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(HEAD)
            for columns in parts:
                for block in blocks(columns):
                    copy.write(block)
            copy.write(END)
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {name}")


def blocks(columns: Mapping[str, Column]) -> Iterator[bytes]:
    """Rows as COPY reads them, so many at once."""
    fields: list[tuple[Any, ...]] = [("fields", ">i2")]
    for name, values in columns.items():
        fields.append((f"{name} length", ">i4"))
        if values.ndim == 1:
            fields.append((name, _spelling(values)))
        else:
            element = np.dtype([("size", ">i4"), ("value", _spelling(values))])
            fields += [(f"{name} shape", ">i4", 5), (name, element, values.shape[1:])]
    record = np.dtype(fields)
    count = len(next(iter(columns.values())))
    at_once = max(1, AT_ONCE // record.itemsize)
    for start in range(0, count, at_once):
        end = min(count, start + at_once)
        rows = np.empty(end - start, record)
        rows["fields"] = len(columns)
        for name, values in columns.items():
            if values.ndim == 1:
                rows[f"{name} length"] = values.dtype.itemsize
                rows[name] = values[start:end]
                continue
            width = values.shape[1]
            rows[f"{name} length"] = 20 + rows.dtype[name].itemsize
            # Dimensions, whether there are nulls, of what type, how many, and from which place.
            rows[f"{name} shape"] = 1, 0, OIDS[values.dtype.str[1:]], width, 1
            rows[name]["size"] = values.dtype.itemsize
            rows[name]["value"] = values[start:end]
        yield rows.tobytes()


def _type(values: Column) -> str:
    if values.dtype.kind == "S":
        return "bytea"
    return TYPES[values.dtype.str[1:]] + ("" if values.ndim == 1 else "[]")


def _spelling(values: Column) -> str:
    return values.dtype.str if values.dtype.kind == "S" else ">" + values.dtype.str[1:]
