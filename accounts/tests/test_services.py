"""Verbs on users and memberships: asked first, audited with what they did."""

from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from accounts import selectors, services
from accounts.exceptions import AccountInvalid, PermissionDenied
from accounts.identity import as_user
from accounts.models import AuditEvent, Membership, User
from accounts.tests.factories import PASSWORD, UserFactory, make_portfolio

pytestmark = pytest.mark.django_db


def actions(**filters: object) -> list[str]:
    return list(
        AuditEvent.objects.filter(**filters).order_by("at").values_list("action", flat=True)
    )


def test_a_new_user_logs_in_by_email_and_is_in_the_audit_trail(alice: User) -> None:
    user = services.create_user(email=" Dora@Example.org ", password=PASSWORD, by=alice)
    assert (user.role, user.check_password(PASSWORD)) == ("USER", True)
    assert selectors.user_by_email("dora@EXAMPLE.org") == user
    assert actions(actor=alice, resource_id=str(user.pk)) == ["user_registered"]


def test_every_mistake_is_named_and_nothing_is_written(alice: User) -> None:
    with pytest.raises(AccountInvalid) as caught:
        services.create_user(email="ALICE@example.org", password="short", by=None, role="KING")
    columns = {mistake["column"] for mistake in caught.value.details["errors"]}
    assert columns >= {"role", "password"}
    assert len(columns) == 3  # and the email, taken
    assert User.objects.count() == 1


def test_the_database_folds_emails_too(alice: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        UserFactory.create(email="Alice@Example.ORG")


def test_a_user_without_password_cannot_log_in_yet() -> None:
    assert not services.create_user(
        email="e@example.org", password=None, by=None
    ).has_usable_password()


def test_an_owner_opens_and_closes_the_portfolio(
    shared_portfolio_id: UUID, alice: User, charlie: User
) -> None:
    with as_user(alice.pk):
        services.grant_membership(
            user=charlie, portfolio_id=shared_portfolio_id, role="viewer", by=alice
        )
    with as_user(charlie.pk):
        assert selectors.membership_roles(charlie) == {shared_portfolio_id: "viewer"}
    with as_user(alice.pk):
        assert services.revoke_membership(user=charlie, portfolio_id=shared_portfolio_id, by=alice)
    assert selectors.membership_role(charlie, shared_portfolio_id) is None
    assert actions(actor=alice, portfolio_id=shared_portfolio_id) == [
        "membership_granted",
        "membership_revoked",
    ]


@pytest.mark.parametrize("who", ["bob", "charlie"])
def test_nobody_else_opens_it(
    who: str, shared_portfolio_id: UUID, charlie: User, request: pytest.FixtureRequest
) -> None:
    by = request.getfixturevalue(who)
    with pytest.raises(PermissionDenied):
        services.grant_membership(
            user=charlie, portfolio_id=shared_portfolio_id, role="owner", by=by
        )
    assert not Membership.objects.filter(user=charlie).exists()


def test_an_owner_whose_role_was_lowered_no_longer_manages(
    shared_portfolio_id: UUID, alice: User, charlie: User
) -> None:
    alice.role = "USER"
    with pytest.raises(PermissionDenied):
        services.grant_membership(
            user=charlie, portfolio_id=shared_portfolio_id, role="viewer", by=alice
        )


def test_the_last_owner_stays(shared_portfolio_id: UUID, alice: User, bob: User) -> None:
    with pytest.raises(PermissionDenied, match="last owner"):
        services.revoke_membership(user=alice, portfolio_id=shared_portfolio_id, by=alice)
    with pytest.raises(PermissionDenied, match="last owner"):
        services.grant_membership(
            user=alice, portfolio_id=shared_portfolio_id, role="viewer", by=alice
        )
    services.grant_membership(user=bob, portfolio_id=shared_portfolio_id, role="owner", by=alice)
    assert services.revoke_membership(user=alice, portfolio_id=shared_portfolio_id, by=alice)


def test_a_portfolio_is_founded_once(alice: User, charlie: User) -> None:
    portfolio_id = make_portfolio(alice, "Another")
    services.found_membership(user=alice, portfolio_id=portfolio_id, by=alice)
    with pytest.raises(PermissionDenied):
        services.found_membership(user=charlie, portfolio_id=portfolio_id, by=charlie)
    assert selectors.membership_role(alice, portfolio_id) == "owner"


def test_a_membership_role_that_does_not_exist_is_refused(
    shared_portfolio_id: UUID, alice: User, bob: User
) -> None:
    with pytest.raises(AccountInvalid, match="lord"):
        services.grant_membership(user=bob, portfolio_id=shared_portfolio_id, role="lord", by=alice)


def test_what_is_rolled_back_was_never_audited(alice: User) -> None:
    with transaction.atomic():
        services.record(action="x", by=alice)
        transaction.set_rollback(True)
    assert actions() == []


@pytest.mark.no_identity
def test_without_identity_an_event_is_written_all_the_same(alice: User) -> None:
    services.record(action="night", by=None)
    with as_user(alice.pk):
        assert selectors.recent_activity(alice) == []
