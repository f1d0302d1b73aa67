"""`dbshell`: the `psql` that came with the server, on a server that runs."""

from collections.abc import Iterable
from typing import Any

from django.db.backends.postgresql import client

from dawsos.db import binaries, server


class DatabaseClient(client.DatabaseClient):
    connection: Any

    def runshell(self, parameters: Iterable[str]) -> None:
        cluster = self.connection.cluster
        if cluster is not None:
            server.ensure(cluster)
            # Instance attributes would not do: Django reads it in a class method.
            type(self).executable_name = str(binaries.wheel_programs() / "psql")
        super().runshell(parameters)
