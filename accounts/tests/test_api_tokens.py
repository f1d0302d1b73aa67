"""Tokens that people make for programs: shown once, scoped, ended at once."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts import services
from accounts.exceptions import AccountInvalid, ApiTokenNotFound, PermissionDenied
from accounts.models import ApiToken, AuditEvent, User
from accounts.permissions import Permission, has, require
from accounts.scopes import Scope, within
from accounts.services.api_tokens import MOST_TOKENS
from accounts.services.throttle import LIMIT
from accounts.tests.factories import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.urls("accounts.tests.urls")]


def made(user: User, *scopes: Scope) -> tuple[ApiToken, str]:
    return services.create_api_token(
        user=user, name="A script", scopes=frozenset(scopes or {Scope.READ}), days=30
    )


def get(path: str, text: str):
    return Client().get(path, headers={"Authorization": f"Bearer {text}"})


def code(path: str, text: str) -> tuple[int, str]:
    response = get(path, text)
    return response.status_code, response.json().get("error", {}).get("code", "")


def test_only_the_digest_is_stored(alice: User) -> None:
    token, text = made(alice)
    stored = " ".join(str(value) for value in ApiToken.objects.values().get().values())
    assert text.startswith(token.prefix) and text not in stored and len(text) == 50


def test_a_token_brings_its_users_rows(shared_portfolio_id: UUID, bob: User, charlie: User) -> None:
    assert get("/api/roles", made(bob)[1]).json() == ["editor"]
    assert get("/api/stream", made(bob)[1]).getvalue() == b"1 1 1 "
    assert get("/api/roles", made(charlie)[1]).json() == []
    assert get("/api/roles", made(bob)[1])["Cache-Control"] == "no-store"


def test_the_day_of_use_is_noted(alice: User) -> None:
    token, text = made(alice)
    assert token.last_used_on is None
    get("/api/roles", text)
    token.refresh_from_db()
    assert token.last_used_on == timezone.now().date()


@pytest.mark.parametrize("text", ["dawsos_", "dawsos_x", "dawsos_" + "A" * 43, "dawsos_\xff\xfe"])
def test_a_wrong_token_is_invalid(text: str) -> None:
    assert code("/api/roles", text) == (401, "AUTH_1003")


def test_a_revoked_token_is_over_with_the_next_request(alice: User) -> None:
    token, text = made(alice)
    assert get("/api/roles", text).status_code == 200
    services.revoke_api_token(token_id=token.pk, by=alice)
    assert code("/api/roles", text) == (401, "AUTH_1003")


def test_an_expired_token_says_so(alice: User) -> None:
    _, text = made(alice)
    long_ago = timezone.now() - timedelta(days=40)
    ApiToken.objects.update(created_at=long_ago, expires_at=long_ago + timedelta(days=30))
    assert code("/api/roles", text) == (401, "AUTH_1002")


def test_a_password_change_and_a_deactivation_end_tokens_and_a_logout_does_not(
    alice: User, bob: User
) -> None:
    hers, his = made(alice)[1], made(bob)[1]
    services.end_tokens(user=alice)  # what a logout does
    assert get("/api/roles", hers).status_code == 200
    services.change_password(user=alice, new_password="another long sentence", by=alice)
    assert code("/api/roles", hers) == (401, "AUTH_1003")
    User.objects.filter(pk=bob.pk).update(is_active=False)  # however it came about
    assert code("/api/roles", his) == (401, "AUTH_1003")


def test_after_five_wrong_tokens_an_address_waits_and_a_right_one_does_not(alice: User) -> None:
    text = made(alice)[1]
    for _ in range(LIMIT):
        assert code("/api/roles", "dawsos_guess") == (401, "AUTH_1003")
    assert code("/api/roles", "dawsos_guess") == (429, "AUTH_1006")
    assert get("/api/roles", text).status_code == 200
    assert AuditEvent.objects.filter(action="api_token_refused").count() == LIMIT + 1


def test_nobody_revokes_anothers_token(alice: User, charlie: User) -> None:
    token, text = made(alice)
    for token_id in (token.pk, uuid4()):
        with pytest.raises(ApiTokenNotFound):
            services.revoke_api_token(token_id=token_id, by=charlie)
    assert get("/api/roles", text).status_code == 200


def test_every_mistake_is_told_at_once(alice: User) -> None:
    with pytest.raises(AccountInvalid) as refused:
        services.create_api_token(user=alice, name=" ", scopes=frozenset(), days=0)
    columns = {error["column"] for error in refused.value.details["errors"]}
    assert columns == {"name", "scopes", "days"}


def test_there_is_an_end_to_tokens(alice: User) -> None:
    for _ in range(MOST_TOKENS):
        made(alice)
    with pytest.raises(AccountInvalid, match="cannot be made"):
        made(alice)


def test_scope_and_role_must_both_allow(alice: User, bob: User) -> None:
    """Alice is a MANAGER and Bob a USER, who manages nothing whatever his token says."""
    with within(frozenset({Scope.WRITE_TRADES})):
        assert has(alice, Permission.READ_PORTFOLIOS) and has(alice, Permission.WRITE_TRADES)
        assert not has(alice, Permission.MANAGE_PORTFOLIOS)
        with pytest.raises(PermissionDenied) as refused:
            require(alice, Permission.MANAGE_PORTFOLIOS)
        assert refused.value.details["reason"] == "scope"
    with within(frozenset({Scope.MANAGE})):
        assert has(alice, Permission.MANAGE_PORTFOLIOS)
        assert not has(bob, Permission.MANAGE_PORTFOLIOS)
        assert not has(alice, Permission.WRITE_TRADES)
    assert has(alice, Permission.WRITE_TRADES)


def test_the_profile_shows_a_new_token_once(alice: User) -> None:
    client = Client()
    client.post("/login/", {"email": alice.email, "password": PASSWORD})
    given = {"name": "Nightly sheet", "scopes": ["read", "manage"], "days": "90"}
    page = client.post("/profile/tokens/", given)
    text = page.context["text"]
    assert page.status_code == 201 and text in page.content.decode()
    assert get("/api/roles", text).status_code == 200

    shown = client.get("/profile/").content.decode()
    token = ApiToken.objects.get()
    assert text not in shown and token.prefix in shown and "read manage" in shown
    client.post(f"/profile/tokens/{token.pk}/revoke/")
    assert code("/api/roles", text) == (401, "AUTH_1003")
    actions = set(AuditEvent.objects.by_actor(alice).values_list("action", flat=True))
    assert {"api_token_created", "api_token_revoked"} <= actions
    assert client.post("/profile/tokens/", {"scopes": ["admin"]}).status_code == 422
