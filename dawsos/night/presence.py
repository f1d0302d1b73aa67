"""Who is at work: a lock of the session, so that the database forgets it when the worker dies.

Each claim has a lock of its own, named by what is claimed and by its fence. It is taken before
the claim is committed, so whoever sees the claim can tell whether its worker still lives.
"""

from __future__ import annotations

import logging
from contextlib import suppress

from django.db import DatabaseError, ProgrammingError, connection

from accounts.identity import as_service
from dawsos.models import StageChunk, StageRun

Work = StageRun | StageChunk

_KEY = "hashtextextended('dawsos.night ' || %s, 0)"
_TAKE = f"SELECT pg_try_advisory_lock({_KEY})"
_GIVE_BACK = f"SELECT pg_advisory_unlock({_KEY})"
_IS_FREE = f"""
    SELECT CASE WHEN pg_try_advisory_lock({_KEY}) THEN pg_advisory_unlock({_KEY}) ELSE false END
"""

# A lock of one 64-bit key is shown as its two halves.
_END = f"""
    SELECT pg_terminate_backend(l.pid) FROM pg_locks l, (SELECT {_KEY} AS key) k
     WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted AND l.pid <> pg_backend_pid()
       AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND l.classid::bigint = (k.key >> 32) & 4294967295
       AND l.objid::bigint = k.key & 4294967295
"""  # noqa: S608 - the key stands above
_log = logging.getLogger(__name__)


def take(work: Work) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [_name(work)])


def give_back(work: Work) -> None:
    # A connection that is lost has given its locks back.
    with suppress(DatabaseError), connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, [_name(work)])


def is_gone(work: Work) -> bool:
    """Whether the worker of this claim has died. Killed with -9, it is gone all the same."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_FREE, [_name(work), _name(work)])
        (free,) = cursor.fetchone()
    return bool(free)


def end(work: Work) -> None:
    """End the session of a worker that hangs: what it has locked would stop its successor, and
    what it has written is rolled back. Sessions of one login may end each other."""
    try:
        with as_service("end a worker that hangs"), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('role', 'none', true)")
            cursor.execute(_END, [_name(work)])
    except ProgrammingError as error:
        _log.warning("The session of a worker that hangs could not be ended: %s", error)


def _name(work: Work) -> str:
    return f"{work._meta.model_name} {work.pk} {work.fence}"
