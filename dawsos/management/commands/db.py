"""The embedded database by hand: start it and keep it, stop it, look at it."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from dawsos.db import server
from dawsos.db.exceptions import DatabaseUnavailable
from dawsos.db.places import Cluster


class Command(BaseCommand):
    help = "Start, stop or describe the embedded PostgreSQL. It otherwise starts by itself."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "action",
            choices=["start", "stop", "status"],
            help="start: and keep it running until `db stop`; stop: whoever uses it; status: look",
        )
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        cluster: Cluster | None = getattr(connection, "cluster", None)
        if cluster is None:
            raise CommandError(
                "DATABASE_URL is set, so there is no embedded database here: use that server's "
                "own tools."
            )
        try:
            self._act(cluster, action)
        except DatabaseUnavailable as error:
            raise CommandError(str(error)) from error
        self._say(server.describe(cluster), as_json=options["json"])

    def _act(self, cluster: Cluster, action: str) -> None:
        if action == "start":
            server.ensure(cluster)
            cluster.keep_mark.touch()
        elif action == "stop":
            cluster.keep_mark.unlink(missing_ok=True)
            server.stop(cluster)

    def _say(self, facts: dict[str, object], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(facts))
            return
        for name, value in facts.items():
            self.stdout.write(f"{name:>9}  {value}")
