"""Acting as the role that owns the tables: for migrations, tests of seals, and nothing else.

with as_owner() as connection: …    another login, outside of any transaction
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from django.db import DEFAULT_DB_ALIAS, connections

from dawsos.db.backend.base import DatabaseWrapper


@contextmanager
def as_owner(using: str = DEFAULT_DB_ALIAS) -> Iterator[DatabaseWrapper]:
    connection = cast(DatabaseWrapper, connections[using])
    with connection.as_owner():
        yield connection


def owner_parameters(database: dict[str, Any]) -> dict[str, Any]:
    """The owner's login as arguments of `psycopg.connect`, for tools that work beside Django."""
    names = {
        "NAME": "dbname",
        "USER": "user",
        "PASSWORD": "password",
        "HOST": "host",
        "PORT": "port",
    }
    login = {libpq: database[name] for name, libpq in names.items() if database.get(name)}
    return {**login, **(database.get("OWNER") or {})}
