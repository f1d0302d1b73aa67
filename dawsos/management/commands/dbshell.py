"""Django's `dbshell`, with `--owner` for the role that owns the tables."""

from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands import dbshell
from django.db import connections

NAMES = {"user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}


class Command(dbshell.Command):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--owner",
            action="store_true",
            help="connect as the owner of the tables instead of as the application",
        )

    def handle(self, **options: Any) -> None:
        if options["owner"]:
            connection: Any = connections[options["database"]]
            login = connection.settings_dict.get("OWNER") or {}
            connection.settings_dict.update({NAMES[key]: value for key, value in login.items()})
            connection.settings_dict["OPTIONS"].pop("assume_role", None)
        super().handle(**options)
