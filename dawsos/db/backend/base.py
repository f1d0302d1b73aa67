"""Connections: as the application by default, as the owner inside `as_owner()`.

Nothing is started by settings. The embedded server starts when the first connection is asked
for, so `check` or a type checker start none; and when a connection fails, the server is made
sure of and the connection tried once more.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, NotSupportedError, OperationalError
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base

from dawsos.db import locks, places, server
from dawsos.db.backend.client import DatabaseClient
from dawsos.db.backend.creation import DatabaseCreation
from dawsos.db.exceptions import RolesNotReady, ServerNotStarted


class DatabaseWrapper(base.DatabaseWrapper):
    client_class = DatabaseClient
    creation_class = DatabaseCreation

    def __init__(self, settings_dict: dict[str, Any], alias: str = DEFAULT_DB_ALIAS) -> None:
        super().__init__(settings_dict, alias)
        # Without a database there is only one thing to do: create or drop one.
        self.acting_as_owner = alias == NO_DB_ALIAS

    @property
    def cluster(self) -> places.Cluster | None:
        kind = self.settings_dict.get("EMBEDDED")
        return places.cluster(kind) if kind else None

    @contextmanager
    def as_owner(self) -> Iterator[None]:
        """Reconnect as the role that owns the tables; migrations need it, nothing else does."""
        if self.acting_as_owner:
            yield
            return
        if self.in_atomic_block:
            raise NotSupportedError(
                "A transaction is open: the owner has a connection of its own. In a test, use "
                "the fixture `transactional_db`."
            )
        self.close()
        self.acting_as_owner = True
        try:
            yield
        finally:
            self.close()
            self.acting_as_owner = False

    @property
    def pool(self) -> Any:
        return None if self.acting_as_owner else super().pool

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        if self.acting_as_owner:
            params.update(self.settings_dict.get("OWNER") or {})
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        cluster = self.cluster
        if cluster is None:
            return super().get_new_connection(conn_params)
        if not locks.is_held(cluster):
            _ensure(cluster)
        try:
            return super().get_new_connection(conn_params)
        except psycopg.OperationalError:
            _ensure(cluster)
            return super().get_new_connection(conn_params)

    def _configure_role(self, connection: Any) -> bool:
        if self.acting_as_owner:
            return False
        try:
            configured: bool = super()._configure_role(connection)  # type: ignore[misc]
        except (
            psycopg.errors.InvalidParameterValue,
            psycopg.errors.InsufficientPrivilege,
        ) as error:
            sentence = (
                f"The application's role is not ready ({error.diag.message_primary}): run "
                "`python manage.py migrate` with the login of DATABASE_URL."
            )
            raise OperationalError(sentence) from RolesNotReady(sentence)
        return configured


def _ensure(cluster: places.Cluster) -> None:
    """Start the server; to Django, one that cannot start is a connection that failed."""
    try:
        server.ensure(cluster)
    except ServerNotStarted as error:
        raise OperationalError(str(error)) from error


def _forget_parents_pools() -> None:
    """A pool must not be shared over a fork: the child would read its parent's answers."""
    pools: dict[str, Any] = getattr(DatabaseWrapper, "_connection_pools")  # noqa: B009 - no stub
    pools.clear()


os.register_at_fork(after_in_child=_forget_parents_pools)
