"""Who is at work: a lock of the session, so that the database forgets it when the worker dies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import DatabaseError, connection

_TAKE = "SELECT pg_try_advisory_lock(hashtextextended('dawsos.night', %s))"
_GIVE_BACK = "SELECT pg_advisory_unlock(hashtextextended('dawsos.night', %s))"


@contextmanager
def sole_worker(run_id: int) -> Iterator[bool]:
    """True while nobody else is at this night. Killed with -9, a worker is gone all the same."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [run_id])
        (alone,) = cursor.fetchone()
    try:
        yield alone
    finally:
        if alone:
            # A connection that is lost has given its locks back.
            with suppress(DatabaseError), connection.cursor() as cursor:
                cursor.execute(_GIVE_BACK, [run_id])
