"""Row-level security for migrations: each call gives the operations of one table.

    operations = [*protect("portfolios_lot"), *share("market_price")]

`protect` forces policies on a table with tenants, `protect_own` on one whose rows belong to a
user, `share` grants on a table without tenants. Nothing is granted that is not named here, and
TRUNCATE to nobody. A table that is append-only leaves both roles SELECT and INSERT.

Three roles: `dawsos_web` acts for a user and is bound by the policies; `dawsos_service` spans
tenants, for work that says so; `dawsos_app` is the login, may become either, and by itself sees
no tenant's row: it may SELECT, but no policy names it. The owner has no policy either, so a data
migration over tenant rows says `SET LOCAL ROLE dawsos_service`.
"""

from collections.abc import Sequence
from typing import Final

from django.db.migrations.operations import RunSQL

APP_ROLE: Final = "dawsos_app"
WEB_ROLE: Final = "dawsos_web"
SERVICE_ROLE: Final = "dawsos_service"

READ: Final = ("SELECT",)
APPEND: Final = ("SELECT", "INSERT")
WRITE: Final = ("SELECT", "INSERT", "UPDATE", "DELETE")

# A custom setting that was used once reads '' afterwards, not NULL. The sub-select makes it a
# constant of the query; without it the cast runs once a row.
CURRENT_USER: Final = "(SELECT nullif(current_setting('app.user_id', true), '')::bigint)"


def member_predicate(column: str, roles: Sequence[str] = ()) -> str:
    """True for rows of portfolios the identity is a member of, in one of `roles` if given.

    `= ANY (ARRAY(SELECT …))` and not `IN (SELECT …)`: only the former uses the table's index.
    """
    among = f" AND m.role IN ({', '.join(_literal(role) for role in roles)})" if roles else ""
    mine = f"m.user_id = {CURRENT_USER}"
    members = f"SELECT m.portfolio_id FROM accounts_membership m WHERE {mine}{among}"  # noqa: S608 - names come from migrations, never from a request
    return f"{column} = ANY (ARRAY({members}))"


def editor_predicate(column: str, roles: Sequence[str] = ("owner", "editor")) -> str:
    return member_predicate(column, roles)


def protect(
    table: str,
    *,
    column: str = "portfolio_id",
    nullable_public: bool = False,
    append_only: bool = False,
    web: Sequence[str] | None = None,
    service: Sequence[str] | None = None,
    write_roles: Sequence[str] = ("owner", "editor"),
) -> list[RunSQL]:
    """Members read, `write_roles` write. With `nullable_public` a row without portfolio may be
    read and inserted by everyone, and changed or deleted by the service only."""
    read, write = member_predicate(column), editor_predicate(column, write_roles)
    add = write
    if nullable_public:
        read, add = f"({read} OR {column} IS NULL)", f"({write} OR {column} IS NULL)"
    return force_policies(
        table,
        predicates={"SELECT": read, "INSERT": add, "UPDATE": write, "DELETE": write},
        web=_privileges(web, append_only=append_only),
        service=_privileges(service, append_only=append_only),
    )


def protect_own(
    table: str,
    *,
    column: str = "user_id",
    append_only: bool = False,
    nullable_insert: bool = False,
    web: Sequence[str] | None = None,
    service: Sequence[str] | None = None,
) -> list[RunSQL]:
    """Each user the rows that name them. With `nullable_insert` a row may be added that names
    nobody, as a failed login does; nobody on the web reads it back."""
    own = f"{column} = {CURRENT_USER}"
    add = f"({own} OR {column} IS NULL)" if nullable_insert else own
    return force_policies(
        table,
        predicates={"SELECT": own, "INSERT": add, "UPDATE": own, "DELETE": own},
        web=_privileges(web, append_only=append_only),
        service=_privileges(service, append_only=append_only),
    )


