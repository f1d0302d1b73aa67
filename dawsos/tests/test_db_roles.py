"""What the application's login may not do, asked of the database itself."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, NotSupportedError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from dawsos.db import roles
from dawsos.db.owner import as_owner

FORBIDDEN = [
    "CREATE TABLE mine (x int)",
    "TRUNCATE market_price",
    "TRUNCATE django_session",
    "ALTER TABLE portfolios_transaction DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE portfolios_transaction DISABLE TRIGGER ALL",
    "DROP TABLE market_pricingpack",
    "CREATE ROLE friend SUPERUSER",
    "ALTER ROLE dawsos_app BYPASSRLS",
    "SET session_replication_role = replica",
    "COPY django_session TO PROGRAM 'true'",
]


def answer(statement: str, *parameters: str) -> tuple[object, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        row: tuple[object, ...] = cursor.fetchone()
        return row


def refuse(owner: BaseDatabaseWrapper, state: str) -> None:
    with owner.cursor() as cursor:
        cursor.execute(f"DO $$ BEGIN RAISE {state}; END $$")


@pytest.mark.django_db
@pytest.mark.no_identity
class TestTheLogin:
    def test_it_is_nobody_special(self):
        flags = "rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication, rolinherit"
        found = answer(f"SELECT current_user, {flags} FROM pg_roles WHERE rolname = current_user")
        assert found == ("dawsos_app", False, False, False, False, False, False)

    def test_it_owns_nothing(self):
        owned = "SELECT count(*) FROM pg_shdepend WHERE deptype = 'o' AND refobjid = %s::regrole"
        assert answer(owned, "dawsos_app") == (0,)

    @pytest.mark.parametrize("role", ["dawsos_app", "dawsos_web", "dawsos_service"])
    def test_no_role_may_create_in_the_schema(self, role):
        assert answer("SELECT has_schema_privilege(%s, 'public', 'CREATE')", role) == (False,)

    @pytest.mark.parametrize("statement", FORBIDDEN)
    def test_it_is_refused(self, statement):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    @pytest.mark.parametrize("role", ["dawsos_web", "dawsos_service"])
    def test_it_may_become_the_roles_but_inherits_nothing_of_them(self, role):
        usage = "SELECT pg_has_role('dawsos_app', %s, 'MEMBER'), pg_has_role('dawsos_app', %s, %s)"
        assert answer(usage, role, role, "USAGE") == (True, False)

    def test_it_reads_what_django_keeps_without_an_identity(self):
        assert answer("SELECT count(*) FROM django_session") == (0,)


@pytest.mark.django_db(transaction=True)
class TestTheOwner:
    def test_as_owner_is_a_connection_of_its_own_and_ends(self):
        with as_owner():
            (owner,) = answer("SELECT current_user")
        assert owner != "dawsos_app"
        assert answer("SELECT current_user") == ("dawsos_app",)

    def test_it_refuses_inside_a_transaction(self):
        with (
            transaction.atomic(),
            pytest.raises(NotSupportedError, match="A transaction is open"),
            as_owner(),
        ):
            pass

    # Which one a session meets depends on the instant: another session's role is there, is just
    # being committed, or is being granted.
    @pytest.mark.parametrize("state", ["duplicate_object", "unique_violation", "internal_error"])
    def test_what_another_session_made_first_is_taken_as_done(self, state):
        with as_owner() as owner:
            roles._tolerantly(owner, lambda: refuse(owner, state))
            assert answer("SELECT 1") == (1,)

    def test_any_other_mistake_is_not_taken_as_done(self):
        with as_owner() as owner, pytest.raises(DatabaseError):
            roles._tolerantly(owner, lambda: refuse(owner, "syntax_error"))

    def test_making_the_roles_again_changes_nothing(self):
        with as_owner():
            before = answer("SELECT count(*) FROM pg_auth_members")
            roles.ensure(connection)
            assert answer("SELECT count(*) FROM pg_auth_members") == before


@contextmanager
def sealed_sessions() -> Iterator[None]:
    """A table that refuses TRUNCATE by trigger, as the sealed ones of the market do."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse_in_test() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'sealed'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER sealed BEFORE TRUNCATE ON django_session "
            "EXECUTE FUNCTION refuse_in_test()"
        )
    try:
        yield
    finally:
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION refuse_in_test CASCADE")


@pytest.mark.django_db(transaction=True)
class TestFlush:
    def test_it_lifts_the_seal_for_itself_alone(self):
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO django_session VALUES ('key', 'data', now())")
        with sealed_sessions():
            call_command("flush", interactive=False, verbosity=0)
            assert answer("SELECT count(*) FROM django_session") == (0,)
            assert answer("SELECT tgenabled FROM pg_trigger WHERE tgname = 'sealed'") == ("O",)

    def test_it_refuses_where_settings_do_not_allow_it(self, settings):
        settings.FLUSH_ALLOWED = False
        with pytest.raises(CommandError, match="destroy the ledger"):
            call_command("flush", interactive=False)
