"""The whole request in one identity: never an empty page with status 200."""

from uuid import UUID

import pytest
from django.test import Client

from accounts.identity import as_service, current_identity
from accounts.models import AuditEvent, Membership, User
from accounts.tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.urls("accounts.tests.urls")]


def browser(user: User, *, raises: bool = True) -> Client:
    client = Client(raise_request_exception=raises)
    client.force_login(user)
    return client


def test_a_template_rendered_late_still_sees_the_rows(shared_portfolio_id: UUID, bob: User) -> None:
    assert browser(bob).get("/lazy").content == b"editor "


def test_a_stream_still_sees_the_rows(shared_portfolio_id: UUID, bob: User) -> None:
    assert browser(bob).get("/stream").getvalue() == b"1 1 1 "


def test_a_stranger_sees_none(shared_portfolio_id: UUID, charlie: User) -> None:
    client = browser(charlie)
    assert client.get("/lazy").content == b""
    assert client.get("/stream").getvalue() == b"0 0 0 "


def test_a_membership_revoked_mid_stream_empties_the_rest(
    shared_portfolio_id: UUID, bob: User
) -> None:
    chunks = iter(browser(bob).get("/stream"))
    seen = [next(chunks)]
    with as_service("tests: revoke meanwhile"):
        Membership.objects.filter(user=bob).delete()
    seen += chunks
    assert seen == [b"1 ", b"0 ", b"0 "]


def test_a_stream_that_is_abandoned_leaves_no_identity_behind(
    shared_portfolio_id: UUID, bob: User
) -> None:
    before = current_identity()
    response = browser(bob).get("/stream")
    next(iter(response))
    response._iterator.close()  # type: ignore[attr-defined]  # what a server does when the reader has gone
    assert current_identity() == before
    assert Membership.objects.count() == 3  # the service's view again, as before the request


def test_a_stream_that_breaks_is_rolled_back(bob: User) -> None:
    response = browser(bob).get("/broken-stream")
    with pytest.raises(ZeroDivisionError):
        response.getvalue()
    assert not AuditEvent.objects.filter(action="streamed").exists()


def test_an_error_of_ours_keeps_nothing(bob: User) -> None:
    assert browser(bob, raises=False).get("/fail").status_code == 500
    assert not AuditEvent.objects.filter(action="half_done").exists()


def test_a_refusal_is_kept_in_the_audit_trail(bob: User) -> None:
    response = browser(bob).get(
        "/refuse", headers={"X-Request-ID": "trip-7"}, REMOTE_ADDR="198.51.100.7"
    )
    event = AuditEvent.objects.get(action="403_idor")
    assert response.status_code == 404
    assert (event.actor, event.correlation_id, event.ip) == (bob, "trip-7", "198.51.100.7")


def test_nobody_asks_as_nobody() -> None:
    seen = Client().get("/anyone").json()
    assert (seen["kind"], seen["user_id"]) == ("nobody", None)


def test_a_deactivated_user_is_nobody_from_the_next_request_on(bob: User) -> None:
    client = browser(bob)
    assert client.get("/anyone").json()["user_id"] == bob.pk
    User.objects.filter(pk=bob.pk).update(is_active=False)
    seen = client.get("/anyone").json()
    assert (seen["kind"], seen["audit"]) == ("nobody", 0)


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "id\nSet-Cookie: a=b", "<script>"])
def test_a_correlation_id_that_is_not_harmless_is_replaced(given: str) -> None:
    response = Client().get("/anyone", HTTP_X_REQUEST_ID=given)
    assert response["X-Correlation-ID"] == response.json()["correlation_id"]
    assert str(UUID(response["X-Correlation-ID"])) == response["X-Correlation-ID"]


def test_a_sane_correlation_id_is_kept() -> None:
    assert Client().get("/anyone", HTTP_X_REQUEST_ID="job.42")["X-Correlation-ID"] == "job.42"


def test_a_forged_forwarding_header_changes_nothing(bob: User) -> None:
    browser(bob).get("/refuse", HTTP_X_FORWARDED_FOR="203.0.113.9", REMOTE_ADDR="198.51.100.7")
    assert AuditEvent.objects.get(action="403_idor").ip == "198.51.100.7"


def test_what_is_behind_the_login_stays_out_of_caches(bob: User) -> None:
    assert browser(bob).get("/lazy")["Cache-Control"] == "no-store"
    assert browser(bob).get("/stream")["Cache-Control"] == "no-store"


def test_the_admin_opens_for_admins_as_the_service_and_each_look_is_audited(bob: User) -> None:
    admin = UserFactory.create(role="ADMIN")
    assert browser(admin).get("/admin/accounts/user/").status_code == 200
    event = AuditEvent.objects.get(action="admin_view")
    assert (event.actor, event.resource_id) == (admin, "/admin/accounts/user/")
    assert browser(bob).get("/admin/accounts/user/").status_code == 302
    assert AuditEvent.objects.filter(action="admin_view").count() == 1


def test_outside_the_admin_an_admin_is_a_user_like_any_other(shared_portfolio_id: UUID) -> None:
    assert browser(UserFactory.create(role="ADMIN")).get("/lazy").content == b""


@pytest.mark.django_db(transaction=True)
def test_an_admin_page_that_fails_was_still_looked_at() -> None:
    with as_service("tests: arrange"):
        admin = UserFactory.create(role="ADMIN")
    browser(admin, raises=False).get("/admin/boom")
    with as_service("tests: look"):
        actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert actions == {"admin_view"}
