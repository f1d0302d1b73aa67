"""Login, logout, password and profile, by browser."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import services
from accounts.models import AuditEvent, User
from accounts.tests.factories import PASSWORD, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.urls("accounts.tests.urls")]

LOGIN = "/login/"


def logged_in(user: User) -> Client:
    client = Client()
    assert client.post(LOGIN, {"email": user.email, "password": PASSWORD}).status_code == 302
    return client


def reasons() -> list[str]:
    events = AuditEvent.objects.filter(action="login_failed").order_by("at")
    return [event.details["reason"] for event in events]


def test_login_by_email_in_any_case(alice: User) -> None:
    client = Client()
    response = client.post(LOGIN, {"email": "ALICE@Example.org", "password": PASSWORD})
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.get("/anyone").json()["user_id"] == alice.pk
    assert AuditEvent.objects.get(action="login_success").actor == alice


@pytest.mark.parametrize(
    ("following", "goes"),
    [("/lazy", "/lazy"), ("https://evil.example/", "/"), ("//evil.example", "/"), ("", "/")],
)
def test_login_leads_on_within_the_site_only(alice: User, following: str, goes: str) -> None:
    given = {"email": alice.email, "password": PASSWORD, "next": following}
    assert Client().post(LOGIN, given)["Location"] == goes


def test_every_refusal_reads_the_same_and_the_audit_trail_knows_why(alice: User) -> None:
    UserFactory.create(email="gone@example.org", is_active=False)
    pages = set()
    for email, password in [
        ("nobody@example.org", PASSWORD),
        (alice.email, "wrong"),
        ("gone@example.org", PASSWORD),
    ]:
        response = Client().post(LOGIN, {"email": email, "password": password})
        assert response.status_code == 422
        pages.add(str(response.context["form"].non_field_errors()))
    assert len(pages) == 1
    assert reasons() == ["user_not_found", "invalid_password", "account_inactive"]
    assert not AuditEvent.objects.filter(action="login_failed", actor__isnull=False).exists()


def test_after_five_failures_the_right_password_is_refused_too(alice: User) -> None:
    for _ in range(5):
        Client().post(LOGIN, {"email": alice.email, "password": "wrong"})
    response = Client().post(LOGIN, {"email": alice.email, "password": PASSWORD})
    assert response.status_code == 422
    assert reasons()[-1] == "account_locked"
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert elsewhere.post(LOGIN, {"email": alice.email, "password": PASSWORD}).status_code == 302


def test_a_success_forgets_the_failures_before_it(alice: User) -> None:
    for _ in range(2):
        for _ in range(4):
            Client().post(LOGIN, {"email": alice.email, "password": "wrong"})
        logged_in(alice)


@pytest.mark.parametrize("password", ["", "x" * 2000, "a\0b"])
def test_odd_passwords_are_refused_politely(alice: User, password: str) -> None:
    given = {"email": alice.email, "password": password}
    assert Client().post(LOGIN, given).status_code == 422


def test_logout_ends_the_session_and_clears_the_browser(alice: User) -> None:
    client = logged_in(alice)
    cookie = client.cookies["sessionid"].value
    response = client.post("/logout/")
    assert response["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert response["Cache-Control"] == "no-store"
    replayed = Client()
    replayed.cookies["sessionid"] = cookie
    assert replayed.get("/anyone").json()["kind"] == "nobody"
    assert AuditEvent.objects.filter(action="user_logout", actor=alice).exists()


def test_logout_by_a_mere_link_is_refused(alice: User) -> None:
    client = logged_in(alice)
    assert client.get("/logout/").status_code == 405
    assert client.get("/anyone").json()["user_id"] == alice.pk


def test_a_password_change_ends_every_other_session(alice: User) -> None:
    here, there = logged_in(alice), logged_in(alice)
    new = "a quite different sentence"
    given = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert here.post("/password/", given).status_code == 302
    assert here.get("/anyone").json()["user_id"] == alice.pk
    assert there.get("/anyone").json()["kind"] == "nobody"
    alice.refresh_from_db()
    assert alice.check_password(new)
    assert AuditEvent.objects.filter(action="password_changed", actor=alice).exists()


def test_a_password_change_needs_the_old_password(alice: User) -> None:
    client = logged_in(alice)
    given = {"old_password": "wrong", "new_password1": "a" * 20 + "b", "new_password2": "x"}
    assert client.post("/password/", given).status_code == 422
    event = AuditEvent.objects.get(action="password_change_failed")
    assert event.details == {"fields": ["new_password2", "old_password"]}


def test_a_deactivated_user_is_out_at_once(alice: User) -> None:
    client = logged_in(alice)
    services.deactivate(user=alice, by=None)
    assert client.get("/anyone").json()["kind"] == "nobody"


def test_the_profile_shows_ones_own_doings_and_takes_a_name(alice: User) -> None:
    client = logged_in(alice)
    page = client.get("/profile/")
    assert "Login success" in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    with CaptureQueriesContext(connection) as asked:
        client.post("/profile/", {"display_name": " Alice L. ", "role": "ADMIN"})
    written = [one for one in asked.captured_queries if one["sql"].startswith("UPDATE")]
    assert len([one for one in written if "display_name" in one["sql"]]) == 1
    alice.refresh_from_db()
    assert (alice.display_name, alice.role) == ("Alice L.", "MANAGER")


@pytest.mark.parametrize("name", ["profile", "password_change"])
def test_ones_own_pages_ask_for_the_login(name: str) -> None:
    address = reverse(f"accounts:{name}")
    response = Client().get(address)
    assert response.status_code == 302
    assert response["Location"].endswith(f"/login/?next={address}")


def test_a_form_without_its_token_is_refused(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    given = {"email": alice.email, "password": PASSWORD}
    assert client.post(LOGIN, given).status_code == 403
