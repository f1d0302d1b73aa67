"""Whose rows the database shows, and for how long."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from uuid import UUID

import pytest
from django.db import DataError, connection, transaction
from psycopg_pool import ConnectionPool

from accounts.identity import (
    NOBODY,
    Identity,
    adopt,
    as_nobody,
    as_service,
    as_user,
    ask_as,
    assume,
    current_identity,
    seen_by,
)
from accounts.models import Membership, User

pytestmark = pytest.mark.django_db


def pair() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, coalesce(current_setting('app.user_id', true), '')")
        role, user = cursor.fetchone()
    return role, user


def test_each_user_sees_their_own_memberships(
    shared_portfolio_id: UUID, alice: User, charlie: User
) -> None:
    with as_service("count all"):
        assert Membership.objects.count() == 3
    with as_user(alice.pk):
        assert list(Membership.objects.values_list("role", flat=True)) == ["owner"]
    with as_user(charlie.pk):
        assert not Membership.objects.exists()
    with as_nobody():
        assert not Membership.objects.exists()


@pytest.mark.no_identity
def test_without_identity_there_are_no_rows(shared_portfolio_id: UUID, alice: User) -> None:
    assert current_identity() is None
    assert not Membership.objects.exists()  # a connection that was used by the fixtures
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_fresh_connection_has_no_rows_either(shared_portfolio_id: UUID, alice: User) -> None:
    connection.close()
    assert not Membership.objects.exists()  # the setting was never used: NULL
    with as_user(alice.pk):
        assert Membership.objects.count() == 1
    assert not Membership.objects.exists()  # used and reset: '' and not NULL


def test_a_nested_identity_gives_the_outer_one_back(alice: User, bob: User) -> None:
    with as_user(alice.pk):
        with as_service("look everywhere"):
            assert pair() == ("dawsos_service", "")
            with as_user(bob.pk):
                assert pair() == ("dawsos_web", str(bob.pk))
            assert current_identity() == Identity("service", reason="look everywhere")
        assert pair() == ("dawsos_web", str(alice.pk))
        assert current_identity() == Identity("user", alice.pk)


def test_it_comes_back_after_a_rollback_too(alice: User) -> None:
    with as_user(alice.pk):
        with pytest.raises(ZeroDivisionError), as_service("fails"):
            raise ZeroDivisionError
        assert pair() == ("dawsos_web", str(alice.pk))
        with as_service("rolls back"):
            transaction.set_rollback(True)
        assert pair() == ("dawsos_web", str(alice.pk))
        assert current_identity() == Identity("user", alice.pk)


def test_a_savepoint_that_rolls_back_undoes_an_adoption_in_the_database(alice: User) -> None:
    with as_nobody():
        with transaction.atomic():
            adopt(Identity("user", alice.pk))
            transaction.set_rollback(True)
        assert pair() == ("dawsos_web", "")


def test_adopting_lasts_until_the_enclosing_block_ends(alice: User) -> None:
    before = pair()
    with assume(NOBODY):
        adopt(Identity("user", alice.pk))
        assert pair() == ("dawsos_web", str(alice.pk))
        assert current_identity() == Identity("user", alice.pk)
    assert pair() == before


@pytest.mark.no_identity
def test_adopting_needs_an_identity_that_is_open(alice: User) -> None:
    with pytest.raises(RuntimeError, match="as_nobody"):
        adopt(Identity("user", alice.pk))


@pytest.mark.django_db(transaction=True)
def test_revocation_counts_from_the_next_statement(shared_portfolio_id: UUID, bob: User) -> None:
    with as_user(bob.pk):
        assert Membership.objects.count() == 1
        with ThreadPoolExecutor(1) as elsewhere:
            elsewhere.submit(_revoke_all, bob.pk).result()
        assert Membership.objects.count() == 0


def _revoke_all(user_id: int) -> None:
    with as_service("tests: revoke meanwhile"):
        Membership.objects.filter(user_id=user_id).delete()
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_two_users_alternating_over_a_pool_never_meet(
    shared_portfolio_id: UUID, alice: User, bob: User
) -> None:
    """Two connections, four threads, 1,000 transactions, half of them rolled back."""
    params = connection.get_connection_params()
    params = {key: params[key] for key in ("host", "port", "user", "password") if key in params}
    params["dbname"] = connection.settings_dict["NAME"]

    with ConnectionPool(kwargs=params, min_size=2, max_size=2) as pool:

        def ask(turn: int) -> int:
            me, other = (alice, bob) if turn % 2 else (bob, alice)
            with pool.connection() as raw:
                raw.execute(
                    "SELECT set_config('role', 'dawsos_web', true),"
                    " set_config('app.user_id', %s, true)",
                    [str(me.pk)],
                )
                seen = raw.execute(
                    "SELECT count(*) FILTER (WHERE user_id = %s),"
                    " count(*) FILTER (WHERE user_id = %s) FROM accounts_membership",
                    [me.pk, other.pk],
                )
                own, foreign = seen.fetchone() or (0, 0)
                assert own == 1
                if turn % 4 < 2:
                    raw.rollback()
            return int(foreign)

        with ThreadPoolExecutor(4) as threads:
            assert sum(threads.map(ask, range(1000))) == 0


def test_seen_by_keeps_an_identity_that_is_the_users_already(
    alice: User, django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    with as_user(alice.pk), django_assert_num_queries(0), seen_by(alice.pk) as identity:
        assert identity == current_identity()


def test_seen_by_takes_on_the_user_where_somebody_else_was(alice: User, bob: User) -> None:
    with as_user(alice.pk):
        with seen_by(bob.pk):
            assert pair() == ("dawsos_web", str(bob.pk))
        assert pair() == ("dawsos_web", str(alice.pk))


WHO = "SELECT current_user, current_setting('app.user_id', true), count(*) FROM accounts_membership"


def test_one_question_is_asked_as_somebody(
    shared_portfolio_id: UUID, alice: User, charlie: User
) -> None:
    before = pair()
    assert ask_as(Identity("user", alice.pk), WHO, []) == ("dawsos_web", str(alice.pk), 1)
    assert ask_as(Identity("user", charlie.pk), WHO, []) == ("dawsos_web", str(charlie.pk), 0)
    assert pair() == before


@pytest.mark.django_db(transaction=True)
def test_outside_of_a_transaction_the_identity_ends_with_the_answer(
    shared_portfolio_id: UUID, alice: User
) -> None:
    assert ask_as(Identity("user", alice.pk), WHO, []) == ("dawsos_web", str(alice.pk), 1)
    assert pair() == ("dawsos_app", "")
    with pytest.raises(DataError):
        ask_as(Identity("user", alice.pk), "SELECT 1 / %s", [0])
    assert pair() == ("dawsos_app", "")
    assert not Membership.objects.exists()
