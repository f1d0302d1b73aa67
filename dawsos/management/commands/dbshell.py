"""Django's `dbshell`, with `--owner` for the role that owns the tables."""

from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands import dbshell
from django.db import connections


class Command(dbshell.Command):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--owner",
            action="store_true",
            help="connect as the owner of the tables instead of as the application",
        )

    def handle(self, **options: Any) -> None:
        connection: Any = connections[options["database"]]
        owner = connection.settings_dict.get("OWNER") or {}
        if options["owner"] and owner:
            names = {"user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
            connection.settings_dict.update({names[k]: owner[k] for k in names if k in owner})
        super().handle(**options)
