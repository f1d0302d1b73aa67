"""The database roles: one owns, one logs in, two may touch rows.

    owner            migrates; owns every table; no policy lets it see a tenant's rows
    dawsos_app       the application's login; owns nothing, inherits nothing
    ├── dawsos_web       a request on behalf of one user (or of nobody)
    └── dawsos_service   background work that spans tenants, named in the code where it is used

Roles belong to the whole server, so several test databases may be made at once: whatever another
session did first is taken as done.
"""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db import DatabaseError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from dawsos.db.exceptions import RolesNotReady

APP, WEB, SERVICE = "dawsos_app", "dawsos_web", "dawsos_service"
INTERNAL_ERROR = "XX000"  # "tuple concurrently updated"
TAKEN = ("42710", "23505", INTERNAL_ERROR)  # duplicate object, unique violation
REFUSED = "42501"

CREATE = {
    APP: f"CREATE ROLE {APP} LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS",
    WEB: f"CREATE ROLE {WEB} NOLOGIN NOINHERIT NOBYPASSRLS",
    SERVICE: f"CREATE ROLE {SERVICE} NOLOGIN NOINHERIT NOBYPASSRLS",
}
OUR_APPS = {"dawsos", "portfolios", "market", "accounts", "patterns"}


def ensure(connection: BaseDatabaseWrapper) -> None:
    """Make the roles and memberships that are missing. The connection acts as the owner."""
    with connection.cursor() as cursor:
        for role, statement in CREATE.items():
            if not _exists(cursor, role):
                _tolerantly(connection, lambda s=statement: cursor.execute(s))  # type: ignore[misc]
        for role, member in _memberships(cursor):
            grant = _grant(connection, role, member)
            _tolerantly(connection, lambda s=grant: cursor.execute(s))  # type: ignore[misc]
        _open_schema(connection, cursor)


def _exists(cursor: Any, role: str) -> bool:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    return cursor.fetchone() is not None


def _memberships(cursor: Any) -> list[tuple[str, str]]:
    """The memberships that are still to be granted, as (role, member)."""
    cursor.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
    login, is_superuser = cursor.fetchone()
    wanted = [(WEB, APP), (SERVICE, APP)]
    if not is_superuser:
        wanted.append((APP, login))  # so that the owner may SET ROLE to the weaker one
    return [(role, member) for role, member in wanted if not _may_become(cursor, member, role)]


def _may_become(cursor: Any, member: str, role: str) -> bool:
    cursor.execute("SHOW server_version_num")
    privilege = "SET" if int(cursor.fetchone()[0]) >= 160000 else "MEMBER"
    cursor.execute("SELECT pg_has_role(%s, %s, %s)", [member, role, privilege])
    return bool(cursor.fetchone()[0])


def _grant(connection: Any, role: str, member: str) -> str:
    """Membership to switch to, never to inherit: else the login would have every policy.

    Before PostgreSQL 16 the NOINHERIT of the member says the same.
    """
    quoted = connection.ops.quote_name(member)
    options = " WITH INHERIT FALSE, SET TRUE" if connection.pg_version >= 160000 else ""
    return f"GRANT {role} TO {quoted}{options}"


def _open_schema(connection: BaseDatabaseWrapper, cursor: Any) -> None:
    """Let the roles enter the schema, and nobody but the owner create in it."""
    name = connection.ops.quote_name(str(connection.settings_dict["NAME"]))
    cursor.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {name} TO {APP}, {WEB}, {SERVICE}")
    cursor.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    cursor.execute(f"GRANT USAGE ON SCHEMA public TO {APP}, {WEB}, {SERVICE}")


def _tolerantly(connection: BaseDatabaseWrapper, act: Callable[[], object]) -> None:
    try:
        with transaction.atomic(using=connection.alias):
            act()
    except DatabaseError as error:  # PostgreSQL has three classes for what another did first
        state = getattr(error.__cause__, "sqlstate", "")
        if state == REFUSED:
            raise RolesNotReady(_what_to_ask_for(connection)) from error
        if state not in TAKEN:
            raise


def _what_to_ask_for(connection: BaseDatabaseWrapper) -> str:
    login = connection.settings_dict["USER"] or "this login"
    statements = [*CREATE.values(), f"GRANT {WEB}, {SERVICE} TO {APP}", f"GRANT {APP} TO {login}"]
    return (
        f"{login} may not create the database roles. Give it CREATEROLE, or ask an "
        "administrator to run:\n  " + ";\n  ".join(statements) + ";"
    )


def share_framework_tables(connection: BaseDatabaseWrapper) -> None:
    """Let all three roles use the tables that Django and its packages bring.

    Sessions, permissions and content types hold no tenant's data and are read before an
    identity is known. The tables of our own apps say in their migrations who may touch them.
    """
    tables = [
        model._meta.db_table
        for config in apps.get_app_configs()
        if config.label not in OUR_APPS
        for model in config.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor)).intersection(tables)
        for table in sorted(present):
            name = connection.ops.quote_name(table)
            cursor.execute(
                f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO {APP}, {WEB}, {SERVICE}"
            )
            for sequence in connection.introspection.get_sequences(cursor, table):
                owned = connection.ops.quote_name(sequence["name"])
                cursor.execute(f"GRANT USAGE ON SEQUENCE {owned} TO {APP}, {WEB}, {SERVICE}")
        if "django_migrations" in connection.introspection.table_names(cursor):
            cursor.execute(f"GRANT SELECT ON django_migrations TO {APP}, {WEB}, {SERVICE}")
