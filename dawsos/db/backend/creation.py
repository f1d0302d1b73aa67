"""Test databases are made, cloned and dropped by the owner."""

from typing import Any

from django.db import ProgrammingError
from django.db.backends.postgresql import creation
from psycopg.errors import InsufficientPrivilege


class DatabaseCreation(creation.DatabaseCreation):
    connection: Any

    def _destroy_test_db(self, test_database_name: str, verbosity: int) -> None:
        """A pool may still have connections in it; WITH (FORCE) ends them. It is refused while
        PostgreSQL's own vacuum is at work there, which the plain command ends."""
        self.connection.close_pool()
        with self.connection._nodb_cursor() as cursor:
            name = self.connection.ops.quote_name(test_database_name)
            try:
                cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
            except ProgrammingError as error:
                if not isinstance(error.__cause__, InsufficientPrivilege):
                    raise
                cursor.execute(f"DROP DATABASE {name}")