def force_policies(
    table: str,
    *,
    predicates: dict[str, str],
    web: Sequence[str],
    service: Sequence[str],
) -> list[RunSQL]:
    """Enable and force row security, one policy per privilege of the web, one for the service.

    A web privilege may name columns, as `UPDATE (display_name)`; the rest stays untouchable.
    """
    forward = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
    ]
    backward = [f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"]
    verbs = [privilege.split(" ", 1)[0] for privilege in web]
    for verb in verbs:
        name = f"web_{verb.lower()}"
        forward.append(
            f"CREATE POLICY {name} ON {table} FOR {verb} TO {WEB_ROLE}"
            f" {_clauses(verb, predicates[verb])}"
        )
        backward.append(f"DROP POLICY {name} ON {table}")
    forward.append(
        f"CREATE POLICY service_all ON {table} FOR ALL TO {SERVICE_ROLE}"
        " USING (true) WITH CHECK (true)"
    )
    backward += [
        f"DROP POLICY service_all ON {table}",
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    ]
    operation = RunSQL(tuple(forward), tuple(backward))
    return [operation, *share(table, web=web, service=service, app=READ)]


def share(
    table: str,
    *,
    web: Sequence[str] = READ,
    service: Sequence[str] = WRITE,
    app: Sequence[str] = (),
) -> list[RunSQL]:
    """Grants alone, for tables without tenants; sequences behind them included."""
    forward = [f"REVOKE ALL ON {table} FROM PUBLIC, {APP_ROLE}, {WEB_ROLE}, {SERVICE_ROLE}"]
    backward = list(forward)
    for role, privileges in ((APP_ROLE, app), (WEB_ROLE, web), (SERVICE_ROLE, service)):
        if privileges:
            forward.append(f"GRANT {', '.join(privileges)} ON {table} TO {role}")
        if any(privilege.startswith("INSERT") for privilege in privileges):
            forward.append(_grant_sequences(table, role))
    return [RunSQL(tuple(forward), tuple(backward))]


def ensure_roles() -> list[RunSQL]:
    """The three roles, where `migrate` has not made them yet. Two databases of one server may
    migrate at once, so a role that appears meanwhile is welcome."""
    roles = [
        (APP_ROLE, "LOGIN NOINHERIT"),
        (WEB_ROLE, "NOLOGIN"),
        (SERVICE_ROLE, "NOLOGIN"),
    ]
    create = "\n".join(
        f"""
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') THEN
            BEGIN
                CREATE ROLE {name} {attributes};
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
            END;
        END IF;"""
        for name, attributes in roles
    )
    grant = f"""
        IF NOT (pg_has_role('{APP_ROLE}', '{WEB_ROLE}', 'MEMBER')
                AND pg_has_role('{APP_ROLE}', '{SERVICE_ROLE}', 'MEMBER')) THEN
            GRANT {WEB_ROLE}, {SERVICE_ROLE} TO {APP_ROLE};
        END IF;"""
    usage = f"GRANT USAGE ON SCHEMA public TO {APP_ROLE}, {WEB_ROLE}, {SERVICE_ROLE}"
    return [RunSQL([f"DO $$ BEGIN {create}\n{grant}\nEND $$", usage], RunSQL.noop)]


def _privileges(named: Sequence[str] | None, *, append_only: bool) -> Sequence[str]:
    if named is None:
        return APPEND if append_only else WRITE
    if append_only and not set(named) <= set(APPEND):
        raise ValueError(f"An append-only table grants SELECT and INSERT only, not {named}.")
    return named


def _clauses(verb: str, predicate: str) -> str:
    using, check = f"USING ({predicate})", f"WITH CHECK ({predicate})"
    return {"INSERT": check, "UPDATE": f"{using} {check}"}.get(verb, using)


def _grant_sequences(table: str, role: str) -> str:
    """Serial columns ask for USAGE of their sequence; identity columns do not, and it is free."""
    return f"""
    DO $$ DECLARE sequence_name text; BEGIN
        FOR sequence_name IN
            SELECT d.objid::regclass::text FROM pg_depend d JOIN pg_class c ON c.oid = d.objid
            WHERE d.refobjid = '{table}'::regclass AND c.relkind = 'S'
              AND d.deptype IN ('a', 'i')
        LOOP
            EXECUTE 'GRANT USAGE ON SEQUENCE ' || sequence_name || ' TO {role}';
        END LOOP;
    END $$"""  # noqa: S608 - names come from migrations, never from a request


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
