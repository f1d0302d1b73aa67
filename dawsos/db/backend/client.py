"""`dbshell`: the `psql` that came with the server, on a server that runs, in the right role."""

from collections.abc import Iterable
from typing import Any

from django.db.backends.postgresql import client

from dawsos.db import binaries, server


class DatabaseClient(client.DatabaseClient):
    connection: Any

    @classmethod
    def settings_to_cmd_args_env(
        cls, settings_dict: dict[str, Any], parameters: Iterable[str]
    ) -> tuple[list[str], dict[str, str] | None]:
        args, env = super().settings_to_cmd_args_env(settings_dict, list(parameters))
        if role := settings_dict["OPTIONS"].get("assume_role"):
            env = {**(env or {}), "PGOPTIONS": f"-c role={role}"}
        return list(args), env

    def runshell(self, parameters: Iterable[str]) -> None:
        cluster = self.connection.cluster
        if cluster is not None:
            server.ensure(cluster)
            # On the class: Django reads it in a class method.
            type(self).executable_name = str(binaries.wheel_programs() / "psql")
        super().runshell(parameters)
