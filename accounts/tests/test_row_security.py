"""The catalog is asked, so a table that somebody adds tomorrow is asked too."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import ProgrammingError, connection, transaction

from accounts.identity import as_nobody, as_user
from accounts.models import AuditEvent, Membership, User
from accounts.rls import protect

pytestmark = pytest.mark.django_db

ROLES = ("dawsos_app", "dawsos_web", "dawsos_service")
APPEND_ONLY = ("accounts_auditevent", "portfolios_transaction", "portfolios_ledgeranchor")

TENANT_TABLES = """
SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,
       array(SELECT DISTINCT r.rolname::text FROM pg_policy p
             JOIN pg_roles r ON r.oid = ANY (p.polroles) WHERE p.polrelid = c.oid)
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
  AND (c.relname = 'accounts_user' OR EXISTS (
      SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND NOT a.attisdropped
        AND a.attname IN ('portfolio_id', 'user_id', 'actor_id', 'owner_id')))
ORDER BY 1
"""


def rows(sql: str, *params: Any) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def test_every_table_with_a_tenant_forces_policies() -> None:
    tables = rows(TENANT_TABLES)
    assert {"accounts_user", "accounts_membership", "accounts_auditevent"} <= {t[0] for t in tables}
    bare = [name for name, forced, policies in tables if not forced or not policies]
    assert bare == []


def test_no_policy_speaks_to_the_bare_login_or_to_everyone() -> None:
    named = rows("SELECT DISTINCT r FROM pg_policies, unnest(roles) r WHERE schemaname = 'public'")
    assert {role for (role,) in named} <= {"dawsos_web", "dawsos_service"}


@pytest.mark.parametrize("role", ROLES)
def test_history_cannot_be_rewritten(role: str) -> None:
    granted = rows(
        "SELECT c.relname, p FROM pg_class c, unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) p"
        " WHERE c.relname = ANY (%s) AND has_table_privilege(%s, c.oid, p)",
        list(APPEND_ONLY),
        role,
    )
    assert granted == []


def test_nobody_may_truncate_or_inherit_a_privilege_from_public() -> None:
    granted = rows(
        "SELECT table_name, grantee, privilege_type FROM information_schema.role_table_grants"
        " WHERE table_schema = 'public'"
        "   AND (grantee = 'PUBLIC' OR grantee = ANY (%s) AND privilege_type = 'TRUNCATE')",
        list(ROLES),
    )
    assert granted == []


def test_the_application_is_plain_and_owns_nothing() -> None:
    mighty = rows(
        "SELECT rolname FROM pg_roles WHERE rolname = ANY (%s)"
        " AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)",
        list(ROLES),
    )
    owned = rows(
        "SELECT relname FROM pg_class WHERE pg_get_userbyid(relowner) = ANY (%s)", list(ROLES)
    )
    assert (mighty, owned) == ([], [])


def test_the_login_becomes_the_roles_but_does_not_inherit_them() -> None:
    inherited = rows(
        "SELECT r FROM unnest(ARRAY['dawsos_web', 'dawsos_service']) r"
        " WHERE pg_has_role('dawsos_app', r, 'USAGE') OR NOT pg_has_role('dawsos_app', r, 'MEMBER')"
    )
    assert inherited == []


def test_there_is_no_way_around_by_a_view() -> None:
    """A view reads as its owner unless told otherwise; a materialised one has no policies."""
    around = rows(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND"
        " (relkind = 'm' OR relkind = 'v' AND NOT coalesce(reloptions @>"
        " '{security_invoker=true}', false))"
    )
    assert around == []


@pytest.mark.parametrize(
    "statement",
    [
        (
            "INSERT INTO accounts_membership (user_id, portfolio_id, role, created_at)"
            " VALUES (%(me)s, %(portfolio)s, 'owner', now())"
        ),
        "UPDATE accounts_membership SET role = 'owner'",
        "DELETE FROM accounts_membership",
        "UPDATE accounts_user SET role = 'ADMIN'",
        "UPDATE accounts_user SET is_active = true",
        "UPDATE accounts_auditevent SET action = 'nothing'",
        "DELETE FROM accounts_auditevent",
        "TRUNCATE accounts_auditevent",
        "SELECT * FROM accounts_loginthrottle",
        (
            "INSERT INTO accounts_auditevent (id, actor_id, action, resource_type, resource_id,"
            " details, correlation_id, at)"
            " VALUES (gen_random_uuid(), %(other)s, 'x', '', '', '{}', '', now())"
        ),
        "DROP POLICY web_select ON accounts_membership",
        "ALTER TABLE accounts_membership DISABLE ROW LEVEL SECURITY",
    ],
)
def test_the_web_is_refused(
    statement: str, shared_portfolio_id: UUID, charlie: User, alice: User
) -> None:
    params: dict[str, Any] = {"me": charlie.pk, "other": alice.pk, "portfolio": shared_portfolio_id}
    with as_user(charlie.pk), pytest.raises(ProgrammingError), transaction.atomic():
        connection.cursor().execute(statement, params)


def test_a_user_changes_their_own_name_and_nobody_elses(alice: User, charlie: User) -> None:
    with as_user(charlie.pk):
        assert User.objects.filter(pk=alice.pk).update(display_name="Mallory") == 0
        assert User.objects.filter(pk=charlie.pk).update(display_name="Charles") == 1


def test_each_reads_their_own_audit_trail(alice: User, charlie: User) -> None:
    AuditEvent.objects.create(actor=alice, action="password_changed")
    with as_nobody():
        AuditEvent.objects.create(actor=None, action="login_failed")  # written, never read back
        assert not AuditEvent.objects.exists()
    with as_user(charlie.pk):
        assert not AuditEvent.objects.exists()
    with as_user(alice.pk):
        assert [event.action for event in AuditEvent.objects.all()] == ["password_changed"]
    assert AuditEvent.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_protected_table_lets_members_read_and_editors_write(
    shared_portfolio_id: UUID, alice: User, bob: User, bob_viewer: User, charlie: User
) -> None:
    """`protect` itself, on a table made for the occasion with an identity column."""
    with connection.as_owner(), connection.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(
            "CREATE TABLE thing (id bigint GENERATED BY DEFAULT AS IDENTITY, portfolio_id uuid)"
        )
        for operation in protect("thing", nullable_public=True):
            for statement in operation.sql:
                cursor.execute(str(statement))
    try:
        public, theirs, foreign = None, shared_portfolio_id, uuid4()
        assert all(_may_insert(*by) for by in ((alice, theirs), (bob, theirs), (bob, public)))
        assert not _may_insert(bob_viewer, theirs)
        assert not _may_insert(charlie, theirs)
        assert not _may_insert(alice, foreign)
        # two in the portfolio and one public
        assert [_seen(user) for user in (alice, bob_viewer, charlie)] == [3, 3, 1]
        assert [_deleted(user) for user in (charlie, bob_viewer, bob)] == [0, 0, 2]
    finally:
        with connection.as_owner(), connection.cursor() as cursor:  # type: ignore[attr-defined]
            cursor.execute("DROP TABLE thing")


def _may_insert(user: User, portfolio_id: UUID | None) -> bool:
    try:
        with as_user(user.pk), connection.cursor() as cursor:
            cursor.execute("INSERT INTO thing (portfolio_id) VALUES (%s)", [portfolio_id])
    except ProgrammingError:
        return False
    return True


def _seen(user: User) -> int:
    with as_user(user.pk), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM thing")
        return int(cursor.fetchone()[0])


def _deleted(user: User) -> int:
    with as_user(user.pk), connection.cursor() as cursor:
        cursor.execute("DELETE FROM thing")
        return cursor.rowcount


def test_an_append_only_table_cannot_be_asked_to_grant_more() -> None:
    with pytest.raises(ValueError, match="append-only"):
        protect("thing", append_only=True, web=("SELECT", "DELETE"))


def test_memberships_are_unique_and_their_roles_known(shared_portfolio_id: UUID, bob: User) -> None:
    from django.db import IntegrityError

    for role in ("viewer", "lord"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Membership.objects.create(user=bob, portfolio_id=shared_portfolio_id, role=role)
