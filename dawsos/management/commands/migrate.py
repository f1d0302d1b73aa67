"""Django's `migrate`, as the owner: makes the roles, then the tables, then shares Django's own."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections

from dawsos.db import roles
from dawsos.db.exceptions import DatabaseUnavailable


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        connection: Any = connections[options["database"]]
        only_looks = options["check_unapplied"] or options["plan"]
        with connection.as_owner():
            if only_looks:
                super().handle(*args, **options)
                return
            try:
                roles.ensure(connection)
            except DatabaseUnavailable as error:
                raise CommandError(str(error)) from error
            super().handle(*args, **options)
            roles.share_framework_tables(connection)
