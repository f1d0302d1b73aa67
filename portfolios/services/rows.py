"""Writing many rows at once, under the same policies and constraints as any other row.

A few rows are one INSERT. Thousands are copied into a temporary table and inserted from there:
PostgreSQL refuses COPY into a table with row-level security, and an INSERT … SELECT asks the
policies. Either way the same rows stand in the table afterwards.
"""

from __future__ import annotations

import os
import re
import socket
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import lru_cache, partial
from threading import Lock
from typing import Any, Self, TypeAlias

from django.db import connection, models
from psycopg import sql

SPECIAL = re.compile(r"[\\\r]")
ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
FEW = 200  # rows up to which one statement with all values is the faster way
AT_ONCE = 10_000  # rows that are one text on their way to the server
ROOM = 4 * 1024 * 1024  # bytes
TURN = 0.0005  # seconds
WAITING = 8  # such texts, of 4 MiB, while PostgreSQL is the slower of the two
Row: TypeAlias = Sequence[Any]
HandOver: TypeAlias = Callable[[Callable[[], None]], None]
DEFERRED = """
    SELECT conname FROM pg_constraint
    WHERE contype = 'f' AND condeferrable AND conrelid = ANY (%s::text[]::regclass[])
    ORDER BY conname
"""
# First and last, and each only where somebody else has taken some between them. As a question of
# its own the sequence is looked up once, not for each of its numbers.
RESERVED = """
    SELECT min(id), max(id), CASE WHEN max(id) - min(id) >= count(*) THEN array_agg(id) END
    FROM (
        SELECT nextval((SELECT pg_get_serial_sequence(%s, 'id')::regclass)) AS id
        FROM generate_series(1, %s)
    ) taken
"""
_lent: ContextVar[Any] = ContextVar("connection lent to a helper", default=None)


def at_once(work: Callable[[], None]) -> None:
    """Instead of handing it over."""
    work()


@contextmanager
def beside(*, when: bool = True) -> Iterator[HandOver]:
    """Hand over work on the database that a helper does while Python goes on: the driver lets
    Python run as long as PostgreSQL computes. Piece by piece, in order, on this connection and in
    its transaction. `when` is false where it is not worth a helper: the work is done at once.

    Whoever asks the database something inside the block waits until all pieces are done. What
    goes wrong is raised by a later piece, a question, or the end of the block; if the block ends
    by an exception, pieces that were not begun are left undone.
    """
    if not when:
        yield at_once
        return
    driver: Any = connection.connection
    with connection.wrap_database_errors, _turns.quick(), _Queue(driver) as queue:
        with connection.execute_wrapper(queue.done_before):
            yield queue.put
        queue.wait()


class _Turns:
    """Threads that compute hand Python on ten times as often while anybody is inside. By default a
    helper waits 5 ms for its turn, a dozen times a part, and PostgreSQL waits with it."""

    def __init__(self) -> None:
        self._guard, self._inside, self._usual = Lock(), 0, 0.0

    @contextmanager
    def quick(self) -> Iterator[None]:
        with self._guard:
            if not self._inside:
                self._usual = sys.getswitchinterval()
                sys.setswitchinterval(min(self._usual, TURN))
            self._inside += 1
        try:
            yield
        finally:
            with self._guard:
                self._inside -= 1
                if not self._inside:
                    sys.setswitchinterval(self._usual)


_turns = _Turns()


class _Queue:
    """Pieces of work for one helper."""

    def __init__(self, driver: Any) -> None:
        self._driver = driver
        self._helper = ThreadPoolExecutor(1)
        self._pieces: deque[Future[None]] = deque()

    def __enter__(self) -> Self:
        _widen(self._driver)
        return self

    def __exit__(self, *_error: object) -> None:
        self._helper.shutdown(cancel_futures=True)

    def put(self, work: Callable[[], None]) -> None:
        while self._pieces and (self._pieces[0].done() or len(self._pieces) >= WAITING):
            self._pieces.popleft().result()
        self._pieces.append(self._helper.submit(_lend, self._driver, work))

    def wait(self) -> None:
        while self._pieces:
            self._pieces.popleft().result()

    def done_before(self, execute: Callable[..., Any], *statement: Any) -> Any:
        self.wait()
        return execute(*statement)


def _widen(driver: Any) -> None:
    """Room for a whole text between us and the server, as far as the system allows: each time the
    room is full, the helper needs Python again to go on sending, and waits for its turn."""
    with suppress(OSError), socket.socket(fileno=os.dup(driver.fileno())) as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, ROOM)


def _lend(driver: Any, work: Callable[[], None]) -> None:
    _lent.set(driver)
    work()


def check_row_by_row(*written: type[models.Model]) -> None:
    """From now on to the end of the transaction the foreign keys of these tables are checked by
    the statement that needs it. For long batches: deferred, they make a queue of a million events
    that PostgreSQL works off in the end, when Python has nothing left to do beside it. Those of
    other tables stay deferred: what waits of them is not ours to work off here."""
    with _cursor() as cursor:
        cursor.execute(DEFERRED, [[model._meta.db_table for model in written]])
        names = [sql.Identifier(name) for (name,) in cursor.fetchall()]
        cursor.execute(sql.SQL("SET CONSTRAINTS {} IMMEDIATE").format(sql.SQL(", ").join(names)))


def reserve_ids(model: type[models.Model], count: int) -> Sequence[int]:
    """Ids that no other row gets, ascending; for rows that point at one another."""
    if not count:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(RESERVED, [model._meta.db_table, count])
        first, last, each = cursor.fetchone() or (0, -1, None)
    return range(first, last + 1) if each is None else [*each]


