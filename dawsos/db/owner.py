"""Acting as the role that owns the tables: for migrations, tests of seals, and nothing else.

with as_owner() as connection: …    another login, outside of any transaction
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from django.db import DEFAULT_DB_ALIAS, connections

from dawsos.db.backend.base import DatabaseWrapper


@contextmanager
def as_owner(using: str = DEFAULT_DB_ALIAS) -> Iterator[DatabaseWrapper]:
    connection = cast(DatabaseWrapper, connections[using])
    with connection.as_owner():
        yield connection
