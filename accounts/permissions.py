"""What a role may do, what a membership opens, what a token's scopes let through; all must allow.

Tables and look-ups: whoever asks brings the user and, for a portfolio, the membership role. The
scopes are those of the request, if it came with an API token.
"""

from enum import StrEnum
from typing import Final, Protocol

from accounts.exceptions import PermissionDenied
from accounts.scopes import Scope, current_scopes


class Permission(StrEnum):
    READ_PORTFOLIOS = "read_portfolios"
    READ_REPORTS = "read_reports"
    READ_ANALYTICS = "read_analytics"
    WRITE_TRADES = "write_trades"
    MANAGE_PORTFOLIOS = "manage_portfolios"
    MANAGE_ALERTS = "manage_alerts"
    EXPORT_DATA = "export_data"
    READ_NIGHTS = "read_nights"
    RESUME_NIGHTS = "resume_nights"
    READ_AGENTS = "read_agents"
    RESET_AGENTS = "reset_agents"
    UPLOAD_PATTERNS = "upload_patterns"
    READ_AUDIT = "read_audit"


class Actor(Protocol):
    """A user, logged in or not."""

    @property
    def is_active(self) -> bool: ...


_VIEWER: Final = frozenset({Permission.READ_PORTFOLIOS, Permission.READ_REPORTS})
_USER: Final = _VIEWER | {Permission.WRITE_TRADES, Permission.READ_ANALYTICS}
_MANAGER: Final = _USER | {
    Permission.MANAGE_PORTFOLIOS,
    Permission.EXPORT_DATA,
    Permission.MANAGE_ALERTS,
    Permission.READ_NIGHTS,
    Permission.READ_AGENTS,
}

ROLE_PERMISSIONS: Final = {
    "VIEWER": _VIEWER,
    "USER": _USER,
    "MANAGER": _MANAGER,
    "ADMIN": frozenset(Permission),
}

_READ: Final = _VIEWER | {Permission.READ_ANALYTICS, Permission.EXPORT_DATA}

# Only an owner manages the portfolio itself: its settings, its members, its end.
MEMBERSHIP_PERMISSIONS: Final = {
    "viewer": _READ,
    "editor": _READ | {Permission.WRITE_TRADES, Permission.MANAGE_ALERTS},
    "owner": frozenset(Permission),
}

_SEEN: Final = _READ | {Permission.READ_NIGHTS, Permission.READ_AGENTS}

# A scope that writes reads as well: its answers show what was written. What only an ADMIN may do
# is in none.
SCOPE_PERMISSIONS: Final = {
    Scope.READ: _SEEN,
    Scope.WRITE_TRADES: _SEEN | {Permission.WRITE_TRADES},
    Scope.MANAGE: _SEEN | {Permission.MANAGE_PORTFOLIOS, Permission.MANAGE_ALERTS},
}


def has(user: Actor, permission: Permission | str) -> bool:
    """Whether role and scopes allow it. Nobody, and whoever is deactivated, may do nothing."""
    return _role_allows(user, permission) and in_scope(permission)


def in_scope(permission: Permission | str) -> bool:
    """Whether the token that the request came with, if any, is meant for it."""
    scopes = current_scopes()
    if scopes is None:
        return True
    return any(Permission(permission) in SCOPE_PERMISSIONS[scope] for scope in scopes)


def _role_allows(user: Actor, permission: Permission | str) -> bool:
    if not user.is_active:
        return False
    return Permission(permission) in ROLE_PERMISSIONS.get(getattr(user, "role", ""), frozenset())


def has_on(user: Actor, membership_role: str | None, permission: Permission | str) -> bool:
    """Whether role and membership both allow it on one portfolio."""
    opened = MEMBERSHIP_PERMISSIONS.get(membership_role or "", frozenset())
    return has(user, permission) and Permission(permission) in opened


def require(user: Actor, permission: Permission | str) -> None:
    if not in_scope(permission):
        raise PermissionDenied(
            f"The scopes of this token do not allow {_words(permission)}.",
            suggestion="Make a token with the scope on your profile page.",
            details={"permission": str(Permission(permission)), "reason": "scope"},
        )
    if not has(user, permission):
        raise PermissionDenied(
            f"Your role does not allow {_words(permission)}.",
            suggestion="Ask an administrator for a role that does.",
            details={"permission": str(Permission(permission)), "reason": "role"},
        )


def require_on(user: Actor, membership_role: str | None, permission: Permission | str) -> None:
    """For a portfolio that the user may see; one that they may not see is a 404 of its own app."""
    require(user, permission)
    if not has_on(user, membership_role, permission):
        raise PermissionDenied(
            f"Your membership of this portfolio does not allow {_words(permission)}.",
            details={"permission": str(Permission(permission)), "reason": "membership"},
        )


def _words(permission: Permission | str) -> str:
    return Permission(permission).value.replace("_", " ")
