"""Login by token: issued, rotated, ended."""

from datetime import timedelta
from uuid import UUID, uuid4

import jwt
import pytest
from django.test import Client
from django.utils import timezone

from accounts import services
from accounts.models import AuditEvent, RefreshFamily, User
from accounts.services.tokens import AUDIENCE, AccessToken, RefreshToken
from accounts.tests.factories import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.urls("accounts.tests.urls")]


def post(path: str, body: object = None, token: str = "") -> tuple[int, dict]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    response = Client().post(
        f"/api/auth/{path}", body, content_type="application/json", headers=headers
    )
    return response.status_code, response.json() if response.content else {}


def login(user: User) -> dict:
    status, body = post("login", {"email": user.email, "password": PASSWORD})
    assert status == 200
    return body


def get(path: str, token: str):
    return Client().get(path, headers={"Authorization": f"Bearer {token}"})


def code(path: str, token: str) -> tuple[int, str]:
    response = get(path, token)
    return response.status_code, response.json().get("error", {}).get("code", "")


def signed(user: User, kind: type = AccessToken, **claims: object) -> str:
    """A token of ours with some claims changed."""
    family = RefreshFamily.objects.get(user=user)
    token = kind()
    token.payload |= {"sub": str(user.pk), "ver": user.token_version, "fam": str(family.pk)}
    token.payload |= claims
    return str(token)


def test_login_answers_with_a_pair_and_the_user(alice: User) -> None:
    body = login(alice)
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 900)
    assert body["user"] == {
        "id": alice.pk,
        "email": "alice@example.org",
        "display_name": "Alice",
        "role": "MANAGER",
    }
    me = get("/api/auth/me", body["access"])
    assert me.json()["email"] == "alice@example.org"
    assert me["Cache-Control"] == "no-store"


def test_a_token_brings_its_users_rows(shared_portfolio_id: UUID, bob: User, charlie: User) -> None:
    assert get("/api/roles", login(bob)["access"]).json() == ["editor"]
    assert get("/api/stream", login(bob)["access"]).getvalue() == b"1 1 1 "
    assert get("/api/roles", login(charlie)["access"]).json() == []


def test_wrong_credentials_are_one_error_with_a_correlation_id(alice: User) -> None:
    for email in (alice.email, "nobody@example.org"):
        status, body = post("login", {"email": email, "password": "wrong"})
        assert (status, body["error"]["code"]) == (401, "AUTH_1001")
        assert str(UUID(body["error"]["correlation_id"])) == body["error"]["correlation_id"]


@pytest.mark.parametrize(
    "body", [{}, {"email": "a@example.org"}, {"email": [], "password": {}}, [], "text", None]
)
def test_a_malformed_login_is_never_a_500(body: object) -> None:
    assert post("login", body)[0] in {400, 422}


def test_no_token_and_an_empty_header_are_401() -> None:
    assert Client().get("/api/roles").status_code in {401, 403}
    assert code("/api/roles", "")[0] in {401, 403}


def test_an_expired_token_says_so(alice: User) -> None:
    login(alice)
    past = int((timezone.now() - timedelta(seconds=1)).timestamp())
    assert code("/api/roles", signed(alice, exp=past)) == (401, "AUTH_1002")


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "999999"},
        {"sub": "nobody"},
        {"ver": 7},
        {"ver": "zero"},
        {"fam": str(uuid4())},
        {"fam": 12},
        {"token_type": "refresh"},
        {"aud": "another"},
        {"exp": "soon"},
    ],
)
def test_a_token_with_another_claim_is_invalid(alice: User, claims: dict) -> None:
    login(alice)
    assert get("/api/roles", signed(alice)).status_code == 200  # so far it is a good one
    payload = jwt.decode(signed(alice), options={"verify_signature": False}) | claims
    key = AccessToken().get_token_backend().prepared_signing_key
    forged = jwt.encode(payload, key, algorithm="HS256")
    assert code("/api/roles", forged) == (401, "AUTH_1003")


def test_other_algorithms_and_keys_are_invalid(alice: User) -> None:
    login(alice)
    payload = jwt.decode(signed(alice), options={"verify_signature": False})
    key = AccessToken().get_token_backend().prepared_signing_key
    for forged in (
        jwt.encode(payload, None, algorithm="none"),
        jwt.encode(payload, key, algorithm="HS512"),
        jwt.encode(payload, "x" * 64, algorithm="HS256", headers={"kid": "../../dev/null"}),
        signed(alice)[:-2] + "AA",
    ):
        assert code("/api/roles", forged) == (401, "AUTH_1003")
    assert payload["aud"] == AUDIENCE


def test_a_refresh_token_is_no_access_token(alice: User) -> None:
    body = login(alice)
    assert code("/api/roles", body["refresh"]) == (401, "AUTH_1003")
    assert post("refresh", {"refresh": body["access"]})[1]["error"]["code"] == "AUTH_1003"


def test_a_refresh_token_counts_once_and_its_reuse_ends_the_login(alice: User) -> None:
    first = login(alice)
    _, second = post("refresh", {"refresh": first["refresh"]})
    assert get("/api/roles", second["access"]).status_code == 200
    assert post("refresh", {"refresh": first["refresh"]})[0] == 401
    # the thief's and the owner's tokens alike
    assert code("/api/roles", second["access"]) == (401, "AUTH_1003")
    assert post("refresh", {"refresh": second["refresh"]})[0] == 401
    assert AuditEvent.objects.filter(action="refresh_reused").count() == 1


def test_reuse_ends_one_login_and_not_the_others(alice: User) -> None:
    here, there = login(alice), login(alice)
    post("refresh", {"refresh": here["refresh"]})
    post("refresh", {"refresh": here["refresh"]})
    assert get("/api/roles", there["access"]).status_code == 200


def test_an_expired_refresh_token_says_so(alice: User) -> None:
    login(alice)
    past = int((timezone.now() - timedelta(seconds=1)).timestamp())
    status, body = post("refresh", {"refresh": signed(alice, RefreshToken, exp=past)})
    assert (status, body["error"]["code"]) == (401, "AUTH_1002")


def test_logout_ends_every_token(alice: User) -> None:
    here, there = login(alice), login(alice)
    assert post("logout", token=here["access"]) == (204, {})
    for pair in (here, there):
        assert code("/api/roles", pair["access"]) == (401, "AUTH_1003")
        assert post("refresh", {"refresh": pair["refresh"]})[0] == 401


def test_a_password_change_ends_every_token(alice: User) -> None:
    pair = login(alice)
    services.change_password(user=alice, new_password="another long sentence", by=alice)
    assert code("/api/roles", pair["access"]) == (401, "AUTH_1003")


def test_deactivation_ends_every_token(alice: User) -> None:
    pair = login(alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)  # however it came about
    assert code("/api/roles", pair["access"]) == (401, "AUTH_1003")


def test_a_login_sweeps_the_users_expired_families(alice: User) -> None:
    login(alice)
    long_ago = timezone.now() - timedelta(days=30)
    RefreshFamily.objects.update(created_at=long_ago, expires_at=long_ago + timedelta(days=7))
    login(alice)
    assert RefreshFamily.objects.count() == 1