def insert_rows(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Sequence[Row],
    *,
    same: Mapping[str, Any],
    few: int = FEW,
    hand_over: HandOver = at_once,
) -> None:
    """Insert rows of `columns`; `same` are further columns with one value in all of them.

    Rows that are handed over are texts by then, in parts of 10,000.
    """
    if not rows:
        return
    if len(rows) <= few:
        hand_over(partial(_insert_few, model, columns, rows, same))
        return
    for start in range(0, len(rows), AT_ONCE):
        text = as_text(rows[start : start + AT_ONCE])
        hand_over(partial(_insert_text, model, columns, text, same))


def insert_lines(
    model: type[models.Model],
    columns: Sequence[str],
    lines: Sequence[str],
    *,
    same: Mapping[str, Any],
    hand_over: HandOver = at_once,
) -> None:
    """`insert_rows` of rows that are lines of COPY already."""
    for start in range(0, len(lines), AT_ONCE):
        text = "".join(lines[start : start + AT_ONCE])
        hand_over(partial(_insert_text, model, columns, text, same))


def _insert_few(
    model: type[models.Model], columns: Sequence[str], rows: Sequence[Row], same: Mapping[str, Any]
) -> None:
    values = [value for row in rows for value in (*row, *same.values())]
    _run(_with_values(model, (*columns, *same), len(rows)), values)


def _insert_text(
    model: type[models.Model], columns: Sequence[str], text: str, same: Mapping[str, Any]
) -> None:
    with _copied(model, columns, [text]) as table:
        chosen = sql.SQL("SELECT {}, {} FROM {}").format(_names(columns), _marks(len(same)), table)
        _run(_insert(model, [*columns, *same], chosen), [*same.values()])


def update_rows(
    model: type[models.Model], columns: Sequence[str], rows: Sequence[Row], *, few: int = FEW
) -> None:
    """Set `columns` of rows that are there; each row is its id and then its values."""
    if not rows:
        return
    if len(rows) <= few:
        change = _update_one(model, tuple(columns))
        for key, *values in rows:
            _run(change, [*values, key])
        return
    texts = (as_text(rows[start : start + AT_ONCE]) for start in range(0, len(rows), AT_ONCE))
    with _copied(model, ["id", *columns], texts) as table:
        target = sql.Identifier(model._meta.db_table)
        settings = _pairs(sql.SQL("{0} = new.{0}"), columns)
        change_all = sql.SQL("UPDATE {0} SET {1} FROM {2} new WHERE {0}.id = new.id")
        _run(change_all.format(target, settings, table), [])


@contextmanager
def _copied(
    model: type[models.Model], names: Sequence[str], texts: Iterable[str]
) -> Iterator[sql.Composable]:
    """A temporary table with these columns of the model's table, filled; gone at the end."""
    table = sql.Identifier("rows_to_write")
    shape = sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA")
    _run(shape.format(table, _names(names), sql.Identifier(model._meta.db_table)), [])
    with _cursor() as cursor:
        statement = sql.SQL("COPY {} FROM STDIN").format(table)
        with cursor.copy(statement) as copy:
            for text in texts:
                copy.write(text)
    yield table
    _run(sql.SQL("DROP TABLE {}").format(table), [])


@lru_cache(maxsize=128)
def _with_values(model: type[models.Model], names: tuple[str, ...], rows: int) -> str:
    """Put together once: the same few statements are most of what is written."""
    line = sql.SQL("({})").format(_marks(len(names)))
    lines = sql.SQL(", ").join([line] * rows)
    return _insert(model, names, sql.SQL("VALUES {}").format(lines)).as_string()


@lru_cache(maxsize=128)
def _update_one(model: type[models.Model], names: tuple[str, ...]) -> str:
    target, settings = sql.Identifier(model._meta.db_table), _pairs(sql.SQL("{} = %s"), names)
    return sql.SQL("UPDATE {} SET {} WHERE id = %s").format(target, settings).as_string()


def _insert(
    model: type[models.Model], names: Sequence[str], values: sql.Composable
) -> sql.Composable:
    table = sql.Identifier(model._meta.db_table)
    return sql.SQL("INSERT INTO {} ({}) {}").format(table, _names(names), values)


def _names(names: Sequence[str]) -> sql.Composable:
    return sql.SQL(", ").join(map(sql.Identifier, names))


def _marks(count: int) -> sql.Composable:
    return sql.SQL(", ").join([sql.Placeholder()] * count)


def _pairs(pair: sql.SQL, names: Sequence[str]) -> sql.Composable:
    return sql.SQL(", ").join(pair.format(sql.Identifier(name)) for name in names)


def as_text(rows: Sequence[Row]) -> str:
    """Rows as COPY reads them, in a third of the time that the driver takes.

    NUL stands for nothing here, as no text of a database holds it. Few rows have a character with
    a meaning to COPY: all are put together as if there were none, and again with care if there is.
    """
    text = "".join(["\t".join(["\0" if v is None else str(v) for v in row]) + "\n" for row in rows])
    tabs, lines = sum(map(len, rows)) - len(rows), len(rows)
    if text.count("\t") != tabs or text.count("\n") != lines or SPECIAL.search(text):
        careful = (
            "\t".join("\0" if v is None else str(v).translate(ESCAPED) for v in row) for row in rows
        )
        text = "".join(f"{line}\n" for line in careful)
    return text.replace("\0", r"\N")


def _run(statement: sql.Composable | str, values: Sequence[Any]) -> None:
    with _cursor() as cursor:
        cursor.execute(statement, values)


def _cursor() -> Any:
    """Of the driver's own connection where a helper works on it, else Django's."""
    driver = _lent.get()
    return connection.cursor() if driver is None else driver.cursor()
