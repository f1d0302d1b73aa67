"""Django's `flush`, as the owner and only where settings allow it: in tests.

The tables that seal history refuse TRUNCATE by trigger; the triggers rest while tests clean up.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import flush
from django.db import connections

# Bit 5 of tgtype: the trigger fires on TRUNCATE.
SEALING = """
    SELECT c.relname, t.tgname FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
    WHERE NOT t.tgisinternal AND (t.tgtype & 32) <> 0 AND t.tgenabled <> 'D'
    ORDER BY 1, 2
"""


class Command(flush.Command):
    def handle(self, **options: Any) -> None:
        if not settings.FLUSH_ALLOWED:
            raise CommandError(
                "flush would destroy the ledger and its history. To begin anew, stop the server "
                "(`manage.py db stop`) and move the data directory away."
            )
        connection: Any = connections[options["database"]]
        with connection.as_owner(), _seals_resting(connection):
            super().handle(**options)


@contextmanager
def _seals_resting(connection: Any) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(SEALING)
        triggers = cursor.fetchall()
        _switch(connection, cursor, triggers, "DISABLE")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            _switch(connection, cursor, triggers, "ENABLE")


def _switch(connection: Any, cursor: Any, triggers: list[tuple[str, str]], verb: str) -> None:
    for table, trigger in triggers:
        quote = connection.ops.quote_name
        cursor.execute(f"ALTER TABLE {quote(table)} {verb} TRIGGER {quote(trigger)}")
