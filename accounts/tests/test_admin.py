"""Django's admin: the service at work, with the trail behind it."""

from uuid import UUID

import pytest
from django.test import Client

from accounts.models import AuditEvent, Membership, User
from accounts.tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.urls("accounts.tests.urls")]


@pytest.fixture
def admin() -> User:
    return UserFactory.create(email="root@example.org", role="ADMIN")


@pytest.fixture
def desk(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


def test_an_admin_adds_a_user_who_cannot_log_in_yet(desk: Client, admin: User) -> None:
    given = {"email": "new@example.org", "display_name": "", "role": "USER", "is_active": "on"}
    assert desk.post("/admin/accounts/user/add/", given).status_code == 302
    user = User.objects.get(email="new@example.org")
    assert not user.has_usable_password()
    event = AuditEvent.objects.get(action="user_registered")
    assert (event.actor, event.resource_id) == (admin, str(user.pk))


def test_a_changed_role_ends_the_users_tokens(desk: Client, bob: User) -> None:
    given = {"email": bob.email, "display_name": "Bob", "role": "MANAGER", "is_active": "on"}
    assert desk.post(f"/admin/accounts/user/{bob.pk}/change/", given).status_code == 302
    bob.refresh_from_db()
    assert (bob.role, bob.token_version) == ("MANAGER", 1)
    assert AuditEvent.objects.get(action="user_changed").details == {"changed": ["role"]}


def test_a_revoked_membership_is_in_the_trail(
    desk: Client, bob: User, shared_portfolio_id: UUID
) -> None:
    membership = Membership.objects.get(user=bob)
    desk.post(f"/admin/accounts/membership/{membership.pk}/delete/", {"post": "yes"})
    assert not Membership.objects.filter(user=bob).exists()
    event = AuditEvent.objects.get(action="membership_revoked")
    assert (event.resource_id, event.portfolio_id) == (str(bob.pk), shared_portfolio_id)


def test_the_last_owner_stays(desk: Client, alice: User, shared_portfolio_id: UUID) -> None:
    owned = Membership.objects.get(user=alice)
    deleted = desk.post(f"/admin/accounts/membership/{owned.pk}/delete/", {"post": "yes"})
    lowered = desk.post(f"/admin/accounts/membership/{owned.pk}/change/", {"role": "viewer"})
    assert (deleted.status_code, lowered.status_code) == (403, 403)
    owned.refresh_from_db()
    assert owned.role == "owner"


@pytest.mark.parametrize(
    "page", ["user", "membership", "auditevent", "loginthrottle", "refreshfamily"]
)
def test_every_list_opens(desk: Client, page: str, shared_portfolio_id: UUID) -> None:
    assert desk.get(f"/admin/accounts/{page}/?q=x").status_code == 200


def test_the_trail_is_read_only_and_people_stay(desk: Client, bob: User) -> None:
    event = AuditEvent.objects.create(action="x")
    address = f"/admin/accounts/auditevent/{event.pk}"
    assert desk.get("/admin/accounts/auditevent/add/").status_code == 403
    assert desk.post(f"{address}/change/", {"action": "y"}).status_code == 403
    assert desk.post(f"{address}/delete/", {"post": "yes"}).status_code == 403
    assert desk.post(f"/admin/accounts/user/{bob.pk}/delete/", {"post": "yes"}).status_code == 403


def test_the_admins_own_login_works(admin: User) -> None:
    client = Client()
    given = {"username": admin.email, "password": "correct horse battery staple"}
    assert client.post("/admin/login/?next=/admin/", given)["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200
