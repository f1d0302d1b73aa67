"""What of the stored answers is older, or more, than an installation keeps."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection

# Sizes as stored: `pg_column_size` of a long text is that of its compressed form, unread.
_DOOMED: Final = """
    WITH kept AS (
        SELECT 'run' AS kind, id::text AS key, created_at,
               pg_column_size(result_text) + pg_column_size(trace) AS bytes
        FROM patterns_patternrun
        UNION ALL
        SELECT 'step', key, created_at, pg_column_size(value_text) + pg_column_size(meta)
        FROM patterns_stepresult
    ), ranked AS (
        SELECT *, sum(bytes) OVER (ORDER BY created_at DESC, kind, key) AS total FROM kept
    )
    SELECT kind, key, bytes FROM ranked
    WHERE created_at < now() - make_interval(days => %(days)s) OR total > %(bytes)s
"""
_REFERRING: Final = """
    SELECT c.conrelid::regclass::text, quote_ident(a.attname)
    FROM pg_constraint c
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    WHERE c.contype = 'f' AND c.confrelid = 'patterns_patternrun'::regclass
"""
FOR_EVER_DAYS: Final = 365_000
FOR_EVER_BYTES: Final = 2**62


@dataclass(frozen=True, kw_only=True)
class Old:
    """Runs and steps that may go, what they take, and runs that stay because something refers to
    them."""

    runs: tuple[UUID, ...]
    steps: tuple[str, ...]
    bytes: int
    referred: int


def old_answers(*, keep_days: int, keep_mb: int) -> Old:
    """What is beyond the limits, the oldest of all runs and steps first to go; 0 is no limit.

    Whatever a foreign key of the database points to stays, whoever made the table.
    """
    limits = {
        "days": keep_days or FOR_EVER_DAYS,
        "bytes": keep_mb * 1024 * 1024 or FOR_EVER_BYTES,
    }
    rows = _rows(_DOOMED, limits)
    held = _referred()
    runs = [(UUID(key), size) for kind, key, size in rows if kind == "run"]
    gone = [(key, size) for key, size in runs if key not in held]
    steps = [(key, size) for kind, key, size in rows if kind == "step"]
    return Old(
        runs=tuple(key for key, _ in gone),
        steps=tuple(key for key, _ in steps),
        bytes=sum(size for _, size in (*gone, *steps)),
        referred=len(runs) - len(gone),
    )


def _referred() -> set[UUID]:
    found: set[UUID] = set()
    for table, column in _rows(_REFERRING, {}):
        found |= {
            row[0]
            for row in _rows(
                f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL",  # noqa: S608 - quoted names of the catalog
                {},
            )
        }
    return found


def _rows(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
