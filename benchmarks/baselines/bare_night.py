"""A night with nothing but its work: bare tables of numbers, binary COPY, float64, one commit.

No ledger, no decimals, no tenants, no constraint but a key; a position is one row of two numbers.
It knows one pack and holds nothing to be corrected. That is the floor for reading, computing and
writing the same count of rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import psycopg

from benchmarks.baselines.sparse_values import sparse_values

TABLES = """
DROP TABLE IF EXISTS bare_position, bare_close, bare_rate, bare_value, bare_figure, bare_worth;
CREATE TABLE bare_position (portfolio int, security int, quantity float8,
                            PRIMARY KEY (portfolio, security));
CREATE TABLE bare_close (day int, security int, close float8, PRIMARY KEY (day, security));
CREATE TABLE bare_rate (day int, currency int, rate float8, PRIMARY KEY (day, currency));
"""
VALUES = "CREATE TABLE bare_value (portfolio int, day int, worth bigint, earned float8)"
FIGURES = (
    "CREATE TABLE bare_figure (portfolio int PRIMARY KEY, "
    + ", ".join(f"figure{number} float8" for number in range(7))
    + ")"
)
WORTHS = "CREATE TABLE bare_worth (portfolio int, security int, day int, worth bigint)"
HEAD, END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
AT_ONCE = 100_000
Array = Any


def prepare(raw: psycopg.Connection[Any], world: Any) -> None:
    """What the floor reads."""
    count, each = world.held.shape
    days = world.closes.shape[1]
    raw.execute(TABLES)
    _write(raw, "bare_position", _places(count, each), _narrow(world.held), _float(world.quantity))
    for name, table in (("bare_close", world.closes), ("bare_rate", world.rates)):
        day, thing = np.tile(_up_to(days), len(table)), _places(len(table), days)
        _write(raw, name, day, thing, _float(table))
    raw.execute("ANALYZE bare_position; ANALYZE bare_close; ANALYZE bare_rate")


def rebuild(raw: psycopg.Connection[Any], world: Any) -> None:
    """All values of all days anew, keys built behind them."""
    with raw.transaction():
        read = _read(raw, world, 0)
        values, returns, figures = sparse_values(read)
        count, days = values.shape
        earned = np.concatenate((np.zeros((count, 1)), returns), axis=1)
        raw.execute(f"DROP TABLE IF EXISTS bare_value, bare_figure; {VALUES}; {FIGURES}")
        day = np.tile(_up_to(days), count)
        _write(raw, "bare_value", _places(count, days), day, _coins(values), earned.ravel())
        _write(raw, "bare_figure", _up_to(count), *np.ascontiguousarray(figures.T))
        raw.execute("ALTER TABLE bare_value ADD PRIMARY KEY (portfolio, day)")


def one_more_day(raw: psycopg.Connection[Any], world: Any) -> None:
    """The last day of a history that is there, with the worth of every position."""
    with raw.transaction():
        last = world.closes.shape[1] - 1
        read = _read(raw, world, last - 1)
        values, returns, _ = sparse_values(read)
        count, each = read.held.shape
        rate = (1.0 / read.rates[:, -1])[read.currency]
        base = read.rates[read.bases, -1]
        worth = read.quantity * (read.closes[:, -1] * rate)[read.held] * base[:, None]
        raw.execute("DELETE FROM bare_value WHERE day = %s", [last])
        day = np.full(count, last, dtype=np.int32)
        _write(raw, "bare_value", _up_to(count), day, _coins(values[:, -1]), returns[:, -1])
        raw.execute(f"DROP TABLE IF EXISTS bare_worth; {WORTHS}")
        each_day = np.full(count * each, last, dtype=np.int32)
        _write(raw, "bare_worth", _places(count, each), _narrow(read.held), each_day, _coins(worth))
        raw.execute("ALTER TABLE bare_worth ADD PRIMARY KEY (portfolio, day, security)")


def _read(raw: psycopg.Connection[Any], world: Any, first: int) -> Any:
    positions = "SELECT portfolio, security, quantity FROM bare_position ORDER BY 1, 2"
    portfolio, security, quantity = _copied(raw, positions, (">i4", ">i4", ">f8"))
    kinds = (">i4", ">i4", ">f8")
    closes = _copied(raw, f"SELECT * FROM bare_close WHERE day >= {first}", kinds)
    rates = _copied(raw, f"SELECT * FROM bare_rate WHERE day >= {first}", kinds)
    count = int(portfolio[-1]) + 1
    return SimpleNamespace(
        bases=world.bases,
        currency=world.currency,
        held=security.reshape(count, -1),
        quantity=quantity.reshape(count, -1),
        closes=_table(closes, len(world.closes), first),
        rates=_table(rates, len(world.rates), first),
    )


def _table(columns: Sequence[Array], count: int, first: int) -> Array:
    day, thing, number = columns
    table = np.empty((count, int(day.max()) - first + 1))
    table[thing, day - first] = number
    return table


def _up_to(count: int) -> Array:
    return np.arange(count, dtype=np.int32)


def _places(count: int, each: int) -> Array:
    return np.repeat(_up_to(count), each)


def _float(table: Array) -> Array:
    return table.ravel().astype(np.float64)


def _narrow(places: Array) -> Array:
    return places.ravel().astype(np.int32)


def _coins(values: Array) -> Array:
    return np.rint(values.ravel() * 1e4).astype(np.int64)


def _write(raw: psycopg.Connection[Any], table: str, *columns: Array) -> None:
    """Places and days are four bytes wide, coins and floats eight."""
    spelled = [">" + column.dtype.str[1:] for column in columns]
    record = _record(spelled)
    with raw.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(HEAD)
        for start in range(0, len(columns[0]), AT_ONCE):
            end = min(len(columns[0]), start + AT_ONCE)
            rows = np.empty(end - start, record)
            rows["fields"] = len(columns)
            for place, (column, kind) in enumerate(zip(columns, spelled, strict=True)):
                rows[f"size{place}"] = np.dtype(kind).itemsize
                rows[f"value{place}"] = column[start:end]
            copy.write(rows.tobytes())
        copy.write(END)


def _record(kinds: Sequence[str]) -> np.dtype[Any]:
    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for place, kind in enumerate(kinds):
        fields += [(f"size{place}", ">i4"), (f"value{place}", kind)]
    return np.dtype(fields)


def _copied(raw: psycopg.Connection[Any], query: str, kinds: Sequence[str]) -> list[Array]:
    record = _record(kinds)
    content = bytearray()
    with raw.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)") as copy:
        for block in copy:
            content += block
    count = (len(content) - len(HEAD) - len(END)) // record.itemsize
    rows = np.frombuffer(content, record, count=count, offset=len(HEAD))
    return [rows[f"value{place}"].astype(kind[1:]) for place, kind in enumerate(kinds)]
