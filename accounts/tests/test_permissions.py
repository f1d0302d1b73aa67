"""Role and membership must both allow."""

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.exceptions import PermissionDenied
from accounts.models import User
from accounts.permissions import has, has_on, require, require_on


def user(role: str, *, is_active: bool = True) -> User:
    return User(email="x@example.org", role=role, is_active=is_active)


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("VIEWER", {"read_portfolios", "read_reports"}),
        ("USER", {"read_portfolios", "read_reports", "read_analytics", "write_trades"}),
    ],
)
def test_a_role_allows_what_the_table_says(role: str, allowed: set[str]) -> None:
    every = {
        "read_portfolios",
        "read_reports",
        "read_analytics",
        "write_trades",
        "manage_portfolios",
        "manage_alerts",
        "export_data",
        "read_nights",
        "read_agents",
    }
    assert {permission for permission in every if has(user(role), permission)} == allowed
    assert all(has(user("MANAGER"), permission) for permission in every)
    assert all(has(user("ADMIN"), permission) for permission in every)
    for permission in ("resume_nights", "reset_agents", "upload_patterns"):
        assert not has(user("MANAGER"), permission)
        assert has(user("ADMIN"), permission)


def test_nobody_and_the_deactivated_may_do_nothing() -> None:
    assert not has(AnonymousUser(), "read_portfolios")
    assert not has(user("ADMIN", is_active=False), "read_portfolios")


@pytest.mark.parametrize(
    ("role", "membership", "allowed"),
    [
        ("USER", "editor", True),
        ("USER", "viewer", False),  # the membership says no
        ("VIEWER", "owner", False),  # the role says no
        ("ADMIN", None, False),  # not a member at all
    ],
)
def test_writing_trades_needs_both(role: str, membership: str | None, allowed: bool) -> None:
    assert has_on(user(role), membership, "write_trades") is allowed


def test_only_an_owner_manages_a_portfolio() -> None:
    assert has_on(user("MANAGER"), "owner", "manage_portfolios")
    assert not has_on(user("MANAGER"), "editor", "manage_portfolios")


def test_a_refusal_says_whether_role_or_membership_is_in_the_way() -> None:
    with pytest.raises(PermissionDenied) as by_role:
        require(user("VIEWER"), "write_trades")
    with pytest.raises(PermissionDenied) as by_membership:
        require_on(user("USER"), "viewer", "write_trades")
    assert (by_role.value.http_status, by_role.value.details["reason"]) == (403, "role")
    assert by_membership.value.details["reason"] == "membership"


def test_a_permission_that_does_not_exist_is_a_mistake_of_the_code() -> None:
    with pytest.raises(ValueError, match="fly"):
        has(user("ADMIN"), "fly")
