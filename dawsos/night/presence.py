"""Who is at work: a lock of the session, so that the database forgets it when the worker dies.

Each claim has a lock of its own, named by what is claimed and by its fence. It is taken before
the claim is committed, so whoever sees the claim can tell whether its worker still lives.
"""

from __future__ import annotations

from contextlib import suppress

from django.db import DatabaseError, connection

from dawsos.models import StageChunk, StageRun

Work = StageRun | StageChunk

_KEY = "hashtextextended('dawsos.night ' || %s, 0)"
_TAKE = f"SELECT pg_try_advisory_lock({_KEY})"
_GIVE_BACK = f"SELECT pg_advisory_unlock({_KEY})"
_IS_FREE = f"""
    SELECT CASE WHEN pg_try_advisory_lock({_KEY}) THEN pg_advisory_unlock({_KEY}) ELSE false END
"""


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


def _name(work: Work) -> str:
    return f"{work._meta.model_name} {work.pk} {work.fence}"
